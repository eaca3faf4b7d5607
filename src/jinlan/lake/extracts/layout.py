"""How an extract table lies in the lake: Arrow types, columns after privacy, keys, folder."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from jinlan.lake.extracts.schema import CHANGE_TYPE, COMMON, TABLES, Column, Table

MONEY = pa.decimal128(24, 2)
RATE = pa.decimal128(12, 8)
MONTH = "month"

_ARROW: dict[str, pa.DataType] = {
    "amt": MONEY,
    "rate": RATE,
    "int": pa.int64(),
    "date": pa.date32(),
    "ts": pa.timestamp("us", tz="UTC"),
    "bool": pa.bool_(),
}


def arrow_type(column: Column) -> pa.DataType:
    """Return the Arrow type of a column; text, identifiers and codes are strings."""
    return _ARROW.get(column.type, pa.string())


def extract_columns(table: Table) -> tuple[Column, ...]:
    """Return every column that a delivered file of this table may carry."""
    extra = (CHANGE_TYPE,) if table.kind == "state" else ()
    return (*table.columns, *COMMON, *extra)


def lake_name(column: Column) -> str:
    """Return the column's name in the lake: hashed columns are called ``<column>_hash``."""
    return f"{column.name}_hash" if column.keep == "hash" else column.name


def lake_columns(table: Table) -> tuple[Column, ...]:
    """Return the extract columns that have a place in the lake, in order, without ``month``."""
    return tuple(column for column in extract_columns(table) if column.keep in ("plain", "hash"))


def lake_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema of the Delta table: kept columns, then the partition column ``month``."""
    fields = [
        pa.field(lake_name(column), pa.string() if column.keep == "hash" else arrow_type(column))
        for column in lake_columns(table)
    ]
    return pa.schema([*fields, pa.field(MONTH, pa.string())])


def lake_key(table: Table) -> tuple[str, ...]:
    """Return the key columns under their lake names, without ``as_of_date``."""
    return tuple(lake_name(table.by_name[name]) for name in table.key)


def table_path(root: Path, entity: str, name: str) -> Path:
    """Return the folder of a Delta table; tables of the compliance zone lie apart."""
    return root / entity / TABLES[name].zone / name
