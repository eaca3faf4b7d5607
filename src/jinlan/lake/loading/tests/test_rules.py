"""Level E: the rules of single tables (10 §10.2-10.7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from jinlan.lake.loading.tests.cases import crowd, loans
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import FIRST, House, finding, quarantined, rejected
from jinlan.lake.tests.tiny_bank import Row, money

NEXT = FIRST + timedelta(days=1)


def test_five_tier_2_at_95_days_overdue_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.deliver(
        {
            **crowd(),
            "loan": loans(bank.loan("LX", dpd=95, five_tier="2"), bank.loan("LY", dpd=90, five_tier="2")),
        }
    )
    one = rejected(house, "FIVE_TIER")
    assert (one.row, one.value) == (1, "2")
    assert one.reason == "逾期超过 90 天而五级分类优于次级"
    assert len(house.outcome.rejected) == 1


def test_class_3_and_stage_3_go_together(tmp_path: Path) -> None:
    house = House(tmp_path)
    rows = loans(
        bank.loan("L3", five_tier="3", ecl_stage="2"), bank.loan("L1", five_tier="1", ecl_stage="3"),
        bank.loan("LA", five_tier="4", ecl_stage="3"), bank.loan("LB", five_tier="3", ecl_stage=None),
    )  # fmt: skip
    house.deliver({**crowd(), "loan": rows})
    assert quarantined(house) == [("loan", 1, "ecl_stage", "STAGE"), ("loan", 2, "ecl_stage", "STAGE")]


def test_booked_after_the_business_date_is_an_error_but_a_later_value_date_is_not(tmp_path: Path) -> None:
    house = House(tmp_path)
    early = bank.txn("TX", NEXT)
    valued = bank.txn("TY", FIRST, value_date=NEXT)
    house.deliver(crowd(transaction=[early, valued]))
    assert quarantined(house) == [("transaction", 401, "booking_date", "FUTURE")]


def test_ten_days_late_is_allowed_and_eleven_are_not(tmp_path: Path) -> None:
    house = House(tmp_path)
    days = timedelta(days=10)
    house.deliver(
        crowd(transaction=[bank.txn("TX", FIRST - days), bank.txn("TY", FIRST - days - timedelta(days=1))])
    )
    assert quarantined(house) == [("transaction", 402, "booking_date", "LATE")]
    assert house.outcome.record.touched_from == FIRST - days


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
def test_an_amount_that_is_not_positive_is_an_error(tmp_path: Path, amount: str) -> None:
    house = House(tmp_path)
    house.deliver(crowd(transaction=[bank.txn("TX", FIRST, amount)]))
    assert quarantined(house) == [("transaction", 401, "amount", "AMOUNT")]


def test_an_update_of_an_unknown_party_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.deliver(crowd())
    updates = [bank.party(f"P{n}", change_type="U") for n in range(1, 400)]
    house.deliver(
        {"party": [*updates, bank.party("PX", change_type="U")]}, day=NEXT, modes={"party": "delta"}
    )
    one = rejected(house, "UNKNOWN_KEY")
    assert (one.table, one.row, one.value, one.reason) == ("party", 400, "PX", "更新或删除的记录不存在")


def test_shares_in_one_company_above_one_are_an_error_and_below_one_a_warning(tmp_path: Path) -> None:
    house = House(tmp_path)
    before, change = date(2020, 1, 1), date(2021, 1, 1)

    def share(owner: str, owned: str, value: str, since: date = before, until: date | None = None) -> Row:
        return {
            "owner_party_id": owner, "owned_party_id": owned, "interest_type": "EQUITY",
            "share": Decimal(value).quantize(Decimal("0.00000001")), "valid_from": since, "valid_to": until,
        }  # fmt: skip

    over = [share("P1", "P399", "0.6001"), share("P2", "P399", "0.4001")]
    handed_on = [share("P1", "P400", "0.6", until=change), share("P2", "P400", "0.9", since=change)]
    within = [share("P1", "P398", "0.6001"), share("P2", "P398", "0.4")]
    whole = [share("P1", f"P{n}", "1") for n in range(2, 398)]
    report = house.deliver({**crowd(), "ownership": [*over, *handed_on, *within, *whole]})

    assert quarantined(house) == [
        ("ownership", 1, "share", "SHARE_SUM"),
        ("ownership", 2, "share", "SHARE_SUM"),
    ]
    assert finding(report, "SHARE_BELOW_1").count == 1  # P400 has 0.9 left


def test_an_owned_person_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    person = bank.party("PX", party_type="PERSON")
    row = {"owner_party_id": "P1", "interest_type": "EQUITY", "share": money("1.00"), "valid_from": FIRST}
    rows = [{**row, "owned_party_id": f"P{n}"} for n in range(2, 300)]
    house.deliver({**crowd(party=[person]), "ownership": [*rows, {**row, "owned_party_id": "PX"}]})
    assert quarantined(house) == [("ownership", 299, "owned_party_id", "OWNED_PERSON")]


def test_a_relation_to_oneself_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    row = {"from_party_id": "P1", "type": "AFFILIATE", "valid_from": FIRST}
    rows = [{**row, "to_party_id": f"P{n}"} for n in range(1, 400)]
    house.deliver({**crowd(), "party_relation": rows})
    assert quarantined(house) == [("party_relation", 1, "to_party_id", "SELF")]


def test_a_maturity_before_the_opening_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.deliver(
        crowd(account=[bank.account("AX", open_date=date(2024, 1, 2), maturity_date=date(2024, 1, 1))])
    )
    assert quarantined(house) == [("account", 401, "maturity_date", "PERIOD")]


def test_a_party_in_two_units_of_one_kind_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    units = [
        {"unit_id": f"U{n}", "unit_kind": "GROUP", "root_party_id": f"P{n}", "valid_from": FIRST}
        for n in range(1, 400)
    ]
    members = [{"unit_id": f"U{n}", "party_id": f"P{n}", "valid_from": FIRST} for n in range(1, 400)]
    twice = {"unit_id": "U1", "party_id": "P2", "valid_from": NEXT}
    house.deliver({**crowd(), "client_unit": units, "client_unit_member": [*members, twice]})
    assert quarantined(house) == [("client_unit_member", 400, "party_id", "TWO_UNITS")]


def test_a_loop_in_the_branch_tree_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    looped = [bank.branch("BX", parent_id="BY"), bank.branch("BY", parent_id="BX")]
    house.deliver(crowd(branch=[*looped, *(bank.branch(f"C{n}") for n in range(400))]))
    assert quarantined(house) == [
        ("branch", 400, "parent_id", "TREE_CYCLE"),
        ("branch", 401, "parent_id", "TREE_CYCLE"),
    ]


def test_branches_below_a_quarantined_one_follow_it(tmp_path: Path) -> None:
    house = House(tmp_path)
    rows = [bank.branch("BX", level=7), bank.branch("BY", parent_id="BX"), bank.branch("BZ", parent_id="BY")]
    house.deliver(crowd(branch=[*rows, *(bank.branch(f"C{n}") for n in range(400))]))
    assert quarantined(house) == [
        ("branch", 400, "level", "LEVEL"), ("branch", 401, "parent_id", "REFERENCE_QUARANTINED"),
        ("branch", 402, "parent_id", "REFERENCE_QUARANTINED"),
    ]  # fmt: skip


def test_a_reversal_has_the_same_amount_and_the_opposite_direction(tmp_path: Path) -> None:
    house = House(tmp_path)
    back = {"is_reversal": True, "reversed_txn_id": "T1-0"}
    right = bank.txn("TR", FIRST, "10.00", credit_debit_ind="DBIT", **back)
    wrong = bank.txn("TX", FIRST, "9.00", credit_debit_ind="DBIT", **back)
    same = bank.txn("TY", FIRST, "10.00", credit_debit_ind="CRDT", **back)
    house.deliver(crowd(transaction=[right, wrong, same]))
    assert quarantined(house) == [
        ("transaction", 402, "amount", "REVERSAL"),
        ("transaction", 403, "amount", "REVERSAL"),
    ]


def test_a_base_balance_that_is_not_the_balance_at_the_days_rate_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    rate = {"from_ccy": "USD", "to_ccy": "CNY", "rate_type": "MID", "rate": money("7.10")}
    accounts = [bank.account(code, currency="USD") for code in ("AU", "AV")]
    right = {"account_id": "AU", "closing_balance": money("100.00"), "balance_base": money("710.00")}
    wrong = {"account_id": "AV", "closing_balance": money("100.00"), "balance_base": money("710.02")}
    house.deliver({**crowd(account=accounts, balance_daily=[right, wrong]), "fx_rate": [rate]})
    assert quarantined(house) == [("balance_daily", 402, "balance_base", "BASE_BALANCE")]


def test_an_event_that_was_loaded_on_another_day_is_not_counted_twice(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.deliver(crowd())
    again = [bank.txn(f"N{n}", NEXT) for n in range(400)] + [bank.txn("T1-0", FIRST)]
    house.deliver({"transaction": again}, day=NEXT)
    assert quarantined(house) == [("transaction", 401, "txn_id", "REPEATED")]


def test_a_personal_value_is_masked_in_quarantine(tmp_path: Path) -> None:
    house = House(tmp_path)
    row = {"party_id": "P1", "type": "MOBILE", "value": "13800001234"}
    contacts = [{**row, "value": f"138{n:08d}"} for n in range(300)]
    house.deliver({**crowd(), "party_contact_point": [*contacts, {**row, "party_id": "NOBODY"}]})
    one = rejected(house, "REFERENCE")
    assert (one.key, one.value) == ("NOBODY|MOBILE|138****1234", "NOBODY")


def test_case_steps_in_the_wrong_order_are_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    at = datetime(2026, 1, 5, tzinfo=UTC)
    row = {"case_id": "CX", "party_id": "P1", "kind": "COMPLAINT", "received_ts": at}
    rows = [{**row, "case_id": f"C{n}", "accepted_ts": at} for n in range(300)]
    house.deliver({**crowd(), "case": [{**row, "accepted_ts": at - timedelta(hours=1)}, *rows]})
    assert quarantined(house) == [("case", 1, "accepted_ts", "ORDER")]
