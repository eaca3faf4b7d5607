"""P17: guesses do not pass, keys of sessions change, hosts that a request invents change nothing, a code is good once."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.kernel import otp
from jinlan.kernel.models import Person
from jinlan.kernel.testing import a_person, writing

RIGHT, NEW = "orchid meets metal 1", "orchid meets metal 2"
HOSTS = ("evil.test", "evil.test:8765", "localhost.evil.test", "localhost:80@evil.test", "evil.test#localhost", "127.0.0.1.evil.test",
         "evil。test", "[::1].evil.test", "localhost evil.test", "evil.test/localhost")  # fmt: skip
HEADERS = ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_FORWARDED", "HTTP_X_ORIGINAL_HOST")
ADDRESSES = ("/", "/signin", "/account", "/signin/code", "/audit?person=x")
LIMIT = 8  # wrong guesses of one name from one address that are looked at
TIMES, TIMED, NOTICEABLE = (
    3,
    40,
    5.0,
)  # how often it is measured at most, of each kind; milliseconds of difference


@dataclass
class Verdict:
    """What P17 found; `wrong` must stay empty."""

    guesses: int = 0
    looked_at: int = 0
    hosts: int = 0
    difference: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Prover:
    """Signs in, wrongly and rightly, as somebody from nowhere would."""

    def __init__(self, seed: int) -> None:
        self.dice, self.seed = random.Random(seed), seed  # noqa: S311  a test's dice
        self.verdict = Verdict()

    def person(self, name: str) -> Person:
        """Make somebody with the right password."""
        found = a_person(f"{name}{self.seed}", "manager")
        with writing():
            Person.objects.filter(pk=found.pk).update(password=make_password(RIGHT))
        return Person.objects.get(pk=found.pk)

    def guessing(self, guesses: int) -> None:
        """Guess passwords and codes: as many as the limit are looked at, and then not even the right one opens."""
        person, address = self.person("guessed"), "10.0.0.1"
        for _ in range(guesses):
            self.verdict.guesses += 1
            answer = self._signs_in(person.username, f"{self.dice.random()}", address)
            self.verdict.looked_at += answer.status_code != 429
        if self._signs_in(person.username, RIGHT, address).status_code != 429:
            self.verdict.wrong.append("the right password opens after too many wrong ones")
        if self.verdict.looked_at > LIMIT:
            self.verdict.wrong.append(f"{self.verdict.looked_at} guesses of one address were looked at")

    def codes(self) -> None:
        """Guess codes with the right password, and use a right one twice."""
        person, now = self.person("coded"), now_utc()
        otp.begin(person, now)
        key = otp.waiting_key(person)
        otp.confirm(person, otp.code_at(key, now - timedelta(seconds=30)), now)
        statuses = []
        client = Client(SERVER_NAME="localhost", REMOTE_ADDR="10.0.0.2")
        client.post("/signin", {"username": person.username, "password": RIGHT})
        for _ in range(12):
            self.verdict.guesses += 1
            statuses.append(
                client.post("/signin/code", {"code": f"{self.dice.randrange(10**6):06}"}).status_code
            )
        if statuses.count(429) < 4 or 302 in statuses:
            self.verdict.wrong.append(f"guessed codes were answered {statuses}")
        code = otp.code_at(key, now_utc())
        used = [self._with_code(person, code, f"10.0.1.{number}") for number in range(2)]
        if used != [True, False]:
            self.verdict.wrong.append(f"a code used twice opened {used}")

    def _with_code(self, person: Person, code: str, address: str) -> bool:
        client = Client(SERVER_NAME="localhost", REMOTE_ADDR=address)
        client.post("/signin", {"username": person.username, "password": RIGHT})
        client.post("/signin/code", {"code": code})
        return client.get("/account").status_code == 200

    def keys(self) -> None:
        """The session's key changes when somebody signs in, proves himself and changes his password."""
        client = Client(SERVER_NAME="localhost", REMOTE_ADDR="10.0.0.3")
        person = self.person("keyed")
        session = client.session
        session["x"] = 1
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
        seen = [session.session_key or ""]
        for address, body in (
            ("/signin", {"username": person.username, "password": RIGHT}),
            ("/account/confirm", {"password": RIGHT, "next": "/account"}),
            ("/account/password", {"old": RIGHT, "new": NEW, "again": NEW}),
        ):
            client.post(address, body)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            if key in seen:
                self.verdict.wrong.append(f"{address} leaves the key of the session")
            old = Client(SERVER_NAME="localhost", REMOTE_ADDR="10.0.0.3")
            old.cookies[settings.SESSION_COOKIE_NAME] = seen[-1]
            if old.get("/account").status_code == 200:
                self.verdict.wrong.append(f"after {address} the old key still opens")
            seen.append(key)

    def invented_hosts(self) -> None:
        """No link and no redirect carries a host that a request invented."""
        for host in HOSTS:
            for header in HEADERS:
                self.verdict.hosts += 1
                for address in ADDRESSES:
                    said: dict[str, Any] = {header: f"host={host}" if header == "HTTP_FORWARDED" else host}
                    answer = Client(raise_request_exception=False).get(
                        address, **{"SERVER_NAME": "localhost", **said}
                    )
                    text = answer.content.decode(errors="replace") + str(answer.headers)
                    if "evil" in text:
                        self.verdict.wrong.append(f"{header}: {host} stands in the answer of {address}")

    def time(self) -> None:
        """A wrong password of somebody takes as long as one of nobody; a difference counts that is there every time."""
        person, told = self.person("timed"), list[float]()
        while len(told) < TIMES:
            told.append(self._difference(person.username, len(told) + 1))
            self.verdict.difference = min(told, key=abs)
            if abs(told[-1]) < NOTICEABLE or told[0] * told[-1] < 0:
                return  # a busy machine makes one, but not always of one kind
        self.verdict.wrong.append(f"a known name takes {self.verdict.difference:.1f} ms longer")

    def _difference(self, known: str, network: int) -> float:
        """Return how much longer a known name takes in milliseconds, by the quicker quarter of each kind."""
        took: dict[str, list[float]] = {known: [], "nobody-at-all": []}
        for number in range(TIMED):
            for name, times in took.items():
                start = time.perf_counter()
                self._signs_in(name, "wrong", f"10.{network}.{number}.1")
                times.append((time.perf_counter() - start) * 1000)
        one, other = (statistics.quantiles(times[4:], n=4)[0] for times in took.values())
        return one - other

    @staticmethod
    def _signs_in(username: str, password: str, address: str) -> Any:
        client = Client(SERVER_NAME="localhost", REMOTE_ADDR=address, raise_request_exception=False)
        return client.post("/signin", {"username": username, "password": password})


@contextmanager
def without_limit() -> Iterator[None]:
    """Plant the canary: nobody counts."""
    with patch.object(settings, "AXES_FAILURE_LIMIT", 10**9):
        yield


def prove(*, guesses: int, seed: int, only_guessing: bool = False) -> Verdict:
    """Run P17 on the connected database."""
    prover = Prover(seed)
    prover.guessing(guesses)
    if not only_guessing:
        prover.codes()
        prover.keys()
        prover.invented_hosts()
        prover.time()
    connection.close()
    return prover.verdict
