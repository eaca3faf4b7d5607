"""Stages, weights, standing still, slippage, and chances from the own history; worked out by hand first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.basics.money import Money
from jinlan.domains.engagement.rules.pipeline import (
    FIRST,
    LAST,
    STAGES,
    Push,
    Seen,
    Weight,
    check_back,
    check_terms,
    criteria,
    defaults_on,
    is_stale,
    last_fresh_day,
    missing,
    pushed,
    stale_after,
    weigh,
)
from jinlan.domains.engagement.rules.pipeline_odds import (
    Ended,
    Move,
    odds,
    paces,
    shrink,
    stage_times,
    wilson,
    win_rate,
)

DAY = date(2026, 11, 10)
Z = Decimal("1.959964")
M = Decimal(1_000_000)
CHANCES = {
    1: Decimal("0.10"),
    2: Decimal("0.25"),
    3: Decimal("0.50"),
    4: Decimal("0.70"),
    5: Decimal("0.90"),
}


def test_the_worked_example_weighs_five_point_three_million() -> None:
    """06 §6.6: 10 m × 0.25 + 4 m × 0.7 = 5.3 m."""
    numbers = defaults_on(DAY)
    found = weigh(
        [
            (Money(10 * M, "CNY"), numbers.chances[2], Decimal("0.02")),
            (Money(4 * M, "CNY"), numbers.chances[4], Decimal("0.01")),
        ]
    )

    # beside that the margin: 2.5 m × 0.02 + 2.8 m × 0.01 = 78,000
    assert found == {"CNY": Weight(14 * M, Decimal("5300000.00"), Decimal(78_000), 2)}


def test_amounts_in_two_currencies_are_never_added() -> None:
    found = weigh(
        [
            (Money(Decimal(100), "CNY"), Decimal("0.5"), Decimal("0.1")),
            (Money(Decimal(40), "USD"), Decimal("0.25"), Decimal("0.5")),
        ]
    )

    assert found == {
        "CNY": Weight(Decimal(100), Decimal(50), Decimal(5), 1),
        "USD": Weight(Decimal(40), Decimal(10), Decimal(5), 1),
    }


def test_the_register_holds_the_chances_and_numbers_of_the_reference() -> None:
    numbers = defaults_on(DAY)

    assert numbers.chances == CHANCES
    assert (numbers.factor, numbers.stays, numbers.least, numbers.talk_days) == (2, 5, 20, 30)
    assert "PIPELINE.CHANCE.1@1900-01-01" in numbers.versions


def test_a_stage_is_proved_by_its_criteria_in_order() -> None:
    assert [[one.code for one in criteria()[stage]] for stage in STAGES] == [
        [],
        ["NEED", "BUDGET", "AUTHORITY", "TIMING"],
        ["SOLUTION", "TALKED"],
        ["LIMITS", "CONFIRMED"],
        ["SIGNED"],
    ]


def lacks(stage: int, ticked: set[str], seen: Seen, today: date = DAY) -> list[str]:
    return [one.code for one in missing(stage, ticked, seen, today, 30)]


def test_what_is_missing_is_named_and_what_the_system_sees_need_not_be_ticked() -> None:
    assert lacks(2, set(), Seen()) == ["NEED", "BUDGET", "AUTHORITY", "TIMING"]
    assert lacks(2, {"NEED", "TIMING"}, Seen(decider=True)) == ["BUDGET"]
    # ticking what the system looks up is no proof of it
    assert lacks(2, {"NEED", "BUDGET", "TIMING", "AUTHORITY"}, Seen()) == ["AUTHORITY"]
    assert lacks(5, {"SIGNED"}, Seen()) == []


@pytest.mark.parametrize(("last", "found"), [(date(2026, 10, 11), []), (date(2026, 10, 10), ["TALKED"])])
def test_a_talk_proves_for_thirty_days(last: date, found: list[str]) -> None:
    assert lacks(3, {"SOLUTION"}, Seen(last_talk=last)) == found


@pytest.mark.parametrize(
    ("now", "to", "code"),
    [(1, 0, "STAGE_FIRST"), (3, 1, "STAGE_SKIP"), (3, 3, "STAGE_SKIP"), (3, 4, "STAGE_SKIP")],
)
def test_one_goes_back_by_one_stage_alone(now: int, to: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_back(now, to)
    assert refused.value.code == code
    check_back(3, 2)


@pytest.mark.parametrize(
    ("amount", "margin", "code"),
    [("0", "0.1", "AMOUNT"), ("-1", "0.1", "AMOUNT"), ("1", "-0.01", "MARGIN"), ("1", "1.01", "MARGIN")],
)
def test_terms_that_cannot_be_weighed_are_refused(amount: str, margin: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_terms(Decimal(amount), Decimal(margin))
    assert refused.value.code == f"OPPORTUNITY_{code}"


def test_beyond_twice_the_median_an_opportunity_stands_still() -> None:
    limit = stale_after(Decimal(20), Decimal(2))

    # 40 days are in order, 41 are not: 2026-10-01 and 2026-09-30 before 2026-11-10
    assert limit == 40
    assert not is_stale(date(2026, 10, 1), DAY, limit)
    assert is_stale(date(2026, 9, 30), DAY, limit)
    assert last_fresh_day(DAY, limit) == date(2026, 10, 1)


@given(since=st.dates(date(2026, 1, 1), DAY), halves=st.integers(1, 200))
def test_a_query_by_the_last_fresh_day_says_what_the_rule_says(since: date, halves: int) -> None:
    limit = Decimal(halves) / 2
    assert (since < last_fresh_day(DAY, limit)) == is_stale(since, DAY, limit)


def test_only_a_later_day_is_a_push() -> None:
    assert pushed(date(2026, 11, 30), date(2026, 12, 20)) == Push(1, 20)
    assert pushed(date(2026, 11, 30), date(2026, 11, 20)) == Push(0, 0)
    with pytest.raises(Refused) as refused:
        pushed(DAY, DAY)
    assert refused.value.code == "CLOSE_SAME"


def test_the_win_rate_leaves_out_what_the_client_gave_up() -> None:
    """07 §7.2: won 12, lost 8, cancelled 5 → 60 %."""
    ended = [Ended("won", 5)] * 12 + [Ended("lost", 2, "PRICE")] * 8 + [Ended("lost", 2, "CANCELLED")] * 5

    assert win_rate(ended) == (12, 20)


def test_the_interval_is_wilsons() -> None:
    """12 of 20: the middle is (0.6 + z²/40) ÷ (1 + z²/20), z² = 3.841459, the half 0.197306, the middle 0.583887: 0.386581 to 0.781193."""
    low, high = wilson(12, 20, Z)

    assert (low, high) == (Decimal("0.386581"), Decimal("0.781193"))
    assert wilson(0, 5, Z)[0] == 0
    assert wilson(5, 5, Z)[1] == 1


def test_few_cases_are_filled_up_with_the_default() -> None:
    """3 of 5 with a default of 0.25 and 20 asked for: (3 + 15 × 0.25) ÷ 20 = 0.3375; from 20 on the own share."""
    assert shrink(3, 5, Decimal("0.25"), 20) == Decimal("0.337500")
    assert shrink(0, 0, Decimal("0.25"), 20) == Decimal("0.25")
    assert shrink(12, 20, Decimal("0.25"), 20) == Decimal("0.6")


def test_the_chance_of_a_stage_is_that_of_those_who_reached_it() -> None:
    ended = (
        [Ended("won", 5)] * 12
        + [Ended("lost", 1, "PRICE")] * 4
        + [Ended("lost", 3, "SPEED")] * 8
        + [Ended("lost", 5, "CANCELLED")] * 9
    )
    found = odds(ended, CHANCES, 20, Z)

    # 24 reached stage 1, 20 stages 2 and 3, 12 stages 4 and 5: there (12 + 8 × 0.7) ÷ 20 and (12 + 8 × 0.9) ÷ 20
    assert [(found[stage].won, found[stage].n, found[stage].chance, found[stage].shrunk) for stage in STAGES] == [
        (12, 24, Decimal("0.500000"), False), (12, 20, Decimal("0.600000"), False), (12, 20, Decimal("0.600000"), False),
        (12, 12, Decimal("0.880000"), True), (12, 12, Decimal("0.960000"), True),
    ]  # fmt: skip
    assert (found[2].low, found[2].high) == (Decimal("0.386581"), Decimal("0.781193"))


@given(
    st.lists(
        st.builds(
            Ended,
            st.sampled_from(["won", "lost"]),
            st.integers(1, 5),
            st.sampled_from(["PRICE", "CANCELLED"]),
        ),
        max_size=60,
    ),
    st.integers(1, 30),
)
def test_chances_are_shares_within_their_intervals(ended: list[Ended], least: int) -> None:
    for one in odds(ended, CHANCES, least, Z).values():
        assert 0 <= one.chance <= 1
        if one.n:
            assert one.low is not None
            assert one.high is not None
            assert one.share is not None
            assert one.low <= one.share <= one.high
            assert one.shrunk == (one.n < least)


def test_stays_are_counted_from_step_to_step_also_when_one_went_back() -> None:
    moves = [
        Move(date(2026, 9, 1), 1), Move(date(2026, 9, 11), 2), Move(date(2026, 10, 1), 1), Move(date(2026, 10, 6), 2),
        Move(date(2026, 11, 5), 2, ends=True),
    ]  # fmt: skip

    assert stage_times(moves) == [(1, 10), (2, 20), (1, 5), (2, 30)]
    assert stage_times(moves[:-1]) == [(1, 10), (2, 20), (1, 5)]


def test_the_median_is_the_own_one_from_five_stays_on() -> None:
    times = [(1, 10), (1, 20), (1, 30), (1, 5), (1, 90), (2, 7), (2, 8)]
    found = paces(times, {stage: Decimal(14) for stage in STAGES}, 5)

    assert (found[1].days, found[1].n, found[1].own) == (20, 5, True)
    assert (found[2].days, found[2].n, found[2].own) == (14, 2, False)
    assert found[LAST].n == 0
    assert FIRST in found


def test_the_median_of_an_even_number_is_between_the_two_middle_ones() -> None:
    found = paces([(3, 10), (3, 15)], {stage: Decimal(14) for stage in STAGES}, 2)
    assert found[3].days == Decimal("12.5")
