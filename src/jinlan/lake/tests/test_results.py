"""Stored results: whole or not at all, read back by folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from jinlan.basics.errors import Refused
from jinlan.lake import results

UNITS = pa.table({"unit_id": ["U1", "U2"], "score": [1, 2]})
MEMBERS = pa.table({"unit_id": ["U1", "U1", "U2"], "party_id": ["P1", "P2", "P3"]})
TIES = pa.table({"unit_id": ["U1"], "role": ["GUARANTOR"]})
DAY = date(2026, 1, 31)


def test_results_are_read_back_from_the_folder_that_writing_names(tmp_path: Path) -> None:
    folder = results.write(tmp_path, "TNY", 7, DAY, units=UNITS, members=MEMBERS, ties=TIES)
    assert folder == "TNY/results/run=7/as_of=2026-01-31"
    assert results.read_units(tmp_path, folder) == UNITS
    assert results.read_members(tmp_path, folder, ["party_id"]) == MEMBERS.select(["party_id"])


def test_ties_that_were_not_written_are_not_known(tmp_path: Path) -> None:
    folder = results.write(tmp_path, "TNY", 7, DAY, units=UNITS, members=MEMBERS, ties=TIES)
    assert results.read_ties(tmp_path, folder) == TIES
    assert (
        results.read_ties(tmp_path, results.write(tmp_path, "TNY", 8, DAY, units=UNITS, members=MEMBERS))
        is None
    )


def test_one_unit_is_read_with_its_members(tmp_path: Path) -> None:
    folder = results.write(tmp_path, "TNY", 7, DAY, units=UNITS, members=MEMBERS, ties=TIES)
    unit, members = results.read_unit(tmp_path, folder, "U1")
    assert unit.to_pylist() == [{"unit_id": "U1", "score": 1}]
    assert members["party_id"].to_pylist() == ["P1", "P2"]


def test_writing_again_replaces_and_a_half_written_folder_is_no_result(tmp_path: Path) -> None:
    folder = results.write(tmp_path, "TNY", 7, DAY, units=UNITS, members=MEMBERS, ties=TIES)
    half = tmp_path / "TNY/results/run=7/.half-as_of=2026-01-31"
    half.mkdir()
    (half / "units.parquet").write_bytes(b"PAR1")
    assert (
        results.write(tmp_path, "TNY", 7, DAY, units=UNITS.slice(0, 1), members=MEMBERS, ties=TIES) == folder
    )
    assert results.read_units(tmp_path, folder).num_rows == 1
    assert not half.exists()


def test_a_folder_that_is_gone_is_refused_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        results.read_units(tmp_path, "TNY/results/run=9/as_of=2026-01-31")
    assert (caught.value.code, caught.value.way_out) == ("RESULTS.ABSENT", "请重新运行夜间批次。")
