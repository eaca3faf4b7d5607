"""What is told of a day: the plan of 2026, and a year that has none yet."""

from __future__ import annotations

from datetime import date

import pytest

from jinlan.basics.almanac import told_of


@pytest.mark.parametrize(
    ("day", "kind", "holiday"),
    [
        (date(2026, 11, 30), "working", None),
        (date(2026, 11, 28), "weekend", None),
        (date(2026, 2, 16), "holiday", ("春节", "Spring Festival")),
        (date(2026, 2, 21), "holiday", ("春节", "Spring Festival")),  # a Saturday of the holiday
        (date(2026, 2, 28), "makeup", None),
        (date(2026, 10, 10), "makeup", None),
        (date(2026, 10, 7), "holiday", ("国庆节", "National Day")),
    ],
)
def test_a_day_of_a_year_with_a_plan(day: date, kind: str, holiday: tuple[str, str] | None) -> None:
    told = told_of(day)

    assert (told.kind, told.holiday, told.provisional) == (kind, holiday, False)
    assert told.off == (kind in ("weekend", "holiday"))


def test_a_year_without_a_plan_is_provisional_and_names_fixed_holidays_by_their_festival() -> None:
    first, second = told_of(date(2031, 10, 1)), told_of(date(2031, 10, 2))

    assert (first.kind, first.holiday, first.provisional) == ("holiday", ("国庆节", "National Day"), True)
    assert (second.kind, second.holiday, second.provisional) == ("holiday", None, True)


@pytest.mark.parametrize(
    ("day", "kind", "holiday"),
    [
        (date(2027, 2, 4), "working", None),
        (date(2027, 2, 5), "holiday", "春节"),  # 除夕, a Friday
        (date(2027, 2, 6), "holiday", "春节"),  # 正月初一, a Saturday
        (date(2027, 2, 8), "holiday", "春节"),  # 正月初三, a Monday
        (date(2027, 2, 9), "working", None),
        (date(2027, 4, 5), "holiday", "清明节"),
        (date(2027, 6, 9), "holiday", "端午节"),
        (date(2027, 9, 15), "holiday", "中秋节"),
        (date(2027, 10, 1), "holiday", "国庆节"),
        (date(2027, 8, 8), "weekend", None),  # 七夕 is no holiday; a Sunday
    ],
)
def test_lunar_holidays_stand_by_law_where_no_plan_is_published(
    day: date, kind: str, holiday: str | None
) -> None:
    told = told_of(day)

    assert (told.kind, told.holiday and told.holiday.zh, told.provisional) == (kind, holiday, True)


def test_a_day_without_a_lunar_date_is_told_without_one() -> None:
    for day in (date(1, 1, 1), date(9999, 12, 31)):
        told = told_of(day)
        assert (told.lunar, told.term) == (None, None)
    assert told_of(date(2026, 11, 22)).term == ("小雪", "Minor Snow")
    assert str(told_of(date(2026, 11, 30)).lunar and told_of(date(2026, 11, 30)).lunar.zh) == "十月廿二"
