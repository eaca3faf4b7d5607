"""Client units of a date: who belongs together, since when, and who says so (01 §1.1, 10 §10.2).

Three kinds: HNW households, corporate groups, partners. Each source states memberships (`Span`); for each party
the first source that speaks wins (APPROVED > CREDIT > DELIVERED > COMPUTED), and all that was said is kept as claims.
Units of several sources with the same root are one unit, called by the code of the first source; a unit whose root
the first source puts into another unit follows its root. Clients whom nobody groups are units of one member.

COMPUTED households: spouses when both consented (purpose HOUSEHOLD), children when the parent did (they are assumed
to be minors: birth dates are not in the lake), trusts that a member owns. COMPUTED groups: `control.groups`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pyarrow as pa

from jinlan.basics.periods import add_months
from jinlan.insight import control
from jinlan.insight.facts import Edge, Facts, Span

SOURCES = ("APPROVED", "CREDIT", "DELIVERED", "COMPUTED", "PROPOSED")
KINDS = ("HNW", "GROUP", "PARTNER")
ALIVE = ("ACTIVE", "DORMANT")
MONTHS_CLOSED = 12  # a client that ended is shown as closed for so long
_SINGLE = {"HNW": "PERSON", "GROUP": "ORG"}


class Claim(NamedTuple):
    """What one source says about one party."""

    source: str
    span: Span


@dataclass(slots=True)
class Member:
    """One party of a unit; `claims` are all that any source says, the winner first."""

    party_id: str
    source: str
    valid_from: date | None
    valid_to: date | None
    claims: list[Claim] = field(default_factory=list)
    parent: str | None = None
    share: Decimal | None = None


@dataclass(slots=True)
class Unit:
    """A client unit of a date."""

    unit_id: str
    kind: str
    root: str
    members: list[Member]


def units_of(facts: Facts) -> list[Unit]:
    """Return all units of a date, by kind and id; a party stands in at most one unit of each kind."""
    found: list[Unit] = []
    for kind in KINDS:
        grouped = _grouped(kind, facts)
        taken = {member.party_id for unit in grouped for member in unit.members}
        found += sorted([*grouped, *_singles(kind, facts, taken)], key=lambda unit: unit.unit_id)
    return found


def members_table(as_of: date, units: Sequence[Unit]) -> pa.Table:
    """Return (as_of, kind, unit_id, party_id) of the units."""
    rows = [(unit.kind, unit.unit_id, member.party_id) for unit in units for member in unit.members]
    return pa.table(
        {
            "as_of": pa.array([as_of] * len(rows), pa.date32()),
            "kind": pa.array([row[0] for row in rows], pa.string()),
            "unit_id": pa.array([row[1] for row in rows], pa.string()),
            "party_id": pa.array([row[2] for row in rows], pa.string()),
        }
    )


def _grouped(kind: str, facts: Facts) -> list[Unit]:
    claims = _claims(kind, facts)
    by_party: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_party[claim.span.party_id].append(claim)
    aliases = _Aliases(claims)
    homes = {party: aliases.find(said[0].span.unit_id) for party, said in by_party.items()}
    if aliases.follow_roots(claims, homes):
        homes = {party: aliases.find(said[0].span.unit_id) for party, said in by_party.items()}
    parties: dict[str, list[str]] = defaultdict(list)
    for party, home in homes.items():
        parties[home].append(party)
    return [
        _unit(
            kind,
            unit_id,
            aliases.root[unit_id],
            {party: aliases.told(by_party[party]) for party in members},
            facts,
        )
        for unit_id, members in parties.items()
    ]


class _Aliases:
    """Which unit codes mean the same unit: claims come in the order of their sources."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.root: dict[str, str] = {}
        self._same: dict[str, str] = {}
        by_root: dict[str, str] = {}
        for claim in claims:
            unit, root = claim.span.unit_id, claim.span.root
            if unit in self.root:
                continue
            self.root[unit] = root
            if by_root.setdefault(root, unit) != unit:
                self._same[unit] = by_root[root]

    def find(self, unit: str) -> str:
        """Return the code by which a unit goes."""
        while unit in self._same:
            unit = self._same[unit]
        return unit

    def told(self, claims: Iterable[Claim]) -> list[Claim]:
        """Return claims with each unit by the code it goes by, so that only real differences show."""
        return [
            Claim(claim.source, claim.span._replace(unit_id=self.find(claim.span.unit_id)))
            for claim in claims
        ]

    def follow_roots(self, claims: Sequence[Claim], homes: dict[str, str]) -> bool:
        """Let a unit follow its root into the unit where the root's first source puts it; tell whether any did."""
        changed = False
        for unit in dict.fromkeys(claim.span.unit_id for claim in claims):
            here = self.find(unit)
            home = self.find(homes.get(self.root[here], here))
            if home != here:
                self._same[here] = home
                changed = True
        return changed


def _unit(kind: str, unit_id: str, root: str, claims: dict[str, list[Claim]], facts: Facts) -> Unit:
    parties = sorted(claims)
    if root not in claims:
        root = min(parties, key=lambda party: (facts.opened.get(party, date.max), party))
    places = control.tree(root, parties, _ties(kind, facts))
    members = []
    for party in [root, *(other for other in parties if other != root)]:
        said = claims[party]
        above, edge = places.get(party, (None, None))
        share = edge.share if edge is not None else None
        first = said[0]
        members.append(
            Member(party, first.source, first.span.valid_from, first.span.valid_to, said, above, share)
        )
    return Unit(unit_id, kind, root, members)


def _ties(kind: str, facts: Facts) -> list[Edge]:
    return [] if kind == "PARTNER" else facts.ownership


def _claims(kind: str, facts: Facts) -> list[Claim]:
    """Return what all sources say about a kind, first sources first, each party once per source and unit."""
    found: dict[tuple[str, str, str], Claim] = {}
    stated = (("APPROVED", facts.approved_members), ("CREDIT", facts.credit), ("DELIVERED", facts.delivered))
    for source, spans in stated:
        _state(found, source, (span for span in spans if span.kind == kind), facts)
    claimed: dict[str, Span] = {}
    for claim in found.values():
        claimed.setdefault(claim.span.party_id, claim.span)
    if kind == "GROUP":
        _state(found, "COMPUTED", _groups(facts, claimed), facts)
    elif kind == "HNW":
        _state(found, "COMPUTED", _households(facts, claimed), facts)
    return list(found.values())


def _state(
    found: dict[tuple[str, str, str], Claim], source: str, spans: Iterable[Span], facts: Facts
) -> None:
    """Note the claims of one source in a fixed order; natural persons are never members of a group."""
    for span in sorted(spans, key=lambda span: (span.unit_id, span.party_id)):
        party = facts.parties.get(span.party_id)
        if party is not None and (span.kind != "GROUP" or party.party_type != "PERSON"):
            found.setdefault((source, span.unit_id, span.party_id), Claim(source, span))


def _groups(facts: Facts, claimed: dict[str, Span]) -> list[Span]:
    """Return who belongs together by control; whom no source names follows the nearest named company above."""
    since: dict[str, date] = {}
    for edge in facts.ownership:
        since[edge.owned] = max(edge.valid_from, since.get(edge.owned, edge.valid_from))
    found: list[Span] = []
    for root, members in control.groups(facts.ownership, facts.parties).items():
        above = {party: parent for party, (parent, _) in control.tree(root, members, facts.ownership).items()}
        homes = {party: _named_above(party, above, claimed) for party in members}
        left = [party for party in members if homes[party] is None]
        for party in members:
            home = homes[party] if party not in claimed else None
            start = since.get(party) if party != root else None
            if home is not None:
                found.append(Span(home.unit_id, "GROUP", home.root, party, start, None))
            elif party in claimed or any(other in facts.opened for other in left):
                found.append(Span(f"GROUP-{root}", "GROUP", root, party, start, None))
    return found


def _named_above(party: str, above: dict[str, str], claimed: dict[str, Span]) -> Span | None:
    while party not in claimed and party in above:
        party = above[party]
    return claimed.get(party)


def _households(facts: Facts, claimed: dict[str, Span]) -> list[Span]:
    top: dict[str, str] = {}
    since: dict[str, date] = {}
    links = [*_kin(facts), *_trusts(facts)]
    for one, other, start in links:
        first, second = control.find(top, one), control.find(top, other)
        since[other] = max(start, since.get(other, start))
        if first != second:
            top[second] = first
    young = {other if kind == "CHILD" else one for one, other, kind, _ in facts.relations if kind != "SPOUSE"}
    homes: dict[str, list[str]] = defaultdict(list)
    for party in sorted({party for link in links for party in link[:2]}):
        homes[control.find(top, party)].append(party)
    spans = []
    for members in homes.values():
        if any(party in facts.opened for party in members):
            root = min(members, key=lambda party: _first(party, young, facts, claimed))
            spans += [Span(f"HNW-{root}", "HNW", root, party, since.get(party), None) for party in members]
    return spans


def _first(
    party: str, young: set[str], facts: Facts, claimed: dict[str, Span]
) -> tuple[int, bool, date, str]:
    """Order the members of a household: a root that some source names, somebody named, others; no child, no trust."""
    span = claimed.get(party)
    named = 2 if span is None else 0 if span.root == party else 1
    person = facts.parties[party].party_type == "PERSON"
    return (named if person else 3, party in young, facts.opened.get(party, date.max), party)


def _kin(facts: Facts) -> list[tuple[str, str, date]]:
    found = []
    for one, other, kind, start in facts.relations:
        if one not in facts.parties or other not in facts.parties:
            continue
        asked = {"SPOUSE": (one, other), "CHILD": (one,), "PARENT": (other,)}[kind]
        if all(party in facts.consented for party in asked):
            found.append((other, one, start) if kind == "PARENT" else (one, other, start))
    return found


def _trusts(facts: Facts) -> list[tuple[str, str, date]]:
    return [
        (edge.owner, edge.owned, edge.valid_from)
        for edge in facts.ownership
        if edge.owner in facts.parties
        and edge.owned in facts.parties
        and facts.parties[edge.owned].party_type == "TRUST"
        and facts.parties[edge.owner].party_type == "PERSON"
    ]


def _singles(kind: str, facts: Facts, taken: set[str]) -> list[Unit]:
    """Return the clients with accounts whom nobody groups, as units of one member."""
    wanted = _SINGLE.get(kind)
    found = []
    recent = add_months(facts.as_of, -MONTHS_CLOSED)
    for party_id, opened in facts.opened.items():
        party = facts.parties.get(party_id)
        if party is None or party.party_type != wanted or party_id in taken:
            continue
        if party.party_status not in ALIVE and facts.ended.get(party_id, date.min) <= recent:
            continue
        unit_id = f"{kind}-{party_id}"
        span = Span(unit_id, kind, party_id, party_id, opened, None)
        member = Member(party_id, "COMPUTED", opened, None, [Claim("COMPUTED", span)])
        found.append(Unit(unit_id, kind, party_id, [member]))
    return found
