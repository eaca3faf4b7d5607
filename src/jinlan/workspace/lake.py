"""The one door to the lake: typed questions to the lake reader, with the scope that the kernel has resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A small table from the lake; `problem` says why there is none (then columns and rows are empty)."""

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    total: int = 0
    table: str = ""
    problem: str = ""
    notes: Sequence[str] = field(default_factory=tuple)


def source_rows(
    *, load_id: int, as_of: date, measure: str, parties: Sequence[str], limit: int = 50
) -> list[Answer]:
    """Return the rows of the lake that a figure was made of, one answer per source table."""
    return [Answer(problem="reader")]


def accounts(*, load_id: int, as_of: date, parties: Sequence[str], limit: int = 200) -> Answer:
    """Return accounts and products of parties on a date, as known at a load."""
    return Answer(problem="reader")
