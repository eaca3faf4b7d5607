"""Reading targets and what was achieved: an owner's line, the lines below it, and the clients behind a person's figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import Achieved, Credit, Target
from jinlan.domains.strategy.rules.crediting import NOBODY
from jinlan.domains.strategy.rules.targets import (
    BANK,
    BRANCH,
    EMPLOYEE,
    MONTHS,
    ZERO,
    Months,
    Owner,
    quarters,
    to_date,
)
from jinlan.domains.strategy.selectors.places import Places
from jinlan.kernel.reading import visible


@dataclass(frozen=True, slots=True)
class Line:
    """An owner's target and what was achieved, month by month (January first); months that are not closed have achieved nothing yet."""

    owner: Owner
    target: Months | None
    actual: Months
    closed: tuple[int, ...]
    edition: int = 0
    split: bool = False  # has targets below it
    not_measured: int = 0  # clients and months of which the change is not known

    @property
    def year(self) -> Decimal | None:
        """Return the target of the year."""
        return None if self.target is None else sum(self.target, ZERO)

    @property
    def due(self) -> Decimal | None:
        """Return the target of the months that are closed."""
        return None if self.target is None else to_date(self.target, self.closed)

    @property
    def done(self) -> Decimal:
        """Return what was achieved in the months that are closed."""
        return to_date(self.actual, self.closed)

    @property
    def gap(self) -> Decimal | None:
        """Return what was achieved above (below: negative) the target to date."""
        return None if self.due is None else self.done - self.due

    @property
    def share(self) -> Decimal | None:
        """Return achieved ÷ target to date; None without a target above zero."""
        return None if self.due is None or self.due <= 0 else self.done / self.due

    @property
    def quarters(self) -> Months | None:
        """Return the targets of the quarters."""
        return None if self.target is None else quarters(self.target)


@dataclass(frozen=True, slots=True)
class Board:
    """An owner, those below it in the actor's sight, and what makes their figures up to its own.

    `rest`: people out of sight and days without a manager; what a person was credited elsewhere, or in a branch below, takes off.
    """

    line: Line
    below: Sequence[Line]
    rest: Months
    above: Sequence[Owner]


@dataclass
class Year:
    """Targets and achievements of a metric in a year, read once."""

    actor: Actor
    places: Places
    year: int
    metric: str
    targets: dict[Owner, Target] = field(init=False)
    rows: list[Achieved] = field(init=False)
    closed: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Read the two tables; three queries."""
        mine = {"entity": self.actor.entity}
        found = visible(self.actor, Target).filter(**mine, year=self.year, metric=self.metric)
        self.targets = {Owner(row.owner_kind, row.owner): row for row in found}
        every = visible(self.actor, Achieved).filter(**mine, month__year=self.year)
        self.closed = tuple(sorted({day.month for day in every.values_list("month", flat=True).distinct()}))
        self.rows = list(every.filter(metric=self.metric))

    def line(self, owner: Owner) -> Line:
        """Return an owner's line."""
        row, rows = self.targets.get(owner), self._rows_of(owner)
        return Line(
            owner, tuple(row.months) if row else None, _by_month(rows), self.closed, row.edition if row else 0,
            bool(self.children(owner)), sum(one.not_measured for one in rows),
        )  # fmt: skip

    def children(self, owner: Owner) -> list[Owner]:
        """Return who has a target from an owner."""
        return [
            one
            for one, row in self.targets.items()
            if (row.parent_kind, row.parent) == (owner.kind, owner.code)
        ]

    def _rows_of(self, owner: Owner) -> list[Achieved]:
        if owner.kind == BANK:
            return self.rows
        if owner.kind == EMPLOYEE:
            return [row for row in self.rows if row.employee == owner.code]
        counted = self.places.counted(owner.code)
        return [row for row in self.rows if row.branch in counted]

    def _at(self, owner: Owner) -> frozenset[str]:
        """Return the branches where somebody was credited, and the one that his target comes from."""
        if owner.kind != EMPLOYEE:
            return frozenset()
        row = self.targets.get(owner)
        return frozenset({one.branch for one in self._rows_of(owner)} | ({row.parent} if row else set()))

    def sees(self, owner: Owner) -> bool:
        """Tell whether the actor sees an owner's lines."""
        return self.places.sees(owner, self._at(owner))

    def board(self, owner: Owner) -> Board:
        """Return an owner with those below it."""
        line = self.line(owner)
        below = [self.line(one) for one in self.below(owner) if self.sees(one)]
        rest = tuple(
            own - sum(column, ZERO)
            for own, *column in zip(line.actual, *(one.actual for one in below), strict=True)
        )
        return Board(line, below, rest, self.above(owner))

    def below(self, owner: Owner) -> list[Owner]:
        """Return who stands below an owner: by a target, or because something was credited there."""
        if owner.kind == EMPLOYEE:
            return []
        active = {row.branch for row in self.rows}
        found = set(self.children(owner))
        if owner.kind == BANK:
            found |= {one for one in self.places.candidates(owner) if self.places.counted(one.code) & active}
        else:
            nodes = () if owner.code in self.places.tree.roots() else self.places.tree.under(owner.code)
            found |= {Owner(BRANCH, one.code) for one in nodes if self.places.counted(one.code) & active}
            found |= {
                Owner(EMPLOYEE, row.employee)
                for row in self.rows
                if row.branch == owner.code and row.employee != NOBODY
            }
        return sorted(found, key=lambda one: (one.kind == EMPLOYEE, one.code))

    def above(self, owner: Owner) -> list[Owner]:
        """Return the way down from the bank to an owner, without it; by the targets where there are any, else by the tree."""
        found: list[Owner] = []
        while owner.kind != BANK and len(found) < MONTHS:
            row = self.targets.get(owner)
            owner = Owner(row.parent_kind, row.parent) if row else self.places.parent(owner)
            found.append(owner)
        return found[::-1]


def _by_month(rows: Iterable[Any]) -> Months:
    """Return the sums of rows by month of the year."""
    found = [ZERO] * MONTHS
    for row in rows:
        found[row.month.month - 1] += row.amount
    return tuple(found)


def years_known(actor: Actor, *, targets_only: bool = False) -> set[int]:
    """Return the years of which there are targets or, unless only those count, achievements."""
    targets = visible(actor, Target).filter(entity=actor.entity).values_list("year", flat=True).distinct()
    if targets_only:
        return set(targets)
    months = visible(actor, Achieved).filter(entity=actor.entity).values_list("month__year", flat=True)
    return {*targets, *months.distinct()}


@dataclass(frozen=True, slots=True)
class Behind:
    """The clients behind a person's achievements, as far as they are in sight.

    `hidden` is what the others brought; `hidden_units` how many those are at least: the most that any one month has.
    """

    units: Sequence[tuple[int, Months]]
    hidden: Months
    hidden_units: int

    @property
    def hides(self) -> bool:
        """Tell whether anything is not in sight."""
        return self.hidden_units > 0 or any(self.hidden)


def behind(actor: Actor, year: Year, *, employee: str) -> Behind:
    """Return the clients that were credited to somebody in a year, those who brought most first."""
    rows = visible(actor, Credit).filter(
        entity=actor.entity, month__year=year.year, metric=year.metric, employee=employee
    )
    by_unit: dict[int, list[Any]] = {}
    shown: dict[date, int] = {}
    for row in rows.only("unit_id", "month", "amount"):
        by_unit.setdefault(row.unit_id, []).append(row)
        shown[row.month] = shown.get(row.month, 0) + 1
    units = [(unit, _by_month(found)) for unit, found in by_unit.items()]
    sums: list[Achieved] = [row for row in year.rows if row.employee == employee]
    whole: dict[date, int] = {}
    for one in sums:
        whole[one.month] = whole.get(one.month, 0) + one.units
    hidden = tuple(
        own - sum(column, ZERO)
        for own, *column in zip(_by_month(sums), *(months for _, months in units), strict=True)
    )
    most = max((count - shown.get(month, 0) for month, count in whole.items()), default=0)
    return Behind(sorted(units, key=lambda one: (-abs(sum(one[1], ZERO)), one[0])), hidden, most)


def last_year(year: Year, owners: Sequence[Owner]) -> Mapping[Owner, Months]:
    """Return what owners achieved in the year before, to weigh by."""
    before = Year(year.actor, year.places, year.year - 1, year.metric)
    return {one: before.line(one).actual for one in owners}
