"""The statement of a month against the general ledger: what agrees, what does not and where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from jinlan.lake.features import ledger, statement
from jinlan.lake.features.ledger import Check, Place
from jinlan.lake.features.session import Session
from jinlan.lake.features.tests.memory import PRODUCTS, MemoryView, yuan
from jinlan.lake.features.tests.test_statement import example
from jinlan.lake.features.windows import Months

MAY = date(2025, 5, 1)
LAST = date(2025, 5, 31)


def gl(
    line: str, total: object, day: date = LAST, tolerance: object = 0, currency: str = "CNY"
) -> dict[str, Any]:
    return {
        "gl_class": line,
        "currency": currency,
        "total": yuan(total),
        "tolerance": yuan(tolerance),
        "as_of_date": day,
    }


def compared(rows: Mapping[str, list[dict[str, Any]]], first: date = MAY, last: date = LAST) -> list[Check]:
    view = MemoryView({"product": list(PRODUCTS), **rows}, date(2026, 1, 31))
    with Session(view, Months(first, last), "CNY") as session:
        return ledger.checks(session, statement.account_months(session))


def test_a_month_that_agrees_has_no_gap_in_any_line() -> None:
    bank = example()
    bank["gl_control"] = [
        gl("ACCRUED_INCOME", "382191.78"), gl("ACCRUED_EXPENSE", "61150.68"), gl("FEE_INCOME", 530_000, date(2025, 5, 5)),
        gl("VAT", 30_000, date(2025, 5, 5)), gl("DEPOSIT", 1),
    ]  # fmt: skip

    found = compared(bank)

    assert [(one.line, one.ours, one.gap, one.holds) for one in found] == [
        ("ACCRUED_INCOME", 38_219_178, 0, True), ("ACCRUED_EXPENSE", 6_115_068, 0, True), ("FEE_INCOME", 53_000_000, 0, True),
        ("VAT", 3_000_000, 0, True), ("OPERATING_COST", 0, None, None),
    ]  # fmt: skip


def test_interest_meets_the_ledger_where_no_transfer_price_is_known() -> None:
    bank = example()
    bank["loan"] = [{**bank["loan"][0], "ftp_rate": None}]
    bank["gl_control"] = [gl("ACCRUED_INCOME", "382191.78")]

    assert [one.gap for one in compared(bank) if one.line == "ACCRUED_INCOME"] == [0]


def test_a_gap_names_its_line_its_currency_and_its_day() -> None:
    bank = example()
    bank["gl_control"] = [
        gl("ACCRUED_INCOME", "382191.79", tolerance="0.01"), gl("ACCRUED_EXPENSE", "61150.60", tolerance="0.01"),
        gl("FEE_INCOME", 530_000, date(2025, 5, 5)), gl("FEE_INCOME", "12.34", date(2025, 5, 9)), gl("VAT", 30_000, date(2025, 5, 5)),
        gl("FEE_INCOME", 8, date(2025, 5, 9), currency="USD"),
    ]  # fmt: skip

    found = {(one.line, one.currency): one for one in compared(bank)}

    assert (found["ACCRUED_INCOME", "CNY"].gap, found["ACCRUED_INCOME", "CNY"].holds) == (1, True)
    assert (found["ACCRUED_EXPENSE", "CNY"].gap, found["ACCRUED_EXPENSE", "CNY"].holds) == (-8, False)
    assert found["FEE_INCOME", "CNY"].places == (Place(date(2025, 5, 9), 0, 1234),)
    assert found["FEE_INCOME", "USD"].places == (Place(date(2025, 5, 9), 0, 800),)
    assert (found["VAT", "CNY"].gap, found["VAT", "CNY"].places) == (0, ())


def test_capacity_that_nobody_used_stands_beside_what_clients_used() -> None:
    bank = example()
    bank["unit_cost"] = [
        {
            **bank["unit_cost"][0],
            "pool_cost": yuan("420003.00"),
            "capacity": 600,
            "unit_cost": Decimal("700.005"),
        }
    ]
    bank["gl_control"] = [gl("OPERATING_COST", 420_003, date(2025, 3, 31))]

    (cost,) = [
        one for one in compared(bank, date(2025, 3, 1), date(2025, 3, 31)) if one.line == "OPERATING_COST"
    ]

    assert (cost.ours, cost.idle, cost.gap) == (42_000_300, 7_000_050, 0)
