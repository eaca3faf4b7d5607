"""Counterpart pairs (对口): when the two are to meet next by their own rhythm, and which level has nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """The day of the next meeting, and by how many days it is over: 0 for not yet."""

    on: date
    overdue: int


def due_of(since: date, last: date | None, days: int, today: date) -> Due:
    """Return when a pair is due: its rhythm after its last contact, or after it was named when there was none since.

    Every 30 days, last on 2026-10-20: due on 2026-11-19; on 2026-11-24 it is overdue by 5 days.
    """
    on = (last or since) + timedelta(days=days)
    return Due(on, max(0, (today - on).days))
