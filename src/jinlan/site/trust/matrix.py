"""P1: every address × method × person × relation to the object, judged by the oracle. An address without a row fails."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jinlan.site.trust.bank import Bank
from jinlan.site.trust.cast import CAST
from jinlan.site.trust.facts import ANONYMOUS, Row, Sight
from jinlan.site.trust.oracle import sight

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE")
ALL = frozenset(
    ("manager", "private_banker", "branch_head", "dept_head", "risk", "compliance", "auditor", "system_admin")
)
READERS = ALL - {"system_admin"}
HEADS = READERS - {"manager", "private_banker"}
BANK = HEADS - {"branch_head"}
EVERY_METHOD = dict.fromkeys(METHODS, (302, 302))
LISTS = ("", "view=all", "view=mine", "view=all&as=matrix", "view=borderline", "view=decide&sort=name", "view=all&kind=GROUP&sort=aum",
         "view=all&cell=11", "view=all&cursor=W10", "view=all&as_of=2000-01-01", "view=all&overdue=1&gate=1")  # fmt: skip
MATRIX: dict[str, Row] = {
    "home": Row(public=EVERY_METHOD),
    "signin": Row(public={"GET": (200, 302), "HEAD": (200, 302), "POST": (200, 302), "PUT": (200, 302), "OPTIONS": (200, 302),
                          "DELETE": (405, 302)}),
    "signout": Row(public={"POST": (302, 302), "OPTIONS": (200, 200)}),
    "preferences": Row(public={"POST": (302, 302)}),
    "filling": Row(public={"GET": (200, 200)}),
    "clients": Row(READERS, queries=LISTS),
    "client-filters": Row(READERS, queries=("", "view=all")),
    "client": Row(READERS, "header", queries=("", "trend=loan", "members=all")),
    "client-peek": Row(READERS, "figures"),
    "client-members": Row(READERS, "figures"),
    "client-accounts": Row(READERS, "header"),
    "client-trend": Row(READERS, "figures", codes=("aum", "loan"), queries=("", "format=csv")),
    "figure": Row(READERS, "figures", codes=("score", "aum"), by_member=True),
    "figure-rows": Row(READERS, "figures", codes=("aum",), by_member=True),
    "find": Row(ALL),
    "department": Row(HEADS),
    "quality": Row(BANK | {"system_admin"}),
    "runs": Row(BANK | {"system_admin"}),
    "design": Row(ALL),
    "approvals": Row(ALL),
    "record": Row(frozenset({"auditor", "compliance"})),
}  # fmt: skip
MEMBER = Row(READERS, "member")
HOME_ROLELESS = Row(public=dict.fromkeys(METHODS, (302, 404)))
NOWHERE = Row(public=dict.fromkeys(METHODS, (404, 404)))
GARBAGE = ("not-a-uuid", "1", "%27%20or%201=1", "00000000-0000-0000-0000-00000000000g")


@dataclass(frozen=True, slots=True)
class Probe:
    """One question; `unit`, `party` are codes or "" for what does not exist. `exact` asks for the whole list."""

    name: str
    url: str
    method: str
    who: str
    row: Row
    relation: str = ""
    unit: str = ""
    party: str = ""
    exact: bool = False


def addresses() -> dict[str, str]:
    """Return every named address of the product with its route; a nameless one is named by its route."""
    return dict(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route)
        else:
            yield one.name or route, route


def without_row() -> list[str]:
    """Return addresses that the matrix does not know: each one is a failure."""
    return sorted(set(addresses()) - set(MATRIX))


class Deck:
    """Deals the probes of one bank, the same for the same seed."""

    def __init__(self, bank: Bank, *, seed: int, only: frozenset[str] = frozenset(), people: frozenset[str] = frozenset(),
                 thorough: bool = False) -> None:  # fmt: skip
        self.bank, self.only, self.thorough = bank, only, thorough
        self.dice = random.Random(seed)  # noqa: S311  a test's dice
        self.people = [part.name for part in CAST if not people or part.name in people]
        self.people += [ANONYMOUS] if not people or ANONYMOUS in people else []
        self.sights: dict[str, Sight] = {who: sight(bank.facts, who, bank.today) for who in self.people}

    def deal(self, methods: tuple[str, ...] = METHODS) -> Iterator[tuple[str, list[Probe]]]:
        """Yield every person's probes."""
        for who in self.people:
            found = [probe for name, row in MATRIX.items() if not self.only or name in self.only
                     for method in methods for probe in self._of(who, name, row, method)]  # fmt: skip
            if "GET" in methods and (not self.only or self.only & {"find", "clients"}):
                found += self._searches(who)
            yield who, found

    def _of(self, who: str, name: str, row: Row, method: str) -> Iterator[Probe]:
        if not row.about:
            yield from self._plain(who, name, row, method)
            return
        relations = self.relations(who)
        if method != "GET" and not self.thorough:
            relations = [one for one in relations if one[0] in ("own", "other domain", "garbage")]
        for relation, unit in relations:
            code = {"code": self.dice.choice(row.codes)} if row.codes else {}
            key = self.bank.unit_ids[unit] if unit else uuid.UUID(int=self.dice.getrandbits(128))
            url = reverse(name, kwargs={"public_id": key, **code})
            if relation == "garbage":
                yield Probe(
                    name, url.replace(str(key), self.dice.choice(GARBAGE)), method, who, NOWHERE, relation
                )
                continue
            query = self.dice.choice(row.queries) if method == "GET" else ""
            yield Probe(name, url + (f"?{query}" if query else ""), method, who, row, relation, unit)
            if row.by_member and unit and method == "GET":
                yield self._member(who, name, url, unit, relation)
            if row.codes and unit and method == "GET" and self.dice.random() < 0.2:
                bad = reverse(name, kwargs={"public_id": key, "code": "no-such-code"})
                yield Probe(name, bad, method, who, Row(READERS, "figures", codes=("none",)), relation)

    def _member(self, who: str, name: str, url: str, unit: str, relation: str) -> Probe:
        inside = sorted(party for one, party in self.bank.facts.members if one == unit)
        party = self.dice.choice([*inside, self.dice.choice(sorted(self.bank.party_ids))])
        url = url.replace("score", "aum")
        return Probe(
            name,
            f"{url}?party={self.bank.party_ids[party]}",
            "GET",
            who,
            MEMBER,
            f"{relation} member",
            unit,
            party,
        )

    def _plain(self, who: str, name: str, row: Row, method: str) -> Iterator[Probe]:
        if name == "home" and who != ANONYMOUS and not self.sights[who].roles and who != "disabled":
            row = HOME_ROLELESS
        for query in row.queries if method == "GET" else ("",):
            url = reverse(name) + (f"?{query}" if query else "")
            yield Probe(name, url, method, who, row, exact=name == "clients" and query == "view=all")

    def _searches(self, who: str) -> Iterator[Probe]:
        """Look for names of units and parties in and out of sight, by a part that is no whole name."""
        tokens = self.bank.facts.tokens
        for code in self.dice.sample(sorted({**self.bank.facts.units, **self.bank.facts.parties}), 8):
            part = tokens[code][:7]
            for name, url in (("find", f"/find?q={part}"), ("clients", f"/clients?view=all&q={part}")):
                if not self.only or name in self.only:
                    yield Probe(name, url, "GET", who, MATRIX[name], "search", code)
        seen = self.sights[who]
        hidden = sorted(
            (u, p) for u, p in self.bank.facts.members if u in seen.headers and p not in seen.parties
        )
        for unit, party in self.dice.sample(hidden, min(4, len(hidden))):
            if not self.only or "find" in self.only:
                yield Probe(
                    "find",
                    f"/find?q={tokens[party][:7]}",
                    "GET",
                    who,
                    MATRIX["find"],
                    "search hidden member",
                    unit,
                    party,
                )
        if not self.only or "clients" in self.only:
            branch, lead = self.dice.choice(sorted(self.bank.facts.parent)), self.dice.choice(CAST).employee
            for query in (f"branch={branch}", f"lead={lead}", f"view=all&as_of={self.bank.dates[0]}"):
                yield Probe("clients", f"/clients?{query}", "GET", who, MATRIX["clients"], "filter")

    def relations(self, who: str) -> list[tuple[str, str]]:
        """Return a unit in every relation to a person, "" for what does not exist."""
        facts, me = self.bank.facts, self.bank.facts.people.get(who)
        mine = {cover.thing for cover in facts.covers if me and cover.employee == me.employee}
        through = {unit for unit, party in facts.members if party in mine}
        home = me.home if me else "BJ"
        team = {cover.thing for cover in facts.covers if self._colleague(cover.employee, home)} & set(
            facts.units
        )
        side = facts.units[min(mine & set(facts.units))][0] if mine & set(facts.units) else 1
        pools = {
            "own": mine & set(facts.units),
            "member": through,
            "team": team - mine,
            "own branch": {u for u, (_, branch) in facts.units.items() if branch == home} - mine,
            "other branch": {
                u for u, (domain, branch) in facts.units.items() if branch != home and domain == side
            }
            - mine,
            "other domain": {u for u, (domain, _) in facts.units.items() if domain != side} - mine,
        }
        chosen = [(name, self.dice.choice(sorted(pool or facts.units))) for name, pool in pools.items()]
        return [*chosen, ("absent", ""), ("garbage", "")]

    def _colleague(self, employee: str, home: str) -> bool:
        return any(part.employee == employee and part.home == home for part in CAST)
