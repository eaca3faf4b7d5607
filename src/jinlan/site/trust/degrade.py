"""P20: with the lake's reader, the mail server or the identity provider cut, the rest answers, and what is missing is said in words.

Each is cut in every way in which a neighbour fails: it is not there, it does not answer, it answers half, slowly, or something else.
"""

from __future__ import annotations

import re
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.test import Client, override_settings

from jinlan.basics.clock import now_utc
from jinlan.kernel import outgoing, working
from jinlan.kernel.jobs import defer
from jinlan.kernel.notices import KINDS
from jinlan.kernel.outbox import Notice
from jinlan.kernel.scope import scoped, system_actor
from jinlan.lake.reader.client import LakeReader
from jinlan.site.trust.arena import Admin
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.facts import ANONYMOUS
from jinlan.workspace import lake

WHO = "dept"
QUICK, WAIT = 1.0, 1.0  # seconds: a page that needs nobody, and how long a neighbour is waited for here
SLACK = 1.5
MISSING = "暂时读不到数据湖里的来源行"
AWAY = "暂时联系不上统一身份认证"
CELLS = re.compile(r"<td[ >]")
Answering = Callable[[socket.socket, threading.Event], None]


def _says(text: bytes) -> Answering:
    def answer(taken: socket.socket, _over: threading.Event) -> None:
        taken.recv(65536)
        taken.sendall(text)

    return answer


def _deaf(_taken: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def _drips(taken: socket.socket, over: threading.Event) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"x" * 60:
        if over.wait(0.2):
            return
        taken.sendall(bytes((byte,)))


LAKE_FAULTS: dict[str, Answering | None] = {
    "absent": None, "deaf": _deaf, "silent": _says(b""), "half": _says(b'{"ok": true, "answ'), "null": _says(b"null\n"), "empty": _says(b'{"ok": true}\n'),
    "odd": _says(b'{"ok": true, "answer": {"sources": [{"x": 1}]}}\n'), "refuses oddly": _says(b'{"ok": false}\n'), "drips": _drips,
}  # fmt: skip
WEB_FAULTS: dict[str, Answering | None] = {
    "absent": None, "deaf": _deaf, "silent": _says(b""), "half": _says(b'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"iss'), "odd": _says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    "fails": _says(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), "babbles": _says(b"\x00\xff" * 40),
}  # fmt: skip
WEB_FAULTS["drips"] = _drips
MAIL_FAULTS: dict[str, Answering | None] = {
    "absent": None,
    "deaf": _deaf,
    "silent": _says(b""),
    "busy": lambda taken, _over: taken.sendall(b"421 no\r\n"),
}


@dataclass
class Found:
    """What was cut and asked, and what was wrong."""

    faults: int = 0
    pages: int = 0
    said: int = 0  # pages that told what is missing
    mails: int = 0
    times: list[float] = field(default_factory=list)  # of pages that need nobody
    wrong: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Return the time that 95 of 100 pages keep to."""
        return sorted(self.times)[int(len(self.times) * 0.95)] if self.times else 0.0


@contextmanager
def neighbour(answer: Answering | None, path: Path | None = None) -> Iterator[int]:
    """Be a neighbour that fails in some way, at a path or at a port, which is given."""
    over = threading.Event()
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    port = 0 if path else int(server.getsockname()[1])

    def one(taken: socket.socket) -> None:
        with taken, suppress(OSError):
            if answer is not None:
                answer(taken, over)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

    if answer is not None:
        server.listen()
        threading.Thread(target=serve, daemon=True).start()
    try:
        yield port
    finally:
        over.set()
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        if path:
            path.unlink(missing_ok=True)


class Cutter:
    """Cuts and asks."""

    def __init__(self, bank: Bank, admin: Admin) -> None:
        self.bank, self.admin, self.found = bank, admin, Found()
        self.client = browser(bank, WHO, proved=False)
        unit = next(iter(bank.unit_ids.values()))
        self.core = ("/", "/clients?view=all", "/find?q=Q", "/department", "/approvals", "/notices", "/jobs", "/quality", f"/clients/{unit}", f"/clients/{unit}/peek", "/api/v1/gifts")  # fmt: skip
        self.sources = [f"/clients/{one}/figure/aum/rows" for one in list(bank.unit_ids.values())[:2]]
        self.sources += [f"/clients/{unit}/accounts"]

    def ask(self, what: str, client: Client, url: str, limit: float) -> Any:
        """Ask for a page; note a failure, and one that takes its time."""
        began = time.perf_counter()
        answer: Any = client.get(url)
        spent = time.perf_counter() - began
        self.found.pages += 1
        if (
            limit == QUICK and spent > limit
        ):  # what waits for a neighbour does so again, a busy machine not always
            began = time.perf_counter()
            answer = client.get(url)
            spent = min(spent, time.perf_counter() - began)
        if limit == QUICK:
            self.found.times.append(spent)
        if answer.status_code >= 400:
            self.found.wrong.append(f"{what}: {url} answered {answer.status_code}")
        if spent > limit and limit != QUICK:
            self.found.wrong.append(f"{what}: {url} took {spent:.1f} s")
        return answer

    def rest(self, what: str) -> None:
        """Ask for the pages that need none of the neighbours."""
        for url in self.core:
            self.ask(what, self.client, url, QUICK)
        if self.found.p95 > QUICK:
            self.found.wrong.append(f"{what}: 95 of 100 pages take up to {self.found.p95:.1f} s")

    def lake(self) -> None:
        """Cut the lake's reader: pages of source rows say so and show no row."""
        for name, answer in LAKE_FAULTS.items():
            self.found.faults += 1
            with tempfile.TemporaryDirectory(prefix="jl-cut-") as folder:
                path = Path(folder) / "reader.sock"
                with (
                    neighbour(answer, path),
                    patch.object(lake, "_reader", lambda _path, at=path: LakeReader(at, seconds=WAIT)),
                ):
                    for url in self.sources:
                        page = self.ask(f"lake {name}", self.client, url, WAIT + SLACK).content.decode()
                        if MISSING not in page or CELLS.search(page):
                            self.found.wrong.append(
                                f"lake {name}: {url} does not say what is missing, or shows rows"
                            )
                        self.found.said += MISSING in page
                    self.rest(f"lake {name}")

    def provider(self) -> None:
        """Cut the identity provider: the way there leads back with a word, and the bank's own sign-in stands."""
        for name, answer in WEB_FAULTS.items():
            self.found.faults += 1
            with (
                neighbour(answer) as port,
                patch.object(outgoing, "TIMEOUT", WAIT),
                patch.object(outgoing, "LONGEST", WAIT),
            ):
                known = {
                    "issuer": f"http://127.0.0.1:{port}",
                    "client": "x",
                    "secret_file": "",
                    "claim": "sub",
                    "mfa": frozenset(),
                }
                with override_settings(JINLAN_OIDC=known, JINLAN_BASE_URL="http://localhost"):
                    stranger = browser(self.bank, ANONYMOUS)
                    led = self.ask(f"provider {name}", stranger, "/signin/oidc", WAIT + SLACK)
                    page = self.ask(
                        f"provider {name}", stranger, led.get("Location", "/"), QUICK
                    ).content.decode()
                    if 'name="password"' not in page or (
                        AWAY not in page and "/signin?why=oidc" not in led.get("Location", "")
                    ):
                        self.found.wrong.append(
                            f"provider {name}: the way there ends without a word, or without the bank's own sign-in"
                        )
                    self.found.said += AWAY in page
                    self.rest(f"provider {name}")

    def mail(self) -> None:
        """Cut the mail server: the mail waits for another try, and the notice stands in the inbox."""
        kind = next(one.code for one in KINDS.values() if one.mail)
        for name, answer in MAIL_FAULTS.items():
            self.found.faults += 1
            notice = self._notice(kind, name)
            with neighbour(answer) as port, override_settings(
                EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=WAIT,
                EMAIL_USE_TLS=False, EMAIL_USE_SSL=False, JINLAN_MAIL_FROM="jinlan@bank.example", JINLAN_BASE_URL="http://localhost",
                JINLAN_MAIL_DOMAINS=frozenset(("bank.example",)),
            ):  # fmt: skip
                self._send(name, notice)
                self.rest(f"mail {name}")
            page = self.ask(f"mail {name}", self.client, "/notices", QUICK).content.decode()
            if f"/notices/{notice.public_id}" not in page:
                self.found.wrong.append(f"mail {name}: the notice is not in the inbox")

    def _notice(self, kind: str, name: str) -> Notice:
        person = self.bank.people[WHO]
        self.admin.execute("delete from kernel_job")
        self.admin.execute("update kernel_person set email = 'x@bank.example' where id = %s", [person])
        with scoped(system_actor(self.bank.facts.entity, now_utc()), write=True) as scope:
            row = Notice(
                entity=scope.actor.entity,
                person_id=person,
                by_id=scope.actor.person_id,
                kind=kind,
                key=f"cut {name}",
                values={"job": "x", "title": "x", "count": 1},
                at=now_utc(),
            )
            Notice.objects.bulk_create([row])
            return row

    def _send(self, name: str, notice: Notice) -> None:
        defer(
            "kernel.mail_notice",
            actor=system_actor(self.bank.facts.entity, now_utc()),
            notice=self._key(notice),
        )
        running = working.take(now_utc())
        state = working.run(running) if running else "not there"
        row: Any = self.admin.execute(
            "select state, attempts from kernel_job where name = 'kernel.mail_notice'"
        ).fetchone()
        self.found.mails += 1
        if tuple(row) != ("waiting", 1):
            self.found.wrong.append(
                f"mail {name}: the mail's job is {row} ({state}) instead of waiting for another try"
            )

    def _key(self, notice: Notice) -> int:
        row: Any = self.admin.execute(
            "select id from kernel_notice where public_id = %s", [notice.public_id]
        ).fetchone()
        return int(row[0])


def prove(bank: Bank, admin: Admin, *, parts: tuple[str, ...] = ("lake", "provider", "mail")) -> Found:
    """Run P20 on the connected database."""
    cutter = Cutter(bank, admin)
    cutter.rest("nothing cut")
    for part in parts:
        getattr(cutter, part)()
    return cutter.found


@contextmanager
def glossed_over() -> Iterator[None]:
    """Plant the canary: a page that shows nothing where it could not read, and does not say so."""
    with patch.object(lake, "_refused", lambda _refusal: []):
        yield
