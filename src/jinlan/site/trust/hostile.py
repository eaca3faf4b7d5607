"""P8: no request makes the product fail or hang, whatever it holds.

Every address of the URLconf and every operation of the API's own description is asked with what it expects, bent at one or more places: path,
query, form, JSON, content type, headers, method. No answer may be a failure of the server, and none may take its time.
"""

from __future__ import annotations

import json
import random
import re
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import django.test.client
from django.http import HttpRequest
from django.test import Client

from jinlan.api import rows
from jinlan.basics.ids import uuid7
from jinlan.kernel.resource.declare import RESOURCES, SIZE
from jinlan.site.request import Utf8Request
from jinlan.site.trust import odd
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.facts import ANONYMOUS
from jinlan.site.trust.inject import FIXED, names_of
from jinlan.site.trust.matrix import MATRIX, METHODS, addresses
from jinlan.site.trust.things import SWITCHES

SLOW, AGAINS = 2.0, 4  # seconds; asked again so often before it counts, since the machine may be busy
ASKERS = ("lead", "dept", "compliance", "security", "audits", "disabled", ANONYMOUS)
OTHERS = (
    "person:stranger",
    "person:left",
    "person:handed",
)  # whom an asker may disable without silencing another
AGAIN = 25  # requests until somebody signs in anew: some of them end his session; a disabled one's ends with every request
UNITS = ("header", "figures", "member")
HOLE = re.compile(r"<(?:(\w+):)?(\w+)>")
ODD_METHODS = (*METHODS, "TRACE", "PROPFIND", "get", "X")
HEADERS = ("If-Match", "Idempotency-Key", "Accept-Language", "Accept", "Authorization", "Referer", "Origin", "X-Forwarded-For", "X-Forwarded-Host",
           "HX-Request", "HX-Target", "HX-Current-URL", "HX-Prompt", "Range", "If-None-Match", "If-Modified-Since", "X-HTTP-Method-Override", "Host",
           "X-CSRFToken", "User-Agent")  # fmt: skip
HEADER_TEXTS = ("", "*", '"x"', 'W/"', "x" * 3000, "\xff\xfe", "Bearer", "Bearer \xe9", "Bearer " + "a" * 70, "Basic Og==", "bytes=9-1", "localhost:x", "[::1", "//x", "http://[", "zh;q=x", "en-" + "a" * 600, "q=0;;,", "{}", "0", "true", "Thu, 99 Foo 2026")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    method: str
    url: str
    body: bytes = b""
    kind: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API, as its description says."""

    method: str
    path: str
    names: tuple[str, ...]
    schema: dict[str, Any] | None


@dataclass
class Found:
    """What was asked and what was wrong."""

    requests: int = 0
    addresses: int = 0
    operations: int = 0
    slowest: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Hostile:
    """Makes requests with its own dice and judges the answers."""

    def __init__(self, bank: Bank, seed: int, only: frozenset[str] = frozenset()) -> None:
        self.bank = bank
        self.dice = random.Random(seed)  # noqa: S311  a test's dice
        self.found = Found()
        self.routes = {
            name: route
            for name, route in addresses().items()
            if name not in ("signout", "account-end-others") and (not only or name in only)
        }
        self.clients: dict[str, tuple[Client, int]] = {}
        covered = {
            one.thing for one in bank.facts.covers if one.employee == bank.facts.people["lead"].employee
        }
        self.units = [
            str(bank.unit_ids[code]) for code in sorted(covered & set(bank.unit_ids)) or sorted(bank.unit_ids)
        ]
        description = self.client("dept").get("/api/v1/openapi.json").json()
        self.shapes: dict[str, Any] = description["components"]["schemas"]
        self.operations = list(_operations(description))
        self.found.addresses, self.found.operations = len(self.routes), len(self.operations)

    @cached_property
    def forms(self) -> dict[str, odd.Fields]:
        """The fields of each address that has any; every page is opened for it, so only who sends forms asks."""
        return {name: fields for name in self.routes if (fields := self._form(name))}

    def run(self, requests: int, *, stop_early: bool = False, only_api: bool = False) -> Found:
        """Ask; with `stop_early` until something is wrong."""
        makes: tuple[Callable[[], Ask], ...] = (self._page, self._page, self._post, self._post, self._api)
        makes = (self._api,) if only_api else makes
        while self.found.requests < requests and not (stop_early and self.found.wrong):
            self._judge(self.dice.choice(ASKERS), self.dice.choice(makes)())
        return self.found

    def client(self, who: str) -> Client:
        """Return a browser in which somebody is signed in, and proved himself a moment ago."""
        client, left = self.clients.get(who, (Client(), 0))
        if left == 0:
            client, left = browser(self.bank, who), 1 if who == "disabled" else AGAIN
        self.clients[who] = (client, left - 1)
        return client

    def _judge(self, who: str, ask: Ask) -> None:
        said, spent = self._asked(who, ask)
        for _again in range(AGAINS):
            if said or spent <= SLOW:
                break
            said, again = self._asked(who, ask)
            spent = min(spent, again)
        self.found.requests += 1
        self.found.slowest = max(self.found.slowest, spent)
        if not said and spent > SLOW:
            said = f"took {spent:.1f} s"
        if said:
            line = f"{who} {ask.method} {ask.url[:160]} {ask.kind[:40]} {ask.body[:80]!r} {str(ask.headers)[:120] if ask.headers else ''}"
            self.found.wrong.append(f"{said}: {line}")

    def _asked(self, who: str, ask: Ask) -> tuple[str, float]:
        """Ask, and return what failed and how long it took."""
        client, began = self.client(who), time.perf_counter()
        try:
            answer: Any = client.generic(ask.method, ask.url, ask.body, ask.kind, headers=ask.headers)
        except Exception as error:  # noqa: BLE001  whatever comes out here comes out of the server's door
            return f"failed outside of every handler ({_place(error)})", time.perf_counter() - began
        spent = time.perf_counter() - began
        self.found.answers[answer.status_code] += 1
        if answer.status_code < 500:
            return "", spent
        return f"answered {answer.status_code} ({_place(answer.exc_info[1]) if answer.exc_info else 'no exception'})", spent  # fmt: skip

    def path(self, name: str) -> str:
        """Return an address, mostly of a real thing."""
        return "/" + HOLE.sub(lambda hole: self.part(name, hole[2]), self.routes[name])

    def part(self, name: str, hole: str) -> str:
        """Return what fills a hole of an address, mostly something real."""
        if self.dice.random() < 0.15:
            return odd.quoted(self.dice.choice((*odd.TEXTS, *odd.UUIDS))) or "x"
        about = MATRIX[name].about if name in MATRIX else ""
        real = {
            "party": list(map(str, self.bank.party_ids.values())),
            "code": ["aum", "loan", "score"],
            "what": list(SWITCHES),
            "rest": ["x"],
            "person": [str(self.bank.thing_ids[one]) for one in OTHERS],
        }
        things = [str(key) for thing, key in self.bank.thing_ids.items() if thing.startswith(f"{about}:")]
        return self.dice.choice(
            real.get(hole) or (self.units if about in UNITS else things) or [str(uuid7())]
        )

    def _form(self, name: str) -> odd.Fields:
        """Return the fields of the forms of an address, as the first two who see any are asked."""
        found: odd.Fields = {}
        seen = 0
        for who in ASKERS:
            for _time in range(3):
                answer = self.client(who).get(self.path(name))
                if answer.status_code == 405:
                    return found  # no page stands there
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    fields = odd.fields_of(answer.content.decode())
                    found, seen = found | fields, seen + bool(fields)
                    break
            if seen == 2:
                break
        return found

    def _query(self, name: str) -> str:
        resource = next(
            (one for key, one in RESOURCES.items() if name.removeprefix("api:").startswith(key)), None
        )
        known = [*FIXED.get(name, ()), *(names_of(resource) if resource else ()), "next", "tab", "field", "change", "party", "format", "action", "id"]  # fmt: skip
        pairs = []
        for _time in range(self.dice.choice((0, 1, 1, 2, 3, 6))):
            key = self.dice.choice((*known, *known, self.dice.choice(odd.TEXTS)))
            pairs += [(key, self.dice.choice(odd.TEXTS))] * self.dice.choice((1, 1, 1, 2, 50))
        return f"?{odd.encoded(pairs)}" if pairs else ""

    def _headers(self) -> dict[str, str]:
        names = self.dice.sample(HEADERS, self.dice.choice((0, 0, 0, 1, 2)))
        found = {name: self.dice.choice(HEADER_TEXTS) for name in names}
        if self.dice.random() < 0.2:
            found |= {"HX-Request": "true", "HX-Current-URL": self.dice.choice(HEADER_TEXTS)}
        if self.dice.random() < 0.3:
            found["Idempotency-Key"] = self.dice.choice((str(uuid7()), "again", "x" * 65, *HEADER_TEXTS))
        return found

    def _page(self) -> Ask:
        name = self.dice.choice(list(self.routes))
        method = "GET" if self.dice.random() < 0.8 else self.dice.choice(ODD_METHODS)
        return Ask(method, self.path(name) + self._query(name), headers=self._headers())

    def _post(self) -> Ask:
        """Send a form: what a person would send, with odd values in some fields."""
        name = self.dice.choice(list(self.forms) if self.dice.random() < 0.7 else list(self.routes))
        fields = self.forms.get(name, {})
        pairs = [(key, self.dice.choice(values)) for key, values in fields.items()]
        pairs = [(key, str(uuid7()) if key == "key" else value) for key, value in pairs]
        pairs = self._bent_pairs(pairs)
        body, kind = (odd.encoded(pairs).encode(), odd.FORM) if self.dice.random() < 0.8 else (odd.multipart(pairs), odd.MULTIPART)  # fmt: skip
        if self.dice.random() < 0.1:
            body = odd.odd_body(self.dice, body)
        if self.dice.random() < 0.1:
            kind = self.dice.choice(odd.KINDS)
        method = "POST" if self.dice.random() < 0.9 else self.dice.choice(ODD_METHODS)
        return Ask(method, self.path(name) + (self._query(name) if self.dice.random() < 0.3 else ""), body, kind, self._headers())  # fmt: skip

    def _bent_pairs(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        for _time in range(self.dice.choice((0, 1, 1, 2, 3))):
            if pairs and self.dice.random() < 0.8:
                place = self.dice.randrange(len(pairs))
                key, value = pairs[place]
                new = (key, self.dice.choice((*odd.TEXTS, *odd.UUIDS)))
                pairs = pairs[:place] + self.dice.choice(([], [new], [new], [new], [(key, value), new], [(key, value)] * 30)) + pairs[place + 1 :]  # fmt: skip
            else:
                pairs = [*pairs, (self.dice.choice(odd.TEXTS), self.dice.choice(odd.TEXTS))]
        return pairs

    def _api(self) -> Ask:
        """Ask an operation of the API, with a body that is bent here and there."""
        one = self.dice.choice(self.operations)
        name = f"api:{one.path.removeprefix('/api/v1/').partition('/')[0]}"
        about = f"{name}-one" if "{" in one.path else name
        url = re.sub(r"\{[^}]*\}", lambda _hole: self.part(about, "public_id"), one.path)
        body = b""
        if one.schema is not None:
            given = odd.plausible(self.dice, one.schema, self.shapes, self.units)
            body = json.dumps(self._bent(given)).encode()
        if self.dice.random() < 0.1:
            body = odd.odd_body(self.dice, body)
        kind = "application/json" if self.dice.random() < 0.9 else self.dice.choice(odd.KINDS)
        method = one.method if self.dice.random() < 0.9 else self.dice.choice(ODD_METHODS)
        return Ask(method, url + self._query(name), body, kind, self._headers())

    def _bent(self, given: Any) -> Any:
        if not isinstance(given, dict):
            return odd.odd_json(self.dice)
        for _time in range(self.dice.choice((0, 1, 1, 2, 4))):
            name = self.dice.choice([*given, *given, "entity", self.dice.choice(odd.TEXTS)])
            given[name] = odd.odd_json(self.dice)
            if self.dice.random() < 0.2:
                del given[name]
        return given if self.dice.random() < 0.97 else odd.odd_json(self.dice)


def _operations(description: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in description["paths"].items():
        for method, told in methods.items():
            body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            names = tuple(one["name"] for one in told.get("parameters", ()))
            yield Operation(method.upper(), path, names, body)


def _place(error: BaseException) -> str:
    """Return what went wrong and the last line of ours that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        one
        for one in frames
        if "/jinlan/" in one.filename and "/trust/" not in one.filename and "-packages" not in one.filename
    ]
    where = ours[-1] if ours else frames[-1] if frames else None
    what = f"{type(error).__name__} {str(error)[:60]!r}"
    return f"{what} in {Path(where.filename).name} {where.name}" if where else what


def prove(bank: Bank, *, requests: int, seed: int, stop_early: bool = False, only_api: bool = False) -> Found:
    """Ask so many requests on the connected database; `only_api`: none of pages and forms."""
    with patch.object(
        django.test.client, "WSGIRequest", Utf8Request
    ):  # requests as the product's own door makes them
        return Hostile(bank, seed).run(requests, stop_early=stop_early, only_api=only_api)


@contextmanager
def trusting() -> Iterator[None]:
    """Plant the canary: an API that takes the size of a page for a number."""

    def size(request: HttpRequest) -> int:
        return int(request.GET.get("limit") or SIZE)

    with patch.object(rows, "_size", size):
        yield
