from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.insight.ranking import concentration, topsis
from jinlan.insight.weights import ahp, combined, entropy, rounded

# 01 §1.5, worked examples
JUDGED = [["1", "3", "5"], ["1/3", "1", "3"], ["1/5", "1/3", "1"]]
CLIENTS = [[1200, 35, 8], [800, 60, 9], [300, 10, 3]]


def matrix(rows: list[list[str]]) -> list[list[Decimal]]:
    return [[Decimal(one.numerator) / one.denominator for one in map(Fraction, row)] for row in rows]


def decimals(rows: list[list[int]]) -> list[list[Decimal]]:
    return [[Decimal(value) for value in row] for row in rows]


def test_judgements_become_weights_with_their_consistency() -> None:
    found = ahp(matrix(JUDGED))

    assert found.weights == (Decimal("0.6370"), Decimal("0.2583"), Decimal("0.1047"))
    assert (round(found.largest, 4), round(found.index, 4), round(found.ratio, 4)) == (3.0385, 0.0193, 0.0332)


def test_two_criteria_cannot_contradict_each_other() -> None:
    found = ahp(matrix([["1", "4"], ["1/4", "1"]]))

    assert (found.weights, found.index, found.ratio) == ((Decimal("0.8000"), Decimal("0.2000")), 0.0, 0.0)


def test_a_circle_of_judgements_is_inconsistent() -> None:
    found = ahp(matrix([["1", "5", "1/5"], ["1/5", "1", "5"], ["5", "1/5", "1"]]))

    assert found.ratio > 0.10
    assert found.weights == (Decimal("0.3334"), Decimal("0.3333"), Decimal("0.3333"))


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ([["1"]], "WEIGHTS.SIZE", "2 到 9 阶"),
        ([["1", "2"], ["1/2"]], "WEIGHTS.SIZE", "2 到 9 阶"),
        ([["1", "10"], ["1/10", "1"]], "WEIGHTS.SCALE", "第 1 行第 2 列"),
        ([["2", "1"], ["1", "1"]], "WEIGHTS.RECIPROCAL", "第 1 行第 1 列是指标项与自己的比较"),
        ([["1", "3"], ["1/2", "1"]], "WEIGHTS.RECIPROCAL", "第 1 行第 2 列与对称位置"),
    ],
)
def test_a_matrix_that_is_none_is_refused_with_its_place(rows: list[list[str]], code: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refusal:
        ahp(matrix(rows))
    assert refusal.value.code == code


def test_the_spread_of_the_data_becomes_weights() -> None:
    found, weights = entropy(decimals([list(column) for column in zip(*CLIENTS, strict=True)]))

    assert [round(value, 4) for value in found] == [0.8852, 0.8282, 0.9197]
    # The reference rounds each by itself: 0.3130, 0.4681, 0.2188 add to 0.9999. Ours add to 1.
    assert weights == (Decimal("0.3130"), Decimal("0.4682"), Decimal("0.2188"))


@pytest.mark.parametrize(
    "columns", [[], [[1]], [[1, 2], [1]], [[1, -1], [1, 2]], [[0, 0], [1, 2]], [[1, 1], [2, 2]]]
)
def test_data_that_say_nothing_are_refused(columns: list[list[int]]) -> None:
    with pytest.raises(Refused) as refusal:
        entropy(decimals(columns))
    assert refusal.value.code == "WEIGHTS.DATA"


def test_judged_and_measured_weights_are_combined() -> None:
    half = combined((Decimal("0.6"), Decimal("0.4")), (Decimal("0.2"), Decimal("0.8")), Decimal("0.5"))

    assert half == (Decimal("0.4000"), Decimal("0.6000"))
    with pytest.raises(Refused, match="0 到 1"):
        combined((Decimal(1),), (Decimal(1),), Decimal("1.1"))


@given(st.lists(st.floats(min_value=0.001, max_value=1), min_size=1, max_size=12))
def test_rounded_parts_add_to_one_and_move_by_less_than_a_place(parts: list[float]) -> None:
    whole = sum(parts)
    shares = [part / whole for part in parts]
    found = rounded(shares)

    assert sum(found) == 1
    assert all(abs(float(new) - old) < 1e-4 for new, old in zip(found, shares, strict=True))


def test_units_are_ranked_by_closeness_to_the_best() -> None:
    weights = [Decimal("0.5"), Decimal("0.3"), Decimal("0.2")]

    assert topsis(decimals(CLIENTS), weights) == [Decimal("0.7553"), Decimal("0.6808"), Decimal("0.0000")]
    # a cost turns its column round
    assert topsis(decimals([[1], [3]]), [Decimal(1)], [True]) == [Decimal("1.0000"), Decimal("0.0000")]
    assert topsis(decimals([[2], [2]]), [Decimal(1)]) == [Decimal("0.0000"), Decimal("0.0000")]
    assert topsis([], weights) == []


def test_concentration_of_a_whole() -> None:
    parts = [Decimal(value) for value in (500, 250, 80, 60, 40, 30, 20, 10, 6, 4)]
    found = concentration(parts)

    assert (found.top, found.gini) == (Decimal("0.7500"), Decimal("0.6652"))
    assert (found.whale[0], found.whale[-1]) == (Decimal("0.5000"), Decimal("1.0000"))


def test_units_that_cost_money_make_a_whale_and_no_gini() -> None:
    found = concentration([Decimal(100), Decimal(20), Decimal(-20)])

    assert (found.gini, found.whale) == (None, (Decimal("1.0000"), Decimal("1.2000"), Decimal("1.0000")))
    assert concentration([Decimal(-1)]).top is None


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=40).filter(any))
def test_gini_is_between_its_bounds_and_blind_to_scale(values: list[int]) -> None:
    found, larger = (concentration([Decimal(value * times) for value in values]) for times in (1, 1000))

    assert found.gini is not None
    assert 0 <= found.gini < 1
    assert (found.gini, found.top) == (larger.gini, larger.top)
