"""The one place that names an engine: DuckDB behind Ibis expressions.

Spark would come in here (`connect` with another back end); everything above speaks Ibis or portable SQL.
"""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

Engine = Any  # ibis.BaseBackend; Ibis ships no types
Table = Any  # ibis.Table

BATCH_ROWS = 100_000


def connect(*, memory_limit: str = "1GB", threads: int = 2, spill: Path | None = None) -> Engine:
    """Open an in-memory engine; `spill` is the folder for what does not fit (none: the engine's default)."""
    options: dict[str, Any] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "preserve_insertion_order": False,
    }
    if spill is not None:
        options["temp_directory"] = str(spill)
    con = ibis.duckdb.connect(":memory:", **options)
    # Files of the lake never change. (Not an option of connect: Parquet is not loaded yet there.)
    con.raw_sql("LOAD parquet")
    con.raw_sql("SET parquet_metadata_cache = true")
    return con


def read_parquet(con: Engine, uris: Sequence[str], schema: pa.Schema) -> Table:
    """Return the rows of Parquet files as an Ibis table with exactly the columns of `schema`.

    ``month`` comes from the folders and prunes files. Columns that no file holds are null; no files make an
    empty table.
    """
    if not uris:
        return con.create_table(ibis.util.gen_name("empty"), schema.empty_table(), temp=True)
    table = con.read_parquet(
        list(uris), hive_partitioning=True, union_by_name=True, hive_types_autocast=False
    )
    kinds = ibis.Schema.from_pyarrow(schema)
    known = set(table.columns)
    return table.select(
        **{name: table[name].cast(kind) if name in known else ibis.null(kind) for name, kind in kinds.items()}
    )


def parquet_relation(uris: Sequence[str], schema: pa.Schema) -> str:
    """Return Parquet files of the lake as an SQL relation with the columns of `schema`, empty without files.

    Columns that no file holds are left out, as SQL sees only what is there.
    """
    if not uris:
        nothing = ", ".join(f"CAST(NULL AS {_sql_type(item.type)}) AS {quoted(item.name)}" for item in schema)
        return f"(SELECT {nothing} WHERE false)"
    return (
        f"read_parquet({_list(uris)}, hive_partitioning=true, union_by_name=true, hive_types_autocast=false)"
    )


def file_relation(path: Path) -> str:
    """Return one delivered Parquet file as an SQL relation with ``file_row_number`` (from 0)."""
    return f"read_parquet({literal(path)}, hive_partitioning=false, file_row_number=true)"


def describe(con: Engine, relation: str) -> dict[str, str]:
    """Return column name -> engine type of an SQL relation."""
    return {row[0]: row[1] for row in run(con, f"DESCRIBE SELECT * FROM {relation}")}


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    names = {pa.int64(): "BIGINT", pa.date32(): "DATE", pa.bool_(): "BOOLEAN", pa.string(): "VARCHAR"}
    return names.get(kind, "TIMESTAMPTZ")


def _list(uris: Sequence[str]) -> str:
    return "[" + ", ".join(literal(uri) for uri in uris) + "]"


def run(con: Engine, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Run one SQL statement of the loader and return its rows (few)."""
    result = con.con.execute(sql, list(parameters))
    return result.fetchall() if result.description else []


def batches(con: Engine, sql: str, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Run a query and yield its result in record batches, so that memory stays bounded.

    The query runs on a cursor of its own: other statements may run on `con` between two batches.
    """
    cursor = con.con.cursor()
    try:
        yield from cursor.execute(sql).to_arrow_reader(rows)
    finally:
        cursor.close()


def fetch(con: Engine, sql: str) -> pa.Table:
    """Run a query and return its result as one Arrow table (for small results)."""
    return con.con.execute(sql).to_arrow_table()


def offer(con: Engine, name: str, data: pa.Table) -> None:
    """Make a small Arrow table known to the engine under `name`, as a copy."""
    con.create_table(name, data, temp=True, overwrite=True)


def append(con: Engine, name: str, data: pa.Table) -> None:
    """Append a small Arrow table to an engine table with the same columns."""
    con.con.register("_appended", data)
    try:
        con.con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM _appended")
    finally:
        con.con.unregister("_appended")


def literal(value: object) -> str:
    """Return a value as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def interrupt(con: Engine) -> None:
    """Stop the query that another thread runs on this engine."""
    con.con.interrupt()
