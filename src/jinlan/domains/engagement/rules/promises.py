"""What becomes of a promise, when it is due, and how well a side keeps its word (06 §6.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from jinlan.basics.calendar import WorkingCalendar
from jinlan.basics.errors import Refused

Closed = Literal["kept", "late", "broken"]
OPEN, KEPT, LATE, BROKEN, RELEASED = "made", "kept", "late", "broken", "released"
SIDES = ("bank", "client")


def closed_state(due_on: date, closed_on: date, kept: bool) -> Closed:
    """Return what a promise becomes when it is closed on a day; the day agreed last is still in time.

    Raises:
        Refused: PROMISE_EARLY, it is called broken while there is still time to keep it.
    """
    if kept:
        return "kept" if closed_on <= due_on else "late"
    if closed_on <= due_on:
        raise Refused(
            "PROMISE_EARLY", "承诺到 %(due)s 才到期，现在还不能记为未兑现。", "请到期后再记；双方另有约定时请改期或解除。", due=due_on
        )  # fmt: skip
    return "broken"


def due_after(made_on: date, working_days: int, calendar: WorkingCalendar) -> date:
    """Return the last day of "within so many working days": the day of the promise is day 0."""
    return calendar.business_deadline(made_on, working_days).legal


def overdue_days(state: str, due_on: date, today: date) -> int:
    """Return by how many days an open promise is overdue, 0 for none."""
    return max(0, (today - due_on).days) if state == OPEN else 0


@dataclass(frozen=True, slots=True)
class Line:
    """A promise as it counts: against the day agreed last, with how often that day was moved."""

    side: str
    state: str
    due_on: date
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How a side has kept its promises; what was released stands in no share."""

    kept: int = 0
    late: int = 0
    broken: int = 0
    released: int = 0
    running: int = 0  # open, not overdue
    overdue: int = 0
    moves: int = 0

    @property
    def closed(self) -> int:
        """Return how many were kept, kept late or broken."""
        return self.kept + self.late + self.broken

    @property
    def rate(self) -> Decimal | None:
        """Return kept ÷ closed, None while nothing is closed."""
        return Decimal(self.kept) / self.closed if self.closed else None

    @property
    def rate_with_overdue(self) -> Decimal | None:
        """Return the same with overdue ones as not kept: nobody looks better by closing nothing."""
        whole = self.closed + self.overdue
        return Decimal(self.kept) / whole if whole else None


def tally(lines: Iterable[Line], side: str, today: date) -> Tally:
    """Count the promises of a side."""
    own = [one for one in lines if one.side == side]

    def count(state: str) -> int:
        return sum(one.state == state for one in own)

    late_now = sum(overdue_days(one.state, one.due_on, today) > 0 for one in own)
    return Tally(
        kept=count(KEPT), late=count(LATE), broken=count(BROKEN), released=count(RELEASED),
        running=count(OPEN) - late_now, overdue=late_now, moves=sum(one.moves for one in own),
    )  # fmt: skip


def reminder(due_on: date, today: date, days: int, calendar: WorkingCalendar) -> str:
    """Return why an owner is told of an open promise today: "overdue", "today", "soon" within so many working days, "" for not yet."""
    if due_on < today:
        return "overdue"
    if due_on == today:
        return "today"
    return "soon" if due_on <= due_after(today, days, calendar) else ""
