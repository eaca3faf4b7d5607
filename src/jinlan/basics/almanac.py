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


@lru_cache(maxsize=1024)
def told_of(day: date) -> DayTold:
    """Return what is known of a day."""
    plan = plan_of(day.year)
    return DayTold(
        day, _kind(day), _holiday(day) if day in plan.holidays else None, plan.status == "provisional",
        lunar_of(day) if has_lunar(day) else None, term_of(day), festivals_of(day),
    )  # fmt: skip


def _kind(day: date) -> Kind:
    plan = plan_of(day.year)
    if day in plan.makeup_days:
        return "makeup"
    if day in plan.holidays:
        return "holiday"
    return "working" if WorkingCalendar("CN", [plan]).is_working_day(day) else "weekend"


def _holiday(day: date) -> Named | None:
    """Return the name of a holiday in the published plan; a provisional one is named by its festival, if that is its day."""
    name = constants.holidays.get(day)
    if name is None:
        return next(iter(festivals_of(day)), None)
    one = constants.Holiday(name)
    return Named(str(one.chinese), str(one.value))
