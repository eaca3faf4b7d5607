"""Silence against the client's own rhythm: worked out by hand on calendars with and without holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.calendar import CalendarYear, WorkingCalendar, china
from jinlan.domains.engagement.rules.rhythm import (
    STATES,
    Days,
    Measure,
    Rhythm,
    Span,
    median,
    quantile,
    rhythm,
    working,
)

MEASURE = Measure(least=5, quantile=Fraction(9, 10), factor=Fraction(3, 2), floor=10, window=730)
PLAIN = WorkingCalendar("XX", [CalendarYear(year, "official") for year in range(2019, 2036)])
CHINA = china((2027, 2028, 2029))
MONDAY = date(2026, 1, 5)


def every(days: int, times: int, first: date = MONDAY) -> list[date]:
    return [first + timedelta(days=days * step) for step in range(times)]


def told(
    contacts: Sequence[date],
    today: date,
    quiet: Sequence[Span] = (),
    away: Sequence[Span] = (),
    calendar: WorkingCalendar = PLAIN,
) -> Rhythm:
    return rhythm(contacts, today, Days(working(calendar, today, MEASURE), quiet, away), MEASURE)


FORTNIGHTS = every(14, 6)  # 01-05, 01-19, 02-02, 02-16, 03-02, 03-16: five gaps of ten working days


def test_a_fortnightly_client_is_silent_after_more_than_fifteen_working_days() -> None:
    steady, silent = told(FORTNIGHTS, date(2026, 4, 6)), told(FORTNIGHTS, date(2026, 4, 7))
    assert (steady.state, steady.silent_days, steady.raised) == ("steady", 15, False)
    assert (silent.state, silent.silent_days, silent.raised, silent.suppressed) == ("silent", 16, True, "")
    assert (silent.gaps, silent.median, silent.limit) == ((10, 10, 10, 10, 10), 10, 15)
    assert (silent.last, silent.expected_on, silent.as_long) == (date(2026, 3, 16), date(2026, 3, 30), 0)


def test_the_longest_of_the_own_gaps_move_the_line_and_stand_as_evidence() -> None:
    # Weekly with two breaks of four weeks: gaps 5 5 5 20 5 5 20 5; nine tenths of eight is the eighth: 20.
    days = [MONDAY + timedelta(weeks=week) for week in (0, 1, 2, 3, 7, 8, 9, 13, 14)]
    found = told(days, days[-1] + timedelta(weeks=4))
    assert (found.gaps, found.median, found.limit) == ((5, 5, 5, 20, 5, 5, 20, 5), 5, 20)
    assert (found.state, found.silent_days, found.as_long) == ("steady", 20, 2)
    later = told(days, days[-1] + timedelta(weeks=4, days=1))
    assert (later.state, later.silent_days, later.as_long) == ("silent", 21, 0)


def test_a_client_that_is_spoken_with_daily_is_not_silent_within_two_weeks() -> None:
    days = every(1, 5) + every(1, 3, date(2026, 1, 12))  # Monday to Friday, Monday to Wednesday
    assert told(days, date(2026, 1, 28)).state == "steady"  # ten working days after 01-14
    found = told(days, date(2026, 1, 29))
    assert (found.state, found.gaps, found.median, found.limit) == ("silent", (1,) * 7, 1, 10)


@pytest.mark.parametrize(("times", "state"), [(0, "unknown"), (1, "unknown"), (5, "unknown"), (6, "silent")])
def test_four_gaps_are_no_rhythm_and_five_are(times: int, state: str) -> None:
    found = told(FORTNIGHTS[:times], date(2026, 8, 3))
    assert (found.state, len(found.gaps), found.limit is None) == (
        state,
        max(0, times - 1),
        state == "unknown",
    )


def test_a_quarterly_client_is_not_silent_after_two_months() -> None:
    days = every(91, 7, date(2024, 10, 7))  # 13 weeks: gaps of 65 working days, limit 98 (97.5 rounded up)
    last = days[-1]
    assert told(days, last + timedelta(days=60)).state == "steady"
    assert [told(days, last + timedelta(days=one)).silent_days for one in (136, 137)] == [98, 98 + 1]
    assert [told(days, last + timedelta(days=one)).state for one in (136, 137)] == ["steady", "silent"]


def test_spring_festival_is_no_silence() -> None:
    # Weekly on Mondays from 2025-12-29 to 2026-02-09. Off: 01-01, 01-02, 02-15 to 02-23; worked: 01-04, 02-14, 02-28.
    days = every(7, 7, date(2025, 12, 29))
    before = told(days, date(2026, 2, 28), calendar=CHINA)
    # 02-10 to 02-14 are five days, 02-24 to 02-28 five more: ten, and the floor is ten.
    assert (before.state, before.silent_days, before.limit) == ("steady", 10, 10)
    assert before.gaps == (4, 5, 5, 5, 5, 5)
    # 02-16 to 02-20 and 02-23 are the six weekdays of the holiday: without it sixteen.
    assert (dict(before.skipped), before.suppressed) == ({"HOLIDAY": 6}, "HOLIDAY")
    after = told(days, date(2026, 3, 2), calendar=CHINA)
    assert (after.state, after.silent_days, after.suppressed) == ("silent", 11, "")


def test_within_a_holiday_nothing_is_raised_and_a_weekend_is_no_holiday() -> None:
    days = every(7, 7, date(2025, 12, 1))  # until 2026-01-12
    assert told(days, date(2026, 2, 13), calendar=CHINA).raised
    festival = told(days, date(2026, 2, 17), calendar=CHINA)
    assert (festival.state, festival.suppressed, festival.raised) == ("silent", "HOLIDAY", False)
    sunday = told(days, date(2026, 2, 8), calendar=CHINA)
    assert (sunday.state, sunday.suppressed, sunday.raised) == ("silent", "", True)


def test_days_on_which_the_client_asked_to_be_left_alone_do_not_count() -> None:
    # Asked on 03-23 not to be contacted before 04-20: four days until 03-20, ten more until 05-01.
    quiet = [Span(date(2026, 3, 23), date(2026, 4, 20))]
    inside = told(FORTNIGHTS, date(2026, 4, 17), quiet)
    assert (inside.state, inside.silent_days, inside.suppressed) == ("steady", 4, "NOT_BEFORE")
    after = told(FORTNIGHTS, date(2026, 5, 1), quiet)
    assert (after.state, after.silent_days, dict(after.skipped)) == ("steady", 14, {"NOT_BEFORE": 20})
    assert not told(FORTNIGHTS, date(2026, 5, 4), quiet).raised
    assert told(FORTNIGHTS, date(2026, 5, 5), quiet).raised


def test_a_wish_that_comes_when_silence_was_raised_ends_its_being_raised() -> None:
    found = told(FORTNIGHTS, date(2026, 5, 8), [Span(date(2026, 5, 4), date(2026, 6, 1))])
    assert (found.state, found.silent_days, found.suppressed, found.raised) == (
        "silent",
        34,
        "NOT_BEFORE",
        False,
    )


def test_days_on_which_the_lead_was_away_do_not_count_in_gaps_either() -> None:
    away = [Span(date(2026, 2, 2), date(2026, 2, 16)), Span(date(2026, 3, 23), date(2026, 4, 6))]
    found = told(FORTNIGHTS, date(2026, 4, 7), (), away)
    # Of the second gap 02-02 is missing, of the third only 02-16 is left; since 03-16 there are 4 + 2 days.
    assert (found.gaps, found.silent_days, found.state) == ((10, 9, 1, 10, 10), 6, "steady")
    assert (dict(found.skipped), found.suppressed) == ({"LEAVE": 10}, "LEAVE")


def test_contacts_of_one_day_and_on_the_days_off_after_it_are_one_occasion() -> None:
    friday = date(2026, 1, 9)
    found = told([friday, friday, friday + timedelta(days=1), date(2026, 1, 12)], date(2026, 1, 13))
    assert (found.contacts, found.gaps) == ((date(2026, 1, 10), date(2026, 1, 12)), (1,))


def test_what_lies_outside_of_the_window_is_left_out() -> None:
    today = date(2026, 4, 7)
    found = told([today - timedelta(days=731), today - timedelta(days=730), today + timedelta(days=1)], today)
    assert found.contacts == (date(2024, 4, 7),)


def test_median_and_quantile_by_hand() -> None:
    assert (median([3, 1, 2]), median([4, 1, 2, 3])) == (2, Fraction(5, 2))
    assert [quantile(list(range(1, n + 1)), Fraction(9, 10)) for n in (5, 9, 10, 20)] == [5, 9, 9, 18]


offsets = st.lists(st.integers(0, 729), min_size=0, max_size=40)
TODAY = date(2026, 6, 10)


def dated(back: Sequence[int]) -> list[date]:
    return [TODAY - timedelta(days=days) for days in back]


@given(offsets, st.integers(-150, 150))
def test_equal_weeks_later_nothing_is_different(back: list[int], weeks: int) -> None:
    shift = timedelta(weeks=weeks)
    one = told(dated(back), TODAY)
    other = told([day + shift for day in dated(back)], TODAY + shift)
    assert (one.state, one.gaps, one.limit, one.silent_days, one.as_long, one.suppressed) == (
        other.state, other.gaps, other.limit, other.silent_days, other.as_long, other.suppressed,
    )  # fmt: skip
    assert one.expected_on is None or one.expected_on + shift == other.expected_on


@given(offsets)
def test_a_contact_today_ends_every_silence(back: list[int]) -> None:
    found = told([*dated(back), TODAY], TODAY)
    assert (found.state != "silent", found.silent_days, found.suppressed) == (True, 0, "")


@given(offsets, offsets, st.lists(st.tuples(st.integers(0, 700), st.integers(1, 60)), max_size=4))
def test_whatever_is_known_there_is_an_answer(
    back: list[int], more: list[int], wishes: list[tuple[int, int]]
) -> None:
    quiet = [
        Span(TODAY - timedelta(days=start), TODAY - timedelta(days=start - length))
        for start, length in wishes
    ]
    less, all_of_it = told(dated(back), TODAY, quiet), told(dated([*back, *more]), TODAY, quiet)
    assert {less.state, all_of_it.state} <= set(STATES)
    for one in (less, all_of_it):
        assert (one.limit is None) == (one.state == "unknown")
        assert 0 <= one.as_long <= len(one.gaps) == max(0, len(one.contacts) - 1)
        assert all(gap >= 1 for gap in one.gaps)


@given(offsets, st.integers(0, 200))
def test_a_wish_for_quiet_makes_nobody_silent_for_longer(back: list[int], days: int) -> None:
    quiet = [Span(TODAY - timedelta(days=days), TODAY + timedelta(days=1))]
    assert told(dated(back), TODAY, quiet).silent_days <= told(dated(back), TODAY).silent_days
