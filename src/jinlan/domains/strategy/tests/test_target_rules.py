from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.domains.strategy.rules import targets as rules
from jinlan.domains.strategy.rules.crediting import Held, credit, holder, shares_of

D = Decimal
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
WEIGHTS = st.lists(st.decimals(min_value=-100, max_value=100, places=4), min_size=1, max_size=9)
YEARS = st.lists(AMOUNTS, min_size=12, max_size=12)


def year(*quarters: int) -> tuple[Decimal, ...]:
    return tuple(D(one) for one in quarters for _ in range(3))


def test_quarters_are_the_sums_of_their_months() -> None:
    assert rules.quarters([D(one) for one in range(1, 13)]) == (D(6), D(15), D(24), D(33))


def test_shares_round_the_largest_remainders_up() -> None:
    assert rules.shares(D("100.00"), [D(1), D(1), D(1)]) == (D("33.34"), D("33.33"), D("33.33"))
    assert rules.shares(D("-100.00"), [D(1), D(2), D(0)]) == (D("-33.33"), D("-66.67"), D("0.00"))
    assert rules.shares(D(5), [D(3), D(1), D(1)], D(1)) == (D(3), D(1), D(1))
    assert rules.shares(D("1.00"), [D(-2), D(0)]) == (D("0.50"), D("0.50"))  # nothing left to weigh by


def test_an_amount_that_has_no_whole_steps_is_not_shared() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        rules.shares(D("1.5"), [D(1)], D(1))
    with pytest.raises(ValueError, match="nobody"):
        rules.shares(D(1), [])


def test_one_client_a_month_does_not_always_fall_to_the_first_of_three() -> None:
    rows = rules.split([D(1)] * 12, [D(1)] * 3, D(1))

    assert [sum(row) for row in rows] == [D(4), D(4), D(4)]
    assert rules.total(rows) == (D(1),) * 12


def test_a_change_is_spread_in_proportion_to_what_children_have() -> None:
    children = [year(30, 0, 0, 0), year(10, 40, 0, 0)]
    new = tuple(one + D(4) for one in rules.total(children))

    found = rules.spread_change(new, children)

    assert [row[0] for row in found] == [D("33.00"), D("11.00")]  # 4 as 3 to 1
    assert [row[3] for row in found] == [D("0.00"), D("44.00")]
    assert [row[6] for row in found] == [D("1.50"), D("2.50")]  # nobody has any: as 90 to 150 of the year
    assert rules.total(found) == new


def test_a_gap_names_month_sum_and_difference() -> None:
    own = year(30, 30, 30, 30)
    children = {"A": year(10, 10, 10, 10), "B": (*year(20, 20, 20), D(20), D("19.99"), D(20))}

    with pytest.raises(Refused) as refused:
        rules.check_sums(own, children)

    assert refused.value.code == "TARGET_SUM"
    assert {name: refused.value.params[name] for name in ("month", "children", "own", "off", "field")} == {
        "month": 11, "children": D("29.99"), "own": D(30), "off": D("-0.01"), "field": "m11",
    }  # fmt: skip
    rules.check_sums(own, {})


@pytest.mark.parametrize(
    ("metric", "months", "field"),
    [
        ("aum", [D(1)] * 11, "months"),
        ("aum", [*[D(1)] * 11, D("0.001")], "m12"),
        ("entered", [D("0.5"), *[D(1)] * 11], "m1"),
        ("aum", [D("NaN"), *[D(1)] * 11], "m1"),
        ("aum", [D("1e22"), *[D(1)] * 11], "m1"),
    ],
)
def test_months_that_no_target_has_are_refused(metric: str, months: list[Decimal], field: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.check_months(metric, months)

    assert (refused.value.code, refused.value.params["field"]) == ("TARGET_MONTHS", field)


@given(AMOUNTS, WEIGHTS)
def test_shares_always_add_up_and_stay_within_a_step_of_the_ideal(
    amount: Decimal, weights: list[Decimal]
) -> None:
    found = rules.shares(amount, weights)

    assert sum(found) == amount
    kept = [max(one, D(0)) for one in weights]
    if any(kept):
        whole = sum(Fraction(one) for one in kept)
        for one, weight in zip(found, kept, strict=True):
            assert abs(Fraction(one) - Fraction(amount) * Fraction(weight) / whole) < Fraction(1, 100)
            assert weight or not one


@given(YEARS, WEIGHTS)
def test_a_split_adds_up_in_every_month(own: list[Decimal], weights: list[Decimal]) -> None:
    rows = rules.split(own, weights)

    assert rules.total(rows) == tuple(own)
    assert rules.first_gap(own, rows) is None


@given(YEARS, st.lists(YEARS, min_size=1, max_size=5))
def test_a_spread_change_adds_up_in_every_month(new: list[Decimal], children: list[list[Decimal]]) -> None:
    assert rules.total(rules.spread_change(new, children)) == tuple(new)


@given(
    st.lists(AMOUNTS, min_size=4, max_size=4), st.lists(st.integers(-9, 9).map(D), min_size=12, max_size=12)
)
def test_months_of_quarters_and_of_a_year_add_up(amounts: list[Decimal], season: list[Decimal]) -> None:
    assert rules.quarters(rules.months_of_quarters(amounts, season)) == tuple(amounts)
    assert sum(rules.months_of_year(sum(amounts), season)) == sum(amounts)


JUNE = date(2026, 6, 1), date(2026, 6, 30)


def held(
    employee: str,
    since: int | None = None,
    until: int | None = None,
    *,
    share: str | None = None,
    lead: bool = True,
) -> Held:
    start = date(2026, 6, since) if since else date(2020, 1, 1)
    return Held(employee, lead, D(share) if share else None, start, date(2026, 6, until) if until else None)


def test_a_client_who_changes_hands_on_the_11th_of_30_days_is_credited_ten_and_twenty() -> None:
    found = shares_of([held("A", until=11), held("B", 11)], *JUNE)

    assert found == {"A": Fraction(10, 30), "B": Fraction(20, 30)}
    assert [(one.employee, one.amount) for one in credit(D("100.00"), found)] == [
        ("A", D("33.33")),
        ("B", D("66.67")),
    ]


def test_agreed_shares_hold_and_without_any_the_lead_has_all() -> None:
    assert shares_of([held("A", share="0.6"), held("B", share="0.4", lead=False)], *JUNE) == {
        "A": Fraction(3, 5), "B": Fraction(2, 5),
    }  # fmt: skip
    assert shares_of([held("A"), held("B", lead=False)], *JUNE) == {"A": Fraction(1)}


def test_days_that_nobody_had_are_nobodys() -> None:
    found = shares_of([held("A", 4)], *JUNE)

    assert found == {"A": Fraction(27, 30), "": Fraction(3, 30)}
    assert [(one.employee, one.amount) for one in credit(D("-10.00"), found)] == [
        ("", D("-1.00")),
        ("A", D("-9.00")),
    ]
    assert shares_of([], *JUNE) == {"": Fraction(1)}
    assert holder(found) == "A"


def test_shares_above_one_are_cut_down_so_that_nothing_is_credited_twice() -> None:
    assert shares_of([held("A", share="1"), held("B", share="1")], *JUNE) == {
        "A": Fraction(1, 2),
        "B": Fraction(1, 2),
    }


TEAMS = st.lists(
    st.builds(
        held, st.sampled_from("ABC"), st.none() | st.integers(1, 30), st.none() | st.integers(1, 30),
        share=st.none() | st.sampled_from(("0.1", "0.33333333", "0.6", "1")), lead=st.booleans(),
    ),
    max_size=5,
)  # fmt: skip


@given(AMOUNTS, TEAMS)
def test_credits_always_add_up_to_the_clients_own(value: Decimal, team: list[Held]) -> None:
    found = shares_of(team, *JUNE)
    by_day: dict[str, Fraction] = {}
    for number in range(1, 31):  # day by day, the slow way
        day = date(2026, 6, number)
        for employee, share in shares_of(team, day, day).items():
            by_day[employee] = by_day.get(employee, Fraction(0)) + share / 30

    assert found == by_day
    assert sum(found.values()) == 1
    assert sum((one.amount for one in credit(value, found)), D(0)) == value
