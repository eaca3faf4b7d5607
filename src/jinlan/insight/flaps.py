"""What a flap is: a client who leaves a tier within a year of having entered it, or enters one within a year of having left it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from jinlan.insight.tiers import held_months

FLAP_MONTHS = 12
U = TypeVar("U", bound=Hashable)


@dataclass(slots=True)
class Course(Generic[U]):
    """The tiers of many clients on their way through month-ends; "" is none."""

    tiers: dict[U, str] = field(default_factory=dict)  # of those with one
    last: dict[U, tuple[date, str]] = field(
        default_factory=dict
    )  # when each changed last, and what it had before

    def take(self, unit: U, after: str, as_of: date) -> tuple[str, bool]:
        """Take what a client holds from a month-end on; return how it moved (entered, left, moved, "" for not) and whether it flapped."""
        before = self.tiers.get(unit, "")
        if after == before:
            return "", False
        known = self.last.get(unit)
        flaps = known is not None and known[1] == after and held_months(known[0], as_of) < FLAP_MONTHS
        self.last[unit] = (as_of, before)
        if after:
            self.tiers[unit] = after
        else:
            del self.tiers[unit]
        return ("entered" if not before else "moved" if after else "left"), flaps


@dataclass(frozen=True, slots=True)
class Year:
    """A client's tiers in the twelve months up to a day: whether it held any, and how often it flapped."""

    held: bool
    flaps: int


def year_of(changes: Sequence[tuple[date, str]], *, begins: bool, since: date, until: date) -> Year:
    """Return what a client did after `since`, up to and including `until`.

    Args:
        changes: the month-ends on which what it holds became another, and what it held then, oldest first.
        begins: the first of them is no change: it held that when the history began.
        since: flaps are counted, and tiers held, after this day; what is earlier tells what a flap goes back on.
        until: the last day that is known.
    """
    course: Course[int] = Course()
    held, flaps = False, 0
    for place, (day, tier) in enumerate(changes):
        if day > until:
            break
        if begins and not place:
            if tier:
                course.tiers[0] = tier
        elif course.take(0, tier, day)[1] and day > since:
            flaps += 1
        following = changes[place + 1][0] if place + 1 < len(changes) else None
        held = held or bool(tier and (following is None or following > since))
    return Year(held, flaps)
