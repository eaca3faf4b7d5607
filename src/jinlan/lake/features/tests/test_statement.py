"""The lines of the profitability statement: the worked example, rates that change, prices of the curve, lines that add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from jinlan.lake.features import statement
from jinlan.lake.features.lines import FLAGS
from jinlan.lake.features.session import Session
from jinlan.lake.features.tests.memory import PRODUCTS, MemoryView, account, balances, party, span, yuan
from jinlan.lake.features.windows import Months

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
D = Decimal


def lines(
    rows: Mapping[str, list[dict[str, Any]]], first: date = FIRST, last: date = LAST
) -> list[dict[str, Any]]:
    """Return the rows of the statement of some months."""
    view = MemoryView({"product": list(PRODUCTS), **rows}, date(2026, 1, 31))
    with Session(view, Months(first, last), "CNY") as session:
        return statement.account_months(session).to_pylist()


def total(rows: list[dict[str, Any]], name: str, **only: Any) -> int:
    return sum(row[name] for row in rows if all(row[key] == value for key, value in only.items()))


def a_loan(**more: Any) -> dict[str, Any]:
    row = {
        "loan_id": "L1", "account_id": "A2", "party_id": "P1", "currency": "CNY", "principal": yuan(100_000_000),
        "outstanding": yuan(100_000_000), "interest_rate": D("0.045"), "ftp_rate": D("0.028"), "rate_type": "FIXED",
        "day_count": "ACT365", "start_date": date(2024, 1, 1), "maturity_date": date(2027, 1, 1), "dpd": 0, "five_tier": "1",
        "pd": D("0.012"), "lgd": D("0.45"), "ead": yuan(100_000_000), "rwa": yuan(100_000_000), "as_of_date": date(2024, 1, 1),
    }  # fmt: skip
    return {**row, **more}


def example() -> dict[str, list[dict[str, Any]]]:
    """The worked example of 02 §2.2: loan 100 m at 4.5 % (FTP 2.8 %), deposit 60 m at 1.2 % (FTP 2.3 %), fees 0.5 m, cost 0.35 m."""
    start = date(2024, 11, 30)
    return {
        "party": [party("P1")],
        "account": [
            account("A1", "P1", interest_rate=D("0.012"), ftp_rate=D("0.023")),
            account("A2", "P1", product_code="LOA"),
        ],
        "balance_daily": balances("A1", dict.fromkeys(span(start, LAST), 60_000_000)),
        "loan": [a_loan()],
        "fee": [
            {"fee_id": "F1", "party_id": "P1", "account_id": "A1", "product_code": "DEP", "booking_date": date(2025, 5, 5),
             "amount": yuan(530_000), "vat_amount": yuan(30_000), "ccy": "CNY", "as_of_date": date(2025, 5, 5)},
            {"fee_id": "F2", "party_id": "P1", "product_code": "DEP", "booking_date": date(2025, 6, 5), "amount": yuan(-10_000),
             "ccy": "CNY", "as_of_date": date(2025, 6, 5)},
            {"fee_id": "F3", "party_id": "P1", "product_code": "FXS", "booking_date": date(2025, 6, 5), "amount": yuan(10_000),
             "ccy": "CNY", "as_of_date": date(2025, 6, 5)},
        ],
        "unit_cost": [{"period": "2025-03", "activity_code": "VISIT", "unit_cost": D("700.005"), "ccy": "CNY", "as_of_date": date(2025, 4, 2)}],
        "activity_count": [{"party_id": "P1", "period": "2025-03", "activity_code": "VISIT", "count": 500, "as_of_date": date(2025, 4, 2)}],
        "product": [*PRODUCTS, {"product_code": "FXS", "family": "FX", "name_zh": "FXS", "as_of_date": FIRST}],
    }  # fmt: skip


def test_a_year_of_the_worked_example_gives_its_lines_to_the_cent() -> None:
    rows = lines(example())

    loan, deposit = total(rows, "interest", side="LOAN"), total(rows, "interest", side="DEPOSIT")
    assert (loan, deposit) == (449_999_998, 71_999_996)  # twelve roundings of a month each
    assert loan - total(rows, "transfer", side="LOAN") == 169_999_996
    assert total(rows, "transfer", side="DEPOSIT") - deposit == 66_000_005
    assert (total(rows, "fees"), total(rows, "fee_expense"), total(rows, "other"), total(rows, "vat")) == (
        53_000_000, 1_000_000, 1_000_000, 3_000_000,
    )  # fmt: skip
    assert total(rows, "cost") == 35_000_250  # 500 × 700.005
    assert total(rows, "expected_loss") == 53_999_997
    assert total(rows, "capital") == 1_049_999_999


def test_every_row_names_its_month_account_and_product() -> None:
    rows = lines(example(), date(2025, 3, 1), date(2025, 3, 31))

    assert [(row["account_id"], row["product_code"], row["side"]) for row in rows] == [
        ("", "", ""), ("A1", "DEP", "DEPOSIT"), ("A2", "LOA", "LOAN"),
    ]  # fmt: skip
    assert {row["month"] for row in rows} == {date(2025, 3, 1)}
    assert rows[2]["balance_days"] == 31 * 10_000_000_000
    assert all(row[flag] == 0 for row in rows for flag in FLAGS)


def test_a_rate_that_changes_within_the_month_counts_by_its_days() -> None:
    bank = example()
    bank["account"].append(
        account("A1", "P1", on=date(2025, 3, 11), interest_rate=D("0.002"), ftp_rate=D("0.023"))
    )
    bank["loan"].append(a_loan(interest_rate=D("0.035"), as_of_date=date(2025, 3, 21)))

    rows = lines(bank, date(2025, 3, 1), date(2025, 3, 31))

    # 60 m × (10 × 1.2 % + 21 × 0.2 %) / 365; 100 m × (20 × 4.5 % + 11 × 3.5 %) / 365
    assert total(rows, "interest", side="DEPOSIT") == 2_663_014
    assert total(rows, "interest", side="LOAN") == 35_205_479


def test_conventions_of_day_count() -> None:
    bank = example()
    bank["loan"] = [a_loan(day_count="ACT360"), a_loan(loan_id="L2", account_id="A3", day_count="30360")]

    rows = lines(bank, date(2025, 3, 1), date(2025, 3, 31))

    assert total(rows, "interest", account_id="A2") == 38_750_000  # 100 m × 4.5 % × 31/360
    assert total(rows, "interest", account_id="A3") == 37_500_000  # 30/360


CURVE = ((1, "0.010"), (365, "0.020"), (1095, "0.030"))


def curve(on: date, shift: str = "0") -> list[dict[str, Any]]:
    return [
        {
            "curve_code": "FTP",
            "currency": "CNY",
            "tenor_days": tenor,
            "rate": D(rate) + D(shift),
            "as_of_date": on,
        }
        for tenor, rate in CURVE
    ]


def test_an_old_fixed_loan_keeps_the_curve_of_its_first_day_when_todays_moves() -> None:
    bank = example()
    bank["loan"] = [a_loan(ftp_rate=None, maturity_date=date(2025, 12, 31))]  # 730 days: 2.5 %
    bank["ftp_curve"] = curve(date(2024, 1, 1))

    before = lines(bank, date(2025, 3, 1), date(2025, 3, 31))
    bank["ftp_curve"] += curve(date(2025, 2, 1), "0.01")
    after = lines(bank, date(2025, 3, 1), date(2025, 3, 31))

    assert total(before, "transfer", side="LOAN") == 21_232_877  # 100 m × 2.5 % × 31/365
    assert total(after, "transfer", side="LOAN") == 21_232_877


def test_a_floating_loan_is_priced_at_its_repricing_tenor_and_a_current_account_by_its_core() -> None:
    bank = example()
    bank["loan"] = [a_loan(ftp_rate=None, rate_type="LPR")]
    bank["account"][0] = account("A1", "P1", interest_rate=D("0.012"), ftp_rate=None)
    bank["ftp_curve"] = [*curve(date(2024, 1, 1)), *curve(date(2025, 3, 1), "0.01")]

    rows = lines(bank, date(2025, 3, 1), date(2025, 3, 31))

    assert total(rows, "transfer", side="LOAN") == 16_986_301  # 100 m × 2.0 % × 31/365
    assert total(rows, "transfer", side="DEPOSIT") == 17_326_027  # 60 m × (0.7 × 4 % + 0.3 × 2 %) × 31/365


def test_what_cannot_be_priced_has_no_margin_and_says_so() -> None:
    bank = example()
    bank["loan"] = [a_loan(ftp_rate=None, rwa=None, pd=None)]

    rows = lines(bank, date(2025, 3, 1), date(2025, 3, 31))

    (loan,) = [row for row in rows if row["side"] == "LOAN"]
    assert (loan["interest"], loan["transfer"], loan["unpriced"]) == (38_219_178, 38_219_178, 1)
    assert (loan["expected_loss"], loan["unrisked"], loan["assumed"]) == (0, 1, 1)
    assert loan["capital"] == 89_178_082  # 100 m at a weight of 100 %, 10.5 %, 31 of 365 days


def test_a_ratio_that_changes_leaves_the_months_before_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    class Row:
        value = D("0.2")

    honest = statement.rule
    april = date(2025, 4, 1)
    monkeypatch.setattr(
        statement,
        "rule",
        lambda code, on: Row if code == "VALUE.CAPITAL.RATIO" and on >= april else honest(code, on),
    )

    rows = lines(example(), date(2025, 3, 1), date(2025, 4, 30))

    assert [total(rows, "capital", month=date(2025, month, 1)) for month in (3, 4)] == [
        89_178_082,
        164_383_562,
    ]


def test_a_currency_without_a_rate_is_told_and_one_with_a_rate_is_converted_on_its_day() -> None:
    bank = example()
    fee = bank["fee"][0]
    bank["fee"] = [
        {**fee, "fee_id": "F4", "ccy": "USD", "amount": yuan(100), "vat_amount": None},
        {**fee, "fee_id": "F5", "ccy": "EUR", "account_id": None, "product_code": "DEP"},
    ]
    bank["fx_rate"] = [
        {"from_ccy": "USD", "to_ccy": "CNY", "rate_type": "MID", "rate": D(rate), "as_of_date": day}
        for day, rate in ((date(2025, 5, 1), "7.1"), (date(2025, 5, 6), "7.3"))
    ]

    rows = lines(bank, date(2025, 5, 1), date(2025, 5, 31))

    assert total(rows, "fees") == 71_000
    assert {row["account_id"]: row["unrated"] for row in rows if row["side"] != "LOAN"} == {"": 1, "A1": 0}


def test_a_party_that_was_merged_is_the_one_that_stands_at_the_months_end() -> None:
    bank = example()
    bank["party"].append(party("P9"))
    bank["party_merge"] = [
        {
            "old_party_id": "P1",
            "new_party_id": "P9",
            "effective_date": date(2025, 3, 15),
            "as_of_date": date(2025, 3, 15),
        }
    ]

    rows = lines(bank, date(2025, 2, 1), date(2025, 3, 31))

    assert {(row["month"], row["party_id"]) for row in rows} == {
        (date(2025, 2, 1), "P1"),
        (date(2025, 3, 1), "P9"),
    }


def test_a_day_without_a_delivery_is_carried_forward() -> None:
    bank = example()
    bank["balance_daily"] = [row for row in bank["balance_daily"] if row["as_of_date"] != date(2025, 3, 10)]

    rows = lines(bank, date(2025, 3, 1), date(2025, 3, 31))

    assert total(rows, "balance_days", side="DEPOSIT") == 31 * 6_000_000_000


def test_months_evaluated_alone_are_those_evaluated_together() -> None:
    together = lines(example(), date(2025, 2, 1), date(2025, 4, 30))
    alone = []
    for month in (2, 3, 4):
        first = date(2025, month, 1)
        alone += lines(example(), first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    assert alone == together
