"""Reading opportunities: the board in one query, what the system sees of clients, and the numbers that hold on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, DecimalField, F, Max, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.money import Money
from jinlan.domains.engagement.models import (
    ContactPerson,
    Interaction,
    Opportunity,
    OpportunityStep,
    PipelineMeasure,
)
from jinlan.domains.engagement.rules import pipeline as rules
from jinlan.domains.engagement.rules.pipeline import LAST, OPEN, STAGES, Defaults, Seen, Weight
from jinlan.kernel.reading import visible

TALKS = ("VISIT", "CALL", "VIDEO")
_EXACT: DecimalField[Any, Any] = DecimalField(max_digits=44, decimal_places=10)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What holds on a day: the chance of each stage, its usual days, where both come from, and the register's other numbers."""

    day: date
    chances: Mapping[int, Decimal]
    medians: Mapping[int, Decimal]
    defaults: Defaults
    chance_row: PipelineMeasure | None = None
    pace_row: PipelineMeasure | None = None

    def limit(self, stage: int) -> Decimal:
        """Return the days in a stage beyond which an opportunity stands still."""
        return rules.stale_after(self.medians[stage], self.defaults.factor)


def numbers_on(actor: Actor, day: date) -> Numbers:
    """Return the numbers of a day: what the own history says as far as it holds, else the register's; one query."""
    rows = visible(actor, PipelineMeasure).filter(state="held", valid_from__lte=day, entity=actor.entity)
    newest = {row.kind: row for row in rows.order_by("kind", "-valid_from", "-id").distinct("kind")}
    defaults = rules.defaults_on(day)
    chance, pace = newest.get("CHANCE"), newest.get("PACE")
    return Numbers(
        day, _by_stage(chance, "chance") or defaults.chances, _by_stage(pace, "days") or defaults.medians, defaults, chance, pace,
    )  # fmt: skip


def _by_stage(row: PipelineMeasure | None, name: str) -> dict[int, Decimal]:
    return {int(stage): Decimal(one[name]) for stage, one in row.figures.items()} if row else {}


def stale(numbers: Numbers) -> Q:
    """Return the open opportunities that have been in their stage for longer than twice what is usual."""
    found = Q(pk__in=[])
    for stage in STAGES:
        found |= Q(stage=stage, stage_since__lt=rules.last_fresh_day(numbers.day, numbers.limit(stage)))
    return Q(state=OPEN) & found


def slipped() -> Q:
    """Return the opportunities whose close date was pushed."""
    return Q(pushes__gt=0)


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board: how many, how many of them stand still, and what they come to by currency."""

    stage: int
    chance: Decimal
    limit: Decimal
    count: int
    stale: int
    weights: Mapping[str, Weight]


def board(rows: QuerySet[Any], numbers: Numbers) -> list[Column]:
    """Return the columns of some opportunities, the closed ones left out; one query, however many there are."""
    value = Sum(F("amount") * F("margin"), output_field=_EXACT)
    sums = (
        rows.filter(state=OPEN).order_by().values("stage", "currency")
        .annotate(n=Count("id"), still=Count("id", filter=stale(numbers)), total=Sum("amount"), value=value)
        .values_list("stage", "currency", "n", "still", "total", "value")
    )  # fmt: skip
    found: dict[int, list[tuple[str, int, int, Decimal, Decimal]]] = {stage: [] for stage in STAGES}
    for stage, *rest in sums:
        found[stage].append((rest[0], rest[1], rest[2], rest[3], rest[4]))
    return [
        Column(
            stage, chance := numbers.chances[stage], numbers.limit(stage), sum(one[1] for one in some), sum(one[2] for one in some),
            {code: Weight(total, total * chance, margin * chance, n) for code, n, _still, total, margin in sorted(some)},
        )
        for stage, some in found.items()
    ]  # fmt: skip


def total(columns: Iterable[Column]) -> dict[str, Weight]:
    """Return what all columns come to together, by currency."""
    found: dict[str, Weight] = {}
    for column in columns:
        for code, one in column.weights.items():
            had = found.get(code, Weight(Decimal(0), Decimal(0), Decimal(0)))
            found[code] = Weight(
                had.total + one.total,
                had.weighted + one.weighted,
                had.value + one.value,
                had.count + one.count,
            )
    return dict(sorted(found.items()))


def cards(rows: QuerySet[Any], *, each: int) -> list[Any]:
    """Return the cards of the board: of each stage those that close first, so many at most; one query."""
    place = Window(RowNumber(), partition_by=F("stage"), order_by=(F("closes_on").asc(), F("id").asc()))
    found = rows.filter(state=OPEN).order_by().annotate(place=place).filter(place__lte=each)
    return list(found.order_by("stage", "place"))


def seen_of(actor: Actor, *, unit_ids: Collection[int], today: date) -> Mapping[int, Seen]:
    """Return what the system sees of some clients: whether somebody who decides is known, and the last talk; two queries."""
    people = visible(actor, ContactPerson).filter(
        Q(left_on=None) | Q(left_on__gt=today), unit_id__in=unit_ids, decision_role="DECIDER"
    )
    deciders = set(people.values_list("unit_id", flat=True))
    held = visible(actor, Interaction).filter(
        unit_id__in=unit_ids, state="held", kind__in=TALKS, two_way=True, people__len__gte=1
    )
    talks = dict(
        held.order_by().values("unit_id").annotate(last=Max("starts_at")).values_list("unit_id", "last")
    )
    return {
        unit: Seen(unit in deciders, business_date(talks[unit]) if unit in talks else None)
        for unit in unit_ids
    }


def missing_of(row: Opportunity, seen: Seen, numbers: Numbers) -> tuple[rules.Criterion, ...]:
    """Return what keeps an opportunity from its next stage; nothing for one that is closed or in the last one."""
    if row.state != OPEN or row.stage >= LAST:
        return ()
    return rules.missing(row.stage + 1, row.criteria, seen, numbers.day, numbers.defaults.talk_days)


def dress(actor: Actor, rows: Sequence[Any], numbers: Numbers) -> list[Any]:
    """Give each opportunity what pages show of it: age, chance, weights, and what its next stage still lacks; two queries."""
    found, today = list(rows), numbers.day
    seen = seen_of(actor, unit_ids={row.unit_id for row in found if row.state == OPEN}, today=today)
    for row in found:
        row.age = (today - row.stage_since).days
        row.chance = numbers.chances[row.stage] if row.state == OPEN else Decimal(row.state == rules.WON)
        row.still = row.state == OPEN and rules.is_stale(row.stage_since, today, numbers.limit(row.stage))
        row.look = "stale" if row.still else row.state
        weight = rules.weigh([(Money(row.amount, row.currency), row.chance, row.margin)])[row.currency]
        row.weighted, row.value = weight.weighted, weight.value
        row.missing = missing_of(row, seen.get(row.unit_id, Seen()), numbers)
        row.planned = row.objective is not None
    return found


def steps_of(actor: Actor, *, opportunity_id: int) -> list[OpportunityStep]:
    """Return the steps of an opportunity, the first one first."""
    return list(visible(actor, OpportunityStep).filter(opportunity_id=opportunity_id).order_by("at", "id"))


def in_sight(actor: Actor, *, public_id: UUID) -> bool:
    """Tell whether there is such an opportunity for this actor."""
    return bool(visible(actor, Opportunity).filter(public_id=public_id).exists())


def open_of(actor: Actor, *, unit_id: int) -> QuerySet[Opportunity]:
    """Return the open opportunities of a client, those that close first at the front."""
    return visible(actor, Opportunity).filter(unit_id=unit_id, state=OPEN).order_by("closes_on", "id")


def closing(actor: Actor, *, employee: str, until: date) -> list[Opportunity]:
    """Return the open opportunities of one of ours whose close date is not after a day, the earliest first."""
    if not employee:
        return []
    rows = visible(actor, Opportunity).filter(owner=employee, state=OPEN, closes_on__lte=until)
    return list(rows.order_by("closes_on", "id"))


def owners_of(actor: Actor) -> list[str]:
    """Return the codes of those who own an open opportunity in sight."""
    rows = visible(actor, Opportunity).filter(state=OPEN).order_by("owner")
    return list(rows.values_list("owner", flat=True).distinct())
