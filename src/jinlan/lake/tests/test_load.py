"""Loading as a whole: order, repeats, corrections, late days, deletions, what readers see."""

from __future__ import annotations

import fcntl
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from jinlan.basics.errors import Refused
from jinlan.lake import delta
from jinlan.lake.extracts.layout import table_path
from jinlan.lake.load import load_deliveries, recover
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.house import ENTITY, FIRST, House, checks, finding
from jinlan.lake.tests.tiny_bank import money

DAY = timedelta(days=1)


def test_deliveries_load_in_order_of_date_and_number_history_first(tmp_path: Path) -> None:
    house = House(tmp_path)
    history = bank.first_day()
    for rows in history.values():
        for row in rows:
            row["as_of_date"] = FIRST
    later = FIRST + DAY
    bank.write(house.source, bank.next_day(later + DAY, amount="120.00"), day=later + DAY)
    bank.write(house.source, bank.next_day(later), day=later)
    bank.write(house.source, history, day=FIRST - DAY, last=FIRST)
    reports = house.load()

    assert [(report.label, report.status) for report in reports] == [
        ("TNY 2026-01-29..2026-01-30 #1", "loaded"), ("TNY 2026-01-31 #1", "loaded"), ("TNY 2026-02-01 #1", "loaded"),
    ]  # fmt: skip
    records = house.registry.loads(ENTITY)
    assert [(one.load_id, one.from_date, one.as_of, one.touched_from) for one in records] == [
        (1, FIRST - DAY, FIRST, FIRST - DAY), (2, None, later, later), (3, None, later + DAY, later + DAY),
    ]  # fmt: skip


def test_the_same_delivery_again_changes_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    before = house.registry.latest(ENTITY)
    report = house.load()[0]
    assert (report.status, report.load_id) == ("unchanged", None)
    assert house.registry.latest(ENTITY) == before
    assert delta.version(table_path(house.lake, ENTITY, "party")) == 0


def test_the_same_content_under_the_next_number_changes_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    assert house.deliver(bank.first_day(), delivery=2).status == "unchanged"


def test_a_delivery_without_manifest_is_not_loaded_and_that_is_said(tmp_path: Path) -> None:
    house = House(tmp_path)
    report = house.deliver(bank.first_day(), manifest=False)
    assert (report.status, report.message) == ("incomplete", "没有清单 manifest.json,视为尚未投送完,未装载")
    assert house.registry.latest(ENTITY) is None


def test_a_correction_without_approval_is_refused_with_a_way_out_and_the_rest_is_loaded(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    house.begin()
    bank.write(house.source, {"balance_daily": [bank.balance("A1", "777.00")]}, delivery=2)
    bank.write(house.source, bank.next_day(FIRST + DAY), day=FIRST + DAY)
    with pytest.raises(Refused) as caught:
        house.load()

    assert caught.value.code == "LOAD.CORRECTION"
    assert caught.value.message == "TNY 2026-01-30 #2 会替换已装载的日期,需要批准。"
    assert caught.value.way_out == "请系统管理员用 --correct 原因 --as 用户名 提交复核;批准后再装载一次。"
    corrections = caught.value.params["corrections"]
    assert [(label, len(digest)) for label, digest in corrections] == [("TNY 2026-01-30 #2", 64)]  # type: ignore[attr-defined]
    statuses = [report.status for report in caught.value.params["reports"]]  # type: ignore[attr-defined]
    assert statuses == ["unchanged", "refused", "loaded"]
    assert ("A1", money("100.00")) in house.rows("balance_daily", "account_id", "balance_base")


def test_an_approved_correction_replaces_the_day_of_the_tables_it_holds_only(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    house.deliver(bank.next_day(FIRST + DAY), day=FIRST + DAY)
    report = house.deliver({"balance_daily": [bank.balance("A1", "777.00")]}, delivery=2, why="分行漏记")

    assert report.status == "loaded"
    record = house.registry.latest(ENTITY)
    assert record is not None
    assert (record.as_of, record.delivery, record.load_version, record.touched_from) == (FIRST, 2, 2, FIRST)
    assert house.outcome.reason == "分行漏记"
    day = FIRST + DAY
    assert house.rows("balance_daily", "as_of_date", "account_id", "balance_base") == [
        (FIRST, "A1", money("777.00")), *((day, f"A{n}", money("110.00")) for n in range(1, 5)),
    ]  # fmt: skip
    assert len(house.rows("transaction", "txn_id")) == 8


def test_each_load_can_be_read_as_it_was_known(tmp_path: Path) -> None:
    house = House(tmp_path)
    first = house.begin()
    second = house.deliver({"balance_daily": [bank.balance("A1", "777.00")]}, delivery=2, why="更正")

    assert len(house.rows("balance_daily", "account_id", load_id=first.load_id)) == 4
    assert house.rows("balance_daily", "account_id", "balance_base", load_id=second.load_id) == [
        ("A1", money("777.00"))
    ]
    with pytest.raises(Refused):
        house.registry.pinned(ENTITY, 99)


def test_going_back_to_an_earlier_content_is_a_correction_too(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    house.deliver(
        {**bank.first_day(), "balance_daily": [bank.balance("A1", "777.00")]}, delivery=2, why="错了"
    )
    report = house.deliver(bank.first_day(), delivery=3, why="又改回来")
    assert report.status == "loaded"
    assert report.record is not None
    assert report.record.load_version == 3
    assert len(house.rows("balance_daily", "account_id")) == 4


def test_a_missing_day_is_said_and_may_come_late_without_approval(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    missing, after = FIRST + DAY, FIRST + 2 * DAY
    report = house.deliver(bank.next_day(after, amount="120.00"), day=after)
    assert finding(report, "MISSING_DAY").detail == "此前缺少 1 日供数:2026-01-31"
    assert checks(report, "R") == []

    late = house.deliver(bank.next_day(missing), day=missing)
    assert (late.status, checks(late, "R")) == ("loaded", [])
    record = house.registry.latest(ENTITY)
    assert record is not None
    assert (record.as_of, record.load_version, record.touched_from) == (missing, 1, missing)
    assert house.view().days("balance_daily") == [FIRST, missing, after]


def test_a_corrected_day_of_transactions_reaches_back_to_its_oldest_booking(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    day = FIRST + DAY
    house.deliver({"transaction": [bank.txn("T9", FIRST - 3 * DAY), bank.txn("T8", day)]}, day=day)
    report = house.deliver({"transaction": [bank.txn("T8", day)]}, day=day, delivery=2, why="撤销一笔")
    assert report.record is not None
    assert report.record.touched_from == FIRST - 3 * DAY


def test_a_full_delivery_deletes_what_it_no_longer_holds(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    day = FIRST + DAY
    house.deliver({"party": [bank.party("P1"), bank.party("P3")], **bank.next_day(day)}, day=day)

    assert house.state("party", FIRST, "party_id") == [("P1",), ("P2",), ("P3",), ("P4",)]
    assert house.state("party", day, "party_id") == [("P1",), ("P3",)]
    deleted = [
        row
        for row in house.rows("party", "as_of_date", "party_id", "change_type", "party_type")
        if row[2] == "D"
    ]
    assert deleted == [(day, "P2", "D", None), (day, "P4", "D", None)]


def test_a_key_that_comes_back_lives_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    first, second = FIRST + DAY, FIRST + 2 * DAY
    house.deliver({"party": [bank.party("P1")]}, day=first)
    house.deliver({"party": [bank.party("P1"), bank.party("P2")]}, day=second)
    assert house.state("party", first, "party_id") == [("P1",)]
    assert house.state("party", second, "party_id") == [("P1",), ("P2",)]


def test_a_delta_adds_changes_and_deletes(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    day = FIRST + DAY
    rows = [
        bank.party("P5", change_type="I"), bank.party("P1", party_type="FUND", change_type="U"),
        {"party_id": "P2", "change_type": "D"},
    ]  # fmt: skip
    report = house.deliver({"party": rows}, day=day, modes={"party": "delta"})
    assert (report.status, report.quarantined) == ("loaded", 0)
    assert house.state("party", day, "party_id", "party_type") == [
        ("P1", "FUND"), ("P3", "ORG"), ("P4", "ORG"), ("P5", "ORG"),
    ]  # fmt: skip


def test_a_late_full_day_does_not_outlive_the_next_full_delivery(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    missing, after = FIRST + DAY, FIRST + 2 * DAY
    house.deliver({"party": [bank.party(f"P{n}") for n in range(1, 5)]}, day=after)
    house.deliver({"party": [bank.party(f"P{n}") for n in range(1, 6)]}, day=missing)

    assert ("P5",) in house.state("party", missing, "party_id")
    assert ("P5",) not in house.state("party", after, "party_id")
    assert len(house.state("party", after, "party_id")) == 4


def test_two_loads_at_once_are_refused(tmp_path: Path) -> None:
    house = House(tmp_path)
    bank.write(house.source, bank.first_day())
    folder = house.lake / ENTITY
    folder.mkdir(parents=True)
    with (folder / ".load.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Refused) as caught:
            house.load()
    assert caught.value.code == "LOAD.BUSY"


def test_a_folder_without_deliveries_is_refused(tmp_path: Path) -> None:
    house = House(tmp_path)
    with pytest.raises(Refused) as caught:
        house.load()
    assert caught.value.code == "LOAD.NOTHING"


def test_only_the_named_levels_are_searched(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    bank.write(house.source / "late", bank.next_day(FIRST + DAY), day=FIRST + DAY)
    assert [report.status for report in house.load()] == ["unchanged"]
    assert [report.status for report in house.load(house.source / "late")] == ["loaded"]


def test_a_manifest_that_speaks_of_another_day_is_rejected(tmp_path: Path) -> None:
    house = House(tmp_path)
    folder = bank.write(house.source, bank.first_day())
    moved = folder.parent.with_name("as_of_date=2026-03-01")
    folder.parent.rename(moved)
    report = house.load()[0]
    assert checks(report, "F") == [("", "MANIFEST", 1)]
    assert house.registry.latest(ENTITY) is None


def test_an_entity_keeps_its_base_currency(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    before = house.registry.loads(ENTITY)
    folder = bank.write(house.source, bank.next_day(FIRST + DAY), day=FIRST + DAY)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"CNY"', '"CZK"'))

    report = next(one for one in house.load() if one.status == "rejected")

    assert before[0].base_currency == "CNY"
    assert checks(report, "F") == [("", "BASE_CURRENCY", 1)]
    assert house.registry.loads(ENTITY) == before


def test_what_a_killed_load_left_ahead_of_the_registry_is_rolled_back(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    day = FIRST + DAY
    bank.write(house.source, bank.next_day(day), day=day)

    class Killed(Exception):
        pass

    class Dying(type(house.registry)):  # type: ignore[misc]
        def finish(self, outcome: object) -> None:
            raise Killed

    with pytest.raises(Killed):
        load_deliveries(
            house.source, lake=house.lake, registry=Dying(tmp_path / "registry.json"), secret=bank.SECRET,
            memory_limit="256MB", threads=1,
        )  # fmt: skip
    path = table_path(house.lake, ENTITY, "balance_daily")
    assert delta.version(path) == 1
    assert len(house.rows("balance_daily", "account_id")) == 4  # a reader sees the pinned load only

    assert recover(house.lake, ENTITY, house.registry) == ["balance_daily", "transaction"]
    assert recover(house.lake, ENTITY, house.registry) == []
    assert [report.status for report in house.load()] == ["unchanged", "loaded"]
    assert len(house.rows("balance_daily", "account_id")) == 8


def test_a_table_that_only_a_killed_load_made_is_removed(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    path = table_path(house.lake, ENTITY, "fee")
    path.mkdir(parents=True)
    (path / "half.parquet").write_bytes(b"PAR1")
    assert recover(house.lake, ENTITY, house.registry) == ["fee"]
    assert not path.exists()


def test_the_outcome_brings_identities_with_tokens_and_erasures(tmp_path: Path) -> None:
    house = House(tmp_path)
    day = date(2026, 1, 30)
    entry = bank.txn(
        "TX", day, counterparty_name="远山贸易", counterparty_account_masked="6222 A1 00** **** 0001"
    )
    erasure = {"party_id": "P2", "action": "ERASE", "basis": "REQUEST", "ts": entry["booking_ts"]}
    tables = bank.first_day()
    house.begin(transaction=[*tables["transaction"], entry], erasure=[erasure])

    identities = house.outcome.identities
    assert sorted(identities) == ["account", "counterparty", "party"]
    account = identities["account"].slice(0, 1).to_pylist()[0]
    assert (account["account_id"], account["party_id"]) == ("A1", "P1")
    counterparty = identities["counterparty"].to_pylist()
    assert counterparty == [
        {"counterparty_account_masked_hash": account["account_no_masked_hash"],
         "counterparty_account_masked": "6222 A1 00** **** 0001", "counterparty_name": "远山贸易"}
    ]  # fmt: skip
    assert house.outcome.erasures == [("P2", "ERASE")]


def test_vacuum_keeps_what_every_load_pins(tmp_path: Path) -> None:
    house = House(tmp_path)
    first = house.begin()
    house.deliver({"balance_daily": [bank.balance("A1", "777.00")]}, delivery=2, why="更正")
    house.deliver({"balance_daily": [bank.balance("A1", "888.00")]}, delivery=3, why="更正")
    path = table_path(house.lake, ENTITY, "balance_daily")

    removed = delta.vacuum(path, [0], hours=0)
    assert len(removed) == 1
    assert len(house.rows("balance_daily", "account_id", load_id=first.load_id)) == 4
    assert house.rows("balance_daily", "balance_base") == [(money("888.00"),)]


def test_a_registry_that_does_not_know_the_lakes_loads_is_refused_and_destroys_nothing(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    house.begin()
    known = (tmp_path / "registry.json").read_text()
    house.deliver(bank.next_day(FIRST + DAY), day=FIRST + DAY)

    for other in (None, known):  # a lost registry, and the backup of a day before
        (tmp_path / "registry.json").unlink(missing_ok=True)
        if other:
            (tmp_path / "registry.json").write_text(other)
        with pytest.raises(Refused) as caught:
            house.load()
        assert caught.value.code == "LAKE.STRANGE"
    assert delta.version(table_path(house.lake, ENTITY, "balance_daily")) == 1


def test_a_lake_that_lacks_what_the_registry_pins_is_refused(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.begin()
    shutil.rmtree(table_path(house.lake, ENTITY, "party"))
    with pytest.raises(Refused) as caught:
        house.load()
    assert caught.value.code == "LAKE.STRANGE"
