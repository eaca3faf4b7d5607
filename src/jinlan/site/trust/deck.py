"""Deals the probes of P1: every address of the matrix × method × person × relation to the object, and searches."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator

from django.urls import reverse

from jinlan.site.trust.bank import Bank
from jinlan.site.trust.cast import CAST
from jinlan.site.trust.facts import ANONYMOUS, Row, Sight
from jinlan.site.trust.matrix import (
    GARBAGE,
    HOME_ROLELESS,
    MATRIX,
    MEMBER,
    METHODS,
    NAMED_BY,
    NOWHERE,
    READERS,
    UNPROVED,
    Probe,
)
from jinlan.site.trust.oracle import sight
from jinlan.site.trust.things import Things, harmless, unproved


class Deck:
    """Deals the probes of one bank, the same for the same seed."""

    def __init__(self, bank: Bank, *, seed: int, only: frozenset[str] = frozenset(), people: frozenset[str] = frozenset(),
                 thorough: bool = False, share: float = 1.0, first: float = 1.0) -> None:  # fmt: skip
        self.bank, self.only, self.thorough, self.share, self.first = bank, only, thorough, share, first
        self.dice = random.Random(seed)  # noqa: S311  a test's dice
        self.people = [part.name for part in CAST if not people or part.name in people]
        self.people += [ANONYMOUS] if not people or ANONYMOUS in people else []
        self.sights: dict[str, Sight] = {who: sight(bank.facts, who, bank.today) for who in self.people}
        self.things = Things(bank, self.dice, self.sights)
        self.pools: dict[str, dict[str, list[str]]] = {}

    def deal(self, methods: tuple[str, ...] = METHODS) -> Iterator[tuple[str, list[Probe]]]:
        """Yield every person's probes."""
        for who in self.people:
            found = [probe for name, row in MATRIX.items() if not self.only or name in self.only
                     for method in methods for probe in self._of(who, name, row, method)]  # fmt: skip
            if "POST" in methods:
                found += self.things.acts(who, self.only, self.relations(who))
            if "GET" in methods and (not self.only or self.only & {"find", "clients"}):
                found += self._searches(who)
            found += [other for probe in found for other in unproved(probe)]
            yield who, [probe for probe in self._some(found) if harmless(probe, self.sights[who])]

    def _some(self, probes: list[Probe]) -> list[Probe]:
        """Return a share of the probes: any one of each address and method that answers, or of a share of those (`first`); whatever is exact or has a body."""
        if self.share >= 1:
            return probes
        places: dict[tuple[str, str], list[Probe]] = {}
        for probe in probes:
            if probe.method in (probe.row.answers if probe.row.public is None else probe.row.public):
                places.setdefault((probe.name, probe.method), []).append(probe)
        chosen = {id(self.dice.choice(ones)) for ones in places.values() if self.dice.random() < self.first}
        return [
            one for one in probes
            if one.exact or one.body or id(one) in chosen or self.dice.random() < self.share
        ]  # fmt: skip

    def _of(self, who: str, name: str, row: Row, method: str) -> Iterator[Probe]:
        if row.about in NAMED_BY:
            yield from self.things.of(who, name, row, method)
        elif row.about in ("", "record", "committee"):
            yield from self._plain(who, name, row, method)
        else:
            yield from self._units(who, name, row, method)

    def _units(self, who: str, name: str, row: Row, method: str) -> Iterator[Probe]:
        relations = self.relations(who)
        if method != "GET" and not self.thorough:
            relations = [one for one in relations if one[0] in ("own", "other domain", "garbage")]
        for relation, unit in relations:
            code: dict[str, object] = {"code": self.dice.choice(row.codes)} if row.codes else {}
            party = self._some_party(unit) if row.about == "member" else ""
            code |= {"party": self.bank.party_ids[party]} if party else {}
            key = self.bank.unit_ids[unit] if unit else uuid.UUID(int=self.dice.getrandbits(128))
            url = reverse(name, kwargs={"public_id": key, **code})
            if relation == "garbage":
                yield Probe(
                    name, url.replace(str(key), self.dice.choice(GARBAGE)), method, who, NOWHERE, relation
                )
                continue
            query = self.dice.choice(row.queries) if method == "GET" else ""
            url = url + (f"?{query}" if query else "")
            yield Probe(name, url, method, who, row, relation, unit, party, proved=name in UNPROVED)
            if row.by_member and unit and method == "GET":
                yield self._member(who, name, url.partition("?")[0], unit, relation)
            if row.codes and unit and method == "GET" and self.dice.random() < 0.2:
                bad = reverse(name, kwargs={"public_id": key, "code": "no-such-code"})
                yield Probe(name, bad, method, who, Row(READERS, "figures", codes=("none",)), relation)

    def _member(self, who: str, name: str, url: str, unit: str, relation: str) -> Probe:
        party = self._some_party(unit)
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

    def _some_party(self, unit: str) -> str:
        """Return a member of a unit, or now and then somebody else."""
        inside = sorted(party for one, party in self.bank.facts.members if one == unit)
        return self.dice.choice([*inside, self.dice.choice(sorted(self.bank.party_ids))])

    def _plain(self, who: str, name: str, row: Row, method: str) -> Iterator[Probe]:
        if name == "home" and who != ANONYMOUS and not self.sights[who].roles and who != "disabled":
            row = HOME_ROLELESS
        for query in row.queries if method == "GET" else ("",):
            given = (
                {"rest": "x"}
                if name == "api:nothing"
                else {"code": self.dice.choice(row.codes)}
                if row.codes
                else None
            )
            url = reverse(name, kwargs=given) + (f"?{query}" if query else "")
            whole = name == "clients" and query == "view=all"
            thing = f"{row.about}:" if row.about else ""
            yield Probe(name, url, method, who, row, unit=thing, exact=whole, proved=name in UNPROVED)

    def _searches(self, who: str) -> Iterator[Probe]:
        yield from self._names(who)
        for name in ("find", "clients"):
            if not self.only or name in self.only:
                yield from self._by_members(who, name)
        if not self.only or "clients" in self.only:
            branch, lead = self.dice.choice(sorted(self.bank.facts.parent)), self.dice.choice(CAST).employee
            for query in (f"branch={branch}", f"lead={lead}", f"view=all&as_of={self.bank.dates[0]}"):
                yield Probe("clients", f"/clients?{query}", "GET", who, MATRIX["clients"], "filter")

    def _names(self, who: str) -> Iterator[Probe]:
        """Look for names of units and parties in and out of sight, by a part that is no whole name."""
        tokens = self.bank.facts.tokens
        for code in self.dice.sample(sorted({**self.bank.facts.units, **self.bank.facts.parties}), 8):
            part = tokens[code][:7]
            for name, url in (("find", f"/find?q={part}"), ("clients", f"/clients?view=all&q={part}")):
                if not self.only or name in self.only:
                    yield Probe(name, url, "GET", who, MATRIX[name], "search", code)

    def _by_members(self, who: str, name: str) -> Iterator[Probe]:
        """Look for units by parts of members' names (a whole one is said again by the page): those in sight lead there, the others do not."""
        tokens, members, seen = self.bank.facts.tokens, self.bank.facts.members, self.sights[who]
        units = seen.headers if name == "find" else seen.figures
        hidden = sorted(one for one in members if one[0] in units and one not in seen.members)
        found = sorted(one for one in members if one[0] in units and one in seen.members)
        before = "/find?q=" if name == "find" else "/clients?view=all&q="
        for relation, pool, most in (("search hidden member", hidden, 4), ("search member", found, 2)):
            for unit, party in self.dice.sample(pool, min(most, len(pool))):
                for part in (tokens[party][1:], tokens[party][:7], tokens[party][2:9]):
                    yield Probe(name, before + part, "GET", who, MATRIX[name], relation, unit, party)

    def relations(self, who: str) -> list[tuple[str, str]]:
        """Return a unit in every relation to a person, "" for what does not exist."""
        if who not in self.pools:
            self.pools[who] = {
                name: sorted(pool or self.bank.facts.units) for name, pool in self._pools(who).items()
            }
        chosen = [(name, self.dice.choice(pool)) for name, pool in self.pools[who].items()]
        return [*chosen, ("absent", ""), ("garbage", "")]

    def _pools(self, who: str) -> dict[str, set[str]]:
        """Return the units in every relation to a person."""
        facts, me = self.bank.facts, self.bank.facts.people.get(who)
        mine = {cover.thing for cover in facts.covers if me and cover.employee == me.employee}
        through = {unit for unit, party in facts.members if party in mine}
        home = me.home if me else "BJ"
        team = {cover.thing for cover in facts.covers if self._colleague(cover.employee, home)} & set(
            facts.units
        )
        side = facts.units[min(mine & set(facts.units))][0] if mine & set(facts.units) else 1
        return {
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

    def _colleague(self, employee: str, home: str) -> bool:
        return any(part.employee == employee and part.home == home for part in CAST)
