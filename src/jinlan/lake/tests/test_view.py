"""Reading: as of a date, as known at a load, absent and empty tables, merged numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from jinlan.basics.errors import Refused
from jinlan.lake.extracts.layout import lake_schema
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import FIRST, House

DAY = timedelta(days=1)


def test_an_absent_table_is_absent_and_an_empty_one_is_empty(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin(fee=[])
    view = house.view()
    assert (view.has("fee"), view.has("loan")) == (True, False)
    assert view.table("fee").count().to_pyarrow().as_py() == 0
    assert view.table("fee").schema().to_pyarrow().names == lake_schema(TABLES["fee"]).names
    with pytest.raises(Refused) as caught:
        view.table("loan")
    assert caught.value.code == "LAKE.ABSENT"


def test_an_empty_table_joins_with_a_full_one(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin(fee=[])
    view = house.view()
    parties = view.table("party")
    joined = parties.left_join(view.table("fee"), "party_id")
    assert joined.count().to_pyarrow().as_py() == 4


def test_the_lake_has_the_declared_types(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    for name in ("party", "account", "balance_daily", "transaction"):
        found = house.view().table(name).limit(0).to_pyarrow().schema
        declared = {field.name: field.type for field in lake_schema(TABLES[name])}
        got = {field.name: field.type for field in found}
        assert {key: str(kind).replace("Etc/UTC", "UTC") for key, kind in got.items()} == {
            key: str(kind) for key, kind in declared.items()
        }


def test_a_column_that_a_later_release_adds_is_null_in_older_rows(tmp_path: Path) -> None:
    from jinlan.lake import engines

    house = House(tmp_path)
    house.begin()
    view = house.view()
    schema = lake_schema(TABLES["party"]).append(pa.field("nickname", pa.string()))
    table = engines.read_parquet(view.connect(), view.files("party"), schema)
    assert table.nickname.nunique().to_pyarrow().as_py() == 0
    assert table.count().to_pyarrow().as_py() == 4


def test_the_state_on_a_date_is_the_newest_row_of_each_key(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    for step, kind in enumerate(("FUND", "GOV"), start=1):
        row = bank.party("P1", party_type=kind, change_type="U")
        house.deliver({"party": [row]}, day=FIRST + step * DAY, modes={"party": "delta"})
    assert house.state("party", FIRST - DAY, "party_id") == []
    states = [
        dict(house.state("party", FIRST + step * DAY, "party_id", "party_type"))["P1"] for step in range(4)
    ]
    assert states == ["ORG", "FUND", "GOV", "GOV"]


def test_snapshots_hold_exactly_the_asked_days(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    house.deliver(bank.next_day(FIRST + DAY), day=FIRST + DAY)
    house.deliver(bank.next_day(FIRST + 2 * DAY, amount="120.00"), day=FIRST + 2 * DAY)
    view = house.view()
    sums = [
        view.snapshot("balance_daily", FIRST + step * DAY).balance_base.sum().to_pyarrow().as_py()
        for step in range(4)
    ]
    assert sums == [Decimal("400.00"), Decimal("440.00"), Decimal("480.00"), None]
    both = view.snapshots("balance_daily", FIRST + DAY, FIRST + 2 * DAY)
    assert both.count().to_pyarrow().as_py() == 8


def test_events_count_on_their_own_day_however_late_they_came(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    later = FIRST + 5 * DAY
    house.deliver({"transaction": [bank.txn("TL", FIRST, "3.00"), bank.txn("TN", later, "4.00")]}, day=later)
    view = house.view()
    assert view.events("transaction", FIRST, FIRST).amount.sum().to_pyarrow().as_py() == Decimal("43.00")
    assert view.events("transaction", FIRST + DAY, later).amount.sum().to_pyarrow().as_py() == Decimal("4.00")


def test_events_with_a_time_count_by_the_date_at_home(tmp_path: Path) -> None:
    house = House(tmp_path)
    at = datetime(2026, 1, 29, 16, 30, tzinfo=UTC)  # half past midnight of the 30th in Shanghai
    row = {"interaction_id": "I1", "party_id": "P1", "ts_start": at, "type": "CALL"}
    house.begin(interaction=[row])
    view = house.view()
    assert view.events("interaction", FIRST, FIRST).count().to_pyarrow().as_py() == 1
    assert view.events("interaction", FIRST - DAY, FIRST - DAY).count().to_pyarrow().as_py() == 0


def test_merged_numbers_resolve_along_the_chain_from_their_date_on(tmp_path: Path) -> None:
    house = House(tmp_path)
    merges = [
        {"old_party_id": "P1", "new_party_id": "P2", "effective_date": FIRST},
        {"old_party_id": "P2", "new_party_id": "P3", "effective_date": FIRST + 2 * DAY},
    ]
    house.begin(party_merge=merges)
    view = house.view()
    rows = ibis.memtable(pa.table({"party_id": ["P1", "P2", "P4", None], "n": [1, 2, 3, 4]}))

    def resolved(as_of: date | None) -> list[str | None]:
        table = view.resolved(rows, "party_id", as_of)
        return view.connect().to_pyarrow(table.order_by("n"))["party_id"].to_pylist()

    assert resolved(FIRST - DAY) == ["P1", "P2", "P4", None]
    assert resolved(FIRST) == ["P2", "P2", "P4", None]
    assert resolved(FIRST + 2 * DAY) == ["P3", "P3", "P4", None]
    assert resolved(None) == ["P3", "P3", "P4", None]


def test_a_loop_of_merges_ends(tmp_path: Path) -> None:
    house = House(tmp_path)
    merges = [
        {"old_party_id": old, "new_party_id": new, "effective_date": FIRST}
        for old, new in (("P1", "P2"), ("P2", "P1"))
    ]
    house.begin(party_merge=merges)
    assert house.view().merges(FIRST) == {"P1": "P2", "P2": "P1"}
