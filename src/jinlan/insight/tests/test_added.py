"""Measures that a stored date lacks: computed from the lake, read beside it, never in place of what it holds."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from jinlan.insight.added import ADDED, lacking, measured, read, with_added
from jinlan.insight.identify import evaluate
from jinlan.insight.parsing import shipped
from jinlan.insight.results import UNITS
from jinlan.insight.tests.lakes import ENDS, tiny, view
from jinlan.lake import results

GONE = ("fpa", "settlement_12m")


@pytest.fixture(scope="module")
def units() -> pa.Table:
    (one,) = evaluate(view(tiny()), dates=[ENDS[1]], definitions=shipped())
    return one.units


def without(units: pa.Table, codes: tuple[str, ...]) -> pa.Table:
    rows = units.to_pylist()
    for row in rows:
        figures = json.loads(row["measures"])
        row["measures"] = json.dumps({code: value for code, value in figures.items() if code not in codes})
    return pa.Table.from_pylist(rows, UNITS)


def figures(units: pa.Table) -> dict[str, dict[str, object]]:
    return {row["unit_id"]: json.loads(row["measures"]) for row in units.to_pylist()}


def test_what_a_date_lacks_is_named_and_a_whole_date_lacks_nothing(units: pa.Table) -> None:
    assert lacking(units) == []
    assert lacking(without(units, GONE)) == list(GONE)
    assert lacking(units.slice(0, 0)) == []


def test_measures_that_are_computed_later_are_those_that_the_evaluation_had(units: pa.Table) -> None:
    old = without(units, GONE)
    added = measured(view(tiny()), ENDS[1], shipped(), lacking(old))

    assert added.schema == ADDED
    assert figures(with_added(old, added)) == figures(units)
    assert figures(old) != figures(units)


def test_what_is_held_is_never_replaced(units: pa.Table) -> None:
    row = units.to_pylist()[0]
    other = {"kind": row["kind"], "unit_id": row["unit_id"], "measures": '{"fpa": {"v": "1.00", "s": "ok"}, "new": {"v": "2", "s": "ok"}}'}  # fmt: skip
    found = figures(with_added(units, pa.Table.from_pylist([other], ADDED)))[row["unit_id"]]

    assert found["fpa"] == json.loads(row["measures"])["fpa"]
    assert found["new"] == {"v": "2", "s": "ok"}


def test_what_was_evaluated_stays_byte_for_byte(units: pa.Table, tmp_path: Path) -> None:
    old = without(units, GONE)
    folder = results.write(tmp_path, "JLB", 1, date(2025, 1, 31), units=old, members=old.select(["unit_id"]))
    before = (tmp_path / folder / results.UNITS_FILE).read_bytes()
    assert (results.added_mark(tmp_path, folder), figures(read(tmp_path, folder))) == (0, figures(old))

    results.write_added(tmp_path, folder, measured(view(tiny()), ENDS[1], shipped(), GONE))

    assert (tmp_path / folder / results.UNITS_FILE).read_bytes() == before
    assert results.added_mark(tmp_path, folder) > 0
    assert figures(read(tmp_path, folder)) == figures(units)
    assert sorted(file.name for file in (tmp_path / folder).iterdir()) == [
        "added.parquet", "members.parquet", "units.parquet",
    ]  # fmt: skip
