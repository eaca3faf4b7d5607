"""Periods and months."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.periods import (
    Period,
    add_months,
    is_month_end,
    month_end,
    month_ends,
    months_back,
    tiers_compare_with,
    years_between,
)

DATES = st.dates(date(1990, 1, 1), date(2040, 12, 31))


def test_a_period_holds_its_start_and_not_its_end() -> None:
    january = Period(date(2026, 1, 1), date(2026, 2, 1))

    assert january.contains(date(2026, 1, 1))
    assert january.contains(date(2026, 1, 31))
    assert not january.contains(date(2026, 2, 1))
    assert january.length() == 31
    assert len(list(january.days())) == 31


def test_touching_periods_do_not_overlap() -> None:
    january, open_end = Period(date(2026, 1, 1), date(2026, 2, 1)), Period(date(2026, 2, 1))

    assert not january.overlaps(open_end)
    assert open_end.overlaps(Period(date(2030, 1, 1)))
    assert Period(date(2026, 1, 15)).intersection(january) == Period(date(2026, 1, 15), date(2026, 2, 1))


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Period(date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(ValueError, match="open period"):
        Period(date(2026, 2, 1)).length()


def test_month_ends_between_two_days_include_both() -> None:
    assert month_ends(date(1993, 12, 31), date(1994, 3, 31)) == [
        date(1993, 12, 31),
        date(1994, 1, 31),
        date(1994, 2, 28),
        date(1994, 3, 31),
    ]
    assert month_ends(date(2026, 1, 1), date(2026, 1, 30)) == []


def test_adding_months_clamps_at_the_end_of_the_month() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)
    assert add_months(date(2026, 10, 31), 3) == date(2027, 1, 31)


@given(DATES)
def test_a_month_end_is_the_last_day_of_its_month(day: date) -> None:
    end = month_end(day)

    assert is_month_end(end)
    assert (end.year, end.month) == (day.year, day.month)
    assert end >= day


def test_age_counts_the_birthday() -> None:
    assert years_between(date(1949, 12, 31), date(2026, 12, 30)) == 76
    assert years_between(date(1949, 12, 31), date(2026, 12, 31)) == 77
    assert years_between(date(2000, 2, 29), date(2026, 2, 28)) == 25


def test_tiers_are_compared_with_the_month_end_before_the_last_decision() -> None:
    ends = [date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)]

    assert tiers_compare_with(date(2026, 10, 31), ends) == date(2026, 9, 30)
    assert tiers_compare_with(date(2026, 11, 10), [*ends, date(2026, 11, 10)]) == date(2026, 9, 30)
    assert tiers_compare_with(date(2026, 10, 15), ends) == date(2026, 8, 31)
    assert tiers_compare_with(date(2026, 8, 31), ends) is None
    assert tiers_compare_with(date(2026, 11, 10), ends, months=2) == date(2026, 8, 31)
    assert tiers_compare_with(date(2026, 11, 10), ends, months=3) is None


def test_months_back_lead_from_a_month_end_to_a_month_end() -> None:
    assert months_back(date(2029, 2, 28), 12) == date(2028, 2, 29)
    assert months_back(date(2026, 4, 30), 1) == date(2026, 3, 31)
    assert months_back(date(2026, 11, 10), 12) == date(2025, 11, 10)
    assert months_back(date(2026, 3, 30), 1) == date(2026, 2, 28)
