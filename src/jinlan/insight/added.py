"""Measures for a date that was evaluated before they existed: computed from the lake, kept beside the results, never inside them.

A stored evaluation is never changed: what it judged is what it holds. A dry run may ask for more, so it reads both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from jinlan.insight.definition import Definition
from jinlan.insight.identify import evaluate
from jinlan.lake import results
from jinlan.lake.features.asof import View
from jinlan.lake.features.catalog import MEASURES

ADDED = pa.schema([("kind", pa.string()), ("unit_id", pa.string()), ("measures", pa.string())])


def lacking(units: pa.Table) -> list[str]:
    """Return the measures of the catalogue that may be scored and that the stored rows of a date do not hold."""
    held = {code for text in units["measures"].slice(0, 1).to_pylist() for code in json.loads(text)}
    scored = [code for code, measure in MEASURES.items() if measure.unit not in ("date", "label")]
    return [code for code in scored if code not in held] if units.num_rows else []


def measured(view: View, day: date, definitions: Sequence[Definition], codes: Sequence[str]) -> pa.Table:
    """Return some measures of all units on a date (`ADDED`), computed anew from the lake.

    Args:
        view: the lake at the load at which the date was evaluated.
        day: the date.
        definitions: any that are in force on it for every kind of unit; they say which units there are, not what is computed.
        codes: which measures.
    """
    (one,) = evaluate(view, dates=[day], definitions=definitions)
    rows = one.units.select(["kind", "unit_id", "measures"]).to_pylist()
    found = []
    for row in rows:
        everything = json.loads(row["measures"])
        own = {code: everything[code] for code in codes if code in everything}
        found.append({**row, "measures": json.dumps(own, ensure_ascii=False, separators=(",", ":"))})
    return pa.Table.from_pylist(found, schema=ADDED)


def read(root: Path, folder: str) -> pa.Table:
    """Return the stored rows of a date with what was added to them; raise `Refused` (RESULTS.ABSENT) when it is gone."""
    return with_added(results.read_units(root, folder), results.read_added(root, folder))


def with_added(units: pa.Table, added: pa.Table | None) -> pa.Table:
    """Return stored rows with the measures that were added; what a row holds itself is never replaced."""
    if added is None:
        return units
    columns = (added[name].to_pylist() for name in ADDED.names)
    more = {(kind, unit): json.loads(text) for kind, unit, text in zip(*columns, strict=True)}
    keys = zip(
        units["kind"].to_pylist(), units["unit_id"].to_pylist(), units["measures"].to_pylist(), strict=True
    )
    texts = [
        json.dumps({**more.get((kind, unit), {}), **json.loads(text)}, ensure_ascii=False)
        for kind, unit, text in keys
    ]
    place = units.schema.get_field_index("measures")
    return units.set_column(place, units.schema.field(place), pa.array(texts, units.schema.field(place).type))
