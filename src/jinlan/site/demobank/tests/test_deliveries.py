"""The demo bank's deliveries keep the contract of domain 10."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from jinlan.basics.errors import Refused
from jinlan.lake.extracts.schema import REQUIRED, TABLES
from jinlan.site.demobank import arrow, write_demo_bank
from jinlan.site.demobank.tests.conftest import SEED
from jinlan.site.demobank.tests.lens import Lens


def _manifests(bank: Path) -> list[tuple[Path, dict[str, object]]]:
    return [
        (path.parent, json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(bank.rglob("manifest.json"))
    ]


def test_same_seed_gives_the_same_bytes_and_another_seed_others(tiny: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    write_demo_bank(again, size="tiny", seed=SEED)
    write_demo_bank(other, size="tiny", seed=SEED + 1)

    def digests(root: Path) -> dict[str, str]:
        files = (path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    first = digests(tiny)
    assert digests(again) == first
    assert digests(other) != first


def test_a_filled_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")

    with pytest.raises(Refused) as refused:
        write_demo_bank(tmp_path, size="tiny")

    assert refused.value.code == "demo.out_exists"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_one_history_nine_days_one_late_day_and_the_corrections_are_delivered(tiny: Path) -> None:
    folders = [str(folder.relative_to(tiny)) for folder, _ in _manifests(tiny)]

    assert [name for name in folders if "history" in name] == [
        "JLB/history=2025-09-01..2026-10-31/delivery=1"
    ]
    days = [name for name in folders if name.startswith("JLB/as_of_date")]
    assert days == [f"JLB/as_of_date=2026-11-{day:02d}/delivery=1" for day in (1, 2, 3, 5, 6, 7, 8, 9, 10)]
    assert [name for name in folders if name.startswith("late")] == [
        "late/JLB/as_of_date=2026-11-04/delivery=1"
    ]
    fixed = [name for name in folders if name.startswith("corrections")]
    assert fixed == [f"corrections/JLB/as_of_date=2026-10-{day:02d}/delivery=2" for day in range(15, 32)]


def test_manifests_name_every_file_with_its_hash_rows_and_control_sums(tiny: Path) -> None:
    for folder, manifest in _manifests(tiny):
        tables = manifest["tables"]
        assert isinstance(tables, list)
        assert {row["file"] for row in tables} == {path.name for path in folder.glob("*.parquet")}
        for row in tables:
            content = (folder / row["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == row["sha256"]
            table = pq.read_table(folder / row["file"])
            assert table.num_rows == row["rows"] > 0
            for column, total in row["control"].items():
                assert pc.sum(table[column]).as_py() == Decimal(total)
            assert row["mode"] == ("full" if TABLES[row["table"]].kind == "snapshot" else "delta")


def test_files_have_exactly_the_columns_and_types_of_the_schema(tiny: Path) -> None:
    for path in tiny.rglob("*.parquet"):
        assert pq.read_schema(path).equals(arrow.schema(TABLES[path.stem])), path


def test_every_table_but_erasure_is_delivered_and_required_values_are_there(lens: Lens) -> None:
    present = {name for (name,) in lens.rows("select view_name from duckdb_views() where not internal")}

    assert set(TABLES) - present == {"erasure"}
    assert set(REQUIRED) <= present
    for name in present:
        for column in TABLES[name].columns:
            if column.required:
                assert lens.one(f'select count(*) from "{name}" where "{column.name}" is null') == 0, (
                    name,
                    column.name,
                )
            if column.codes:
                codes = [
                    code
                    for (code,) in lens.rows(f'select distinct "{column.name}" from "{name}"')
                    if code is not None
                ]
                assert set(codes) <= set(column.codes), (name, column.name)


@pytest.mark.parametrize("name", [name for name in TABLES if name != "erasure"])
def test_keys_are_unique_and_references_were_delivered_before_or_with_them(lens: Lens, name: str) -> None:
    table = TABLES[name]
    key = ", ".join(
        f'"{column}"' for column in (*table.key, *(() if table.kind == "event" else ("as_of_date",)))
    )

    assert lens.rows(f'select {key} from "{name}" group by {key} having count(*) > 1') == []
    for column in table.columns:
        if column.references:
            target = TABLES[column.references].key[0]
            lost = lens.one(f"""select count(*) from "{name}" r left join
                (select {target} as id, min(as_of_date) as since from "{column.references}" group by 1) t
                on t.id = r."{column.name}"
                where r."{column.name}" is not null and (t.id is null or t.since > r.as_of_date)""")
            assert lost == 0, column.name


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.kind == "state"])
def test_state_rows_begin_with_an_insert_and_go_on_with_updates(lens: Lens, name: str) -> None:
    key = ", ".join(f'"{column}"' for column in TABLES[name].key)

    wrong = lens.rows(f"""select {key} from (select *, row_number() over (partition by {key} order by
        as_of_date) as place
        from "{name}") where (place = 1) <> (change_type = 'I')""")
    assert wrong == []


def test_nothing_is_delivered_before_it_is_booked(lens: Lens) -> None:
    assert lens.one("select count(*) from transaction where booking_date > as_of_date") == 0
    assert lens.one("select max(as_of_date - booking_date) from transaction") <= 10
    assert lens.one("select count(*) from account where as_of_date < open_date") == 0
    assert lens.one("select count(*) from party where as_of_date < onboard_date") == 0


def test_nothing_that_later_days_need_is_born_on_the_missing_day(tiny: Path) -> None:
    for path in (tiny / "late").rglob("*.parquet"):
        if TABLES[path.stem].kind == "state":
            assert set(pq.read_table(path)["change_type"].to_pylist()) <= {"U"}, path
