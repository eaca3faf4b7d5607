"""The bank's virus scanner, played by a small server that speaks clamd's INSTREAM."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from jinlan.basics.errors import Refused
from jinlan.kernel.intake.limits import limits_on
from jinlan.kernel.intake.take import take
from jinlan.site.settings import scanner
from jinlan.site.trust.handed_in import office, pdf, picture
from jinlan.site.trust.ways_out import bodies

LIMITS = limits_on(date(2026, 11, 10))
EICAR = next(one for one in bodies() if len(one) == 68)


class Clamd(socketserver.BaseRequestHandler):
    """Reads a stream of pieces and says whether the test signature is in it; `says` is another answer, None an end without one."""

    seen: list[bytes] = []
    says: bytes | None = b""

    def handle(self) -> None:
        assert self._read(10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self._read(4))[0]:
            content += self._read(length)
        self.seen.append(content)
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        if self.says is not None:
            self.request.sendall(self.says or found)

    def _read(self, length: int) -> bytes:
        got = b""
        while len(got) < length and (more := self.request.recv(length - len(got))):
            got += more
        return got


@pytest.fixture
def clamd(settings) -> Iterator[type[Clamd]]:
    Clamd.seen, Clamd.says = [], b""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.JINLAN_SCANNER = f"127.0.0.1:{server.server_address[1]}"
        yield Clamd
        server.shutdown()


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        take(name, content, LIMITS)
    return refused.value.code


def test_the_scanner_sees_the_whole_file_and_lets_a_good_one_in(clamd: type[Clamd]) -> None:
    large = office("docx", {"word/media/x.png": bytes(range(256)) * 1_000})
    assert take("a.docx", large, LIMITS).content == large
    assert clamd.seen == [large]


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.jpg"])
def test_what_the_scanner_finds_does_not_come_in(clamd: type[Clamd], name: str) -> None:
    content = {
        "a.docx": office("docx", {"word/media/x.png": EICAR}),
        "a.pdf": pdf(b"(" + EICAR + b")"),
        "a.jpg": picture() + EICAR,
    }[name]
    if name == "a.docx":  # what unpacks is the scanner's to find: this one, played, reads plain bytes
        clamd.says = b"stream: Eicar-Signature FOUND\0"
    assert (refusal(name, content), len(clamd.seen)) == ("FILE_MALWARE", 1)


@pytest.mark.parametrize(
    "answer", [None, b"INSTREAM size limit exceeded. ERROR\0", b"\0", b"stream: OK but\0"]
)
def test_a_scanner_that_does_not_say_yes_lets_nothing_in(clamd: type[Clamd], answer: bytes | None) -> None:
    clamd.says = answer
    assert refusal("a.pdf", pdf()) == "FILE_SCANNER"


def test_a_scanner_that_is_not_there_lets_nothing_in(settings, tmp_path: Path) -> None:
    for place in ("127.0.0.1:1", f"unix:{tmp_path}/clamd.sock"):
        settings.JINLAN_SCANNER = place
        assert refusal("a.pdf", pdf()) == "FILE_SCANNER"


def test_without_a_scanner_files_come_in_by_their_look_alone(settings) -> None:
    assert settings.JINLAN_SCANNER == ""
    assert take("a.pdf", pdf(), LIMITS).kind == "PDF"


@pytest.mark.parametrize("place", ["clamd", "host:", "http://x:1", "/run/clamd.sock", "a b:1"])
def test_a_place_that_is_none_ends_the_start(monkeypatch, place: str) -> None:
    monkeypatch.setenv("JINLAN_SCANNER", place)
    with pytest.raises(ImproperlyConfigured):
        scanner("JINLAN_SCANNER")
