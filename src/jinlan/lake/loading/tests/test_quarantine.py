"""Level E: the row and what depends on it is quarantined, with what a person needs to mend it (10 §10.8)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from jinlan.lake.loading.tests.cases import crowd
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import FIRST, House, quarantined, rejected

NEXT = FIRST + timedelta(days=1)


def test_a_quarantined_party_takes_its_account_and_balances_along(tmp_path: Path) -> None:
    house = House(tmp_path)
    party = bank.party("PX", party_type="COMPANY")
    account, balance = bank.account("AX", "PX"), bank.balance("AX")
    entry = bank.txn("TX", FIRST, account_id="AX")
    tables = crowd(party=[party], account=[account], balance_daily=[balance], transaction=[entry])
    report = house.deliver(tables)

    assert report.status == "loaded"
    assert quarantined(house) == [
        ("party", 401, "party_type", "CODE"),
        ("account", 401, "party_id", "REFERENCE_QUARANTINED"),
        ("balance_daily", 401, "account_id", "REFERENCE_QUARANTINED"),
        ("transaction", 401, "account_id", "REFERENCE_QUARANTINED"),
    ]
    assert report.quarantined == 4
    assert ("PX",) not in house.rows("party", "party_id")
    score = next(count.score for count in report.counts if count.table == "party")
    assert score == 1 - 1 / 401


def test_a_missing_reference_is_an_error_with_row_and_value(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.deliver(crowd(account=[bank.account("AX", "NOBODY")]))
    one = rejected(house, "REFERENCE")
    assert (one.table, one.row, one.key, one.column, one.value) == (
        "account",
        401,
        "AX",
        "party_id",
        "NOBODY",
    )
    assert (one.reason, one.hint) == ("引用的 party 不存在", "先供主数据,或检查编号。")


def test_the_currency_rmb_is_an_error_with_the_hint_cny(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.deliver(crowd(account=[bank.account("AX", currency="RMB")]))
    one = rejected(house, "CURRENCY")
    assert (one.row, one.value, one.reason, one.hint) == (401, "RMB", "不是 ISO 4217 货币代码", "应为 CNY")


def test_a_uscc_with_the_letter_o_is_an_error_shown_masked(tmp_path: Path) -> None:
    house = House(tmp_path)
    good = bank.party("PG", id_type="USCC", id_no="91330100799655058B")
    bad = bank.party("PX", id_type="USCC", id_no="9133010O799655058B")
    house.deliver(crowd(party=[good, bad]))
    one = rejected(house, "IDENTIFIER")
    assert (one.table, one.row, one.key, one.column, one.value) == (
        "party",
        402,
        "PX",
        "id_no",
        "913301********058B",
    )
    assert one.reason == "统一社会信用代码含有不允许的字符"
    assert one.hint == "统一社会信用代码不含字母 I、O、S、V、Z,请检查 O 与 0、I 与 1。"
    assert len(house.outcome.rejected) == 1


def test_a_resident_id_with_a_wrong_check_digit_is_an_error(tmp_path: Path) -> None:
    house = House(tmp_path)
    person = {"party_type": "PERSON", "id_type": "RESIDENT_ID"}
    good = bank.party("PG", id_no="11010519491231002X", **person)
    bad = bank.party("PX", id_no="110105194912310021", **person)
    house.deliver(crowd(party=[good, bad]))
    assert quarantined(house) == [("party", 402, "id_no", "IDENTIFIER")]


def test_an_identifier_of_another_country_is_not_checked_by_chinese_rules(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.deliver(crowd(party=[bank.party("PX", id_type="USCC", id_no="HRB 12345", id_country="DE")]))
    assert quarantined(house) == []


def test_more_than_half_a_percent_of_errors_holds_the_load(tmp_path: Path) -> None:
    house = House(tmp_path)
    tables = bank.first_day(199)  # the 200th row is bad: 0.5 % exactly
    report = house.deliver({**tables, "account": [*tables["account"], bank.account("AX", "NOBODY")]})
    assert report.status == "loaded"

    tables = bank.first_day(198)  # 1 of 199 = 0.503 %
    held = House(tmp_path / "other")
    report = held.deliver({**tables, "account": [*tables["account"], bank.account("AX", "NOBODY")]})
    assert report.status == "held"
    assert report.message == "表 account 的错误行超过 0.50%,整批暂缓,未装载;请更正后重新投送"
    assert held.registry.latest(bank.ENTITY) is None
    assert held.outcome.rejected[0].key == "AX"
    assert not (held.lake / bank.ENTITY / "lake").exists()
