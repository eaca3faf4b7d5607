"""Crediting what clients brought in every published month; a month that was credited stays, until the run that speaks for it changes.

Doing it twice gives the same rows. Who was credited at a branch stays credited there: a manager who moves, or a branch that is
merged into another, rewrites nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from psycopg import sql

from jinlan.basics.actor import Actor
from jinlan.basics.ids import uuid7
from jinlan.basics.numbers import half_up
from jinlan.basics.periods import month_start
from jinlan.clients import organisation, teams
from jinlan.domains.strategy.models import Achieved, Credit
from jinlan.domains.strategy.rules.crediting import NOBODY, Held, credit, holder, shares_of
from jinlan.domains.strategy.rules.targets import AUM, ENTERED, LOAN, METRICS, REVENUE, ZERO
from jinlan.kernel.audit import audit
from jinlan.kernel.bulk import patient, upsert
from jinlan.kernel.locks import hold
from jinlan.kernel.scope import scoped
from jinlan.serving import monthly
from jinlan.serving.monthly import Standing

CREDITS = {
    "entity": "text", "public_id": "uuid", "unit_id": "bigint", "domain": "smallint", "branch_id": "bigint", "month": "date",
    "metric": "text", "employee": "text", "branch": "text", "amount": "numeric(24, 2)", "share": "numeric(12, 8)", "run_id": "bigint",
}  # fmt: skip
ACHIEVED = {
    "entity": "text", "month": "date", "metric": "text", "employee": "text", "branch": "text", "amount": "numeric(24, 2)",
    "units": "integer", "not_measured": "integer", "run_id": "bigint", "before_id": "bigint",
}  # fmt: skip
SHARE_PLACES = 8
Runs = tuple[int, int]  # of a month-end, and of the one before


def refresh_targets(*, actor: Actor) -> dict[str, int]:
    """Credit every published month whose runs were not credited yet; return counts."""
    with scoped(actor, write=True):
        patient()
        hold(f"jinlan credits|{actor.entity}")
        wanted = _wanted(actor)
        counts = {"months": len(wanted), "added": 0, "changed": 0}
        if wanted:
            facts = _Facts(actor, max(wanted))
            for month, runs in wanted.items():
                added, changed = _write(facts, month, runs)
                counts["added"] += added
                counts["changed"] += changed
            audit(actor, "strategy.targets_credited", "target", max(wanted).isoformat(), after=counts)
        _follow_homes()
        return counts


def _wanted(actor: Actor) -> Mapping[date, Runs]:
    """Return the months to credit: both ends are published, by other runs than the month was credited from."""
    runs = monthly.runs_of_month_ends(actor)
    every = {month: (run, runs[before]) for month, run in runs.items() if (before := _before(month)) in runs}
    done = Achieved.objects.filter(entity=actor.entity).values_list("month", "run_id", "before_id").distinct()
    credited: dict[date, set[Runs]] = {}
    for month, run, before_run in done:
        credited.setdefault(month, set()).add((run, before_run))
    return {month: pair for month, pair in every.items() if credited.get(month) != {pair}}


def _before(month: date) -> date:
    return month_start(month) - timedelta(days=1)


class _Facts:
    """What crediting is made of, read once for all months."""

    def __init__(self, actor: Actor, day: date) -> None:
        self.actor = actor
        self.places = teams.unit_places(actor)
        self.team = {unit: [_held(one) for one in rows] for unit, rows in organisation.sharers(actor).items()}
        self.staff = organisation.staff(actor)
        self.branches = {one.key: one.code for one in organisation.tree(actor, on=day).nodes.values()}
        self._ends: dict[date, Mapping[int, Standing]] = {}

    def at(self, day: date) -> Mapping[int, Standing]:
        """Return how units stood at a month-end; that of the month before is still there."""
        if day not in self._ends:
            self._ends = {one: rows for one, rows in self._ends.items() if one == _before(day)}
            self._ends[day] = monthly.standings_at(self.actor, as_of=day)
        return self._ends[day]


def _held(one: organisation.Sharer) -> Held:
    return Held(one.employee, one.role == "LEAD", one.share, one.since, one.until)


@dataclass
class _Sum:
    """A line of what was achieved."""

    amount: Decimal = ZERO
    units: int = 0
    not_measured: int = 0


@dataclass
class _Month:
    """One month's rows while they are made."""

    facts: _Facts
    month: date
    run: int
    homes: Mapping[str, str]  # employee -> branch where the month was credited to him first
    open_homes: Mapping[int, str]  # the same for what nobody had, by unit
    credits: list[tuple[Any, ...]] = field(default_factory=list)
    sums: dict[tuple[str, str, str], _Sum] = field(default_factory=dict)

    def add(self, unit: int, values: Mapping[str, Decimal | None]) -> None:
        """Credit what a unit brought."""
        place = self.facts.places[unit]
        parts = shares_of(self.facts.team.get(unit, ()), month_start(self.month), self.month)
        for metric, value in values.items():
            if value is None:
                self._line(metric, holder(parts), unit).not_measured += 1
                continue
            for part in credit(value, parts):
                line = self._line(metric, part.employee, unit)
                line.amount += part.amount
                line.units += 1
                self.credits.append((
                    self.facts.actor.entity, uuid7(), unit, place.domain, place.branch_id, self.month, metric, part.employee,
                    self._branch(part.employee, unit), part.amount, _rounded(part.share), self.run,
                ))  # fmt: skip

    def _line(self, metric: str, employee: str, unit: int) -> _Sum:
        return self.sums.setdefault((metric, employee, self._branch(employee, unit)), _Sum())

    def _branch(self, employee: str, unit: int) -> str:
        if employee == NOBODY:
            return self.open_homes.get(unit) or self.facts.branches[self.facts.places[unit].branch_id]
        return self.homes.get(employee) or self.facts.staff[employee].branch


def _rounded(share: Fraction) -> Decimal:
    return half_up(Decimal(share.numerator) / Decimal(share.denominator), SHARE_PLACES)


def _write(facts: _Facts, month: date, runs: Runs) -> tuple[int, int]:
    """Credit one month anew and return how many rows are new and how many changed."""
    then, now = facts.at(_before(month)), facts.at(month)
    made = _Month(facts, month, runs[0], *_homes(facts.actor.entity, month))
    for unit in sorted((now.keys() | then.keys()) & facts.places.keys()):
        made.add(unit, _changes(then.get(unit), now.get(unit)))
    entity = facts.actor.entity
    gone = sql.SQL("t.entity = {} and t.month = {}").format(sql.Literal(entity), sql.Literal(month))
    parts = upsert(
        "strategy_credit", CREDITS, made.credits, key=("unit_id", "month", "metric", "employee"), at_birth=("entity", "public_id"),
        delete=gone,
    )  # fmt: skip
    lines = upsert(
        "strategy_achieved", ACHIEVED, _lines(made, runs), key=("entity", "month", "metric", "employee", "branch"), delete=gone,
    )  # fmt: skip
    return parts[0] + lines[0], parts[1] + lines[1]


def _homes(entity: str, month: date) -> tuple[Mapping[str, str], Mapping[int, str]]:
    """Return where the month was credited first: by employee, and by unit for what nobody had."""
    rows = Achieved.objects.filter(entity=entity, month=month).exclude(employee=NOBODY)
    nobodys = Credit.objects.filter(entity=entity, month=month, employee=NOBODY)
    return dict(rows.values_list("employee", "branch")), dict(nobodys.values_list("unit_id", "branch"))


def _lines(made: _Month, runs: Runs) -> Iterator[tuple[Any, ...]]:
    for (metric, employee, branch), one in made.sums.items():
        yield (
            made.facts.actor.entity, made.month, metric, employee, branch, one.amount, one.units, one.not_measured, *runs,
        )  # fmt: skip


def _changes(then: Standing | None, now: Standing | None) -> Mapping[str, Decimal | None]:
    """Return what changed from a month-end to the next, by metric; None for what is not known at both."""
    if then is None or now is None:
        return dict.fromkeys(METRICS)
    return {
        AUM: _less(now.aum, then.aum), LOAN: _less(now.loan, then.loan), REVENUE: _less(now.revenue, then.revenue),
        ENTERED: Decimal(bool(now.level) - bool(then.level)),
    }  # fmt: skip


def _less(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    return None if now is None or then is None else now - then


def _follow_homes() -> None:
    """Let credits be in sight where their units are now; the branch that a credit counts for stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update strategy_credit t set branch_id = u.branch_id from clients_unit u where u.id = t.unit_id and t.branch_id <> u.branch_id"
        )
