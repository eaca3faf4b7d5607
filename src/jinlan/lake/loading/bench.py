"""The workbench of one load: engine, delivery, pinned versions, staged tables, findings."""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from jinlan.lake import delta, engines
from jinlan.lake.extracts.layout import lake_schema, table_path
from jinlan.lake.extracts.schema import TABLES, Table
from jinlan.lake.loading.deliveries import Delivery
from jinlan.lake.loading.findings import Findings
from jinlan.lake.loading.mapping import CANONICAL
from jinlan.lake.loading.mapping import Mapping as SourceMapping
from jinlan.lake.loading.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Staged:
    """One typed table file: the engine's view `name` with ``_row``, every extract column, and raw texts.

    `raw` holds the columns whose typed value may be null although something was written; ``_raw_<column>`` is the
    text. `delivered` holds the columns that the file really has. `tokens` holds hash columns that the bank filled.
    """

    table: Table
    name: str
    rows: int
    mode: str
    delivered: frozenset[str]
    raw: frozenset[str]
    tokens: frozenset[str]

    @property
    def bad(self) -> str:
        """Return the engine's table of quarantined rows: ``row``, ``rule`` (index)."""
        return f"bad_{self.table.name}"

    @property
    def good(self) -> str:
        """Return the rows that passed, as an SQL relation."""
        return f"(SELECT s.* FROM {self.name} s ANTI JOIN {self.bad} b ON s._row = b.row)"


@dataclass
class Bench:
    """Everything that the steps of one load share."""

    con: engines.Engine
    root: Path
    delivery: Delivery
    versions: Mapping[str, int]
    spill: Path
    secret: bytes
    thresholds: Thresholds = field(default_factory=Thresholds)
    mapping: SourceMapping = CANONICAL
    findings: Findings = field(default_factory=Findings)
    staged: dict[str, Staged] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)
    _files: dict[str, list[str]] = field(default_factory=dict)

    @property
    def first(self) -> date:
        """Return the first day that the delivery replaces."""
        return self.delivery.found.first

    @property
    def last(self) -> date:
        """Return the last day that the delivery replaces."""
        return self.delivery.found.last

    @property
    def entity(self) -> str:
        """Return the bank entity."""
        return self.delivery.found.entity

    @cached_property
    def range(self) -> str:
        """Return the SQL predicate of the days that the delivery replaces."""
        return delta.days(self.first, self.last)

    def path(self, name: str) -> Path:
        """Return the folder of a lake table."""
        return table_path(self.root, self.entity, name)

    def lake(self, name: str, first: date | None = None, last: date | None = None) -> str:
        """Return the rows of a lake table before this load, as an SQL relation (empty when there is none).

        `first` and `last` bound ``as_of_date``; months outside are not opened.
        """
        if name not in self._files:
            known = name in self.versions
            self._files[name] = delta.file_uris(self.path(name), self.versions[name]) if known else []
        files = [file for file in self._files[name] if _in_months(file, first, last)]
        relation = engines.parquet_relation(files, lake_schema(TABLES[name]))
        bounds = [f"as_of_date >= '{first}'"] if first else []
        bounds += [f"as_of_date <= '{last}'"] if last else []
        return f"(SELECT * FROM {relation} WHERE {' AND '.join(bounds)})" if bounds else relation

    def kept(self, name: str, first: date | None = None, last: date | None = None) -> str:
        """Return the rows of a lake table that will still stand after this load, as an SQL relation."""
        rows = self.lake(name, first, last)
        if name not in self.delivery.parts:
            return rows
        return f"(SELECT * FROM {rows} WHERE NOT ({self.range}))"

    def has(self, name: str) -> bool:
        """Tell whether a table is in the lake or in this delivery."""
        return name in self.versions or name in self.staged

    def make(self, name: str, query: str) -> None:
        """Keep the result of a query as a temporary table that later steps of this load may use."""
        self.run(f"CREATE OR REPLACE TABLE {name} AS {query}")
        self.made.add(name)

    def run(self, sql: str) -> list[tuple[object, ...]]:
        """Run one statement and return its (few) rows."""
        return engines.run(self.con, sql)

    def one(self, sql: str) -> tuple[object, ...]:
        """Run a query that returns one row."""
        return engines.run(self.con, sql)[0]


def _in_months(file: str, first: date | None, last: date | None) -> bool:
    """Tell from the folder whether a file may hold days between `first` and `last`."""
    month = file.rsplit("month=", 1)[-1].split("/", 1)[0]
    return (first is None or month >= f"{first:%Y-%m}") and (last is None or month <= f"{last:%Y-%m}")
