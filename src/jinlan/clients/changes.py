"""What heads decided about leads, laid over the bank's own assignments: the later word holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

LEAD, ASSIST = "LEAD", "ASSIST"


class Line(NamedTuple):
    """A row of coverage: about a unit or a party, never both."""

    entity: str
    unit: int | None
    party: int | None
    employee: int
    role: str
    valid_from: date
    domain: int
    branch: int
    credit_share: Decimal | None
    valid_to: date | None

    def on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True, slots=True)
class Change:
    """A decided lead of a unit from a day on; `root` is the unit's root party."""

    unit: int
    root: int
    employee: int
    since: date


def overlaid(lines: Iterable[Line], changes: Iterable[Change]) -> list[Line]:
    """Return the lines with every change that no lead of the bank's own follows on its day or later.

    The old lead ends on the day, of the unit and of its root; the new one begins with the old one's share of the credit, to
    which the share comes that he had as an assistant until then.
    """
    by_unit: dict[int, list[Line]] = {}
    by_party: dict[int, list[Line]] = {}
    for line in lines:
        if line.unit is not None:
            by_unit.setdefault(line.unit, []).append(line)
        elif line.party is not None:
            by_party.setdefault(line.party, []).append(line)
    named = {unit: [line.valid_from for line in rows if line.role == LEAD] for unit, rows in by_unit.items()}
    for change in sorted(changes, key=lambda one: (one.since, one.unit)):
        if all(start < change.since for start in named.get(change.unit, ())) and (
            rows := by_unit.get(change.unit)
        ):
            before = {line.employee for line in rows if line.role == LEAD and line.on(change.since)}
            by_unit[change.unit] = _changed(rows, change)
            by_party[change.root] = _followed(by_party.get(change.root, []), before, change)
    return [line for rows in (*by_unit.values(), *by_party.values()) for line in rows]


def _changed(rows: Sequence[Line], change: Change) -> list[Line]:
    leads = [line for line in rows if line.role == LEAD and line.on(change.since)]
    own = [
        line
        for line in rows
        if line.role == ASSIST and line.employee == change.employee and line.on(change.since)
    ]
    if any(line.employee == change.employee for line in leads):
        return list(rows)
    shares = [line.credit_share for line in (*leads, *own) if line.credit_share is not None]
    pattern = (leads or list(rows))[0]
    made = pattern._replace(
        employee=change.employee, role=LEAD, valid_from=change.since, valid_to=leads[0].valid_to if leads else None,
        credit_share=sum(shares, Decimal(0)) if shares else None,
    )  # fmt: skip
    return [*_ended(rows, [*leads, *own], change.since), made]


def _followed(rows: Sequence[Line], before: set[int], change: Change) -> list[Line]:
    """Let the coverage of the root party go along, where the old lead had it."""
    gone = [line for line in rows if line.role == LEAD and line.employee in before and line.on(change.since)]
    made = [line._replace(employee=change.employee, valid_from=change.since) for line in gone[:1]]
    return [*_ended(rows, gone, change.since), *made]


def _ended(rows: Sequence[Line], which: Sequence[Line], day: date) -> list[Line]:
    """Return the rows with some of them ended on a day; what would end on the day it began is gone."""
    ended = [line._replace(valid_to=day) if line in which else line for line in rows]
    return [line for line in ended if line.valid_to is None or line.valid_to > line.valid_from]
