"""Statements of accounts add up over any partition; the bridge adds up to the change exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jinlan.insight.value.books import DEPOSIT, LOAN, Entry, bridge, by_party, entry, statement_of
from jinlan.insight.value.profit import Terms, total
from jinlan.lake.features.lines import FLAGS, LINES

TERMS = Terms(hurdle=Decimal("0.11"), tax=Decimal("0.25"))
D = Decimal
ZEROS = dict.fromkeys((*LINES, *FLAGS), 0)


def row(account: str, side: str, **values: int) -> dict[str, Any]:
    return {"party_id": "P1", "account_id": account, "product_code": "X", "side": side, **ZEROS, **values}


def example() -> list[Entry]:
    """The worked example of 02 §2.2, in millions as yuan."""
    return [
        entry(
            row("L", LOAN, balance_days=3_650_000, interest=450, transfer=280, expected_loss=54, capital=1050)
        ),
        entry(row("D", DEPOSIT, balance_days=2_190_000, interest=72, transfer=138)),
        entry(row("", "", fees=60, fee_expense=10, cost=35)),
    ]


def test_rows_of_accounts_give_the_worked_example() -> None:
    found = statement_of(example())

    assert (found.assets, found.liabilities, found.revenue, found.before_tax) == (
        D("1.70"),
        D("0.66"),
        D("2.86"),
        D("1.97"),
    )
    assert (found.net(TERMS), found.eva(TERMS)) == (D("1.4775"), D("0.3225"))
    assert round(found.raroc(TERMS) or 0, 4) == D("0.1407")


def test_what_a_row_lacks_is_named() -> None:
    assert entry(row("L", LOAN, unpriced=1, assumed=1)).lacks == {"unpriced", "assumed"}


def test_the_bridge_tells_volume_from_price() -> None:
    after = [
        entry(
            row(
                "L", LOAN, balance_days=7_300_000, interest=800, transfer=560, expected_loss=108, capital=2100
            )
        ),
        entry(row("N", DEPOSIT, balance_days=2_190_000, interest=72, transfer=112)),
        entry(row("", "", fees=90, fee_expense=10, cost=50)),
    ]

    found = bridge(example(), after, TERMS)

    assert dict(found.effects) == {
        "assets_volume": D("1.70"), "assets_margin": D("-1.00"), "liabilities_volume": D("-0.26"), "liabilities_margin": D(0),
        "fees": D("0.30"), "other": D(0), "vat": D(0), "cost": D("-0.15"), "expected_loss": D("-0.54"), "tax": D("-0.0125"),
        "capital": D("-1.155"),
    }  # fmt: skip
    assert found.before + sum(value for _, value in found.effects) == found.after


cents = st.integers(-(10**9), 10**9)
rows = st.builds(
    row, st.sampled_from("ABCD"), st.sampled_from((LOAN, DEPOSIT, "")), balance_days=st.integers(0, 10**12), interest=cents,
    transfer=cents, fees=cents, cost=cents, expected_loss=cents, capital=cents,
)  # fmt: skip
entries = st.lists(st.builds(entry, rows), max_size=6)


@given(entries, entries)
def test_effects_add_up_to_the_change_of_value(before: list[Entry], after: list[Entry]) -> None:
    found = bridge(before, after, TERMS)

    assert found.before + sum((value for _, value in found.effects), D(0)) == found.after
    assert found.after == statement_of(after).eva(TERMS)


@given(entries, st.data())
def test_a_unit_is_the_sum_of_any_parts_of_it(rows: list[Entry], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))

    assert total((statement_of(rows[:cut]), statement_of(rows[cut:]))) == statement_of(rows)
    assert total(statement_of(part) for part in by_party(rows).values()) == statement_of(rows)
