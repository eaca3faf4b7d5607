"""Reading tiers of many units at once, and what the whole bank brings: what indicators are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import connection

from jinlan.basics.actor import Actor
from jinlan.kernel.reading import visible
from jinlan.serving.models import BankTotal, UnitResult


@dataclass(frozen=True, slots=True)
class Held:
    """A unit that has a tier on a date, and how it came by it."""

    unit_id: int
    kind: str
    tier: str
    source: str


def tiers_on(actor: Actor, *, as_of: date) -> list[Held]:
    """Return the units with a tier on a published date, by unit."""
    rows = visible(actor, UnitResult).filter(as_of=as_of, managed=True).exclude(effective_tier="")
    return [
        Held(*row)
        for row in rows.order_by("unit_id").values_list("unit_id", "kind", "effective_tier", "tier_source")
    ]


@dataclass(frozen=True, slots=True)
class Changes:
    """The month-ends on which a unit's tier became another one; `begins`: it held the first when its history began."""

    unit_id: int
    changes: tuple[tuple[date, str], ...]
    begins: bool


# A month in which a gate failed stands still, and a unit that is gone has left on the first month-end without it. Only the rows in
# which something changed leave the database.
_CHANGES = """
    with h as (
        select unit_id, as_of, effective_tier, tier_state, min(as_of) over w as first, max(as_of) over w as last
        from serving_unitresult where as_of = any(%(days)s) window w as (partition by unit_id)
    ), c as (
        select *, lag(effective_tier) over (partition by unit_id order by as_of) as was from h where tier_state <> 'suspended'
    )
    select unit_id, as_of, effective_tier, first, last from c where was is distinct from effective_tier order by unit_id, as_of
"""


def tier_changes(actor: Actor, *, month_ends: Sequence[date]) -> Iterator[Changes]:
    """Yield how the tier of every visible unit changed over published month-ends, ascending; one query."""
    visible(actor, UnitResult)  # the statement below is bound to the same scope
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"days": list(month_ends)})
        rows = cursor.fetchall()
    for unit_id, group in groupby(rows, key=lambda row: row[0]):
        own = list(group)
        _unit, day, _tier, first, last = own[0]
        changes = [(row[1], row[2]) for row in own]
        gone = next((end for end in month_ends if end > last), None)
        if gone is not None and changes[-1][1]:
            changes.append((gone, ""))
        yield Changes(unit_id, tuple(changes), begins=first == month_ends[0] or first < day)


def bank_totals(actor: Actor, *, as_of: date) -> list[BankTotal]:
    """Return the totals of all units of the bank on a date, by kind; nothing where none were kept."""
    return list(visible(actor, BankTotal).filter(as_of=as_of).order_by("kind"))
