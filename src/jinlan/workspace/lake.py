"""The one door to the lake: typed questions to the lake reader, with the scope that the kernel has resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from jinlan.basics.errors import Refused
from jinlan.lake.reader.client import ANSWER_SECONDS, LakeReader
from jinlan.lake.reader.questions import Accounts, Pin, Rows, Scope, SourceRows

if TYPE_CHECKING:
    from jinlan.serving.models import Load

ROWS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """A small table from the lake; `problem` says why there is none (then columns and rows are empty)."""

    columns: Sequence[str] = ()
    kinds: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    total: int = 0
    table: str = ""
    version: int | None = None
    sums: Sequence[tuple[str, Decimal]] = ()
    note: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """Whose rows, as known at which load: only members that row-level security has shown to the actor."""

    load: Load
    as_of: date
    parties: tuple[str, ...]
    domains: tuple[int, ...]

    @property
    def pin(self) -> Pin:
        """Return the load as the reader wants it."""
        return Pin(self.load.entity, self.load.pk, dict(self.load.versions), self.load.base_currency)

    @property
    def scope(self) -> Scope:
        """Return the scope: these parties in these domains and nothing else."""
        return Scope(parties=self.parties, domains=self.domains)


@lru_cache(maxsize=4)
def _reader(path: str, seconds: float) -> LakeReader:
    return LakeReader(Path(path), seconds=seconds)


def reader(*, seconds: float = ANSWER_SECONDS) -> LakeReader:
    """Return the client of this installation's lake reader; `seconds` is how long a page waits for an answer."""
    return _reader(str(settings.JINLAN_READER_SOCKET), seconds)


def source_rows(about: About, *, measure: str) -> list[Answer]:
    """Return the rows of the lake that a figure was made of, one answer per source table."""
    question = SourceRows(about.pin, measure, about.as_of, about.parties, about.scope, limit=ROWS_SHOWN)
    try:
        return [_answer(rows) for rows in reader().source_rows(question)]
    except Refused as refusal:
        return _refused(refusal)


def _refused(refusal: Refused) -> list[Answer]:
    """Say why there are no rows; a figure that is derived from others simply has none of its own."""
    return [] if refusal.code == "LAKE_MEASURE" else [Answer(problem=refusal.code, note=str(refusal))]


def accounts(about: About) -> Answer:
    """Return accounts and products of parties on a date, as known at a load."""
    try:
        return _answer(
            reader().accounts(Accounts(about.pin, about.parties, about.as_of, about.scope, ROWS_SHOWN))
        )
    except Refused as refusal:
        return Answer(problem=refusal.code, note=str(refusal))


def _answer(rows: Rows) -> Answer:
    sums = tuple(sorted(rows.sums.items()))
    return Answer(rows.columns, rows.kinds, rows.rows, rows.total, rows.table, rows.version, sums, rows.note)


def domains_of(rows: Iterable[Any]) -> tuple[int, ...]:
    """Return the data domains of rows that the actor sees."""
    return tuple(sorted({row.domain for row in rows}))
