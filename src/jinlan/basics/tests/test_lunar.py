"""The lunar calendar against published dates, and there and back for every day of 1950 to 2060."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.basics.lunar import (
    FIRST,
    LAST,
    TERMS,
    Lunar,
    festivals_of,
    has_lunar,
    lunar_of,
    next_on,
    solar_of,
    term_of,
    terms_of,
)

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2060, 12, 31))
PUBLISHED = [
    (date(2020, 5, 23), Lunar(2020, 4, True, 1), "闰四月初一"),
    (date(2023, 3, 22), Lunar(2023, 2, True, 1), "闰二月初一"),
    (date(2024, 2, 9), Lunar(2023, 12, False, 30), "腊月三十"),
    (date(2024, 2, 10), Lunar(2024, 1, False, 1), "正月初一"),
    (date(2025, 1, 28), Lunar(2024, 12, False, 29), "腊月廿九"),
    (date(2025, 1, 29), Lunar(2025, 1, False, 1), "正月初一"),
    (date(2025, 7, 25), Lunar(2025, 6, True, 1), "闰六月初一"),
    (date(2026, 2, 17), Lunar(2026, 1, False, 1), "正月初一"),
    (date(2026, 9, 25), Lunar(2026, 8, False, 15), "八月十五"),
    (date(2026, 11, 28), Lunar(2026, 10, False, 20), "十月二十"),
    (date(2026, 11, 29), Lunar(2026, 10, False, 21), "十月廿一"),
    (date(2027, 2, 6), Lunar(2027, 1, False, 1), "正月初一"),
    (date(2033, 12, 21), Lunar(2033, 11, False, 30), "十一月三十"),
    (date(2033, 12, 22), Lunar(2033, 11, True, 1), "闰十一月初一"),
    (date(2034, 1, 20), Lunar(2033, 12, False, 1), "腊月初一"),
    (date(2034, 2, 19), Lunar(2034, 1, False, 1), "正月初一"),
]


@pytest.mark.parametrize(("day", "lunar", "words"), PUBLISHED)
def test_published_dates_read_as_they_are_printed(day: date, lunar: Lunar, words: str) -> None:
    assert lunar_of(day) == lunar
    assert lunar.zh == words
    assert solar_of(lunar.year, lunar.month, lunar.leap, lunar.day) == day


def test_a_lunar_date_reads_in_english() -> None:
    assert lunar_of(date(2026, 11, 29)).en == "10/21"
    assert lunar_of(date(2025, 7, 25)).en == "leap 6/1"


def test_the_new_moon_just_after_midnight_of_2057_begins_the_ninth_month() -> None:
    assert lunar_of(date(2057, 9, 28)) == Lunar(2057, 8, False, 30)
    assert lunar_of(date(2057, 9, 29)) == Lunar(2057, 9, False, 1)
    assert solar_of(2057, 8, False, 30) == date(2057, 9, 28)
    assert solar_of(2057, 9, False, 30) == date(2057, 10, 27)  # 29 days are left to it


def test_every_day_comes_back_from_its_lunar_date_and_follows_the_day_before() -> None:
    before, day = lunar_of(date(1949, 12, 31)), date(1950, 1, 1)
    while day <= date(2060, 12, 31):
        here = lunar_of(day)
        assert solar_of(here.year, here.month, here.leap, here.day) == day
        assert here.day == before.day + 1 or (here.day == 1 and before.day in (29, 30))
        assert (here.day == 1) or (here.year, here.month, here.leap) == (
            before.year,
            before.month,
            before.leap,
        )
        before, day = here, day + timedelta(days=1)


def test_seven_of_nineteen_years_have_a_leap_month() -> None:
    leaps = {year for year in range(1950, 2060) for month in range(1, 13) if _has_leap(year, month)}

    assert len([year for year in leaps if 2001 <= year <= 2019]) == 7
    assert sorted(year for year in leaps if 2020 <= year <= 2034) == [2020, 2023, 2025, 2028, 2031, 2033]


def _has_leap(year: int, month: int) -> bool:
    return lunar_of(solar_of(year, month, True, 1)).leap


def test_a_leap_month_that_the_year_lacks_reads_as_the_ordinary_one() -> None:
    assert solar_of(2025, 6, True, 1) == date(2025, 7, 25)
    assert solar_of(2026, 6, True, 1) == solar_of(2026, 6, False, 1) == date(2026, 7, 14)
    assert solar_of(2025, 5, True, 5) == date(2025, 5, 31)  # the leap month of 2025 is the sixth


def test_day_30_of_a_short_month_is_its_last_day() -> None:
    assert solar_of(2024, 12, False, 30) == date(2025, 1, 28)  # 29 days: New Year's Eve
    assert solar_of(2023, 12, False, 30) == date(2024, 2, 9)  # 30 days
    assert solar_of(2025, 6, True, 30) == date(2025, 8, 22)  # the leap month has 29


@pytest.mark.parametrize(
    ("birthday", "after", "found"),
    [
        ((6, True, 1), date(2025, 7, 1), date(2025, 7, 25)),
        ((6, True, 1), date(2025, 7, 24), date(2025, 7, 25)),
        ((6, True, 1), date(2025, 7, 25), date(2026, 7, 14)),
        ((12, False, 30), date(2025, 1, 27), date(2025, 1, 28)),
        ((12, False, 30), date(2025, 1, 28), date(2026, 2, 16)),
        ((1, False, 1), date(2026, 2, 16), date(2026, 2, 17)),
        ((12, False, 8), date(2026, 1, 1), date(2026, 1, 26)),  # still in the lunar year before
    ],
)
def test_the_next_birthday_comes_after_the_day_asked_from(
    birthday: tuple[int, bool, int], after: date, found: date
) -> None:
    assert next_on(*birthday, after=after) == found


@given(DAYS, st.integers(1, 12), st.booleans(), st.integers(1, 30))
def test_a_birthday_comes_once_in_every_lunar_year(after: date, month: int, leap: bool, day: int) -> None:
    first = next_on(month, leap, day, after=after)
    second = next_on(month, leap, day, after=first)

    assert after < first <= after + timedelta(days=385)
    assert lunar_of(second).year == lunar_of(first).year + 1
    assert lunar_of(first).month == month


def test_what_is_out_of_range_is_refused() -> None:
    assert [has_lunar(day) for day in (FIRST, LAST)] == [True, True]
    for day in (FIRST - timedelta(days=1), LAST + timedelta(days=1)):
        assert not has_lunar(day)
        with pytest.raises(Refused) as found:
            lunar_of(day)
        assert found.value.code == "LUNAR_RANGE"
    assert lunar_of(LAST) == Lunar(2099, 12, False, 30)
    for month, day in ((0, 1), (13, 1), (1, 0), (1, 31)):
        with pytest.raises(Refused) as found:
            solar_of(2026, month, False, day)
        assert found.value.code == "LUNAR_DATE"
    for year in (1900, 2100):
        with pytest.raises(Refused) as found:
            solar_of(year, 1, False, 1)
        assert found.value.code == "LUNAR_RANGE"


def test_the_solar_terms_of_2026() -> None:
    days = {term.zh: day for day, term in terms_of(2026)}

    assert len(days) == len(TERMS) == 24
    assert [days[name] for name in ("立春", "春分", "清明", "夏至", "秋分", "小雪", "冬至")] == [
        date(2026, 2, 4), date(2026, 3, 20), date(2026, 4, 5), date(2026, 6, 21), date(2026, 9, 23), date(2026, 11, 22), date(2026, 12, 22),
    ]  # fmt: skip
    assert term_of(date(2026, 12, 22)) == ("冬至", "Winter Solstice")
    assert term_of(date(2026, 12, 23)) is None
    assert term_of(date(1900, 12, 22)) is None
    with pytest.raises(Refused):
        terms_of(1900)


@given(st.integers(1901, 2099))
def test_solar_terms_are_a_fortnight_apart(year: int) -> None:
    days = [day for day, _term in terms_of(year)]

    assert all(14 <= (later - day).days <= 16 for day, later in pairwise(days))


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 1, 1), ["元旦"]),
        (date(2026, 1, 26), ["腊八节"]),
        (date(2026, 2, 10), ["小年"]),
        (date(2026, 2, 16), ["除夕"]),  # the 29th: that year's twelfth month is short
        (date(2024, 2, 9), ["除夕"]),  # the 30th
        (date(2024, 2, 8), []),
        (date(2026, 2, 17), ["春节"]),
        (date(2026, 3, 3), ["元宵节"]),
        (date(2026, 4, 5), ["清明节"]),
        (date(2026, 5, 1), ["劳动节"]),
        (date(2026, 6, 19), ["端午节"]),
        (date(2026, 8, 19), ["七夕"]),
        (date(2026, 8, 27), ["中元节"]),
        (date(2026, 9, 25), ["中秋节"]),
        (date(2026, 10, 18), ["重阳节"]),
        (date(2026, 10, 1), ["国庆节"]),
        (date(2020, 10, 1), ["国庆节", "中秋节"]),  # both on one day
        (date(2025, 7, 26), []),
        (date(2026, 11, 30), []),
        (date(1800, 5, 1), ["劳动节"]),  # no lunar date is known
    ],
)
def test_the_festivals_of_a_day(day: date, names: list[str]) -> None:
    assert [one.zh for one in festivals_of(day)] == names


def test_a_leap_month_has_no_festivals() -> None:
    day = solar_of(2009, 5, True, 5)  # 闰五月初五

    assert lunar_of(day).leap
    assert festivals_of(day) == ()
    assert [one.en for one in festivals_of(solar_of(2009, 5, False, 5))] == ["Dragon Boat Festival"]
