"""Good rows into Delta: tokenised, days replaced whole, deletions of full deliveries written out."""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa

from jinlan.lake import delta, engines
from jinlan.lake.engines import quoted
from jinlan.lake.extracts.layout import MONTH, lake_columns, lake_key, lake_name, lake_schema
from jinlan.lake.extracts.schema import Table
from jinlan.lake.loading import lookups
from jinlan.lake.loading.bench import Bench, Staged
from jinlan.lake.loading.casting import sql_type
from jinlan.lake.loading.reconcile import windows


def write_table(bench: Bench, staged: Staged, load_id: int, finished: frozenset[int]) -> int:
    """Replace the delivered days of one table in one commit and return the new version.

    `finished` are the loads whose commits count: those of a killed load were rolled back.
    """
    table = staged.table
    predicate = bench.range
    later: date | None = None
    if table.kind == "state" and staged.mode == "full" and not bench.delivery.found.history:
        _vanished(bench, staged)
        later = _next_full_day(bench, table, finished)
        if later is not None and _revived(bench, staged, later):
            predicate = f"({predicate}) OR as_of_date = '{later}'"
        else:
            later = None
    return delta.replace_days(
        bench.path(table.name), lake_schema(table), _batches(bench, staged, later),
        predicate=predicate, metadata=_metadata(bench, staged, load_id),
    )  # fmt: skip


def _metadata(bench: Bench, staged: Staged, load_id: int) -> dict[str, str]:
    part = bench.delivery.parts[staged.table.name]
    mode = "history" if bench.delivery.found.history else staged.mode
    return {
        "load_id": str(load_id), "source_sha256": part.sha256, "mode": mode,
        "first_day": str(bench.first), "last_day": str(bench.last),
    }  # fmt: skip


def _batches(bench: Bench, staged: Staged, later: date | None) -> Iterator[pa.RecordBatch]:
    """Yield the new rows in order of day and key, some months at a time, so that memory stays bounded."""
    table, schema = staged.table, lake_schema(staged.table)
    keys = ", ".join(quoted(key) for key in lake_key(table))
    select = ", ".join(_selected(table))
    for start, end in windows(bench.first, bench.last, staged.rows):
        days = f"(SELECT * FROM {staged.good} WHERE {delta.days(start, end)})"
        rows = lookups.with_tokens(bench, staged, days)
        yield from _conforming(bench, f"SELECT {select} FROM {rows} ORDER BY as_of_date, {keys}", schema)
    if f"d_{table.name}" in bench.made:
        yield from _conforming(bench, _deletions(table, f"d_{table.name}", bench.last), schema)
    if later is not None:
        columns = ", ".join(quoted(name) for name in schema.names)
        yield from _conforming(bench, f"SELECT {columns} FROM {bench.lake(table.name, later, later)}", schema)
        yield from _conforming(bench, _deletions(table, f"r_{table.name}", later), schema)


def _selected(table: Table) -> list[str]:
    """Return the select list of a staged row under lake names."""
    columns = [quoted(lake_name(column)) for column in lake_columns(table)]
    return [*columns, f"strftime(as_of_date, '%Y-%m') AS {MONTH}"]


def _deletions(table: Table, keys: str, day: date) -> str:
    """Return deletion rows for a table of keys: key and day, everything else null."""
    parts = []
    for column in lake_columns(table):
        name = lake_name(column)
        if name in lake_key(table):
            parts.append(quoted(name))
        elif name == "as_of_date":
            parts.append(f"DATE '{day}' AS as_of_date")
        elif name == "change_type":
            parts.append("'D' AS change_type")
        else:
            parts.append(
                f"CAST(NULL AS {'VARCHAR' if column.keep == 'hash' else sql_type(column)}) AS {quoted(name)}"
            )
    return f"SELECT {', '.join(parts)}, '{day:%Y-%m}' AS {MONTH} FROM {keys}"


def _conforming(bench: Bench, query: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a query with exactly the types of `schema`: Delta would cast silently, Arrow refuses."""
    for batch in engines.batches(bench.con, query):
        columns = [batch.column(field.name).cast(field.type) for field in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _alive(table: Table, rows: str, until: str) -> str:
    """Return the keys (and newest day) of `rows` that are alive on the last day that `until` admits."""
    keys = ", ".join(quoted(key) for key in lake_key(table))
    return (
        f"SELECT {keys}, as_of_date FROM (SELECT {keys}, as_of_date, change_type FROM {rows} WHERE {until}"
        f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY as_of_date DESC) = 1)"
        " WHERE change_type IS DISTINCT FROM 'D'"
    )


def _vanished(bench: Bench, staged: Staged) -> None:
    """Keep the keys that lived before this full delivery and are not in it, quarantined rows counting as in it."""
    table = staged.table
    before = _alive(table, bench.kept(table.name, None, bench.first), f"as_of_date < DATE '{bench.first}'")
    rows = lookups.keyed(bench, staged, staged.name)
    bench.make(
        f"d_{table.name}",
        f"SELECT k.* FROM ({before}) k ANTI JOIN {rows} s ON {lookups.same_key(staged, 's', 'k')}",
    )


def _next_full_day(bench: Bench, table: Table, finished: frozenset[int]) -> date | None:
    """Return the first later day on which the table was delivered in full: a late day must not outlive it."""
    if table.name not in bench.versions:
        return None
    seen: dict[date, str] = {}
    for commit in delta.commits(
        bench.path(table.name)
    ):  # newest first: the last delivery of a day speaks for it
        load, first = str(commit.get("load_id", "")), str(commit.get("first_day", ""))
        if load.isdigit() and int(load) in finished and first == str(commit.get("last_day", "")):
            seen.setdefault(date.fromisoformat(first), str(commit.get("mode", "")))
    return min((day for day, mode in seen.items() if mode == "full" and day > bench.last), default=None)


def _revived(bench: Bench, staged: Staged, later: date) -> int:
    """Keep the keys that this late day would bring back to life on `later` although that delivery lacks them."""
    table = staged.table
    keys = ", ".join(quoted(key) for key in lake_key(table))
    until = f"as_of_date <= DATE '{later}'"
    fresh = lookups.keyed(bench, staged, staged.good)
    columns = f"{keys}, as_of_date, change_type"
    after = (
        f"(SELECT {columns} FROM {bench.kept(table.name, None, later)} UNION ALL SELECT {columns} FROM {fresh}"
        f" UNION ALL SELECT {keys}, DATE '{bench.last}', 'D' FROM d_{table.name})"
    )
    before = _alive(table, bench.lake(table.name, None, later), until)
    bench.make(
        f"r_{table.name}",
        f"SELECT {keys} FROM ({_alive(table, after, until)}) WHERE as_of_date <> DATE '{later}'"
        f" EXCEPT SELECT {keys} FROM ({before})",
    )
    return int(str(bench.one(f"SELECT count(*) FROM r_{table.name}")[0]))
