"""What a database holds at one instant: rows of every table, the newest root of the audit, what the load registry pins.

The instant is a named point in PostgreSQL's log, so that a restored database can be compared row for row. For a few milliseconds
nobody may write while the point is set; the counting itself happens in a snapshot of that moment and disturbs nobody.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.errors import LockNotAvailable, QueryCanceled

from jinlan.basics.errors import Refused, Words

PATIENCE = 120
PAUSE = 0.5
STALL = 300  # milliseconds that a writer waits for us at most
Connection = psycopg.Connection[tuple[Any, ...]]
TABLES = (
    "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
    "where n.nspname in ('public', 'sec') and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p' order by 1, 2"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """The database at the restore point."""

    at: str
    system: str
    server: int
    wal: str
    counts: Mapping[str, int]
    root: Mapping[str, Any] | None
    loads: list[dict[str, Any]]
    results: list[str]


def tables(db: Connection) -> list[tuple[str, str]]:
    """Return (schema, name) of every table that survives a crash."""
    return [(row[0], row[1]) for row in db.execute(TABLES).fetchall()]


def counts(db: Connection) -> dict[str, int]:
    """Count the rows of every table."""
    found = {}
    for schema, name in tables(db):
        row = db.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))).fetchone()
        found[name if schema == "public" else f"{schema}.{name}"] = int(row[0]) if row else 0
    return found


def root(db: Connection) -> dict[str, Any] | None:
    """Return number and root of the newest sealed batch of the audit."""
    if not _there(db, "kernel_auditbatch"):
        return None
    row = db.execute("select id, root from kernel_auditbatch order by id desc limit 1").fetchone()
    return {"number": row[0], "root": row[1]} if row else None


def loads(db: Connection) -> list[dict[str, Any]]:
    """Return every finished load with the versions of the lake's tables that it pins."""
    if not _there(db, "serving_load"):
        return []
    rows = db.execute(
        "select id, entity, versions, finished_at from serving_load where status = 'loaded' order by id"
    ).fetchall()
    return [
        {"load": row[0], "entity": row[1], "versions": row[2], "finished": row[3] and row[3].isoformat()}
        for row in rows
    ]


def results(db: Connection) -> list[str]:
    """Return the folders of results of published runs."""
    if not _there(db, "serving_run"):
        return []
    rows = db.execute("select files from serving_run where status = 'published' order by id").fetchall()
    return sorted({str(one["folder"]) for (files,) in rows for one in files.values()})


def _there(db: Connection, table: str) -> bool:
    row = db.execute("select to_regclass(%s) is not null", [table]).fetchone()
    return bool(row and row[0])


def point(url: str, name: str) -> Facts:
    """Set a restore point and return what the database holds exactly there.

    Raises:
        Refused: BACKUP_BUSY when a transaction goes on writing for two minutes.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with psycopg.connect(url) as holder, psycopg.connect(url) as reader:
                at, wal = _hold(holder, reader, name)
                return _read(reader, at, wal)
        except (LockNotAvailable, QueryCanceled):
            if time.monotonic() > deadline:
                raise Refused(
                    "BACKUP_BUSY",
                    "有事务持续写入,两分钟内没有找到可以记数的时刻。",
                    "请在装载或夜间批次结束后再备份。",
                ) from None
            time.sleep(PAUSE)


def _hold(holder: Connection, reader: Connection, name: str) -> tuple[str, str]:
    """Stop writers, set the point, hand the snapshot of this moment to `reader`, let writers go on."""
    names = [sql.Identifier(*table) for table in tables(reader)]
    reader.rollback()
    holder.execute("set transaction isolation level repeatable read")
    holder.execute(sql.SQL("set local statement_timeout = {}").format(STALL))
    holder.execute(
        "set local deadlock_timeout = 50"
    )  # after which autovacuum gives way to whoever waits for it
    # The snapshot is taken by the first statement after the lock, so it holds all that was committed before.
    holder.execute(sql.SQL("lock table {} in share mode").format(sql.SQL(", ").join(names)))
    row = holder.execute(
        "select pg_export_snapshot(), pg_create_restore_point(%s)::text, clock_timestamp()", [name]
    ).fetchone()
    assert row is not None  # noqa: S101  one row always
    reader.execute("set transaction isolation level repeatable read")
    reader.execute(sql.SQL("set transaction snapshot {}").format(row[0]))
    holder.rollback()
    return row[2].isoformat(), row[1]


def _read(db: Connection, at: str, wal: str) -> Facts:
    return Facts(at, system(db), db.info.server_version, wal, counts(db), root(db), loads(db), results(db))


def system(db: Connection) -> str:
    """Return the identifier that a database keeps for life, also when it is copied."""
    row = db.execute("select system_identifier::text from pg_control_system()").fetchone()
    return str(row[0]) if row else ""


def differences(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[Words]:
    """Return the tables whose rows are not as many as they were, in words."""
    return [
        Words(
            "%(table)s: %(now)s(备份时 %(then)s)",
            table=name,
            now=found.get(name, 0),
            then=wanted.get(name, 0),
        )
        for name in sorted({*wanted, *found})
        if wanted.get(name) != found.get(name)
    ]
