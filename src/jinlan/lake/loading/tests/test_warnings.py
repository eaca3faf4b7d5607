"""Levels W and R: loaded, but shown on the quality board or blocking official reports (10 §10.8)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from jinlan.lake.loading.tests.cases import crowd
from jinlan.lake.loading.thresholds import Thresholds
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import FIRST, House, checks, finding, quarantined
from jinlan.lake.tests.tiny_bank import Row, money

NEXT = FIRST + timedelta(days=1)


def test_a_transaction_after_closing_is_a_warning_and_after_30_days_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    closed = [
        bank.account(f"AC{n}", status="CLOSED", close_date=FIRST - timedelta(days=n)) for n in (1, 30, 31)
    ]
    rows = [bank.txn(f"TC{n}", FIRST, account_id=f"AC{n}") for n in (1, 30, 31)]
    report = house.deliver(crowd(account=closed, transaction=rows))
    assert quarantined(house) == [("transaction", 403, "booking_date", "CLOSED_ACCOUNT")]
    assert ("transaction", "CLOSED_ACCOUNT", 2) in checks(report, "W")


def test_a_birthday_of_1900_01_01_is_a_warning(tmp_path: Path) -> None:
    house = House(tmp_path)
    report = house.begin(
        party=[bank.party(f"P{n}", birth_or_incorp_date=date(1900, 1, 1)) for n in range(1, 5)]
    )
    assert report.status == "loaded"
    assert checks(report, "W") == [("party", "BIRTHDAY", 4)]


def test_a_balance_that_moves_more_than_ten_times_its_median_is_a_warning(tmp_path: Path) -> None:
    house = House(tmp_path)
    days = [date(2026, 1, 29), date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1)]
    amounts = {
        "A1": ["100", "100", "100", "1100.01"],
        "A2": ["100", "100", "100", "1100.00"],
        "A3": ["5", "5", "5", "5"],
    }
    balances = [
        {**bank.balance(account, amount), "as_of_date": day}
        for account, values in amounts.items()
        for day, amount in zip(days, values, strict=True)
    ]
    tables = bank.first_day()
    for rows in tables.values():
        for row in rows:
            row["as_of_date"] = days[0]
    tables["transaction"] = [bank.txn("TX", days[0], "1", as_of_date=days[0])]
    report = house.deliver({**tables, "balance_daily": balances}, day=days[0], last=days[-1])
    assert finding(report, "BALANCE_JUMP").count == 1


def test_a_balance_that_does_not_roll_forward_blocks_official_reports(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    tables = bank.next_day(NEXT)
    tables["balance_daily"][0] = bank.balance("A1", "110.02")
    report = house.deliver(tables, day=NEXT)
    assert report.status == "loaded"
    assert checks(report, "R") == [("balance_daily", "ROLL_FORWARD", 1)]
    detail = "2026-01-31 有 1 个账户的余额与前日余额加当日发生额不符,最大差额 0.02"
    assert finding(report, "ROLL_FORWARD").detail == detail


def test_a_cent_is_within_the_tolerance_and_pending_entries_do_not_count(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    tables = bank.next_day(NEXT)
    tables["balance_daily"][0] = bank.balance("A1", "110.01")
    tables["transaction"].append(bank.txn("TP", NEXT, "999.00", status="PDNG"))
    assert checks(house.deliver(tables, day=NEXT), "R") == []


def test_a_late_transaction_is_missed_on_its_day_and_mends_it_when_it_comes(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    tables = bank.next_day(NEXT)
    late = tables["transaction"].pop(0)
    assert checks(house.deliver(tables, day=NEXT), "R") == [("balance_daily", "ROLL_FORWARD", 1)]

    day = NEXT + timedelta(days=1)
    tables = bank.next_day(day, amount="120.00")
    tables["transaction"].append(late)
    report = house.deliver(tables, day=day)
    assert checks(report, "R") == []
    assert report.record is not None
    assert report.record.touched_from == NEXT


def test_a_gap_to_the_general_ledger_blocks_official_reports(tmp_path: Path) -> None:
    house = House(tmp_path)

    def ledger(name: str, total: str, tolerance: str = "0.00") -> Row:
        return {"gl_class": name, "currency": "CNY", "total": money(total), "tolerance": money(tolerance)}

    fee = {
        "fee_id": "F1",
        "party_id": "P1",
        "booking_date": FIRST,
        "amount": money("10.60"),
        "vat_amount": money("0.60"),
        "ccy": "CNY",
    }
    rows = [
        ledger("DEPOSIT", "400.05", "0.05"),
        ledger("FEE_INCOME", "10.61"),
        ledger("VAT", "0.60"),
        ledger("OTHER", "1"),
    ]
    report = house.begin(gl_control=rows, fee=[fee])
    assert checks(report, "R") == [("gl_control", "GL_GAP", 1)]
    assert finding(report, "GL_GAP").detail == "2026-01-30 FEE_INCOME CNY:总账 10.61,供数合计 10.60"
    assert finding(report, "GL_UNCHECKED").detail == "供数中没有可核对的总账类别:OTHER"


def test_the_thresholds_are_the_rows_of_the_register() -> None:
    from jinlan.basics.register import initial_register

    assert Thresholds.of(initial_register(), FIRST) == Thresholds()
