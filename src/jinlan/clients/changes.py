"""What was decided about teams, laid over the bank's own assignments: the later word holds."""

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
    """A decided change of a unit's team from a day on: `before` leaves the role, `after` takes it; None for nobody.

    Whoever leads gives way to a new lead, whoever that is. `root` is the unit's root party; `share` is the joining one's part of
    the credit, None for that of whom he follows.
    """

    unit: int
    root: int
    role: str
    before: int | None
    after: int | None
    since: date
    share: Decimal | None = None


def overlaid(lines: Iterable[Line], changes: Iterable[Change]) -> list[Line]:
    """Return the lines with every change from its day on, save where the bank's own lines of a later day speak about the same.

    The old lead ends on the day, of the unit and of its root; the new one begins with the old one's share of the credit, to
    which the share comes that he had as an assistant until then. What held on a day that has passed holds for that day
    whatever is delivered later. Shares are made to add up afterwards (`clients.shares`).
    """
    by_unit: dict[int, list[Line]] = {}
    by_party: dict[int, list[Line]] = {}
    for line in lines:
        if line.unit is not None:
            by_unit.setdefault(line.unit, []).append(line)
        elif line.party is not None:
            by_party.setdefault(line.party, []).append(line)
    said = {unit: tuple(rows) for unit, rows in by_unit.items()}
    for change in sorted(changes, key=lambda one: (one.since, one.unit, one.role)):
        rows, own = by_unit.get(change.unit), said.get(change.unit, ())
        if not rows or any(_about(line, change) and line.valid_from == change.since for line in own):
            continue
        later = [line for line in own if _about(line, change) and line.valid_from > change.since]
        if change.role == LEAD:
            before = {line.employee for line in rows if line.role == LEAD and line.on(change.since)}
            by_unit[change.unit] = _led(rows, change, later)
            by_party[change.root] = _followed(by_party.get(change.root, []), before, change)
        else:
            by_unit[change.unit] = _joined(rows, change, later)
    return [line for rows in (*by_unit.values(), *by_party.values()) for line in rows]


def _about(line: Line, change: Change) -> bool:
    """Tell whether a line of the bank's own speaks about what a change is about: who leads, or one's own part in another role."""
    return line.role == change.role and (
        change.role == LEAD or line.employee in (change.before, change.after)
    )


def _around(made: Line, later: Iterable[Line]) -> list[Line]:
    """Return what is left of a decided line where the bank's own later ones do not speak: it goes on when they end."""
    found: list[Line] = []
    rest: Line | None = made
    for line in sorted(later, key=lambda one: one.valid_from):
        if rest is None or (rest.valid_to is not None and rest.valid_to <= line.valid_from):
            break
        if rest.valid_from < line.valid_from:
            found.append(rest._replace(valid_to=line.valid_from))
        goes_on = line.valid_to is not None and (rest.valid_to is None or line.valid_to < rest.valid_to)
        rest = (
            rest._replace(valid_from=max(rest.valid_from, line.valid_to))
            if goes_on and line.valid_to
            else None
        )
    return [*found, rest] if rest is not None else found


def _led(rows: Sequence[Line], change: Change, later: Sequence[Line]) -> list[Line]:
    leads = [line for line in rows if line.role == LEAD and line.on(change.since)]
    if change.after is None or any(line.employee == change.after for line in leads):
        return list(rows)
    own = [
        line
        for line in rows
        if line.role == ASSIST and line.employee == change.after and line.on(change.since)
    ]
    shares = [line.credit_share for line in (*leads, *own) if line.credit_share is not None]
    ends = [line.valid_to for line in leads]
    last = None if None in ends else max((day for day in ends if day is not None), default=None)
    made = (leads or list(rows))[0]._replace(
        employee=change.after, role=LEAD, valid_from=change.since, valid_to=last,
        credit_share=sum(shares, Decimal(0)) if shares else None,
    )  # fmt: skip
    return [*_ended(rows, [*leads, *own], change.since), *_around(made, later)]


def _joined(rows: Sequence[Line], change: Change, later: Sequence[Line]) -> list[Line]:
    """Let somebody take another role than the lead's, leave it, or follow somebody in it."""
    held = [line for line in rows if line.role == change.role and line.on(change.since)]
    gone = [line for line in held if line.employee == change.before]
    made: list[Line] = []
    if change.after is not None and all(line.employee != change.after for line in held):
        share = change.share if change.share is not None or not gone else gone[0].credit_share
        line = rows[0]._replace(
            employee=change.after,
            role=change.role,
            valid_from=change.since,
            valid_to=None,
            credit_share=share,
        )
        made = _around(line, later)
    return [*_ended(rows, gone, change.since), *made]


def _followed(rows: Sequence[Line], before: set[int], change: Change) -> list[Line]:
    """Let the coverage of the root party go along, where the old lead had it."""
    gone = [line for line in rows if line.role == LEAD and line.employee in before and line.on(change.since)]
    made = [
        line._replace(employee=change.after or line.employee, valid_from=change.since) for line in gone[:1]
    ]
    return [*_ended(rows, gone, change.since), *made]


def _ended(rows: Sequence[Line], which: Sequence[Line], day: date) -> list[Line]:
    """Return the rows with some of them ended on a day; what would end on the day it began is gone."""
    ended = [line._replace(valid_to=day) if line in which else line for line in rows]
    return [line for line in ended if line.valid_to is None or line.valid_to > line.valid_from]
