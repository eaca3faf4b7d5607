"""The MEMBERS rows of a date: who belongs to which unit, who says so, under whom in the tree, with own figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from jinlan.insight.facts import Facts
from jinlan.insight.results import MEMBERS
from jinlan.insight.units import Claim, Unit


def table(as_of: date, units: Sequence[Unit], facts: Facts, figures: Mapping[str, str]) -> pa.Table:
    """Return the members of all units; `figures` = party -> JSON of its measures."""
    rows: dict[str, list[Any]] = {name: [] for name in MEMBERS.names}
    for unit in units:
        for member in unit.members:
            party = facts.parties.get(member.party_id)
            row = (
                as_of,
                unit.unit_id,
                member.party_id,
                party.home_branch_id if party else None,
                member.source,
                member.valid_from,
                member.valid_to,
                claims_text(member.claims),
                member.parent,
                member.share,
                figures.get(member.party_id, "{}"),
            )
            for name, value in zip(MEMBERS.names, row, strict=True):
                rows[name].append(value)
    return pa.table(
        {name: pa.array(column, MEMBERS.field(name).type) for name, column in rows.items()}, MEMBERS
    )


def claims_text(claims: Sequence[Claim]) -> str:
    """Return the JSON of what every source says, the winner first."""
    said = [
        {
            "source": claim.source,
            "unit_id": claim.span.unit_id,
            "valid_from": _iso(claim.span.valid_from),
            "valid_to": _iso(claim.span.valid_to),
        }
        for claim in claims
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
