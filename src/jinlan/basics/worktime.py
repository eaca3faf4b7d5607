"""Business-hours clocks (05 §5.3): time runs while the bank is open on a working day, and stands while the ball is with the client."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jinlan.basics.calendar import WorkingCalendar
from jinlan.basics.clock import SHANGHAI

_DAY = timedelta(days=1)
Pause = tuple[datetime, datetime]  # from, until; aware instants


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a clock runs: on working days of a calendar, from `opens` up to but not including `closes`, in a zone."""

    calendar: WorkingCalendar
    opens: time = time(9)
    closes: time = time(17)
    zone: ZoneInfo = SHANGHAI

    def due(self, start: datetime, minutes: int, pauses: Iterable[Pause] = ()) -> datetime:
        """Return the instant at which `minutes` of open time have run since `start`, pauses not counted.

        A clock that starts while the bank is closed starts when it opens next; one of 0 minutes is due then.

        Raises:
            ValueError: a naive instant, or minutes below 0.
            Refused: `calendar.not_loaded` for a year without a plan.
        """
        if minutes < 0:
            raise ValueError("a clock does not run backwards")
        left, held = timedelta(minutes=minutes), _merged(pauses)
        day = self._local(start).date()
        while True:
            for first, last in self._open_on(day, start, held):
                if last - first >= left:
                    return first + left
                left -= last - first
            day += _DAY

    def elapsed(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> int:
        """Return the whole minutes of open time between two instants, pauses not counted; 0 when `end` is not later.

        Raises:
            ValueError: a naive instant.
            Refused: `calendar.not_loaded` for a year without a plan.
        """
        held, found = _merged(pauses), timedelta()
        day, last_day = self._local(start).date(), self._local(end).date()
        while day <= last_day:
            for first, last in self._open_on(day, start, held):
                found += max(timedelta(), min(last, end) - first)
            day += _DAY
        return int(found.total_seconds()) // 60

    def _local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("a naive instant has no place on a clock")
        return at.astimezone(self.zone)

    def _open_on(self, day: date, start: datetime, held: list[Pause]) -> list[Pause]:
        """Return the stretches of a day in which the clock runs after `start`."""
        if not self.calendar.is_working_day(day):
            return []
        first = max(start, datetime.combine(day, self.opens, self.zone))
        last = datetime.combine(day, self.closes, self.zone)
        found = []
        for begins, ends in held:
            if begins < last and ends > first:
                found.append((first, max(first, begins)))
                first = ends
        found.append((first, last))
        return [(begins, ends) for begins, ends in found if begins < ends]


def _merged(pauses: Iterable[Pause]) -> list[Pause]:
    """Return pauses in order, those that overlap as one."""
    found: list[Pause] = []
    for begins, ends in sorted(pauses):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found
