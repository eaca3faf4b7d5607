"""Crediting: what a client brought in a month belongs to those who looked after him in it, day by day, and to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from jinlan.domains.strategy.rules.targets import CENT

NOBODY = ""  # the part of a month in which nobody looked after the client


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody on a client's team from a day up to (not including) another; `share` of its income, None when none was agreed."""

    employee: str
    lead: bool
    share: Decimal | None
    since: date
    until: date | None = None

    def on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Part:
    """What of an amount is somebody's."""

    employee: str
    amount: Decimal
    share: Fraction


def shares_of(team: Sequence[Held], first: date, last: date) -> Mapping[str, Fraction]:
    """Return whose the days from `first` to `last` (both included) are, as parts of one; `NOBODY` has what is left."""
    days, found = (last - first).days + 1, dict[str, Fraction]()
    for start, end in _stretches(team, first, last):
        part = Fraction((end - start).days, days)
        for employee, share in _shares_on(team, start).items():
            found[employee] = found.get(employee, Fraction(0)) + share * part
    left = 1 - sum(found.values(), Fraction(0))
    return found | ({NOBODY: left} if left else {})


def _stretches(team: Sequence[Held], first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the stretches of days (half-open) within which nothing changes."""
    after = last + timedelta(days=1)
    turns = {first, after}
    for one in team:
        turns |= {day for day in (one.since, one.until) if day is not None and first < day < after}
    ordered = sorted(turns)
    yield from pairwise(ordered)


def _shares_on(team: Sequence[Held], day: date) -> Mapping[str, Fraction]:
    """Return the agreed shares of a day; without any the one who leads has all.

    Shares above one together are cut down in proportion: nothing is credited twice.
    """
    held = [one for one in team if one.on(day)]
    agreed: dict[str, Fraction] = {}
    for one in held:
        if one.share is not None and one.share > 0:
            agreed[one.employee] = agreed.get(one.employee, Fraction(0)) + Fraction(one.share)
    if not agreed:
        leads = sorted((one for one in held if one.lead), key=lambda one: one.since)
        return {leads[0].employee: Fraction(1)} if leads else {}
    whole = max(sum(agreed.values()), Fraction(1))
    return {employee: share / whole for employee, share in agreed.items()}


def credit(value: Decimal, parts: Mapping[str, Fraction]) -> list[Part]:
    """Return an amount in parts that add up to it to the cent, the largest remainders rounded up first; no part of nothing."""
    cents = Fraction(value) / Fraction(CENT)
    sign, whole = (-1 if cents < 0 else 1), abs(int(cents))
    ordered = sorted(parts.items())
    ideal = [whole * share for _, share in ordered]
    given = [int(one) for one in ideal]
    largest = sorted(range(len(ordered)), key=lambda place: (given[place] - ideal[place], place))
    for place in largest[: whole - sum(given)]:
        given[place] += 1
    return [
        Part(employee, sign * got * CENT, share)
        for (employee, share), got in zip(ordered, given, strict=True)
        if got
    ]


def holder(parts: Mapping[str, Fraction]) -> str:
    """Return who has the largest part of a month: what cannot be measured is counted once, with him."""
    return min(parts, key=lambda employee: (-parts[employee], employee))
