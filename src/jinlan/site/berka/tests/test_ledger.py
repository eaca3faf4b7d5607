"""Day-end balances from entries, and the breaks that are listed instead of repaired."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jinlan.site.berka.ledger import (
    Break,
    Entry,
    by_account,
    carried_forward,
    closing_of,
    roll,
    transaction_row,
)
from jinlan.site.berka.source import birth_of, day_of


def an_entry(day: str, amount: str, balance: str, *, symbol: str = "", operation: str = "VKLAD") -> Entry:
    value = Decimal(amount)
    return Entry(1, 1, day_of(day), value > 0, operation, symbol, abs(value), Decimal(balance), "", "")


def test_dates_are_of_the_1900s_and_a_time_is_dropped() -> None:
    assert day_of("931107 00:00:00") == date(1993, 11, 7)


@pytest.mark.parametrize(
    ("number", "born", "gender"),
    [
        ("706213", date(1970, 12, 13), "F"),
        ("450204", date(1945, 2, 4), "M"),
        ("406009", date(1940, 10, 9), "F"),
    ],
)
def test_women_have_fifty_added_to_the_month_of_birth(number: str, born: date, gender: str) -> None:
    assert birth_of(number) == (born, gender)


def test_the_day_end_balance_is_the_stated_one_that_closes_the_day_whatever_the_order() -> None:
    later, earlier = an_entry("930131", "-14.60", "1090.40"), an_entry("930131", "5.00", "1105.00")

    assert closing_of(Decimal("1100.00"), [later, earlier]) == (Decimal("1090.40"), Decimal("-9.60"))
    assert closing_of(Decimal("1100.00"), [earlier, later]) == (Decimal("1090.40"), Decimal("-9.60"))


def test_a_gap_within_the_grain_is_rounding_and_a_larger_one_a_gap() -> None:
    breaks: list[Break] = []
    days = by_account(
        [
            an_entry("930101", "100.00", "100.00"),
            an_entry("930102", "10.00", "110.10"),
            an_entry("930103", "10.00", "120.30"),
            an_entry("930104", "10.00", "130.30"),
        ]
    )[1]

    closings = list(roll(1, days, breaks))

    assert [closing for _, closing in closings] == [
        Decimal("100.00"),
        Decimal("110.10"),
        Decimal("120.30"),
        Decimal("130.30"),
    ]
    assert [(each.day.day, each.gap, each.kind) for each in breaks] == [
        (2, Decimal("0.10"), "ROUNDING"),
        (3, Decimal("0.20"), "GAP"),
    ]


def test_a_quiet_day_keeps_yesterdays_balance_up_to_the_last_day() -> None:
    closings = [(date(1993, 1, 30), Decimal(10)), (date(1993, 2, 1), Decimal(20))]

    assert list(carried_forward(closings, date(1993, 2, 2))) == [
        (date(1993, 1, 30), Decimal(10)),
        (date(1993, 1, 31), Decimal(10)),
        (date(1993, 2, 1), Decimal(20)),
        (date(1993, 2, 2), Decimal(20)),
    ]
    assert list(carried_forward([], date(1993, 2, 2))) == []


@pytest.mark.parametrize(
    ("operation", "symbol", "kind", "code", "internal", "cash"),
    [
        ("VKLAD", "", "CASH", "VKLAD", False, True),
        ("VYBER", "SIPO", "CASH", "VYBER.SIPO", False, True),
        ("VYBER KARTOU", "", "CASH", "VYBER", False, True),
        ("VYBER", "SLUZBY", "FEE", "VYBER.SLUZBY", True, False),
        ("VYBER", "SANKC. UROK", "INTEREST", "VYBER.SANKC_UROK", True, False),
        ("", "UROK", "INTEREST", "UROK", True, False),
        ("PREVOD NA UCET", "UVER", "LOAN_REPAY", "PREVOD_NA_UCET.UVER", False, False),
        ("PREVOD Z UCTU", "DUCHOD", "TRANSFER", "PREVOD_Z_UCTU.DUCHOD", False, False),
    ],
)
def test_operations_and_symbols_become_canonical_types(
    operation: str, symbol: str, kind: str, code: str, internal: bool, cash: bool
) -> None:
    row = transaction_row(an_entry("930101", "100.00", "100.00", operation=operation, symbol=symbol))

    assert (row["txn_type"], row["bank_txn_code"], row["is_internal"], row["cash_flag"]) == (
        kind,
        code,
        internal,
        cash,
    )
