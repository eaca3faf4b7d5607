"""Flaps counted by hand: month-ends of two years, one client."""

from __future__ import annotations

from datetime import date

import pytest

from jinlan.insight.flaps import Course, Year, year_of

UNTIL, SINCE = date(2026, 10, 31), date(2025, 10, 31)
JAN, JUL, OCT, NOV = date(2025, 1, 31), date(2025, 7, 31), date(2025, 10, 31), date(2025, 11, 30)
MAR, MAY, JUN, SEP = date(2026, 3, 31), date(2026, 5, 31), date(2026, 6, 30), date(2026, 9, 30)


@pytest.mark.parametrize(("changes", "begins", "year"), [
    ([(JAN, "HQ")], True, Year(True, 0)),  # stands
    ([(JAN, "")], True, Year(False, 0)),  # never in
    ([(JAN, "HQ"), (MAR, "")], True, Year(True, 0)),  # when it entered is not known
    ([(JAN, ""), (NOV, "KEY"), (SEP, "")], True, Year(True, 1)),  # in for ten months
    ([(NOV, "KEY"), (SEP, "")], False, Year(True, 1)),  # the same, new to the register
    ([(JAN, ""), (OCT, "KEY"), (date(2026, 10, 31), "")], True, Year(True, 0)),  # in for twelve months
    ([(JAN, ""), (NOV, "KEY"), (date(2026, 10, 31), "")], True, Year(True, 1)),  # for eleven
    ([(JAN, "HQ"), (JUL, ""), (MAR, "HQ")], True, Year(True, 1)),  # back after eight months; it had left before the year
    ([(JAN, "HQ"), (JUL, ""), (OCT, "HQ")], True, Year(True, 0)),  # the flap itself was before the year
    ([(JAN, "HQ"), (MAR, "KEY"), (MAY, "HQ")], True, Year(True, 1)),  # from tier to tier and back
    ([(JAN, "HQ"), (MAR, "KEY"), (MAY, "")], True, Year(True, 0)),  # down twice goes back on nothing
    ([(JAN, ""), (NOV, "KEY"), (MAR, ""), (MAY, "KEY"), (JUN, "")], True, Year(True, 3)),
    ([(JAN, "HQ"), (OCT, "")], True, Year(False, 0)),  # left on the last day before the year
    ([(JAN, "HQ"), (NOV, "")], True, Year(True, 0)),  # held it into the year
])  # fmt: skip
def test_a_year_of_one_client(changes: list[tuple[date, str]], begins: bool, year: Year) -> None:
    assert year_of(changes, begins=begins, since=SINCE, until=UNTIL) == year


def test_what_comes_after_the_day_is_not_known_on_it() -> None:
    changes = [(JAN, ""), (NOV, "KEY"), (MAR, "")]

    assert year_of(changes, begins=True, since=SINCE, until=date(2026, 2, 28)) == Year(True, 0)


def test_a_course_says_how_a_client_moved() -> None:
    course: Course[str] = Course()

    assert [course.take("G", tier, day) for day, tier in ((JAN, "KEY"), (JUL, "KEY"), (OCT, "HQ"), (NOV, ""))] == [
        ("entered", False), ("", False), ("moved", False), ("left", False),
    ]  # fmt: skip
    assert course.tiers == {}
