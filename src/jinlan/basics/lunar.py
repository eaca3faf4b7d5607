"""The lunar calendar (农历): dates there and back, the 24 solar terms (节气) and the festivals of a day.

Lunar years 1901 to 2099, from the tables of `cnlunar` (Hong Kong Observatory), with what GB/T 33661-2017 computes otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from cnlunar import Lunar as _Reading
from cnlunar.solar24 import getTheYearAllSolarTermsList

from jinlan.basics.errors import Refused

FIRST, LAST = date(1901, 2, 19), date(2100, 2, 8)  # days that have a lunar date here
_YEARS = range(1901, 2100)
_DAY = timedelta(days=1)
_LONG = 30  # days of a long month (大月); a short one (小月) has 29
# The new moon of 2057-09-29 falls seconds after midnight in Beijing: the tables have the day before it.
_BEGINS = {date(2057, 9, 28): date(2057, 9, 29)}
_MONTHS = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "腊月")
_DIGITS = "一二三四五六七八九十"


class Named(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Lunar:
    """A lunar date: `year` is the year in which its first month began, `leap` marks the second month of the same number (闰月)."""

    year: int
    month: int
    leap: bool
    day: int

    @property
    def zh(self) -> str:
        """Return it in words: 十月廿一, 闰六月初一, 腊月三十."""
        return f"{'闰' * self.leap}{_MONTHS[self.month - 1]}{_day_zh(self.day)}"

    @property
    def en(self) -> str:
        """Return it in English, month before day: 10/21; leap 6/1."""
        return f"{'leap ' * self.leap}{self.month}/{self.day}"


class _Month(NamedTuple):
    first: date
    month: int
    leap: bool


def _day_zh(day: int) -> str:
    if day in (20, 30):
        return {20: "二十", 30: "三十"}[day]
    return "初十廿"[(day - 1) // 10] + _DIGITS[(day - 1) % 10]


def _reading(day: date) -> tuple[int, bool, int]:
    """Return month, leap and day as the tables have them."""
    found = _Reading(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001  a day of the calendar, no instant
    return int(found.lunarMonth), bool(found.isLunarLeapMonth), int(found.lunarDay)


@lru_cache(maxsize=256)
def _months(year: int) -> tuple[_Month, ...]:
    """Return the months of a lunar year, in order; the year after it begins where its last one ends."""
    day = date(year, 2, 21)  # in the first or second month of any year
    month, _leap, place = _reading(day)
    while month != 1 or place != 1:
        day -= (place - 1) * _DAY if month == 1 else place * _DAY
        month, _leap, place = _reading(day)
    found = [_Month(day, 1, False)]
    while day + _LONG * _DAY <= LAST:
        _month, _leap, place = _reading(day + _LONG * _DAY)
        day += (_LONG if place == 1 else _LONG - 1) * _DAY
        month, leap, _place = _reading(day)
        if month == 1 and not leap:
            break
        found.append(_Month(_BEGINS.get(day, day), month, leap))
    return tuple(found)


def _refuse(what: object) -> Refused:
    return Refused("LUNAR_RANGE", "没有 %(what)s 的农历。", "农历只有 1901 年至 2099 年。", what=str(what))


def has_lunar(day: date) -> bool:
    """Tell whether a day has a lunar date here."""
    return FIRST <= day <= LAST


def lunar_of(day: date) -> Lunar:
    """Return the lunar date of a day.

    Raises:
        Refused: LUNAR_RANGE before 1901-02-19 and after 2100-02-08.
    """
    if not has_lunar(day):
        raise _refuse(day)
    year = day.year if day.year in _YEARS and day >= _months(day.year)[0].first else day.year - 1
    months = _months(year)
    here = months[bisect_right(months, day, key=lambda one: one.first) - 1]
    return Lunar(year, here.month, here.leap, (day - here.first).days + 1)


def _days_of(year: int, place: int) -> int:
    months = _months(year)
    if place + 1 < len(months):
        end = months[place + 1].first
    else:
        end = _months(year + 1)[0].first if year + 1 in _YEARS else LAST + _DAY
    return (end - months[place].first).days


def solar_of(year: int, month: int, leap: bool, day: int) -> date:
    """Return the day of a lunar date.

    A leap month that the year lacks reads as the ordinary month of that number, day 30 in a month of 29 days as its last day.

    Raises:
        Refused: LUNAR_RANGE for a year that is not known, LUNAR_DATE for a month or day that no year has.
    """
    if year not in _YEARS:
        raise _refuse(year)
    if not (1 <= month <= 12 and 1 <= day <= _LONG):
        raise Refused("LUNAR_DATE", "农历没有这个日期。", "月份为 1 至 12，日期为 1 至 30。")
    months = _months(year)
    places = {(one.month, one.leap): place for place, one in enumerate(months)}
    place = places.get((month, leap), places[month, False])
    return months[place].first + (min(day, _days_of(year, place)) - 1) * _DAY


def next_on(month: int, leap: bool, day: int, *, after: date) -> date:
    """Return the next day after `after` (not itself) on which a lunar birthday falls, once in every lunar year.

    Raises:
        Refused: LUNAR_RANGE, LUNAR_DATE.
    """
    year = lunar_of(after).year
    found = solar_of(year, month, leap, day)
    return found if found > after else solar_of(year + 1, month, leap, day)


TERMS: tuple[Named, ...] = (
    Named("小寒", "Minor Cold"), Named("大寒", "Major Cold"), Named("立春", "Start of Spring"), Named("雨水", "Rain Water"),
    Named("惊蛰", "Awakening of Insects"), Named("春分", "Spring Equinox"), Named("清明", "Qingming"), Named("谷雨", "Grain Rain"),
    Named("立夏", "Start of Summer"), Named("小满", "Grain Buds"), Named("芒种", "Grain in Ear"), Named("夏至", "Summer Solstice"),
    Named("小暑", "Minor Heat"), Named("大暑", "Major Heat"), Named("立秋", "Start of Autumn"), Named("处暑", "End of Heat"),
    Named("白露", "White Dew"), Named("秋分", "Autumn Equinox"), Named("寒露", "Cold Dew"), Named("霜降", "Frost's Descent"),
    Named("立冬", "Start of Winter"), Named("小雪", "Minor Snow"), Named("大雪", "Major Snow"), Named("冬至", "Winter Solstice"),
)  # fmt: skip
_QINGMING = 6


@lru_cache(maxsize=256)
def terms_of(year: int) -> tuple[tuple[date, Named], ...]:
    """Return the 24 solar terms of a year, two in each month.

    Raises:
        Refused: LUNAR_RANGE.
    """
    if year not in _YEARS:
        raise _refuse(year)
    days = getTheYearAllSolarTermsList(year)
    return tuple((date(year, place // 2 + 1, int(days[place])), term) for place, term in enumerate(TERMS))


def term_of(day: date) -> Named | None:
    """Return the solar term that begins on a day, None on most days and outside the known years."""
    if day.year not in _YEARS:
        return None
    return next((term for on, term in terms_of(day.year) if on == day), None)


_BY_SUN: Mapping[tuple[int, int], Named] = {
    (1, 1): Named("元旦", "New Year's Day"), (5, 1): Named("劳动节", "Labour Day"), (10, 1): Named("国庆节", "National Day"),
}  # fmt: skip
_BY_MOON: Mapping[tuple[int, int], Named] = {
    (1, 1): Named("春节", "Spring Festival"), (1, 15): Named("元宵节", "Lantern Festival"), (5, 5): Named("端午节", "Dragon Boat Festival"),
    (7, 7): Named("七夕", "Qixi Festival"), (7, 15): Named("中元节", "Zhongyuan Festival"), (8, 15): Named("中秋节", "Mid-Autumn Festival"),
    (9, 9): Named("重阳节", "Double Ninth Festival"), (12, 8): Named("腊八节", "Laba Festival"),
    (12, 23): Named("小年", "Little New Year"),  # as in the north; the south keeps it a day later
}  # fmt: skip
_EVE = Named("除夕", "Lunar New Year's Eve")
_TOMB_SWEEPING = Named("清明节", "Qingming Festival")


def festivals_of(day: date) -> tuple[Named, ...]:
    """Return the festivals of a day; a leap month has none, and outside the known years those of the solar calendar are left."""
    found = [_BY_SUN[key] for key in [(day.month, day.day)] if key in _BY_SUN]
    if term_of(day) == TERMS[_QINGMING]:
        found.append(_TOMB_SWEEPING)
    if has_lunar(day):
        here = lunar_of(day)
        if not here.leap and (here.month, here.day) in _BY_MOON:
            found.append(_BY_MOON[here.month, here.day])
        if here.month == 12 and has_lunar(day + _DAY) and lunar_of(day + _DAY).month == 1:
            found.append(_EVE)
    return tuple(found)
