"""How long a proposed change of tier waits for its committee: from the month-end that proposed it to the meeting's day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Wait:
    """One matter: proposed again at every month-end until it is decided; `decided` None while it waits."""

    unit_id: int
    since: date
    decided: date | None = None

    def days(self, on: date) -> int:
        """Return how many days it took, or how old it is on a day."""
        return ((self.decided or on) - self.since).days


def waits(
    unit_id: int, proposed: Iterable[tuple[date, str]], decided: Iterable[date], newest: date
) -> list[Wait]:
    """Return a unit's matters, oldest first; one that the figures took back before anybody decided is none.

    Args:
        unit_id: whose.
        proposed: the month-ends at which the review proposed a change, and to which tier.
        decided: the days on which a committee decided about the unit's tier.
        newest: the newest month-end that was reviewed: what is not proposed at it any more waits no longer.
    """
    days, found = sorted(decided), list[Wait]()
    begun: tuple[date, str] | None = None
    last = date.min
    for month_end, tier in sorted(proposed):
        met = next((day for day in days if begun and begun[0] <= day < month_end), None)
        if begun is not None and met is not None:
            found.append(Wait(unit_id, begun[0], met))
        if begun is None or met is not None or tier != begun[1]:
            begun = (month_end, tier)
        last = month_end
    if begun is not None:
        met = next((day for day in days if day >= begun[0]), None)
        if met is not None or last == newest:
            found.append(Wait(unit_id, begun[0], met))
    return found


def counted(found: Iterable[Wait], *, since: date, on: date, target: Decimal) -> list[Wait]:
    """Return what a median on a day is taken of: decided after `since`, or waiting for longer than the target already."""
    return [
        one
        for one in found
        if (since < one.decided <= on if one.decided is not None else one.days(on) > target)
    ]


def median(days: Sequence[int]) -> Decimal | None:
    """Return the middle of some numbers, of two middle ones their mean; None of none."""
    ordered = sorted(days)
    if not ordered:
        return None
    half = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[half])
    return Decimal(ordered[half - 1] + ordered[half]) / 2
