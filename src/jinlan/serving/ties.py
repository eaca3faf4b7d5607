"""Reading whose value a unit moves without owning it (`insight.influence`), as far as the reader sees those others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max

from jinlan.basics.actor import Actor
from jinlan.kernel.reading import visible
from jinlan.serving.models import UnitTie

VALUES = ("revenue_12m", "aum", "loan")


@dataclass(frozen=True, slots=True)
class Influence:
    """The parties towards whom a unit has one role: all of them, those with figures, and the sums of their own figures."""

    role: str
    ties: Sequence[UnitTie]
    clients: int
    revenue_12m: Decimal | None
    aum: Decimal | None
    loan: Decimal | None


def influence(actor: Actor, *, unit_id: int, as_of: date) -> list[Influence]:
    """Return a unit's influence by role, the most revenue first; a party has one line per role."""
    roles: dict[str, list[UnitTie]] = {}
    for row in visible(actor, UnitTie).filter(unit_id=unit_id, as_of=as_of).order_by("role", "party_id"):
        roles.setdefault(row.role, []).append(row)
    found = [
        Influence(
            role, rows, sum(any(getattr(row, name) is not None for name in VALUES) for row in rows), *(_sum(rows, name) for name in VALUES)
        )
        for role, rows in roles.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-(one.revenue_12m or 0), one.role))


def _sum(rows: Sequence[UnitTie], name: str) -> Decimal | None:
    known = [value for row in rows if (value := getattr(row, name)) is not None]
    return sum(known, Decimal(0)) if known else None


def influenced_revenue(actor: Actor, *, unit_ids: Iterable[int], as_of: date) -> dict[int, Decimal]:
    """Return by unit the revenue of all parties that it moves, each party once whatever its roles; units without are left out."""
    rows = visible(actor, UnitTie).filter(unit_id__in=list(unit_ids), as_of=as_of, revenue_12m__isnull=False)
    once = rows.values("unit_id", "party_id").annotate(one=Max("revenue_12m"))
    found: dict[int, Decimal] = {}
    for row in once:
        found[row["unit_id"]] = found.get(row["unit_id"], Decimal(0)) + row["one"]
    return found
