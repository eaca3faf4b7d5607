"""Which days a figure of a date covers, cut into slices so that many dates share one pass over the data.

A *slice* is a run of days that every window of every evaluated date holds whole or not at all: calendar months,
cut further where a date in the middle of a month begins or ends a window. Balances and flows are added up
once per account and slice; each date then adds up its slices.

Windows of a date d (days included): month = first of the month .. d; ytd = 1 January .. d; 12m = the twelve
months that end with d; base = the part of the month twelve months earlier; 24m = how far back the last
transaction is looked for. A business day without a delivery is carried forward from the newest delivered day
of the 31 days before it, and counts as missing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import pyarrow as pa

from jinlan.basics.calendar import china
from jinlan.basics.errors import Refused
from jinlan.basics.periods import add_months, month_start

DAY = timedelta(days=1)
CARRY = 31  # days; a gap of more than three missing days is incomplete anyway
WINDOWS = ("month", "ytd", "12m", "base", "24m")


@dataclass(frozen=True, slots=True)
class Slice:
    """Days `first`..`last`, both included."""

    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one date as (first, last), both included."""

    as_of: date
    month: tuple[date, date]
    ytd: tuple[date, date]
    year: tuple[date, date]
    base: tuple[date, date]
    two_years: tuple[date, date]

    def named(self) -> dict[str, tuple[date, date]]:
        """Return the windows by the names of `WINDOWS`."""
        return dict(zip(WINDOWS, (self.month, self.ytd, self.year, self.base, self.two_years), strict=True))


def windows_of(as_of: date) -> Windows:
    """Return the windows of a date."""
    after = as_of + DAY
    year = add_months(after, -12)
    base_end = year - DAY
    return Windows(
        as_of,
        (month_start(as_of), as_of),
        (as_of.replace(month=1, day=1), as_of),
        (year, as_of),
        (month_start(base_end), base_end),
        (add_months(after, -24), as_of),
    )


class Plan:
    """The slices and windows of a set of dates."""

    def __init__(self, dates: Iterable[date]) -> None:
        """Cut the time that `dates` (any order, at least one) look back on."""
        self.dates: tuple[date, ...] = tuple(sorted(set(dates)))
        self.windows = [windows_of(day) for day in self.dates]
        self.flows_from = min(each.two_years[0] for each in self.windows)
        self.balances_from = min(each.base[0] for each in self.windows)
        self.rows_from = self.balances_from - DAY * CARRY
        self.last = self.dates[-1]
        self.slices = _cut(self.windows, min(self.flows_from, self.balances_from), self.last)

    def slice_table(self) -> pa.Table:
        """Return (slice, first, last) of the slices that balances need."""
        kept = [each for each in self.slices if each.first >= self.balances_from]
        return pa.table(
            {
                "slice": pa.array([each.number for each in kept], pa.int32()),
                "first": pa.array([each.first for each in kept], pa.date32()),
                "last": pa.array([each.last for each in kept], pa.date32()),
            }
        )

    def day_table(self) -> pa.Table:
        """Return (day, slice) for every day: where an event of that day is added up."""
        days, numbers = [], []
        for each in self.slices:
            span = _days(each.first, each.last)
            days += span
            numbers += [each.number] * len(span)
        return pa.table({"day": pa.array(days, pa.date32()), "slice": pa.array(numbers, pa.int32())})

    def use_table(self, dates: Sequence[date]) -> pa.Table:
        """Return (as_of, slice, in_<window>.., closing): which windows of each date hold a slice."""
        rows: dict[str, list[object]] = {name: [] for name in ("as_of", "slice", "closing")}
        rows |= {f"in_{name}": [] for name in WINDOWS}
        chosen = [each for each in self.windows if each.as_of in set(dates)]
        for each in chosen:
            for part in self.slices:
                inside = {
                    name: first <= part.first and part.last <= last
                    for name, (first, last) in each.named().items()
                }
                if any(inside.values()):
                    rows["as_of"].append(each.as_of)
                    rows["slice"].append(part.number)
                    rows["closing"].append(part.last == each.as_of)
                    for name, held in inside.items():
                        rows[f"in_{name}"].append(held)
        kinds = {"as_of": pa.date32(), "slice": pa.int32()}
        return pa.table(
            {name: pa.array(column, kinds.get(name, pa.bool_())) for name, column in rows.items()}
        )


class Months(Plan):
    """Whole calendar months, each one slice and no window beside: the periods of a statement."""

    def __init__(self, first: date, last: date) -> None:
        """Take the months from that of `first` to that of `last`, both whole; `dates` are their last days."""
        starts = [month_start(first)]
        while (following := add_months(starts[-1], 1)) <= last:
            starts.append(following)
        ends = [add_months(start, 1) - DAY for start in starts]
        self.dates = tuple(ends)
        self.windows = []
        self.flows_from = self.balances_from = starts[0]
        self.rows_from = self.balances_from - DAY * CARRY
        self.last = ends[-1]
        self.slices = [Slice(number, *days) for number, days in enumerate(zip(starts, ends, strict=True))]


def _cut(windows: Sequence[Windows], first: date, last: date) -> list[Slice]:
    starts = {first}
    month = month_start(first)
    while month <= last:
        starts.add(max(first, month))
        month = add_months(month, 1)
    for each in windows:
        starts |= {begin for begin, _ in each.named().values()}
        starts |= {end + DAY for _, end in each.named().values()}
    ordered = sorted(start for start in starts if first <= start <= last)
    ends = [start - DAY for start in ordered[1:]] + [last]
    return [Slice(number, start, end) for number, (start, end) in enumerate(zip(ordered, ends, strict=True))]


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * offset for offset in range((last - first).days + 1)]


class Deliveries:
    """On which days the bank delivered balances, and which days it owes."""

    def __init__(self, delivered: Iterable[date]) -> None:
        """Take the delivered days; a bank that as a rule leaves out days off does not owe them."""
        self.delivered = sorted(set(delivered))
        self._set = set(self.delivered)
        self.first = self.delivered[0] if self.delivered else None
        self._daily = self._every_day()

    def _every_day(self) -> bool:
        if not self.delivered:
            return True
        off = [day for day in _days(self.delivered[0], self.delivered[-1]) if not working(day)]
        return 2 * sum(day in self._set for day in off) >= len(off)

    def owed(self, day: date) -> bool:
        """Tell whether a delivery was due for `day` (all days before the first delivery count as due)."""
        return self._daily or working(day) or self.first is None or day < self.first

    def source(self, day: date) -> date | None:
        """Return the delivered day whose balances stand for `day`; None when there is none within `CARRY` days."""
        place = bisect_right(self.delivered, day)
        found = self.delivered[place - 1] if place else None
        return found if found is not None and (day - found).days <= CARRY else None

    def missing(self, first: date, last: date) -> list[date]:
        """Return the owed days from `first` to `last` that were not delivered."""
        return [day for day in _days(first, last) if day not in self._set and self.owed(day)]

    def weights(self, plan: Plan) -> pa.Table:
        """Return for each delivered day and slice how many calendar days its balances stand for.

        Columns: source, slice, weight (days), covered (days that are not missing), own (the day itself lies in the
        slice and counts with 1), closing (stands for the last day of the slice).
        """
        found: dict[tuple[date, int], list[int]] = {}
        for part in plan.slices:
            if part.last < plan.balances_from:
                continue
            for day in _days(part.first, part.last):
                source = self.source(day)
                if source is None:
                    continue
                row = found.setdefault((source, part.number), [0, 0, 0, 0])
                row[0] += 1
                row[1] += day in self._set or not self.owed(day)
                row[2] += day == source
                row[3] += day == part.last
        keys = list(found)
        return pa.table(
            {
                "source": pa.array([source for source, _ in keys], pa.date32()),
                "slice": pa.array([number for _, number in keys], pa.int32()),
                "weight": pa.array([found[key][0] for key in keys], pa.int32()),
                "covered": pa.array([found[key][1] for key in keys], pa.int32()),
                "own": pa.array([found[key][2] > 0 for key in keys], pa.bool_()),
                "closing": pa.array([found[key][3] > 0 for key in keys], pa.bool_()),
            }
        )

    def missing_table(self, plan: Plan, dates: Sequence[date]) -> pa.Table:
        """Return (as_of, day, missing): missing days from `day` to `as_of`, for each day of the 12m window."""
        rows: list[tuple[date, date, int]] = []
        for each in plan.windows:
            if each.as_of not in set(dates):
                continue
            gone, count = set(self.missing(*each.year)), 0
            for day in reversed(_days(*each.year)):
                count += day in gone
                rows.append((each.as_of, day, count))
        return pa.table(
            {
                "as_of": pa.array([row[0] for row in rows], pa.date32()),
                "day": pa.array([row[1] for row in rows], pa.date32()),
                "missing": pa.array([row[2] for row in rows], pa.int64()),
            }
        )


@cache
def working(day: date) -> bool:
    """Tell whether banks work on `day` in China; a year without an official plan falls back to weekdays."""
    try:
        return china().is_working_day(day)
    except Refused:
        return day.weekday() < 5
