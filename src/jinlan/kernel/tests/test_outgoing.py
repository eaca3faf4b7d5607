"""The one way out: only to hosts of the list, at the IP that was judged, never on to another place."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from jinlan.basics.errors import Refused
from jinlan.kernel import outgoing

HERE = frozenset(("127.0.0.1", "localhost"))
OTHER = frozenset(("hooks.bank.example", "10.2.0.7", "hooks.bank.example:8443"))


class Server(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, str, bytes]] = []

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, self.path, str(self.headers["Host"]), body))
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1/secret")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * (outgoing.LARGEST + 1) if self.path == "/large" else b"yes")

    do_GET = do_POST = _answer  # noqa: N815  the library's names

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Server.seen.clear()
    made = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()


def refused(url: str, hosts: frozenset[str]) -> str:
    with pytest.raises(Refused) as caught:
        outgoing.request("GET", url, hosts=hosts)
    return caught.value.code


def test_an_address_of_the_list_is_asked_once_with_its_name(server: str) -> None:
    port = server.rpartition(":")[2]

    assert outgoing.request("POST", f"{server}/a?b=1", body=b"{}", hosts=HERE) == outgoing.Answer(200, b"yes")
    assert Server.seen == [("POST", "/a?b=1", f"127.0.0.1:{port}", b"{}")]


def test_a_redirect_is_an_answer_and_not_followed(server: str) -> None:
    assert outgoing.request("GET", f"{server}/away", hosts=HERE).status == 302
    assert [path for _method, path, _host, _body in Server.seen] == ["/away"]


def test_a_large_answer_is_refused_without_being_read_whole(server: str) -> None:
    assert refused(f"{server}/large", HERE) == "OUT_LARGE"


def test_who_sends_a_byte_now_and_then_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "LONGEST", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            taken = listening.accept()[0]
            with taken, contextlib.suppress(OSError):
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n")
                for _second in range(50):
                    taken.sendall(b"x")
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()

        assert refused(f"http://127.0.0.1:{listening.getsockname()[1]}/", HERE) == "OUT_AWAY"
        assert time.monotonic() - began < 3


def test_half_an_answer_is_none() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def half() -> None:
            with listening.accept()[0] as taken:
                taken.recv(65536)
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}")

        threading.Thread(target=half, daemon=True).start()

        assert refused(f"http://127.0.0.1:{listening.getsockname()[1]}/", HERE) == "OUT_AWAY"


def test_nobody_there_is_a_refusal() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert refused(f"http://127.0.0.1:{taken.getsockname()[1]}/", HERE) == "OUT_AWAY"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/", "https://hooks.bank.example.evil.example/", "https://10.2.0.8/", "https://169.254.169.254/latest",
        "https://hooks.bank.example@evil.example/", "https://[::1]/", "https://0/", "https://2130706433/", "https://0x7f.1/",
        "https://127.0.0.1/", "https://localhost/", "https://hooks.bank.example\\@evil.example/", "https://hooks.bank.examplé/",
    ],
)  # fmt: skip
def test_a_host_that_nobody_listed_is_refused(url: str) -> None:
    assert refused(url, OTHER) in {"OUT_HOST", "OUT_ADDRESS"}


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.bank.example/", "ftp://hooks.bank.example/", "file:///etc/passwd", "gopher://hooks.bank.example/", "//hooks.bank.example/",
        "https://user:word@hooks.bank.example/", "https://hooks.bank.example/#x", "https://hooks.bank.example/\r\nX: 1", "https://hooks.bank.example/ a",
        "https://hooks.bank.example:99999/", "", "hooks.bank.example",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    assert refused(url, OTHER) in {"OUT_ADDRESS", "OUT_HOST"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "240.0.0.1",
        "0.1.2.3", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "64:ff9b:1::169.254.169.254", "::ffff:100.100.100.200",
    ],
)  # fmt: skip
def test_a_listed_name_that_stands_for_this_machine_or_its_neighbourhood_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    asked = []

    def resolved(host: str, port: int, **_more: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.2.0.7", port)), (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port))]  # fmt: skip

    monkeypatch.setattr(socket, "getaddrinfo", resolved)

    assert refused("https://hooks.bank.example/", OTHER) == "OUT_ADDRESS"
    assert asked == ["hooks.bank.example"]


def test_the_connection_goes_to_the_ip_that_was_judged(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    port = int(server.rpartition(":")[2])
    answers = iter(
        [("10.2.0.7", 443), ("127.0.0.1", port)]
    )  # a name that is answered otherwise the second time
    connected = []
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_args, **_more: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", next(answers))]
    )  # fmt: skip

    def connect(address: tuple[str, int], _timeout: float) -> socket.socket:
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)

    assert refused("https://hooks.bank.example:8443/", OTHER) == "OUT_AWAY"
    assert connected == [("10.2.0.7", 8443)]


@pytest.mark.parametrize("address", ["10.2.0.7", "192.168.1.9", "203.0.113.5", "2001:db8::1"])
def test_the_banks_own_network_and_the_world_may_be_asked_when_listed(address: str) -> None:
    assert not outgoing.forbidden(address)
