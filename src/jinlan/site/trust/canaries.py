"""P5: what is personal is shown to whom it may be shown, masked where it has a mask, and stands in no address, log or dump.

Every classified text of every row holds a word of its own. Everybody of the cast reads every address; each word in a body, a header
or an address must be one that he may read. Then errors are forced and the log is read, every table is copied out, and the files of
the database are read: the values of the vault are nowhere.
"""
# ruff: noqa: S608  statements are made here of names in the catalogue, never of input

from __future__ import annotations

import base64
import binascii
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.db import connection
from django.test import Client

from jinlan.clients import selectors, vault
from jinlan.kernel.references import Referenced
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.site.trust import canary_seed
from jinlan.site.trust.arena import Admin, statement
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.canary_seed import WORD, Seeds, may_read
from jinlan.site.trust.deck import Deck
from jinlan.site.trust.facts import ANONYMOUS
from jinlan.site.trust.matrix import NEVER_PLAIN, UNMASKERS, Probe

URLS = re.compile(r'(?:href|src|action|hx-[a-z-]+)="([^"]*)"')
TOLD = re.compile(r'"(?:next|previous)": ?"([^"]+)"')  # cursors of the API
TAKEN = {"kind": "csv", "purpose": "AUDIT", "reason": "信任演练的导出"}
# The levels of the product, which `arena.quiet` has raised.
LEVELS = {"": logging.WARNING, "django": logging.INFO, "django.request": logging.NOTSET, "django.security": logging.NOTSET, "jinlan": logging.INFO, "axes": logging.NOTSET}  # fmt: skip
# Of a quick run: one of every kind of sight.
FEW = frozenset(("lead", "member", "banker0", "head_bj", "dept_corp", "dept", "compliance", "auditor", "admin", "security", "audits", "disabled", "stranger", ANONYMOUS))  # fmt: skip
SHARE = 0.2  # of the addresses of a quick run, beside one of each to everybody who is asked
CHUNK = 16 * 2**20


@dataclass
class Found:
    """What was read and what was wrong."""

    requests: int = 0
    words: int = 0  # planted
    fields: int = 0
    empty: list[str] = field(default_factory=list)
    read: int = 0  # words in bodies, each of which its reader may read
    shown: set[str] = field(default_factory=set)  # fields that somebody read
    plain: int = 0  # identifiers shown to who asked for them with a reason
    lines: int = 0
    tables: int = 0
    bytes: int = 0
    wrong: list[str] = field(default_factory=list)


class Catcher(logging.Handler):
    """Keeps every record as the product's own formatter writes it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        made = logging.getLogger().handlers
        self.setFormatter(made[0].formatter if made else None)
        self.addFilter(Referenced())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.lines.append(self.format(record))


@contextmanager
def _caught() -> Iterator[Catcher]:
    catcher = Catcher()
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in LEVELS]
    silent = list(logging.getLogger().handlers)
    for name, level in LEVELS.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger().handlers = [catcher]
    try:
        yield catcher
    finally:
        logging.getLogger().handlers = silent
        for one, level in before:
            one.setLevel(level)


class Crawler:
    """Reads the planted bank as everybody."""

    def __init__(self, bank: Bank, admin: Admin, seeds: Seeds, deck: Deck) -> None:
        self.bank, self.admin, self.seeds, self.deck = bank, admin, seeds, deck
        self.found = Found(words=len(seeds.words), fields=len(seeds.fields), empty=seeds.empty)

    def crawl(self) -> None:
        """Read every address as everybody, in both languages; take the lists as files."""
        for who, probes in self.deck.deal(("GET",)):
            client = browser(self.bank, who)
            for number, probe in enumerate(probes):
                self._read(client, probe, "en" if number % 3 == 0 else "zh-hans")
            for name, resource in RESOURCES.items():
                for column in resource.columns:
                    for door in (f"/{name}", f"/api/v1/{name}") if column.sort else ():
                        self._judge(
                            who,
                            f"GET {door} by {column.name}",
                            client.get(f"{door}?view=all&sort={column.name}"),
                        )
                answer = client.post(
                    f"/{name}/file?view=all",
                    urlencode(TAKEN),
                    content_type="application/x-www-form-urlencoded",
                )
                self._judge(who, f"file of {name}", answer)

    def _read(self, client: Client, probe: Probe, language: str) -> None:
        answer = client.get(probe.url, headers={"accept-language": language})
        self._judge(probe.who, f"GET {probe.name} ({probe.relation})", answer)

    def _judge(self, who: str, what: str, answer: Any) -> None:
        self.found.requests += 1
        body = answer.content.decode(errors="replace")
        if answer.status_code >= 500:
            self.found.wrong.append(f"{who} {what}: answered {answer.status_code}")
        for word in sorted({word.lower() for word in WORD.findall(body)} & self.seeds.words.keys()):
            secret = self.seeds.words[word]
            if may_read(
                secret,
                who,
                self.deck.sights[who],
                self.bank.facts.people[who].entity if who != ANONYMOUS else "",
            ):
                self.found.read += 1
                self.found.shown.add(f"{secret.table}.{secret.field}")
            else:
                self.found.wrong.append(
                    f"{who} {what}: shows {secret.table}.{secret.field} of {'/'.join(filter(None, secret.keys[:2])) or 'the bank'}"
                )
        headers = (
            "\n".join(f"{name}: {value}" for name, value in answer.headers.items()) + answer.cookies.output()
        )
        addresses = [unescape(one) for one in URLS.findall(body)] + [answer.headers.get("Location", "")]
        addresses += [f"?cursor={one}" for one in TOLD.findall(body)]
        for place, text in (("a header", headers), *(("an address", _opened(one)) for one in addresses)):
            self._none(f"{who} {what}: {place} holds", text, self.seeds.words.keys())

    def _none(self, what: str, text: str, words: Any) -> None:
        """None of the words stands in a text."""
        for word in sorted({word.lower() for word in WORD.findall(text)} & words)[:3]:
            self.found.wrong.append(f"{what} {self.seeds.words[word].table}.{self.seeds.words[word].field}")

    def unmask(self) -> None:
        """Ask for plain identifiers, with a reason, as everybody: whoever may is shown those of that party and no others."""
        members = sorted(self.bank.facts.members)
        for who, seen in self.deck.sights.items():
            if who == ANONYMOUS:
                continue
            client, near = browser(self.bank, who), sorted(seen.members)[:1]
            for unit, party in [*near, members[0], members[-1]]:
                url = f"/clients/{self.bank.unit_ids[unit]}/identity/{self.bank.party_ids[party]}"
                body = client.post(url, {"reason": "信任演练的核对"}).content.decode()
                told = {
                    self.seeds.words[word]
                    for word in {one.lower() for one in WORD.findall(body)} & self.seeds.sealed()
                }
                there = unit in seen.headers and (unit, party) in seen.members
                may = there and bool(seen.roles & UNMASKERS) and not seen.roles & NEVER_PLAIN
                self.found.requests += 1
                self.found.plain += len(told)
                if (bool(told) and not may) or any(secret.keys[1] != party for secret in told):
                    self.found.wrong.append(f"{who} POST client-identity: shows identifiers of {party}")
                if may and not told:
                    self.found.wrong.append(
                        f"{who} POST client-identity: does not show those of {party}, which he may see"
                    )

    def errors(self) -> None:
        """Fail in the midst of personal data, in Python and in the database; neither page nor log says any of it."""
        head, unit = browser(self.bank, "dept"), min(self.bank.unit_ids)
        honest = selectors.team_of

        def in_python(*args: Any, **more: Any) -> Any:
            names = [one.employee.name for one in honest(*args, **more)]
            raise RuntimeError(f"planted, among {len(names)} names")

        def in_database(*_args: Any, **_more: Any) -> Any:
            with connection.cursor() as cursor:
                cursor.execute(
                    "insert into work_preflightrecord (public_id, entity, kind, moment, facts, planned_at, person_id, person_name, asked_at, colour, "
                    "clear, verdicts) select gen_random_uuid(), 'JLB', 'x', 'ask', '{}', now(), sec.t_person(), p.name, now(), 'red', false, null "
                    "from clients_party p limit 1"
                )

        for hole in (in_python, in_database):
            with patch.object(selectors, "team_of", hole):
                answer = head.get(f"/clients/{self.bank.unit_ids[unit]}")
            self.found.requests += 1
            if answer.status_code != 500:
                self.found.wrong.append(
                    f"a planted error ({hole.__name__}): answered {answer.status_code} instead of 500"
                )
            self._none(
                f"the page of a planted error ({hole.__name__}) shows",
                answer.content.decode(),
                self.seeds.words.keys(),
            )

    def logged(self, lines: list[str]) -> None:
        """No line of the log says a word."""
        self.found.lines += len(lines)
        if sum("planted" in line or "violates" in line for line in lines) < 2:
            self.found.wrong.append("the log says nothing of the planted errors")
        for line in lines:
            self._none("the log holds", line, self.seeds.words.keys())

    def at_rest(self) -> None:
        """Copy every table out, and read the files of the database: what is sealed stands nowhere in plain."""
        sealed = self.seeds.sealed()
        tables = self.admin.execute(
            "select schemaname || '.' || tablename from pg_tables where schemaname in ('public', 'sec') order by 1"
        ).fetchall()
        for (table,) in tables:
            with (
                self.admin.cursor() as cursor,
                cursor.copy(statement(f"copy (select * from {table}) to stdout")) as rows,
            ):
                text = b"".join(bytes(block) for block in rows)
            self.found.bytes += len(text)
            self._none(f"a copy of {table} holds", text.decode(errors="replace"), sealed)
        self.found.tables = len(tables)
        self.admin.execute("checkpoint")
        (folder,) = self.admin.execute("show data_directory").fetchone() or ("",)
        for path in sorted(one for one in Path(folder).rglob("*") if one.is_file()):
            self._file(path, sealed)

    def _file(self, path: Path, sealed: frozenset[str]) -> None:
        try:
            with path.open("rb") as file:
                before = b""
                while block := file.read(CHUNK):
                    self._none(
                        f"{path.parent.name}/ of the database's files holds",
                        (before + block).decode("latin-1"),
                        sealed,
                    )
                    before = block[-canary_seed.SHORT :]
                    self.found.bytes += len(block)
        except OSError:
            return  # the server took it away meanwhile


def _opened(address: str) -> str:
    """Return an address with what its parameters hold, also when that is written in base64."""
    parts = [unquote(address)]
    for _name, value in parse_qsl(urlsplit(address).query):
        try:
            parts.append(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode(errors="replace"))
        except (binascii.Error, ValueError):
            parts.append(value)
    return "\n".join(parts)


def prove(
    bank: Bank,
    admin: Admin,
    *,
    seed: int,
    people: frozenset[str] = frozenset(),
    only: frozenset[str] = frozenset(),
    thorough: bool = False,
) -> Found:
    """Run P5 on the connected database; with `only`, read those addresses and nothing else."""
    seeds = canary_seed.plant(bank, admin, seed)
    share = 1.0 if thorough or only else SHARE
    deck = Deck(bank, seed=seed, people=people, only=only, thorough=thorough, share=share)
    crawler = Crawler(bank, admin, seeds, deck)
    with _caught() as caught:
        crawler.crawl()
        if not only:
            crawler.unmask()
            crawler.errors()
    if not crawler.found.read:
        crawler.found.wrong.append("nobody read a word that he may read")
    if not only:
        crawler.logged(caught.lines)
        crawler.at_rest()
    connection.close()
    return crawler.found


@contextmanager
def unmasked() -> Iterator[None]:
    """Plant the canary: a vault whose mask for telephones masks nothing."""
    with patch.dict(vault.MASKS, {"MOBILE": str}):
        yield
