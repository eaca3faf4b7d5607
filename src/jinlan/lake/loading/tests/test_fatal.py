"""Level F: the delivery is rejected as a whole, nothing changes (10 §10.8)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jinlan.lake.loading.staging import looks_secret
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import FIRST, House, checks, finding

NEXT = FIRST + timedelta(days=1)


def test_an_account_twice_on_one_day_rejects_the_delivery(tmp_path: Path) -> None:
    house = House(tmp_path)
    report = house.begin(account=[bank.account("A1"), bank.account("A1", "P2")])

    assert report.status == "rejected"
    assert checks(report, "F") == [("account", "DUPLICATE_KEY", 1)]
    assert (
        finding(report, "DUPLICATE_KEY").detail
        == "主键重复 1 组,例:第 1 行与第 2 行,account_id|as_of_date = A1|2026-01-30"
    )
    assert house.registry.latest(bank.ENTITY) is None
    assert not (house.lake / bank.ENTITY / "lake").exists()


def test_31_balances_where_the_manifest_says_32_reject_the_delivery(tmp_path: Path) -> None:
    house = House(tmp_path)
    report = house.deliver(bank.first_day(31), claims={"balance_daily": {"rows": 32}})

    assert report.status == "rejected"
    assert checks(report, "F") == [("balance_daily", "ROW_COUNT", 1)]
    assert finding(report, "ROW_COUNT").detail == "清单写 32 行,文件有 31 行"


def test_another_hash_than_the_manifests_rejects_the_delivery(tmp_path: Path) -> None:
    house = House(tmp_path)
    report = house.deliver(bank.first_day(), claims={"party": {"sha256": "0" * 64}})
    assert checks(report, "F") == [("party", "HASH", 1)]


def test_a_control_total_that_differs_rejects_the_delivery(tmp_path: Path) -> None:
    house = House(tmp_path)
    claim = {"balance_daily": {"control": {"closing_balance": "400.01"}}}
    report = house.deliver(bank.first_day(), claims=claim)
    assert checks(report, "F") == [("balance_daily", "CONTROL_TOTAL", 1)]
    assert finding(report, "CONTROL_TOTAL").detail == "列 closing_balance 的控制总数:清单 400.01,文件 400.00"


def test_a_rejected_delivery_leaves_the_lake_as_it_was(tmp_path: Path) -> None:
    house = House(tmp_path)
    first = house.begin()
    report = house.deliver({"account": [bank.account("A1"), bank.account("A1")]}, day=NEXT)

    assert report.status == "rejected"
    assert house.registry.latest(bank.ENTITY) == first.record
    assert house.rows("account", "account_id") == [("A1",), ("A2",), ("A3",), ("A4",)]


def test_a_missing_required_column_is_a_breach_of_the_schema(tmp_path: Path) -> None:
    house = House(tmp_path)
    folder = bank.write(house.source, bank.first_day())
    file = folder / "balance_daily.parquet"
    import pyarrow.parquet as pq

    pq.write_table(pq.read_table(file).drop_columns(["balance_base"]), file)
    _claim_again(folder, "balance_daily")
    assert checks(house.load()[0], "F") == [("balance_daily", "COLUMN_MISSING", 1)]


def test_money_as_a_float_is_a_breach_of_the_schema(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    house = House(tmp_path)
    folder = bank.write(house.source, bank.first_day())
    file = folder / "balance_daily.parquet"
    table = pq.read_table(file)
    at = table.schema.get_field_index("closing_balance")
    pq.write_table(table.set_column(at, "closing_balance", table["closing_balance"].cast(pa.float64())), file)
    _claim_again(folder, "balance_daily")
    report = house.load()[0]
    assert checks(report, "F") == [("balance_daily", "COLUMN_TYPE", 1)]
    assert (
        finding(report, "COLUMN_TYPE").detail == "表 balance_daily 的列类型不符合规范:closing_balance(DOUBLE)"
    )


def test_the_first_delivery_must_hold_every_required_table(tmp_path: Path) -> None:
    tables = bank.first_day()
    del tables["branch"]
    report = House(tmp_path).deliver(tables)
    assert checks(report, "F") == [("branch", "REQUIRED_TABLE", 1)]


@pytest.mark.parametrize(
    "column", ["login_password", "CVN2", "cvv", "pinBlock", "track2_data", "交易密码", "磁道信息"]
)
def test_a_column_of_authentication_data_refuses_the_delivery(tmp_path: Path, column: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    house = House(tmp_path)
    folder = bank.write(house.source, bank.first_day())
    file = folder / "account.parquet"
    table = pq.read_table(file)
    pq.write_table(table.append_column(column, pa.nulls(table.num_rows, pa.string())), file)
    _claim_again(folder, "account")
    report = house.load()[0]
    assert report.status == "rejected"
    assert checks(report, "F") == [("account", "C3_COLUMN", 1)]


@pytest.mark.parametrize(
    "column", ["shipping_date", "tracking_no", "opinion", "account_id", "compass", "passport_no"]
)
def test_harmless_names_are_not_taken_for_authentication_data(column: str) -> None:
    assert not looks_secret(column)


def _claim_again(folder: Path, name: str) -> None:
    """Make the manifest agree with a file that the test changed."""
    import json

    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["tables"]:
        if entry["table"] == name:
            entry["sha256"] = bank.sha256(folder / entry["file"])
    path.write_text(json.dumps(manifest))
