"""What is to be known of a day before somebody is invited: worked or off, its lunar date, solar term and festivals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from chinese_calendar import constants

from jinlan.basics.calendar import WorkingCalendar, plan_of
from jinlan.basics.lunar import Lunar, Named, festivals_of, has_lunar, lunar_of, term_of

Kind = Literal["working", "weekend", "holiday", "makeup"]


@dataclass(frozen=True, slots=True)
class DayTold:
    """A day. `holiday` is the holiday of the plan that it is off for; `provisional` says that its year has no plan yet."""

    day: date
    kind: Kind
    holiday: Named | None
    provisional: bool
    lunar: Lunar | None  # None outside the known years
    term: Named | None
    festivals: tuple[Named, ...]

    @property
    def off(self) -> bool:
        """Tell whether it is no working day."""
        return self.kind in ("weekend", "holiday")


_NEW_YEAR = Named("春节", "Spring Festival")
_BY_LAW = (
    "清明节",
    "端午节",
    "中秋节",
)  # a day each, beside those of the solar calendar (全国年节及纪念日放假办法, 2025)


@lru_cache(maxsize=1024)
def told_of(day: date) -> DayTold:
    """Return what is known of a day."""
    plan = plan_of(day.year)
    lunar = lunar_of(day) if has_lunar(day) else None
    festivals, provisional = festivals_of(day), plan.status == "provisional"
    planned = day in plan.holidays
    holiday = _holiday(day, festivals) if planned else _by_law(lunar, festivals) if provisional else None
    kind: Kind = "holiday" if planned or holiday else _kind(day)
    return DayTold(day, kind, holiday, provisional, lunar, term_of(day), festivals)


def _kind(day: date) -> Kind:
    plan = plan_of(day.year)
    if day in plan.makeup_days:
        return "makeup"
    return "working" if WorkingCalendar("CN", [plan]).is_working_day(day) else "weekend"


def _by_law(lunar: Lunar | None, festivals: tuple[Named, ...]) -> Named | None:
    """Return the lunar holiday that a day is by law; where no plan is published it may grow by days, never shrink."""
    if lunar is not None and not lunar.leap and lunar.month == 1 and lunar.day <= 3:
        return _NEW_YEAR
    if any(one.zh == "除夕" for one in festivals):
        return _NEW_YEAR
    return next((one for one in festivals if one.zh in _BY_LAW), None)


def _holiday(day: date, festivals: tuple[Named, ...]) -> Named | None:
    """Return the name of a holiday in the published plan; a provisional one is named by its festival, if that is its day."""
    name = constants.holidays.get(day)
    if name is None:
        return next(iter(festivals), None)
    one = constants.Holiday(name)
    return Named(str(one.chinese), str(one.value))
