"""P7: no parameter of an address reaches the database as a statement, and none breaks a page.

Every value that a page or the API reads from its address is replaced by each payload. The answer must be no failure, must not take its time, and must
list nothing that the page without the parameter does not list: a condition that is always true would.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import quote, urlencode

from django.db import connection
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from jinlan.kernel.resource.declare import RESOURCES, Resource
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.probing import WORD

WHO = "dept"  # sees the whole bank: whatever leaks would show
SLOW = 1.0  # seconds
NEXT = re.compile(r'href="([^"]+)" rel="next"')
QUOTES = ("'", '"', "')", "'))", "\\'", "%27", "’", "`", "$$", "")
CODE = (
    " or 1=1--", " or 'a'='a", " union select null--", ";select pg_sleep(1.7)--", "||(select pg_sleep(1.7))||", " and (select 1 from pg_sleep(1.7))=1--",
    ";copy (select 1) to program 'id'--", ";set role postgres--", ";drop table kernel_person--", "/**/or/**/1=1", " or true", "::text", "\x00", "{0}", "${7*7}", "%s%s%n", "../../etc/passwd",
)  # fmt: skip
SHAPES = ("9" * 40, "-1", "1e309", "NaN", "Infinity", "0x10", "２０２６-１１-１０", "2026-13-45", "0000-00-00", "9999-12-31", "true", "null", "[]", "{}", "__class__", "pk__gt", "-", "--", ",", ",,", "\ud83d", "\u202e", "a" * 5000, "💥", "\r\nX: 1")  # fmt: skip
FIXED = {
    "find": ("q",), "clients": ("as", "cell", "as_of", "branch", "lead", "due", "limit"), "today": ("show",), "department": ("as_of",), "charter": ("lines",), "balance": ("trial", "show"), "rotation": ("show",), "pipeline": ("owner", "branch", "unit", "product"), "hand-over-book": ("giver",), "indicators": ("as_of",), "targets": ("year", "metric", "of", "show"), "targets-set": ("year", "metric", "of"), "targets-split": ("year", "metric", "of"), "quality": ("load",), "runs": ("run",),
    "record": ("person", "verb", "about", "before", "by"), "people": ("q",), "signin": ("next", "why"), "filling": ("x",), "design": ("x",), "approvals": ("x",), "committee": ("show",), "definitions": ("x",), "definition-trials": ("kind", "pick"),
}  # fmt: skip


@dataclass
class Found:
    """What was asked and what was wrong."""

    requests: int = 0
    parameters: int = 0
    slowest: float = 0.0
    known: frozenset[str] = frozenset()  # the words in names
    wrong: list[str] = field(default_factory=list)


def payloads() -> list[str]:
    """Return the payloads."""
    return [before + code for before in QUOTES for code in CODE] + list(SHAPES)


def prove(bank: Bank, *, each: int, seed: int, stop_early: bool = False) -> Found:
    """Ask every parameter `each` payloads (0: all of them); with `stop_early` until something is wrong."""
    dice = random.Random(seed)  # noqa: S311  a test's dice
    found = Found(known=frozenset(word.upper() for word in bank.facts.tokens.values()))
    every = payloads()
    clients = {who: browser(bank, who) for who in (WHO, "security", "auditor")}
    bases: dict[tuple[str, str], set[str]] = {}  # what a page shows to somebody without any parameter
    for address, name, who in _parameters():
        found.parameters += 1
        client = clients[who]
        if (address, who) not in bases:
            bases[address, who] = _all_words(client, address, found.known)
        for payload in dice.sample(every, each) if each else every:
            _ask(client, address, name, payload, bases[address, who], found)
        if stop_early and found.wrong:
            break
    return found


def _parameters() -> Iterator[tuple[str, str, str]]:
    """Yield (address, parameter, who asks)."""
    whose = {"people": "security", "record": "auditor"}
    for page, names in FIXED.items():
        yield from ((reverse(page), name, whose.get(page, WHO)) for name in names)
    for name, resource in sorted(RESOURCES.items()):
        for door in (
            reverse(name),
            reverse(f"{name}-filters"),
            reverse(f"{name}-file"),
            reverse(f"api:{name}"),
        ):
            yield from ((door, one, WHO) for one in names_of(resource))


def names_of(resource: Resource) -> list[str]:
    """Return the parameters that a resource's list reads."""
    return ["view", "q", "sort", "cols", "cursor", "limit", *resource.filter_names()]


def _ask(client: Client, address: str, name: str, payload: str, base: set[str], found: Found) -> None:
    query = urlencode({name: payload}, quote_via=quote, errors="surrogatepass")
    answer, spent = _timed(client, f"{address}?{query}")
    if spent > SLOW:  # a statement that waits waits every time, a busy machine does not
        answer, spent = min(
            (_timed(client, f"{address}?{query}") for _again in range(2)), key=lambda one: one[1]
        )
    if spent > SLOW:  # a very busy one does, but is as slow without the payload
        spent -= _timed(client, address)[1]
    found.requests += 1
    found.slowest = max(found.slowest, spent)
    said = f"{address}?{name}={payload[:40]!r}"
    if answer.status_code >= 500:
        found.wrong.append(f"{said}: answered {answer.status_code}")
    if spent > SLOW:
        found.wrong.append(f"{said}: took {spent:.1f} s")
    if answer.status_code == 200 and (more := _words(answer, found.known) - base):
        found.wrong.append(f"{said}: shows {len(more)} names that the page without it does not")


def _timed(client: Client, address: str) -> tuple[Any, float]:
    began = time.perf_counter()
    answer = client.get(address)
    return answer, time.perf_counter() - began


def _all_words(client: Client, address: str, known: frozenset[str]) -> set[str]:
    """Return the names on a page and on those that follow it: a filter may bring forward what stands on the second."""
    found: set[str] = set()
    while address:
        answer = client.get(address)
        found |= _words(answer, known)
        onward = NEXT.search(answer.content.decode(errors="replace"))
        told = answer.json().get("next") if answer["Content-Type"] == "application/json" else None
        address = (
            onward[1].replace("&amp;", "&")
            if onward
            else f"{address.partition('?')[0]}?cursor={told}"
            if told
            else ""
        )
    return found


def _words(answer: Any, known: frozenset[str]) -> set[str]:
    text = re.sub(r"<option.*?</option>", "", answer.content.decode(errors="replace"))
    return {
        word.upper() for word in WORD.findall(text)
    } & known  # keys and cursors look like names now and then


@contextmanager
def pasted() -> Iterator[None]:
    """A search that pastes its text into a statement."""

    def found(_resource: Resource, _actor: Any, rows: Any, text: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"select unit_id from serving_unitresult where pinyin_key = '{text}'")  # noqa: S608  the planted hole
            return rows.filter(Q(unit_id__in=[row[0] for row in cursor.fetchall()]))

    with patch.object(type(RESOURCES["clients"]), "found", found):
        yield
