"""The working calendar: the examples of 00 §0.3, exact."""

from __future__ import annotations

from datetime import date

import pytest

from jinlan.basics.calendar import CalendarYear, WorkingCalendar, china, provisional_china
from jinlan.basics.errors import Refused


def test_2026_has_248_working_days_by_month() -> None:
    months = china().working_days_by_month(2026)

    assert months == (21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23)
    assert sum(months) == 248


def test_the_weekday_holidays_and_the_weekend_work_of_2026() -> None:
    plan = china().year(2026)

    assert sorted(day.isoformat()[5:] for day in plan.holidays if day.weekday() < 5) == [
        "01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01", "05-04", "05-05",
        "06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07",
    ]  # fmt: skip
    assert sorted(day.isoformat()[5:] for day in plan.makeup_days) == [
        "01-04", "02-14", "02-28", "05-09", "09-20", "10-10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 4, 30), 10, date(2026, 5, 18)),
        (date(2026, 9, 30), 0, date(2026, 9, 30)),
        (date(2026, 10, 13), -5, date(2026, 9, 30)),
    ],
)
def test_business_days_are_counted_from_day_zero(start: date, count: int, due: date) -> None:
    assert china().add_business_days(start, count) == due


def test_a_year_without_a_plan_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        china().add_business_days(date(2026, 12, 31), 1)

    assert refusal.value.code == "calendar.not_loaded"
    assert refusal.value.params == {"calendar": "CN", "year": 2027}


def test_a_deadline_in_a_provisional_year_is_marked() -> None:
    calendar = china(provisional=(2027,))

    crossing = calendar.business_deadline(date(2026, 12, 30), 2)
    inside = calendar.business_deadline(date(2026, 12, 29), 2)

    assert (crossing.legal, crossing.provisional) == (date(2027, 1, 4), True)
    assert (inside.legal, inside.provisional) == (date(2026, 12, 31), False)


def test_an_official_plan_replaces_the_provisional_one() -> None:
    assert china(provisional=(2026,)).year(2026).status == "official"
    assert provisional_china(2027).status == "provisional"


def test_a_natural_deadline_on_a_holiday_alerts_on_the_working_day_before() -> None:
    deadline = china().natural_deadline(date(2026, 9, 3), 30)

    assert deadline.legal == date(2026, 10, 3)
    assert deadline.alert == date(2026, 9, 30)
    assert deadline.provisional is False


def test_another_jurisdiction_uses_its_own_rows() -> None:
    hong_kong = WorkingCalendar("HK", [CalendarYear(2026, "official", frozenset({date(2026, 12, 25)}))])

    assert hong_kong.add_business_days(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert china().add_business_days(date(2026, 12, 24), 1) == date(2026, 12, 25)
    with pytest.raises(Refused, match="HK 工作日历未载入 2027 年"):
        hong_kong.is_working_day(date(2027, 1, 1))
