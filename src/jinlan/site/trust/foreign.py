"""P10: nothing foreign is reached, kept or taken over.

No address, however written, makes the product connect to what stands for this machine or its neighbourhood (`ways_out`): neither by
the one way out nor by a webhook that was registered on its page and is told. No file in a form reaches a view or the disk, but by the
one address that takes files, which keeps nothing hostile (`intake`). No field that a form or an operation does not offer is written
(`unasked`).
"""

from __future__ import annotations

import os
import random
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlsplit
from uuid import uuid4

from django.http.multipartparser import MultiPartParser
from django.test import override_settings

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.kernel import outgoing
from jinlan.kernel.jobs import TASKS
from jinlan.kernel.outbox import Webhook
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.working import Running
from jinlan.site.trust import intake, unasked
from jinlan.site.trust.arena import Admin
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.facts import ANONYMOUS
from jinlan.site.trust.hostile import Hostile
from jinlan.site.trust.ways_out import ITS_ADDRESS, LISTED, Way, files, forbidden, ways

HERE = ("localhost", "127.0.0.1")  # may be asked, without TLS, where the deployer's list names them
SENDERS = ("lead", "dept", "compliance", "security", "admin", "audits", ANONYMOUS)
CODES = (301, 302, 303, 307, 308)
SHARE = 5  # of the files that are sent everywhere, every fifth also to where files are taken
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass
class Found:
    """What was tried and what was wrong."""

    ways: int = 0
    hooks: int = 0  # that the page took, each told and refused
    redirects: int = 0
    good: int = 0  # connections to the address that was listed
    files: int = 0
    forms: int = 0
    intake: intake.Found = field(default_factory=intake.Found)
    answers: Counter[int] = field(default_factory=Counter)
    fields: unasked.Found = field(default_factory=unasked.Found)
    wrong: list[str] = field(default_factory=list)


class Everything(frozenset[str]):
    """The worst list of a deployer: it names every host."""

    def __contains__(self, _name: object) -> bool:
        """Tell yes."""
        return True


class Net:
    """A network in which names stand for what a `Way` says, and connections are noted instead of made, but to `own` ports here."""

    def __init__(self) -> None:
        self.names: dict[str, list[tuple[str, ...]]] = {}
        self.own: set[int] = set()
        self.made: list[tuple[str, int]] = []
        self._look_up, self._connect = socket.getaddrinfo, socket.socket.connect

    def load(self, way: Way) -> None:
        """Let the name of an address stand for what it says."""
        with suppress(ValueError):
            self.names = {
                LISTED: [(ITS_ADDRESS,)],
                urlsplit(way.url).hostname or "": list(way.resolves) or [()],
            }
            self.names[LISTED] = [(ITS_ADDRESS,)]

    def look_up(self, host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        """Answer as a resolver: what is a number to the system's own one is that number, nothing else is asked."""
        known = self.names.get(str(host), [])
        answers = known.pop(0) if len(known) > 1 else known[0] if known else ()
        if not answers:
            return self._look_up(host, port, *rest, **{**more, "flags": socket.AI_NUMERICHOST})
        return [found for one in answers for found in self._look_up(one, port, type=socket.SOCK_STREAM)]

    def connecting(self) -> Callable[[socket.socket, Any], None]:
        """Return what notes a connection and refuses it."""

        def connect(own: socket.socket, address: Any) -> None:
            inet = own.family in (socket.AF_INET, socket.AF_INET6)
            if inet:
                self.made.append((str(address[0]), int(address[1])))
            if inet and not (address[0] in HERE and address[1] in self.own):
                raise ConnectionRefusedError
            self._connect(own, address)

        return connect

    @contextmanager
    def up(self) -> Iterator[Net]:
        """Be the network."""
        with patch.object(socket, "getaddrinfo", self.look_up), patch.object(socket.socket, "connect", self.connecting()):  # fmt: skip
            yield self

    def taken(self) -> list[tuple[str, int]]:
        """Return the connections since the last call."""
        made, self.made = self.made, []
        return made


def _judge(net: Net, what: str, found: Found) -> None:
    for address, port in net.taken():
        if forbidden(address):
            found.wrong.append(f"{what}: connects to {address} port {port}")
        found.good += address == ITS_ADDRESS


def _asked(net: Net, found: Found) -> None:
    """Ask every address: as a deployer lists one name, and as one lists every name."""
    for way in ways():
        for hosts in (frozenset((LISTED,)), Everything()):
            if isinstance(hosts, Everything) and _host(way.url) in HERE:
                continue
            net.load(way)
            found.ways += 1
            try:
                outgoing.request("POST", way.url, body=b"{}", hosts=hosts)
            except Refused:
                pass
            except Exception as error:  # noqa: BLE001  whatever else comes out ends a job or a page
                found.wrong.append(f"{way.url!r}: {type(error).__name__} instead of a refusal")
            _judge(net, repr(way.url), found)


def _host(url: str) -> str:
    with suppress(ValueError):
        return urlsplit(url).hostname or ""
    return ""


def _hooked(bank: Bank, admin: Admin, net: Net, found: Found) -> None:
    """Register every address as a webhook on its page, under the worst list; then tell all of them."""
    admin.execute("delete from kernel_webhook")
    browser, kept = Hostile(bank, 0, frozenset({"webhooks-new"})), dict[str, Way]()
    with override_settings(JINLAN_OUTGOING_HOSTS=Everything()):
        for way in ways():
            if _host(way.url) in HERE:
                continue
            body = {
                "name": uuid4().hex,
                "url": way.url,
                "verbs": "kernel.",
                "secret": "s" * 40,
                "key": str(uuid7()),
            }
            answer = browser.client("admin").post("/webhooks/new", body)
            if answer.status_code not in (302, 422):
                found.wrong.append(f"/webhooks/new {way.url!r}: answered {answer.status_code}")
            if answer.status_code == 302:
                kept[body["name"]] = way
            _judge(net, f"/webhooks/new {way.url!r}", found)
        _told(bank, admin, net, kept, found)


def _told(bank: Bank, admin: Admin, net: Net, kept: dict[str, Way], found: Found) -> None:
    """Tell each webhook by the job that does it, its name standing for what it says."""
    actor = system_actor(bank.facts.entity, now_utc())
    found.hooks = len(kept)
    for name, way in kept.items():
        net.load(way)
        admin.execute("update kernel_webhook set active = (name = %s)", [name])
        running = Running(0, uuid4(), actor.person_id, actor.entity, "kernel.tell", {}, 1, uuid4())
        with patch.object(Running, "progress", lambda *_args: None):
            TASKS["kernel.tell"].run(actor=actor, running=running)
        _judge(net, f"webhook {way.url!r}", found)
        with scoped(actor):
            if Webhook.objects.get(name=name).failures != 1:
                found.wrong.append(f"webhook {way.url!r}: was not told, or taken as told")


def _led_on(net: Net, found: Found) -> None:
    """Be led on by a server of the list to others, and to another of its own pages."""
    paths: list[str] = []

    class Leader(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            _, code, to = self.path.split("?")[0].split("/", 2)
            self.send_response(int(code))
            self.send_header("Location", to.replace("~", "/"))
            self.send_header("Refresh", f"0; url={to.replace('~', '/')}")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with _server(Leader) as port, _server(Leader) as victim:
        net.own = {port, victim}
        targets = (
            f"http://127.0.0.1:{victim}~x",
            f"~~127.0.0.1:{victim}~x",
            "http://169.254.169.254~latest",
            "https://[::1]~",
            "~200~y",
            f"http://{LISTED}~",
        )
        for code in CODES:
            for to in targets:
                paths.clear()
                net.load(Way(f"http://127.0.0.1:{port}/"))
                answer = outgoing.request(
                    "GET", f"http://127.0.0.1:{port}/{code}/{quote(to)}", hosts=frozenset(HERE)
                )
                found.redirects += 1
                if answer.status != code or len(paths) != 1 or net.taken() != [("127.0.0.1", port)]:
                    found.wrong.append(f"{code} to {to}: followed")
        net.own = set()


@contextmanager
def _server(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        made.server_close()


class Disk:
    """Notes every file that this process opens to write; the interpreter keeps the hook, so it can be switched off."""

    def __init__(self) -> None:
        self.on, self.written = False, list[str]()
        sys.addaudithook(self._see)

    def _see(self, event: str, given: tuple[Any, ...]) -> None:
        if (
            self.on
            and event == "open"
            and isinstance(given[2], int)
            and given[2] & WRITES
            and given[0] != os.devnull
        ):
            self.written.append(str(given[0]))

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """Note what is written inside the block."""
        self.on, self.written = True, []
        try:
            yield self.written
        finally:
            self.on = False


_disk: list[Disk] = []


def _filed(bank: Bank, dice: random.Random, each: int, only: frozenset[str], found: Found) -> None:
    """Send files to every address that takes a form, as whoever; `each` of them (0: all) to one address."""
    browser, every = Hostile(bank, 0, only), files()
    _disk[:] = _disk or [Disk()]
    reached: list[str] = []
    parse = MultiPartParser.parse

    def noted(parser: MultiPartParser) -> Any:
        post, taken = parse(parser)
        reached.extend(str(name) for name in taken)
        return post, taken

    dice.shuffle(every)
    with patch.object(MultiPartParser, "parse", noted), _disk[0].watched() as written:
        for number, name in enumerate(sorted(set(browser.routes) - intake.INTAKES)):
            found.forms += 1
            start = number * each
            for one in every if not each else [every[(start + place) % len(every)] for place in range(each)]:
                _send(browser, name, one, found)
                if reached or written:
                    found.wrong.append(
                        f"{name}: the file {one[0][:40]!r} reached {', '.join(reached + written)[:120]}"
                    )
                reached.clear()
                written.clear()


def _send(browser: Hostile, name: str, one: tuple[str, bytes, str], found: Found) -> None:
    filename, content, kind = one
    fields = browser.forms.get(name, {})
    place = browser.dice.choice(["file", "upload", *fields])
    parts = [(key, browser.dice.choice(values)) for key, values in fields.items()]
    body = b"".join(
        b'--xx--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (key.encode(), value.encode())
        for key, value in parts
    )
    body += b'--xx--x\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n--xx--x--\r\n' % (
        place.encode(), filename.encode(), kind.encode(), content,
    )  # fmt: skip
    who = browser.dice.choice(SENDERS)
    answer = browser.client(who).generic(
        "POST", browser.path(name), body, "multipart/form-data; boundary=xx--x"
    )
    found.files += 1
    found.answers[answer.status_code] += 1
    if answer.status_code >= 500:
        found.wrong.append(f"{who} POST {name} with {filename[:40]!r}: answered {answer.status_code}")


def prove(bank: Bank, admin: Admin, *, each: int, seed: int, only: frozenset[str] = frozenset(), parts: frozenset[str] = frozenset()) -> Found:  # fmt: skip
    """Run P10 on the connected database; `parts` of ways, hooks, files, fields, intake (none: all), `only` these addresses' forms."""
    found, dice = Found(), random.Random(seed)  # noqa: S311  a test's dice
    net = Net()

    def fields() -> None:
        found.fields = unasked.prove(bank, admin, seed=seed, only=only)
        found.wrong += found.fields.wrong

    def handed() -> None:
        found.intake = intake.prove(bank, admin, share=SHARE if each else 1)
        found.wrong += found.intake.wrong

    with net.up():
        steps: dict[str, Callable[[], None]] = {
            "ways": lambda: _asked(net, found),
            "redirects": lambda: _led_on(net, found),
            "fields": fields,  # before the webhooks of the bank are replaced
            "hooks": lambda: _hooked(bank, admin, net, found),
            "files": lambda: _filed(bank, dice, each, only, found),
            "intake": handed,
        }
        for name, step in steps.items():
            if not parts or name in parts:
                step()
    return found


@contextmanager
def believed() -> Iterator[None]:
    """Plant the canary: nobody looks at what a name stands for."""
    with patch.object(outgoing, "forbidden", lambda _address: False):
        yield


@contextmanager
def welcomed() -> Iterator[None]:
    """Plant the canary: every form takes files, as the framework does by itself."""
    with override_settings(
        FILE_UPLOAD_HANDLERS=["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    ):
        yield
