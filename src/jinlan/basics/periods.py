"""Business dates: half-open periods, month-ends, months that clamp at short ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to but not including `end`; `end` None = still open."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")

    def contains(self, day: date) -> bool:
        """Tell whether `day` lies in the period: start included, end excluded."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two share a day; touching ends do not."""
        return self.intersection(other) is not None

    def intersection(self, other: Period) -> Period | None:
        """Return the days that both hold, None when there is none."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        if not ends:
            return Period(start)
        end = min(ends)
        return Period(start, end) if start < end else None

    def length(self) -> int:
        """Return the number of days; raise ValueError for an open period."""
        if self.end is None:
            raise ValueError("an open period has no length")
        return (self.end - self.start).days

    def days(self) -> Iterator[date]:
        """Yield every day, for ever when the period is open."""
        day = self.start
        while self.contains(day):
            yield day
            day += timedelta(days=1)


def month_start(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return add_months(month_start(day), 1) - timedelta(days=1)


def is_month_end(day: date) -> bool:
    """Tell whether `day` is the last of its month."""
    return (day + timedelta(days=1)).day == 1


def month_ends(first: date, last: date) -> list[date]:
    """Return every month-end from `first` to `last`, both included, ascending."""
    ends = []
    end = month_end(first)
    while end <= last:
        ends.append(end)
        end = month_end(end + timedelta(days=1))
    return ends


def add_months(day: date, months: int) -> date:
    """Return the day `months` later (or earlier); 31 January + 1 month is the last day of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
    raise AssertionError("every month has a 28th day")


def months_back(day: date, months: int) -> date:
    """Return the day `months` earlier; of a month-end the month-end."""
    earlier = add_months(day, -months)
    return month_end(earlier) if is_month_end(day) else earlier


def years_between(earlier: date, later: date) -> int:
    """Return full years (age): the birthday itself counts, a 29 February birthday counts on 1 March."""
    before_birthday = (later.month, later.day) < (earlier.month, earlier.day)
    return later.year - earlier.year - before_birthday


def tiers_compare_with(as_of: date, dates: Iterable[date], months: int = 1) -> date | None:
    """Return the month-end among `dates` from which the last `months` decisions on tiers are seen, None without one.

    Tiers move at month-ends only: what moved last is seen from the month-end before the newest one. A comparison with the
    newest one would be empty on every day inside a month.
    """
    ends = sorted(day for day in dates if day <= as_of and is_month_end(day))
    return ends[-1 - months] if len(ends) > months else None
