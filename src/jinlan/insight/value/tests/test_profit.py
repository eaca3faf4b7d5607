"""The worked example of 02 §2.2, and what always holds of a statement."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.numbers import half_up
from jinlan.insight.value.capital import internal, risk_weight, weighted
from jinlan.insight.value.profit import Statement, Terms, break_even, margin, slack, total

TERMS = Terms(hurdle=Decimal("0.11"), tax=Decimal("0.25"))
LOAN = Statement(
    assets=margin(Decimal(100), Decimal("0.045") - Decimal("0.028"), 365), expected_loss=Decimal(100) * Decimal("0.012") * Decimal("0.45"), cost=Decimal("0.35"),
    capital=weighted(Decimal(100), Decimal(1), Decimal("0.105")),
)  # fmt: skip
REST = Statement(
    liabilities=margin(Decimal(60), Decimal("0.023") - Decimal("0.012"), 365), fees=Decimal("0.5")
)
WHOLE = total((LOAN, REST))

amounts = st.decimals("-1e9", "1e9", places=2)
statements = st.builds(Statement, *[amounts] * 7, st.decimals("0.01", "1e9", places=2))


def test_the_worked_example_of_one_year() -> None:
    assert (WHOLE.assets, WHOLE.liabilities, WHOLE.revenue) == (
        Decimal("1.700"),
        Decimal("0.660"),
        Decimal("2.860"),
    )
    assert (WHOLE.expected_loss, WHOLE.before_tax) == (Decimal("0.5400"), Decimal("1.9700"))
    assert (WHOLE.tax(TERMS), WHOLE.net(TERMS)) == (Decimal("0.4925"), Decimal("1.4775"))
    assert WHOLE.capital == Decimal("10.5")
    assert half_up(WHOLE.raroc(TERMS) or 0, 4) == Decimal("0.1407")
    assert WHOLE.eva(TERMS) == Decimal("0.3225")


def test_the_price_of_the_relationship_and_of_the_loan_alone() -> None:
    assert slack(WHOLE, TERMS) == Decimal("0.43")
    assert break_even(Decimal("0.045"), Decimal(100), WHOLE, TERMS) == Decimal("0.0407")
    # Alone it earns 1.70 − 0.35 − 0.54 = 0.81 before tax and needs 1.54: 0.73 short, so 0.73 % more.
    assert break_even(Decimal("0.045"), Decimal(100), LOAN, TERMS) == Decimal("0.0523")
    with pytest.raises(ValueError, match="lent"):
        break_even(Decimal("0.045"), Decimal(0), WHOLE, TERMS)


@pytest.mark.parametrize(("lgd", "capital", "weight"), [(0.45, 0.07385, 0.9232), (0.40, None, 0.8206)])
def test_capital_by_internal_ratings(lgd: float, capital: float | None, weight: float) -> None:
    if capital is not None:
        assert round(internal(0.01, lgd), 5) == capital
    assert round(risk_weight(0.01, lgd), 4) == weight
    with pytest.raises(ValueError, match="pd"):
        internal(0.0, lgd)


def test_without_capital_there_is_no_return_on_it() -> None:
    assert REST.raroc(TERMS) is None
    assert REST.eva(TERMS) == REST.net(TERMS) == Decimal("0.87000")


@given(st.lists(statements, max_size=6), st.integers(0, 6))
def test_a_statement_adds_up_over_any_partition(parts: list[Statement], cut: int) -> None:
    whole, halves = total(parts), (total(parts[:cut]), total(parts[cut:]))
    assert total(halves) == whole
    assert sum((one.eva(TERMS) for one in halves), Decimal(0)) == whole.eva(TERMS)


@given(statements)
def test_value_is_added_exactly_where_the_return_is_above_the_hurdle(one: Statement) -> None:
    raroc = one.raroc(TERMS)
    assert raroc is not None
    net, needed = one.net(TERMS), TERMS.hurdle * one.capital
    assert (one.eva(TERMS) > 0) == (net > needed)
    if abs(net - needed) > Decimal("0.0001"):  # nearer, a quotient of 28 digits cannot tell
        assert (one.eva(TERMS) > 0) == (raroc > TERMS.hurdle)


@given(statements, st.decimals("0.01", "1e9", places=2), st.decimals("0", "0.2", places=4))
def test_at_the_price_that_breaks_even_no_value_is_added(
    one: Statement, average: Decimal, rate: Decimal
) -> None:
    price = break_even(rate, average, one, TERMS)
    then = total((one, Statement(assets=average * (price - rate))))
    assert abs(then.eva(TERMS)) < Decimal("1e-9")
