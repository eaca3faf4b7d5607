"""When a day falls, worked out by hand from printed almanacs, and what silences somebody; gifts against line and cap."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules import gifts
from jinlan.domains.engagement.rules.care import (
    REASONS,
    Given,
    Silence,
    check_claim,
    check_given,
    check_moment,
    check_term,
    occasions,
    on_time,
    silenced,
)

TODAY = date(2026, 11, 10)


def days(given_: Given, since: date, until: date) -> list[tuple[str, int, date]]:
    return [(one.code, one.year, one.on) for one in occasions(given_, since, until)]


def test_a_solar_birthday_comes_every_year_and_the_29th_of_february_on_the_28th() -> None:
    leap_day = Given("BIRTHDAY", month=2, day=29)

    assert days(leap_day, date(2026, 1, 1), date(2028, 12, 31)) == [
        ("BIRTHDAY", 2026, date(2026, 2, 28)),
        ("BIRTHDAY", 2027, date(2027, 2, 28)),
        ("BIRTHDAY", 2028, date(2028, 2, 29)),
    ]
    assert days(Given("BIRTHDAY", month=11, day=20), TODAY, date(2026, 11, 19)) == []
    assert days(Given("BIRTHDAY", month=11, day=20), TODAY, date(2026, 11, 20)) == [
        ("BIRTHDAY", 2026, date(2026, 11, 20))
    ]


@pytest.mark.parametrize(
    ("month", "day", "leap", "since", "found"),
    [
        # 2026: 十月初一 is 11-09 (new moon), so 十月廿一 is 11-29.
        (10, 21, False, date(2026, 11, 1), [(2026, date(2026, 11, 29))]),
        # 2025 has a leap sixth month (07-25 to 08-22): who was born in it is remembered there, who was born in the ordinary one before.
        (6, 1, True, date(2025, 6, 1), [(2025, date(2025, 7, 25))]),
        (6, 1, False, date(2025, 6, 1), [(2025, date(2025, 6, 25))]),
        # 2026 has none: the ordinary sixth month, from 07-14.
        (6, 1, True, date(2026, 6, 1), [(2026, date(2026, 7, 14))]),
        # 腊月三十 of 2025: the month has 29 days, so its last, 2026-02-16, the eve of 春节 (2026-02-17); its year is the lunar one.
        (12, 30, False, date(2026, 2, 1), [(2025, date(2026, 2, 16))]),
        # 腊月三十 of 2026: 2027-02-05 is the thirtieth, 春节 is 02-06.
        (12, 30, False, date(2027, 1, 20), [(2026, date(2027, 2, 5))]),
    ],
)
def test_a_lunar_birthday_worked_by_hand(
    month: int, day: int, leap: bool, since: date, found: list[tuple[int, date]]
) -> None:
    made = occasions(Given("BIRTHDAY", "LUNAR", month, day, leap), since, since + timedelta(days=90))

    assert [(one.year, one.on) for one in made] == found


def test_a_company_has_its_anniversary_with_a_number_and_none_in_its_first_year() -> None:
    listed = Given("LISTED", month=11, day=18, year=2016)
    (one,) = occasions(listed, TODAY, date(2026, 12, 1))

    assert (one.code, one.year, one.on, one.ordinal) == ("LISTED", 2026, date(2026, 11, 18), 10)
    assert occasions(Given("FOUNDED", month=11, day=18, year=2026), TODAY, date(2026, 12, 31)) == []


def test_festivals_of_joy_and_the_eight_terms_alone() -> None:
    assert days(Given("FESTIVALS"), date(2026, 1, 1), date(2026, 12, 31)) == [
        ("NEW_YEAR", 2026, date(2026, 1, 1)), ("SPRING", 2026, date(2026, 2, 17)), ("LANTERN", 2026, date(2026, 3, 3)),
        ("DRAGON", 2026, date(2026, 6, 19)), ("MID_AUTUMN", 2026, date(2026, 9, 25)), ("NATIONAL", 2026, date(2026, 10, 1)),
        ("DOUBLE_NINTH", 2026, date(2026, 10, 18)),
    ]  # fmt: skip
    assert days(Given("TERMS"), date(2026, 1, 1), date(2026, 12, 31)) == [
        ("TERM_03", 2026, date(2026, 2, 4)), ("TERM_06", 2026, date(2026, 3, 20)), ("TERM_09", 2026, date(2026, 5, 5)),
        ("TERM_12", 2026, date(2026, 6, 21)), ("TERM_15", 2026, date(2026, 8, 7)), ("TERM_18", 2026, date(2026, 9, 23)),
        ("TERM_21", 2026, date(2026, 11, 7)), ("TERM_24", 2026, date(2026, 12, 22)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (Given("NAME_DAY", month=1, day=1), "CARE_KIND"), (Given("BIRTHDAY", "LEAP", 1, 1), "CARE_KIND"), (Given("BIRTHDAY"), "CARE_DATE"),
        (Given("BIRTHDAY", month=4, day=31), "CARE_DATE"), (Given("BIRTHDAY", "LUNAR", 1, 31), "CARE_DATE"), (Given("BIRTHDAY", month=6, day=1, leap=True), "CARE_DATE"),
        (Given("FOUNDED", "LUNAR", 1, 1, year=2001), "CARE_DATE"), (Given("FESTIVALS", month=1), "CARE_DATE"), (Given("BIRTHDAY", month=1, day=1, year=1980), "CARE_YEAR"),
        (Given("FOUNDED", month=1, day=1), "CARE_YEAR"), (Given("LISTED", month=1, day=1, year=2027), "CARE_YEAR"),
    ],
)  # fmt: skip
def test_a_day_that_is_none_is_refused(made: Given, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_given(made, TODAY)
    assert refused.value.code == code


LUNAR_DAYS = st.tuples(st.integers(1, 12), st.integers(1, 30), st.booleans())


@settings(max_examples=60, deadline=None)
@given(LUNAR_DAYS, st.integers(1990, 2090))
def test_every_lunar_birthday_comes_once_in_every_lunar_year(day: tuple[int, int, bool], year: int) -> None:
    found = occasions(Given("BIRTHDAY", "LUNAR", *day), date(year, 1, 1), date(year + 6, 12, 31))
    years = [one.year for one in found]

    assert years == sorted(set(years))
    assert set(range(year, year + 6)) <= set(years)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1990, 2090), st.integers(1, 12), st.integers(1, 28), st.integers(1, 12), st.integers(1, 28)
)
@example(1999, 3, 2, 3, 1)
def test_every_solar_birthday_comes_once_a_year(year: int, month: int, day: int, born: int, on: int) -> None:
    # A year is counted by its dates: the one that holds 29 February has 366 days.
    since, until = date(year, month, day), date(year + 1, month, day) - timedelta(days=1)

    assert len(occasions(Given("BIRTHDAY", month=born, day=on), since, until)) == 1


# silence -------------------------------------------------------------------------------------------------------------
def test_a_silence_holds_from_its_first_day_up_to_and_without_its_last() -> None:
    one = [Silence(1, 7, "BEREAVEMENT", date(2026, 11, 10), date(2026, 11, 20))]

    held = [silenced(one, 1, 7, date(2026, 11, day)) for day in (9, 10, 19, 20)]
    assert held == [[], ["BEREAVEMENT"], ["BEREAVEMENT"], []]
    assert silenced(one, 1, 8, TODAY) == silenced(one, 1, None, TODAY) == silenced(one, 2, 7, TODAY) == []


def test_a_silence_of_the_client_is_one_of_all_its_people_and_an_office_silences_no_greeting() -> None:
    rows = [
        Silence(1, None, "WISH", TODAY), Silence(1, 7, "OPT_OUT", TODAY), Silence(1, 7, "OFFICIAL", TODAY), Silence(1, None, "DISPUTE", TODAY),
        Silence(1, None, "DISPUTE", TODAY),
    ]  # fmt: skip

    assert silenced(rows, 1, 7, TODAY) == ["DISPUTE", "OPT_OUT", "WISH"]
    assert silenced(rows, 1, None, TODAY) == ["DISPUTE", "WISH"]


@pytest.mark.parametrize(
    ("code", "until", "refused"),
    [("ILLNESS", None, "CARE_REASON"), ("DISPUTE", TODAY, "CARE_TERM"), ("DISPUTE", TODAY - timedelta(1), "CARE_TERM")],
)  # fmt: skip
def test_a_silence_that_is_none_is_refused(code: str, until: date | None, refused: str) -> None:
    with pytest.raises(Refused) as found:
        check_term(code, TODAY, until)
    assert found.value.code == refused


def test_every_reason_is_a_code() -> None:
    for code in REASONS:
        check_term(code, TODAY, TODAY + timedelta(1))
        with pytest.raises(Refused) as found:
            check_term(f"{code}S", TODAY, TODAY + timedelta(1))
        assert found.value.code == "CARE_REASON"


def test_one_claims_from_a_fortnight_before_until_a_week_after() -> None:
    on = date(2026, 11, 24)
    check_claim(on, date(2026, 11, 10), 14, 7)
    check_claim(on, date(2026, 12, 1), 14, 7)
    for today, code in ((date(2026, 11, 9), "CARE_FAR"), (date(2026, 12, 2), "CARE_PAST")):
        with pytest.raises(Refused) as refused:
            check_claim(on, today, 14, 7)
        assert refused.value.code == code
    with pytest.raises(Refused) as gone:
        check_claim(None, TODAY, 14, 7)
    assert gone.value.code == "CARE_PAST"


def test_a_greeting_is_in_time_on_its_day_and_three_days_before() -> None:
    on = date(2026, 11, 24)

    assert [on_time(on, date(2026, 11, day), 3) for day in (20, 21, 24, 25)] == [False, True, True, False]
    check_moment(on, date(2026, 11, 21), 3)
    with pytest.raises(Refused) as refused:
        check_moment(on, date(2026, 11, 20), 3)
    assert refused.value.code == "CARE_EARLY"


# gifts ---------------------------------------------------------------------------------------------------------------
LIMITS = gifts.Limits(Decimal(200), Decimal(1000), 30, "CNY")


def a_gift(**more: Any) -> gifts.Gift:
    said = {"direction": "GIVEN", "kind": "GOODS", "occasion": "BIRTHDAY", "value": Decimal(200), "on": TODAY}
    return gifts.Gift(**(said | more))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"direction": "LENT"}, "GIFT_CODE"), ({"kind": "GOLD"}, "GIFT_CODE"), ({"occasion": "WEDDING"}, "GIFT_CODE"), ({"value": Decimal(0)}, "GIFT_VALUE"),
        ({"value": Decimal("0.001")}, "GIFT_VALUE"), ({"value": Decimal("NaN")}, "GIFT_VALUE"), ({"value": Decimal(-5)}, "GIFT_VALUE"),
        ({"on": TODAY - timedelta(31)}, "GIFT_DATE"), ({"on": TODAY + timedelta(31)}, "GIFT_DATE"), ({"kind": "CASH"}, "GIFT_CASH"),
        ({"kind": "CARD", "direction": "RECEIVED"}, "GIFT_CASH"), ({"official": True}, "GIFT_OFFICIAL"),
    ],
)  # fmt: skip
def test_what_nobody_may_give_is_refused(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        gifts.check_gift(a_gift(**more), LIMITS, TODAY)
    assert refused.value.code == code


def test_money_that_was_declined_may_be_written_down() -> None:
    declined = a_gift(kind="CASH", direction="DECLINED", value=Decimal(50_000))
    gifts.check_gift(declined, LIMITS, TODAY)
    assert not gifts.over_line(declined, LIMITS)


def test_the_line_is_crossed_above_it_alone_and_nothing_declined_crosses_it() -> None:
    assert not gifts.over_line(a_gift(value=Decimal(200)), LIMITS)
    assert gifts.over_line(a_gift(value=Decimal("200.01")), LIMITS)
    assert not gifts.over_line(a_gift(value=Decimal(900), direction="DECLINED"), LIMITS)


def test_the_cap_is_met_exactly_and_the_refusal_names_what_is_left() -> None:
    gifts.check_cap(a_gift(value=Decimal(180)), Decimal(820), LIMITS)
    with pytest.raises(Refused) as refused:
        gifts.check_cap(a_gift(value=Decimal("180.01")), Decimal(820), LIMITS)
    assert (refused.value.code, refused.value.params["left"], refused.value.params["spent"]) == (
        "GIFT_CAP",
        "CNY 180.00",
        "CNY 820.00",
    )
    gifts.check_cap(a_gift(value=Decimal(5000), direction="DECLINED"), Decimal(1000), LIMITS)


@given(st.lists(st.decimals(Decimal("0.01"), Decimal(400), places=2), max_size=30))
def test_however_gifts_follow_each_other_the_cap_holds(values: list[Decimal]) -> None:
    had = Decimal(0)
    for value in values:
        try:
            gifts.check_cap(a_gift(value=value), had, LIMITS)
        except Refused:
            assert had + value > LIMITS.cap
        else:
            had += value
    assert had <= LIMITS.cap
