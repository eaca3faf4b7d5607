"""Asks the probes of P1 through Django's own request handling and judges every answer."""
# ruff: noqa: S608  statements are made here of names in the catalogue, never of input

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from jinlan.kernel.testing import prove as prove_oneself
from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.deck import Deck
from jinlan.site.trust.facts import ANONYMOUS, Sight
from jinlan.site.trust.matrix import METHODS, Probe, without_row
from jinlan.site.trust.oracle import status

WORD = re.compile(r"q[upgkr][a-z2-7]{8}", re.IGNORECASE)
COUNT = re.compile(r'<th scope="row" class="first">[^<]*<span class="num">([\d,]+)</span>')
HOSTILE = {
    "theme": "auto",
    "role": "auditor",
    "is_active": "1",
    "entity": "JLB",
    "public_id": "x",
    "tier": "HQ",
    "_method": "DELETE",
}
MAY_CHANGE = ("django_session", "kernel_staffsession", "portal_portalsession", "axes_", "kernel_auditentry")
SHARE, FIRST = (
    0.03,
    0.5,
)  # in a quick run: of the probes; of the addresses and methods of each of some thirty people
BATCH = 60  # requests between two digests of the database


@dataclass
class Verdict:
    """What a run of probes found; `wrong` must stay empty."""

    probes: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    digests: int = 0
    words: int = 0
    people: int = 0  # who asked
    wrong: list[str] = field(default_factory=list)


def digest(admin: Admin) -> dict[str, str]:
    """Return a digest of the rows of each table; sessions, sign-in attempts, audit and the last sign-in excepted."""
    tables = [
        row[0]
        for row in admin.execute(
            "select tablename from pg_tables where schemaname = 'public' order by 1"
        ).fetchall()
    ]
    parts = [
        f"select '{table}', md5(coalesce(string_agg(md5((to_jsonb(t) - 'last_login')::text), '' order by md5((to_jsonb(t) - 'last_login')::text)), '')) from {table} t"
        for table in tables if not table.startswith(MAY_CHANGE)
    ]  # fmt: skip
    return dict(admin.execute(statement(" union all ".join(parts))).fetchall())


class Judge:
    """Asks and judges on the connected database."""

    def __init__(
        self,
        bank: Bank,
        deck: Deck,
        admin: Admin,
        *,
        stop_early: bool = False,
        known: frozenset[str] = frozenset(),
    ) -> None:
        self.bank, self.deck, self.admin, self.stop_early, self.known = bank, deck, admin, stop_early, known
        self.verdict = Verdict()
        self.codes = {word.upper(): code for code, word in bank.facts.tokens.items()}
        self.nothing: dict[tuple[str, str], Any] = {}

    def run(self, methods: tuple[str, ...] = METHODS) -> Verdict:
        """Ask everything; with `stop_early` until something is wrong."""
        said = [f"address without a row in the matrix: {name}" for name in without_row()]
        self.verdict.wrong += [one for one in said if one not in self.known]
        before = digest(self.admin)
        for who, probes in self.deck.deal(methods):
            self.verdict.people += 1
            client, proved = self.client(who), self.client(who)
            for start in range(0, len(probes), BATCH):
                if who != ANONYMOUS:
                    prove_oneself(proved)  # a batch is quicker than a proof grows old
                self._batch(client, proved, probes[start : start + BATCH])
                self.verdict.digests += 1
                if (after := digest(self.admin)) != before:
                    asked = sorted(
                        {f"{probe.method} {probe.name}" for probe in probes[start : start + BATCH]}
                    )
                    self.verdict.wrong.append(
                        f"{who}: the database ({', '.join(sorted(name for name in after if after[name] != before.get(name)))}) changed in one of {', '.join(asked)[:300]}"
                    )
                    before = after
                if self.stop_early and self.verdict.wrong:
                    return self.verdict
        return self.verdict

    def client(self, who: str) -> Client:
        """Return a browser in which somebody is signed in; the disabled one was, before he was disabled."""
        client = browser(self.bank, who, proved=False)
        if who == "disabled":  # shown out with his first request; from then on a stranger
            client.get("/")
        return client

    def _batch(self, client: Client, proved: Client, probes: Iterable[Probe]) -> None:
        for probe in probes:
            asked = self.client(probe.who) if probe.name == "signout" else proved if probe.proved else client
            answer = asked.generic(probe.method, probe.url, **_body(probe))
            self.verdict.probes += 1
            self.verdict.answers[answer.status_code] += 1
            found = self._faults(probe, answer, client)
            said = [
                f"{probe.who} {probe.method} {probe.url} ({probe.relation or probe.name}): {one}"
                for one in found
            ]
            self.verdict.wrong += [one for one in said if one not in self.known]

    def _faults(self, probe: Probe, answer: Any, client: Client) -> list[str]:
        seen = self.deck.sights[probe.who]
        signed = probe.who not in (ANONYMOUS, "disabled")
        expected = status(probe.row, probe.method, signed, seen, probe.unit, probe.party)
        faults = (
            [] if answer.status_code == expected else [f"answered {answer.status_code} instead of {expected}"]
        )
        if (
            answer.status_code == 302
            and not signed
            and not answer["Location"].startswith("/signin")
            and probe.name not in ("preferences", "signout")
        ):
            faults.append(f"leads to {answer['Location']}")
        return faults + self._said(probe, answer, client, seen, signed=signed)

    def _said(self, probe: Probe, answer: Any, client: Client, seen: Sight, *, signed: bool) -> list[str]:
        """Return what is wrong with the words of an answer."""
        faults = []
        body = answer.content.decode(errors="replace")
        words = {self.codes[word.upper()] for word in WORD.findall(body) if word.upper() in self.codes}
        self.verdict.words += len(words)
        allowed = self._allowed(seen) if answer.status_code in (200, 422) and signed else frozenset()
        if words - allowed:
            faults.append(f"shows {', '.join(sorted(words - allowed)[:5])}")
        if answer.status_code == 200 and probe.relation.startswith("search "):
            faults += _search_faults(probe, words)
        if (
            answer.status_code == 404
            and probe.method == "GET"
            and probe.name != "home"
            and self._differs(probe.who, answer, client)
        ):
            faults.append("its 404 differs from that of what does not exist")
        if probe.exact and answer.status_code == 200:
            faults += self._list_faults(body, words, seen, file="Content-Disposition" in answer.headers)
        return faults

    def _allowed(self, seen: Sight) -> frozenset[str]:
        secret = (
            {code for code in self.bank.facts.tokens if code.startswith("gate-")} if seen.secret else set()
        )
        kept = (
            {code for code in self.bank.facts.tokens if code.startswith("quarantine-")}
            if seen.whole
            else set()
        )
        lines = self.bank.facts.rows.keys() & seen.things
        return seen.headers | seen.parties | secret | kept | lines

    def _differs(self, who: str, answer: Any, client: Client) -> bool:
        place = "/api/v1" if answer.request["PATH_INFO"].startswith("/api/") else "/clients"
        if (who, place) not in self.nothing:
            absent = client.get(f"{place}/00000000-0000-7000-8000-000000000000/nothing")
            self.nothing[who, place] = comparable(absent)
        return bool(comparable(answer) != self.nothing[who, place])

    def _list_faults(self, body: str, words: set[str], seen: Sight, *, file: bool) -> list[str]:
        """The whole list holds the whole sight, no more and no less, and adds up to it."""
        units = words & set(self.bank.facts.units)
        if file:  # it holds every row
            wrong = sorted(units ^ seen.figures)
            return [f"the file holds too much or too little: {', '.join(wrong[:5])}"] if wrong else []
        missing = seen.figures - units if len(seen.figures) <= 50 else frozenset()
        counted = COUNT.search(body)
        total = int(counted[1].replace(",", "")) if counted else 0
        faults = [f"leaves out {', '.join(sorted(missing)[:5])}"] if missing else []
        return faults + (
            [f"adds up {total} units instead of {len(seen.figures)}"] if total != len(seen.figures) else []
        )


def _search_faults(probe: Probe, words: set[str]) -> list[str]:
    """A unit is found by the names of those members that a person sees, and by no other's."""
    found = probe.unit in words
    if probe.relation == "search member" and not found:
        return [f"{probe.unit} is not found by the name of its member {probe.party}"]
    if probe.relation == "search hidden member" and found:
        return [f"{probe.unit} is found by the name of its member {probe.party}, who is out of sight"]
    return []


def _body(probe: Probe) -> dict[str, Any]:
    if probe.method in ("POST", "PUT", "PATCH", "DELETE"):
        return {
            "data": urlencode(HOSTILE | dict(probe.body)),
            "content_type": "application/x-www-form-urlencoded",
        }
    return {}


def comparable(answer: Any) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return an answer without what differs from request to request."""
    body = re.sub(rb'(csrf[^>]*value=")[^"]*', rb"\1", answer.content)
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "X-Reference")
    return answer.status_code, body, headers


def prove(bank: Bank, admin: Admin, *, seed: int, only: frozenset[str] = frozenset(), people: frozenset[str] = frozenset(),
          methods: tuple[str, ...] = METHODS, stop_early: bool = False, thorough: bool = False, known: frozenset[str] = frozenset(),
          most: int = 0) -> Verdict:  # fmt: skip
    """Run P1 on the connected database, with the first `most` people (0: all)."""
    share, first = (1.0, 1.0) if thorough or only else (SHARE, FIRST)
    deck = Deck(bank, seed=seed, only=only, people=people, thorough=thorough, share=share, first=first)
    deck.people = deck.people[:most] if most else deck.people
    try:
        return Judge(bank, deck, admin, stop_early=stop_early, known=known).run(methods)
    finally:
        connection.close()
