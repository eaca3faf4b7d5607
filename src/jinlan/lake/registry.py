"""What the lake needs from the load registry; the database half implements it (`serving.registry`).

A load is one thing: its tables stand in Delta first, then one row ``load -> {table: version}`` is flipped
in one database transaction together with the identities, checks and quarantine that the load brought.
Readers pin such a row, so nobody sees half a delivery.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """A finished load as readers pin it. `versions` covers every table the lake has, not only this load's."""

    load_id: int
    entity: str
    as_of: date
    from_date: date | None  # start of a history delivery
    delivery: int
    load_version: int
    digest: str  # of manifest and files: same digest again = no-op
    touched_from: date  # earliest business date whose figures this load may change
    versions: Mapping[str, int]
    base_currency: str = ""  # of every amount "in base currency"; the same for all loads of an entity


@dataclass(frozen=True, slots=True)
class Check:
    """One validation finding of a table: level F, E, W or R."""

    table: str
    level: str
    code: str
    count: int
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One quarantined value: the value is already masked where the column is personal."""

    table: str
    row: int
    key: str
    column: str
    value: str
    code: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TableCount:
    """Rows of one table of a delivery."""

    table: str
    rows: int
    loaded: int
    quarantined: int

    @property
    def score(self) -> float:
        """Quality score: 1 - rows with an error / rows."""
        return 1.0 if self.rows == 0 else 1 - self.quarantined / self.rows


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load brings to the registry, all of it in one transaction.

    `identities` maps an extract table to an Arrow table of its key columns plus the vault and hash columns
    (clear values, with ``<column>_hash`` beside hashed ones), e.g. ``party``, ``party_contact_point``, ``employee``,
    ``contact_person``, ``account``, ``counterparty`` (distinct hash and name).
    """

    record: LoadRecord
    identities: Mapping[str, pa.Table]
    checks: Sequence[Check]
    rejected: Sequence[Rejected]
    counts: Sequence[TableCount]
    status: str = "loaded"  # or "held" (quality gate), "rejected" (fatal)
    reason: str = ""  # of an approved correction
    source: str = ""
    erasures: Sequence[tuple[str, str]] = field(default_factory=tuple)  # (party_id, RESTRICT | ERASE)


class Registry(Protocol):
    """The load registry of one bank entity."""

    def latest(self, entity: str) -> LoadRecord | None:
        """Return the newest finished load, None for an empty lake."""

    def pinned(self, entity: str, load_id: int) -> LoadRecord:
        """Return a finished load; raise `Refused` when there is no such load."""

    def loads(self, entity: str) -> Sequence[LoadRecord]:
        """Return all finished loads, oldest first."""

    def begin(self, entity: str, *, source: str, as_of: date) -> int:
        """Announce a load and return its id (rising)."""

    def finish(self, outcome: Outcome) -> None:
        """Flip the load to its final status with everything it brings, in one transaction."""
