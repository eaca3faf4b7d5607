"""The whole conversion, on an invented bank of three accounts and on the published files."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from jinlan.basics.errors import Refused
from jinlan.lake.extracts.layout import arrow_type, extract_columns
from jinlan.lake.extracts.schema import REQUIRED, TABLES
from jinlan.site.berka.conversion import BREAKS_FILE, convert
from jinlan.site.berka.source import TRANSACTIONS
from jinlan.site.berka.tests.tiny import ENTRIES, real_files, write_tiny

FOLDER = "BERKA/history=1993-01-01..1994-03-31/delivery=1"


def rows_of(out: Path, table: str) -> list[dict[str, object]]:
    return pq.read_table(out / FOLDER / f"{table}.parquet").to_pylist()


def test_the_manifest_lists_every_file_with_rows_hash_and_control_sums(tmp_path: Path) -> None:
    convert(write_tiny(tmp_path / "src"), tmp_path / "out")

    folder = tmp_path / "out" / FOLDER
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    tables = {entry["table"]: entry for entry in manifest["tables"]}
    assert (manifest["entity"], manifest["base_currency"]) == ("BERKA", "CZK")
    assert manifest["history"] == ["1993-01-01", "1994-03-31"]
    assert set(REQUIRED) <= set(tables)
    for entry in tables.values():
        content = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert pq.read_metadata(folder / entry["file"]).num_rows == entry["rows"]
    assert tables["transaction"]["control"] == {"amount": "1869.60"}
    assert tables["balance_daily"]["mode"] == "full"


def test_every_file_has_the_columns_and_types_of_the_extract_schema(tmp_path: Path) -> None:
    convert(write_tiny(tmp_path / "src"), tmp_path / "out")

    for path in (tmp_path / "out" / FOLDER).glob("*.parquet"):
        declared = {column.name: arrow_type(column) for column in extract_columns(TABLES[path.stem])}
        found = pq.read_schema(path)
        assert {field.name: field.type for field in found} == declared


def test_what_begins_after_the_window_is_not_known_and_is_counted(tmp_path: Path) -> None:
    report = convert(write_tiny(tmp_path / "src"), tmp_path / "out")

    counts = {each.file: (each.rows, each.used) for each in report.files}
    assert counts["account.asc"] == (3, 2)
    assert counts["client.asc"] == (4, 3)
    assert counts["loan.asc"] == (2, 1)
    assert counts["card.asc"] == (2, 0)
    assert counts["order.asc"] == (1, 0)
    assert [row["party_id"] for row in rows_of(tmp_path / "out", "party")] == ["C11", "C12", "C13"]


def test_nothing_about_cards_is_delivered(tmp_path: Path) -> None:
    convert(write_tiny(tmp_path / "src"), tmp_path / "out")

    text = b"".join(path.read_bytes() for path in sorted((tmp_path / "out" / FOLDER).iterdir())).lower()
    assert b"gold" not in text
    assert b"kart" not in text
    assert {row["txn_type"] for row in rows_of(tmp_path / "out", "transaction")} == {
        "CASH",
        "TRANSFER",
        "INTEREST",
        "FEE",
    }


def test_owner_and_disponent_of_an_account_are_one_household_with_consent(tmp_path: Path) -> None:
    report = convert(write_tiny(tmp_path / "src"), tmp_path / "out")

    members = [
        (row["unit_id"], row["party_id"], row["valid_from"])
        for row in rows_of(tmp_path / "out", "client_unit_member")
    ]
    assert report.households == 1
    assert members == [("HH-1", "C11", date(1994, 3, 1)), ("HH-1", "C12", date(1994, 3, 1))]
    assert [row["root_party_id"] for row in rows_of(tmp_path / "out", "client_unit")] == ["C11"]
    assert {(row["party_id"], row["purpose"]) for row in rows_of(tmp_path / "out", "consent")} == {
        ("C11", "HOUSEHOLD"),
        ("C12", "HOUSEHOLD"),
    }
    roles = {(row["party_id"], row["role_code"]) for row in rows_of(tmp_path / "out", "party_role")}
    assert roles == {("C11", "CLIENT"), ("C12", "AGENT"), ("C13", "CLIENT")}


def test_balances_are_carried_over_every_calendar_day(tmp_path: Path) -> None:
    convert(write_tiny(tmp_path / "src"), tmp_path / "out")

    rows = {
        (row["account_id"], row["as_of_date"]): row["closing_balance"]
        for row in rows_of(tmp_path / "out", "balance_daily")
    }
    assert len(rows) == 31 + 17
    assert rows["A1", date(1994, 3, 2)] == Decimal("1000.00")
    assert rows["A1", date(1994, 3, 30)] == Decimal("750.00")
    assert rows["A1", date(1994, 3, 31)] == Decimal("740.50")
    assert rows["A2", date(1994, 3, 31)] == Decimal("404.20")


def test_breaks_are_listed_and_not_repaired(tmp_path: Path) -> None:
    report = convert(write_tiny(tmp_path / "src"), tmp_path / "out")

    assert report.breaks_by_kind() == {"GAP": 1, "ROUNDING": 1}
    assert (tmp_path / "out" / BREAKS_FILE).read_text("utf-8").splitlines()[1:] == [
        "A1,1994-03-31,750.00,-9.60,740.50,0.10,2,ROUNDING",
        "A2,1994-03-31,500.00,-100.00,404.20,4.20,1,GAP",
    ]


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    src = write_tiny(tmp_path / "src")

    convert(src, tmp_path / "one")
    convert(src, tmp_path / "two")

    first, second = tmp_path / "one" / FOLDER / "manifest.json", tmp_path / "two" / FOLDER / "manifest.json"
    assert first.read_bytes() == second.read_bytes()


def test_the_whole_published_file_of_transactions_serves_as_well_as_the_excerpt(tmp_path: Path) -> None:
    src = write_tiny(tmp_path / "src")
    convert(src, tmp_path / "one")
    later = '9;1;940401;"PRIJEM";"VKLAD";10.00;750.50;"";;\n'
    (src / "trans.asc").write_text(ENTRIES + later, encoding="ascii")
    (src / TRANSACTIONS).unlink()

    report = convert(src, tmp_path / "two")

    first, second = tmp_path / "one" / FOLDER / "manifest.json", tmp_path / "two" / FOLDER / "manifest.json"
    assert first.read_bytes() == second.read_bytes()
    assert {each.file: (each.rows, each.used) for each in report.files}["trans.asc"] == (8, 7)


def test_a_missing_file_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    src = write_tiny(tmp_path / "src")
    (src / "disp.asc").unlink()

    with pytest.raises(Refused) as refusal:
        convert(src, tmp_path / "out")

    assert refusal.value.code == "berka.missing"
    assert not (tmp_path / "out").exists()


def test_a_delivery_that_stands_is_not_written_over(tmp_path: Path) -> None:
    src = write_tiny(tmp_path / "src")
    convert(src, tmp_path / "out")
    before = (tmp_path / "out" / FOLDER / "manifest.json").read_bytes()

    with pytest.raises(Refused) as refusal:
        convert(src, tmp_path / "out")

    assert refusal.value.code == "berka.exists"
    assert (tmp_path / "out" / FOLDER / "manifest.json").read_bytes() == before


@pytest.mark.realdata
def test_the_published_files_give_the_counts_of_the_report(tmp_path: Path) -> None:
    report = convert(real_files(), tmp_path)

    counts = {each.file: (each.rows, each.used) for each in report.files}
    assert counts["account.asc"] == (4500, 1229)
    assert counts["client.asc"] == (5369, 1489)
    assert counts["trans_1993-01_1994-03.asc.gz"] == (49102, 49102)
    assert counts["loan.asc"] == (682, 38)
    assert counts["card.asc"] == (892, 0)
    assert report.households == 260
    assert report.account_days == 39960
    assert report.breaks_by_kind() == {"GAP": 28, "ROUNDING": 2229}
    assert {each.day for each in report.breaks if each.kind == "GAP"} == {date(1994, 3, 31)}
    assert report.tables["balance_daily"] == 315480
