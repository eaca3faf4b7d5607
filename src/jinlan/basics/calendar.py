"""The working calendar (工作日): data by year, official or provisional, that fails loudly for a year without a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Literal

from chinese_calendar import constants

from jinlan.basics.errors import Refused

_DAY = timedelta(days=1)
Status = Literal["official", "provisional"]


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The plan of one year: days off that fall on weekdays (or weekends), and weekend days that are worked (调休)."""

    year: int
    status: Status
    holidays: frozenset[date] = field(default_factory=frozenset)
    makeup_days: frozenset[date] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due. `legal` is the day of the rule, `alert` the working day to be done by.

    `provisional` marks a day that was computed in a year whose plan is not published yet: recompute it then.
    """

    legal: date
    alert: date
    provisional: bool


class WorkingCalendar:
    """Working days of one jurisdiction (`code` CN, HK, GB …) over the years that are loaded."""

    def __init__(self, code: str, years: Iterable[CalendarYear]) -> None:
        """Keep the given years; a later plan of the same year replaces an earlier one."""
        self.code = code
        self._years: Mapping[int, CalendarYear] = {plan.year: plan for plan in years}

    def year(self, year: int) -> CalendarYear:
        """Return the plan of a year.

        Raises:
            Refused: `calendar.not_loaded` for a year without a row.
        """
        if year not in self._years:
            raise Refused(
                "calendar.not_loaded",
                "%(calendar)s 工作日历未载入 %(year)s 年。",
                "请先导入该年放假安排(正式或暂定)。",
                calendar=self.code,
                year=year,
            )
        return self._years[year]

    def is_working_day(self, day: date) -> bool:
        """Tell whether `day` is worked: a weekday that is no holiday, or a make-up day."""
        plan = self.year(day.year)
        if day in plan.makeup_days:
            return True
        return day.weekday() < 5 and day not in plan.holidays

    def add_business_days(self, day: date, count: int) -> date:
        """Return the `count`-th working day after `day`, which is day 0 (negative counts go back)."""
        step = _DAY if count >= 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days(self, first: date, last: date) -> int:
        """Count the working days from `first` to `last`, both included."""
        span = (last - first).days + 1
        return sum(self.is_working_day(first + _DAY * offset) for offset in range(span))

    def working_days_by_month(self, year: int) -> tuple[int, ...]:
        """Return the twelve numbers of working days of a year."""
        starts = [date(year, month, 1) for month in range(1, 13)]
        ends = [*(start - _DAY for start in starts[1:]), date(year, 12, 31)]
        return tuple(self.working_days(start, end) for start, end in zip(starts, ends, strict=True))

    def business_deadline(self, day: date, count: int) -> Deadline:
        """Return "within `count` working days of `day`"."""
        due = self.add_business_days(day, count)
        return Deadline(due, due, self._provisional(day, due))

    def natural_deadline(self, day: date, count: int) -> Deadline:
        """Return "within `count` natural days of `day`": the legal day, and the working day at or before it."""
        legal = day + _DAY * count
        alert = legal
        while not self.is_working_day(alert):
            alert -= _DAY
        return Deadline(legal, alert, self._provisional(alert, legal))

    def _provisional(self, first: date, last: date) -> bool:
        years = range(first.year, last.year + 1)
        return any(self.year(year).status == "provisional" for year in years)


def provisional_china(year: int) -> CalendarYear:
    """Return a planning year: weekdays, less the fixed-date holidays (1 Jan, 1–2 May, 1–3 Oct; no lunar ones)."""
    fixed = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
    return CalendarYear(year, "provisional", frozenset(date(year, month, day) for month, day in fixed))


@cache
def china(provisional: tuple[int, ...] = ()) -> WorkingCalendar:
    """Return the calendar CN: the official plans of `chinesecalendar`, and the given years as provisional.

    A year that has an official plan stays official. Source: State Council holiday plans, 2004–2026.
    """
    years: dict[int, CalendarYear] = {year: provisional_china(year) for year in provisional}
    for year in range(min(constants.holidays).year, max(constants.holidays).year + 1):
        off = frozenset(day for day in constants.holidays if day.year == year)
        worked = frozenset(day for day in constants.workdays if day.year == year)
        years[year] = CalendarYear(year, "official", off, worked)
    return WorkingCalendar("CN", years.values())


def plan_of(year: int) -> CalendarYear:
    """Return the plan of any year in China: the official one where there is one, else the provisional."""
    try:
        return china().year(year)
    except Refused:
        return provisional_china(year)
