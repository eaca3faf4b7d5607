"""A lake in a temporary folder with its registry: what most tests of loading and reading need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jinlan.lake.load import LoadReport, load_deliveries
from jinlan.lake.loading.mapping import Mapping as SourceMapping
from jinlan.lake.registry import Check, Outcome, Rejected
from jinlan.lake.tests import tiny_bank
from jinlan.lake.tests.file_registry import FileRegistry
from jinlan.lake.tests.tiny_bank import ENTITY, FIRST, SECRET, Row
from jinlan.lake.view import LakeView


class House:
    """Deliveries go to `source`, rows to `lake`; `deliver` writes and loads in one go."""

    def __init__(self, folder: Path) -> None:
        self.source, self.lake = folder / "in", folder / "lake"
        self.registry = FileRegistry(folder / "registry.json")
        self.source.mkdir(parents=True, exist_ok=True)

    def load(
        self, source: Path | None = None, *, why: str | None = None, mapping: SourceMapping | None = None
    ) -> list[LoadReport]:
        return load_deliveries(
            source or self.source, lake=self.lake, registry=self.registry, secret=SECRET, mapping=mapping,
            accepted=lambda _digest: why or "", memory_limit="256MB", threads=1,
        )  # fmt: skip

    def deliver(
        self, tables: Mapping[str, Sequence[Row]], *, why: str | None = None, **more: Any
    ) -> LoadReport:
        folder = tiny_bank.write(self.source, tables, **more)
        return self.load(folder, why=why)[0]

    def begin(self, **tables: list[Row]) -> LoadReport:
        """Deliver the first day, with `tables` instead of or besides the usual ones."""
        return self.deliver({**tiny_bank.first_day(), **tables})

    @property
    def outcome(self) -> Outcome:
        return self.registry.outcomes[-1]

    def view(self, load_id: int | None = None) -> LakeView:
        latest = self.registry.latest(ENTITY)
        assert latest is not None
        return LakeView(
            self.lake,
            self.registry.pinned(ENTITY, load_id) if load_id else latest,
            memory_limit="256MB",
            threads=1,
        )

    def rows(self, name: str, *columns: str, load_id: int | None = None) -> list[tuple[Any, ...]]:
        """Return all rows of a lake table as sorted tuples of some columns."""
        table = self.view(load_id).table(name)
        found = table.select(*columns).to_pyarrow().to_pylist()
        return sorted((tuple(row.values()) for row in found), key=repr)

    def state(self, name: str, as_of: date, *columns: str) -> list[tuple[Any, ...]]:
        found = self.view().state(name, as_of).select(*columns).to_pyarrow().to_pylist()
        return sorted((tuple(row.values()) for row in found), key=repr)


def checks(report: LoadReport, level: str) -> list[tuple[str, str, int]]:
    """Return (table, code, count) of a report's findings of one level."""
    return [(check.table, check.code, check.count) for check in report.checks if check.level == level]


def finding(report: LoadReport, code: str) -> Check:
    return next(check for check in report.checks if check.code == code)


def quarantined(house: House) -> list[tuple[str, int, str, str]]:
    """Return (table, row, column, code) of everything quarantined by the last load."""
    return [(one.table, one.row, one.column, one.code) for one in house.outcome.rejected]


def rejected(house: House, code: str) -> Rejected:
    return next(one for one in house.outcome.rejected if one.code == code)


__all__ = ["ENTITY", "FIRST", "House", "checks", "finding", "quarantined", "rejected"]
