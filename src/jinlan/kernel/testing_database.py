"""The database between two tests: emptied to files as fresh as new ones, and worlds that are built once and laid back.

Truncating ninety tables makes some thousand new files each time; deleting from those that have a page and vacuuming
them to none does not. What many tests begin with is built once by the product's own ways, kept row for row, and copied
back for the next test.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString, Protocol, TypeVar

import psycopg
from psycopg import sql

# A table without a page was never written to since it was emptied, not even by what was rolled back.
TABLES: LiteralString = """
    from pg_class c where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'sec'::regnamespace)
    and c.relname not in ('django_migrations', 'django_content_type', 'auth_permission', 'key')"""
WRITTEN: LiteralString = (
    "select c.relnamespace::regnamespace::text, c.relname::text, "
    "array(select attname::text from pg_attribute a where attrelid = c.oid and attnum > 0 and not attisdropped "
    "and attgenerated = '' order by attnum)" + TABLES + " and pg_relation_size(c.oid) > 0 order by c.oid"
)
NUMBERED: LiteralString = (
    "from pg_sequence s join pg_depend d on d.objid = s.seqrelid where d.classid = 'pg_class'::regclass "
    "and d.deptype in ('a', 'i') and d.refobjid in (select c.oid" + TABLES + ") "
    "and pg_sequence_last_value(s.seqrelid) is not null"
)
# As TRUNCATE leaves them: numbers start again, and the planner knows nothing.
RESTARTED: LiteralString = "select setval(s.seqrelid::regclass, s.seqstart, false) " + NUMBERED
FORGOTTEN: LiteralString = (
    "update pg_class set reltuples = -1, relpages = 0 where (reltuples, relpages) <> (-1, 0) and oid in (select c.oid"
    + TABLES
    + ")"
)
REACHED: LiteralString = (
    "select s.seqrelid::bigint, pg_sequence_last_value(s.seqrelid) " + NUMBERED + " order by 1"
)
CONTINUED: LiteralString = (
    "select setval(of::regclass, reached) from unnest(%s::bigint[], %s::bigint[]) as known (of, reached)"
)

T = TypeVar("T")


class Remembered(Protocol):
    """How a test asks for a world that is built once."""

    def __call__(self, build: Callable[[], T], /) -> T:
        """Return what `build` makes of an empty database."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was written to, with the columns that are not computed."""

    schema: str
    name: str
    columns: list[str]

    @property
    def named(self) -> sql.Identifier:
        """Return the table as a statement names it."""
        return sql.Identifier(self.schema, self.name)

    def copied(self, way: LiteralString) -> sql.Composed:
        """Return the statement that copies its rows out or in."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        return sql.SQL("copy {} ({}) " + way).format(self.named, columns)


@dataclass(frozen=True, slots=True)
class Kept:
    """A world as it was when it was built: its rows, the numbers given out, and what the builder returned."""

    rows: list[tuple[Table, bytes]]
    numbers: tuple[list[int], list[int]]
    made: Any


class Between:
    """What happens to the database between two tests, as a superuser whose writes wake no trigger."""

    def __init__(self, admin: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._admin, self._kept = admin, dict[Callable[[], Any], Kept]()
        admin.execute("set session_replication_role = replica")

    def written(self) -> list[Table]:
        """Return the tables that have a page."""
        return [Table(*row) for row in self._admin.execute(WRITTEN)]

    def empty(self) -> None:
        """Empty every table that was written to, and start its numbers again."""
        if written := self.written():
            every = sql.SQL(", ").join(table.named for table in written)
            self._admin.execute(
                sql.SQL("; ").join(sql.SQL("delete from {}").format(table.named) for table in written)
            )
            self._admin.execute(sql.SQL("vacuum (index_cleanup on, truncate on) {}").format(every))
            if self.written():  # somebody held a page
                self._admin.execute(sql.SQL("truncate {} cascade").format(every))
            self._admin.execute(FORGOTTEN)
        self._admin.execute(RESTARTED)

    def rows(self) -> list[tuple[Table, bytes]]:
        """Return all rows, in the order in which they lie."""
        found = []
        for table in self.written():
            with self._admin.cursor().copy(table.copied("to stdout")) as lines:
                found.append((table, b"".join(lines)))
        return found

    def numbers(self) -> tuple[list[int], list[int]]:
        """Return the sequences that gave out numbers, and the last one of each."""
        found = self._admin.execute(REACHED).fetchall()
        return [of for of, _ in found], [reached for _, reached in found]

    def remembered(self, build: Callable[[], T]) -> T:
        """Return what `build` makes of an empty database; from the second time on its rows are laid back, not made.

        Where the database is not empty any more, it is built.
        """
        if self.written():
            return build()
        if build not in self._kept:
            made = build()
            self._kept[build] = Kept(self.rows(), self.numbers(), copy.deepcopy(made))
            return made
        kept = self._kept[build]
        for table, lines in kept.rows:
            with self._admin.cursor().copy(table.copied("from stdin")) as way:
                way.write(lines)
        self._admin.execute(CONTINUED, kept.numbers)
        made_then: T = copy.deepcopy(kept.made)
        return made_then
