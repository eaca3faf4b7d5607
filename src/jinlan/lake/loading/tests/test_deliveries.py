"""Deliveries on disk: where they are looked for, in which order, what their manifest may say."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from jinlan.lake.loading import deliveries
from jinlan.lake.loading.findings import Fatal
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.tiny_bank import FIRST

DAY = timedelta(days=1)


def _three(source: Path) -> None:
    bank.write(source, {}, day=FIRST + DAY, delivery=2)
    bank.write(source, {}, day=FIRST + DAY, delivery=1)
    bank.write(source, {}, day=FIRST - DAY, last=FIRST)


@pytest.mark.parametrize(
    ("below", "labels"),
    [
        ("", ["TNY 2026-01-29..2026-01-30 #1", "TNY 2026-01-31 #1", "TNY 2026-01-31 #2"]),
        ("TNY", ["TNY 2026-01-29..2026-01-30 #1", "TNY 2026-01-31 #1", "TNY 2026-01-31 #2"]),
        ("TNY/as_of_date=2026-01-31", ["TNY 2026-01-31 #1", "TNY 2026-01-31 #2"]),
        ("TNY/as_of_date=2026-01-31/delivery=2", ["TNY 2026-01-31 #2"]),
    ],
)
def test_source_may_be_any_level_of_the_path(tmp_path: Path, below: str, labels: list[str]) -> None:
    _three(tmp_path)
    assert [found.label for found in deliveries.find(tmp_path / below)] == labels


def test_other_folders_are_no_deliveries(tmp_path: Path) -> None:
    (tmp_path / "TNY" / "as_of_date=yesterday" / "delivery=1").mkdir(parents=True)
    (tmp_path / "TNY" / "as_of_date=2026-01-31" / "old").mkdir(parents=True)
    assert deliveries.find(tmp_path) == []


def test_the_digest_is_about_content_and_days_not_about_number_or_time(tmp_path: Path) -> None:
    tables = bank.first_day()
    digests = []
    for number in (1, 2):
        bank.write(tmp_path, tables, delivery=number)
        found = deliveries.find(tmp_path)[-1]
        read = deliveries.read(found)
        assert read is not None
        digests.append(read.digest)
    assert digests[0] == digests[1]
    bank.write(tmp_path / "other", tables, day=FIRST + DAY)
    other = deliveries.read(deliveries.find(tmp_path / "other")[0])
    assert other is not None
    assert other.digest != digests[0]


def _spoiled(tmp_path: Path, **changes: Any) -> str:
    """Return the detail of the fatal finding for a manifest with some entries changed."""
    folder = bank.write(tmp_path, bank.first_day())
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(Fatal) as caught:
        deliveries.read(deliveries.find(tmp_path)[0])
    return caught.value.checks[0].detail


def test_a_manifest_must_agree_with_its_folder(tmp_path: Path) -> None:
    here = "目录 TNY 2026-01-30..2026-01-30 第 1 次 规范 1"
    assert _spoiled(tmp_path, delivery=3).endswith(f"清单 TNY 2026-01-30..2026-01-30 第 3 次 规范 1,{here}")
    assert _spoiled(tmp_path, entity="XXX").startswith("清单与目录不一致:清单 XXX")
    assert _spoiled(tmp_path, schema_version=2).startswith("清单与目录不一致")
    assert _spoiled(tmp_path, as_of_date="30.01.2026") == "清单 manifest.json 无法读取:ValueError"


def test_a_manifest_may_not_point_outside_its_folder(tmp_path: Path) -> None:
    entry = {"table": "party", "file": "../party.parquet", "mode": "full", "rows": 1, "sha256": "0"}
    assert _spoiled(tmp_path, tables=[entry]) == "表 party 的 mode 或 file 无效"
    entry["file"] = "party.parquet"
    assert _spoiled(tmp_path, tables=[entry, entry]) == "清单中表 party 出现两次"
    assert _spoiled(tmp_path, tables=[{"table": "party"}]) == "清单中的表条目缺少 table、file、rows 或 sha256"


def test_a_manifest_that_is_no_json_is_fatal(tmp_path: Path) -> None:
    folder = bank.write(tmp_path, {})
    (folder / "manifest.json").write_text("{")
    with pytest.raises(Fatal):
        deliveries.read(deliveries.find(tmp_path)[0])


def test_a_table_that_the_schema_does_not_know_is_named_and_left_out(tmp_path: Path) -> None:
    folder = bank.write(tmp_path, bank.first_day())
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["tables"].append({"table": "horoscope", "file": "h.parquet", "rows": 1, "sha256": "0"})
    path.write_text(json.dumps(manifest))
    read = deliveries.read(deliveries.find(tmp_path)[0])
    assert read is not None
    assert read.ignored == ("horoscope",)
    assert "horoscope" not in read.parts


def test_days_are_business_dates() -> None:
    found = deliveries.Found(Path(), "E", date(2026, 1, 1), date(2026, 1, 1), 1, history=False)
    assert found.label == "E 2026-01-01 #1"
