"""Writing many rows at once: COPY into a temporary table, then statements over sets.

COPY itself is not allowed into tables with row-level security, so rows always pass a temporary table. A row that is
there already is updated only where it differs: no identity is used up, no version of an unchanged row is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

STAGE = "staged"


def _names(columns: Iterable[str], prefix: str = "") -> sql.Composed:
    parts = [sql.Identifier(prefix, name) if prefix else sql.Identifier(name) for name in columns]
    return sql.SQL(", ").join(parts)


def _run(statement: sql.Composed) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def patient() -> None:
    """Prepare the rest of this transaction for bulk work.

    The limits that guard pages are lifted. Nested loops are off: a table that was filled in this very transaction has no
    statistics yet, the planner takes it for tiny, and a join by loops takes minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; "
            "set local enable_nestloop = off"
        )


def stage(columns: Mapping[str, str], rows: Iterable[Sequence[Any]], *, table: str = STAGE) -> int:
    """Copy rows into a fresh temporary table and return how many.

    Args:
        columns: name -> PostgreSQL type, in the order of the rows' values; JSON goes in as text.
        rows: the values.
        table: name of the temporary table; it ends with the transaction.
    """
    described = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()
    )
    name = sql.Identifier("pg_temp", table)
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("drop table if exists {}").format(name))
        cursor.execute(
            sql.SQL("create temporary table {} ({}) on commit drop").format(sql.Identifier(table), described)
        )
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(name, _names(columns))) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute(sql.SQL("analyze {}").format(name))
    return count


def insert(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows into a table and return how many."""
    stage(columns, rows)
    return _run(
        sql.SQL("insert into {} ({}) select {} from {}").format(
            sql.Identifier(table), _names(columns), _names(columns), sql.Identifier("pg_temp", STAGE)
        )
    )


def upsert(
    table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]], *, key: Sequence[str], at_birth: Iterable[str] = (),
    delete: sql.Composed | None = None,
) -> tuple[int, int]:  # fmt: skip
    """Insert rows whose key is new, update those that differ, and return (inserted, updated).

    Args:
        table: the table.
        columns: name -> type, in the order of the rows' values.
        rows: the values; one row per key.
        key: columns that tell rows apart, never null.
        at_birth: columns that are written with a new row and never again.
        delete: condition on ``t`` under which rows of the table whose key was not staged are removed; None keeps them.
    """
    stage(columns, rows)
    target, staged = sql.Identifier(table), sql.Identifier("pg_temp", STAGE)
    same = sql.SQL(" and ").join(
        sql.SQL("t.{} = s.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in key
    )
    changing = [name for name in columns if name not in {*key, *at_birth}]
    if delete is not None:
        _run(
            sql.SQL("delete from {} t where {} and not exists (select from {} s where {})").format(
                target, delete, staged, same
            )
        )
    updated = 0
    if changing:
        sets = sql.SQL(", ").join(sql.SQL("{0} = s.{0}").format(sql.Identifier(name)) for name in changing)
        updated = _run(
            sql.SQL("update {} t set {} from {} s where {} and ({}) is distinct from ({})").format(
                target, sets, staged, same, _names(changing, "t"), _names(changing, "s")
            )
        )
    inserted = _run(
        sql.SQL(
            "insert into {} ({}) select {} from {} s where not exists (select from {} t where {})"
        ).format(target, _names(columns), _names(columns, "s"), staged, target, same)
    )
    return inserted, updated
