"""Days and months of the demo bank. A day is an int: days since 1970-01-01, cheap for numpy and Arrow."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

import chinese_calendar
import numpy as np
import numpy.typing as npt

EPOCH = date(1970, 1, 1).toordinal()
HISTORY_END = date(2026, 10, 31)
DAILY = 10
MERGER = date(2026, 3, 1)
# The day whose delivery is missing at first; no master data is born on it, so later days stand alone.
MISSING = date(2026, 11, 4)
DAY_US = 86_400_000_000
SHANGHAI_US = 8 * 3_600_000_000


def day(year: int, month: int, number: int) -> int:
    """Return the day number of a calendar date."""
    return date(year, month, number).toordinal() - EPOCH


def to_date(number: int) -> date:
    """Return the calendar date of a day number."""
    return date.fromordinal(number + EPOCH)


def iso(number: int) -> str:
    """Return ``YYYY-MM-DD`` of a day number."""
    return to_date(number).isoformat()


def instant(number: int, seconds: int) -> int:
    """Return microseconds UTC of `seconds` after local midnight (Asia/Shanghai) of a day."""
    return number * DAY_US + seconds * 1_000_000 - SHANGHAI_US


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month: its place in the timeline, first and last day (both inside)."""

    index: int
    year: int
    number: int
    first: int
    last: int

    @property
    def key(self) -> str:
        """``YYYY-MM``."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def size(self) -> int:
        """Number of days."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """History `first`..`last` in whole months, daily deliveries up to `end`; `work` marks working days."""

    first: int
    last: int
    end: int
    months: tuple[Month, ...]
    work: npt.NDArray[np.bool_]

    @property
    def history(self) -> int:
        """Number of whole months in the history delivery."""
        return len(self.months) - 1

    def is_work(self, number: int) -> bool:
        """Tell whether a day is a working day in China (make-up days included)."""
        return bool(self.work[number - self.first])

    def next_work(self, number: int) -> int:
        """Return the first working day not before `number`."""
        while not self.is_work(number):
            number += 1
        return number

    def previous_work(self, number: int) -> int:
        """Return the last working day not after `number`; at the start of history the day itself."""
        while number > self.first and not self.is_work(number):
            number -= 1
        return number

    def month_of(self, number: int) -> int:
        """Return the index of the month that holds a day; -1 before history."""
        if number < self.first:
            return -1
        when, start = to_date(number), to_date(self.first)
        return (when.year - start.year) * 12 + when.month - start.month

    def ago(self, months: int) -> Month:
        """Return the month `months` before the last month of history (0 = that month)."""
        return self.months[max(0, self.history - 1 - months)]


def _month(index: int, year: int, number: int) -> Month:
    size = calendar.monthrange(year, number)[1]
    return Month(index, year, number, day(year, number, 1), day(year, number, size))


def timeline(months: int, daily: int = DAILY) -> Timeline:
    """Build the timeline of `months` months of history up to HISTORY_END, and so many daily deliveries of the month after it."""
    start = HISTORY_END.year * 12 + HISTORY_END.month - months
    every = tuple(_month(i, (start + i) // 12, (start + i) % 12 + 1) for i in range(months + 1))
    first, last = every[0].first, every[-2].last
    days = range(first, every[-1].last + 32)
    work = np.array([_is_work(to_date(number)) for number in days], dtype=np.bool_)
    return Timeline(first, last, last + daily, every, work)


def _is_work(when: date) -> bool:
    """Working day by the official plan; a year without a plan (2027 on) falls back to weekdays."""
    if when.year > HISTORY_END.year:
        return when.weekday() < 5
    return bool(chinese_calendar.is_workday(when))
