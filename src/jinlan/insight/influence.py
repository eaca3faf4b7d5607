"""The value that a unit moves without owning it: of those whom it guarantees, whose chain it heads, whom it controls (01 §1.1).

Shown beside the unit's own value and never added to it: the same figures stand in the other clients' own statements. Roles:

``GUARANTOR``   a member guarantees a party outside the unit;
``CHAIN_CORE``  suppliers and buyers of one member, from INFLUENCE.CHAIN of them on;
``CONTROLLER``  companies of a person of the household: by the bank's word, or by more than half of the equity or votes along
                the chain; the group to which such a company belongs counts whole.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from jinlan.basics.register import rule
from jinlan.insight import control
from jinlan.insight.facts import Facts
from jinlan.insight.results import TIES
from jinlan.insight.units import Unit

GUARANTOR, CHAIN_CORE, CONTROLLER = ROLES = ("GUARANTOR", "CHAIN_CORE", "CONTROLLER")
VALUES = ("aum", "loan", "revenue_12m")


Ties = dict[str, set[tuple[str, str]]]  # party -> (role, other party)


def table(as_of: date, units: Sequence[Unit], facts: Facts, figures: Mapping[str, str]) -> pa.Table:
    """Return the TIES rows of a date: each other party once per unit and role, with its own figures.

    `figures` = party -> JSON of its measures; a party without any is no client of the bank and has no value here.
    """
    homes = {member.party_id: unit for unit in units if unit.kind == "GROUP" for member in unit.members}
    around, controlled = _around(facts, as_of), _controlled(facts, homes)
    rows: dict[str, list[Any]] = {name: [] for name in TIES.names}
    for unit in units:
        for role, other in _ties(unit, [around, controlled] if unit.kind == "HNW" else [around]):
            values, home = json.loads(figures.get(other, "{}")), homes.get(other)
            row = (
                as_of,
                unit.unit_id,
                role,
                other,
                home.unit_id if home else None,
                *(_known(values, code) for code in VALUES),
            )
            for name, value in zip(TIES.names, row, strict=True):
                rows[name].append(value)
    return pa.table({name: pa.array(column, TIES.field(name).type) for name, column in rows.items()}, TIES)


def _ties(unit: Unit, known: Sequence[Ties]) -> list[tuple[str, str]]:
    """Return (role, other) of a unit's members, each once, those inside the unit left out."""
    inside = {member.party_id for member in unit.members}
    return sorted(
        {
            (role, other)
            for ties in known
            for party in inside
            for role, other in ties.get(party, ())
            if other not in inside
        }
    )


def _around(facts: Facts, as_of: date) -> Ties:
    """Return whom each party guarantees, and the chain of those that head one."""
    found: Ties = defaultdict(set)
    for guarantor, guaranteed in facts.guarantees:
        found[guarantor].add((GUARANTOR, guaranteed))
    chain: dict[str, set[str]] = defaultdict(set)
    for one, other in facts.chain:
        chain[one].add(other)
        chain[other].add(one)
    least = rule("INFLUENCE.CHAIN", as_of).value
    for party, others in chain.items():
        if len(others) >= least:
            found[party] |= {(CHAIN_CORE, other) for other in others}
    return found


def _controlled(facts: Facts, homes: Mapping[str, Unit]) -> Ties:
    """Return the companies that each person controls, with the groups to which they belong."""
    companies: dict[str, set[str]] = defaultdict(set)
    for person, company in facts.controllers:
        companies[person].add(company)
    for company, head in control.heads(facts.ownership, facts.parties).items():
        if (
            company != head
            and facts.parties[head].party_type == "PERSON"
            and facts.parties[company].party_type == "ORG"
        ):
            companies[head].add(company)
    found: Ties = defaultdict(set)
    for person, owned in companies.items():
        groups = {home.unit_id: home for company in owned if (home := homes.get(company))}
        owned |= {member.party_id for home in groups.values() for member in home.members}
        found[person] = {(CONTROLLER, company) for company in owned}
    return found


def _known(values: Mapping[str, Mapping[str, Any]], code: str) -> Decimal | None:
    one = values.get(code)
    return Decimal(one["v"]) if one and one["s"] == "ok" and one["v"] is not None else None
