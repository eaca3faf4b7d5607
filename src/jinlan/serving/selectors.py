"""Reading published results. Row-level security decides which rows there are; nothing here widens it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.kernel.reading import visible
from jinlan.serving.models import (
    Load,
    LoadCheck,
    MemberResult,
    PublishedDate,
    Quarantine,
    RestrictedGate,
    Run,
    UnitResult,
)

MONEY_COLUMNS = ("aum", "deposit_avg_12m", "loan", "revenue_12m", "limit", "limit_used", "overdue")
TREND_COLUMNS = ("aum", "aum_avg_12m", "deposit_avg_12m", "loan", "revenue_12m", "settlement_12m", "score")


@dataclass(frozen=True, slots=True)
class Published:
    """Which date a page shows, and which it could show (newest first)."""

    entity: str
    as_of: date
    run_id: int
    latest: date
    dates: tuple[date, ...]
    month_ends: tuple[date, ...]
    base_currency: str

    @property
    def past(self) -> bool:
        """Tell whether the page was rewound."""
        return self.as_of < self.latest

    def month_end_before(self) -> date | None:
        """Return the newest month-end before the date shown."""
        return next((day for day in self.month_ends if day < self.as_of), None)


def published(actor: Actor, *, entity: str = "", as_of: date | None = None) -> Published | None:
    """Return the published date that speaks for `as_of` (the newest not after it); None when nothing does.

    A date before the first published one gives None: the page then says so and shows nothing.
    """
    rows = (
        visible(actor, PublishedDate)
        .order_by("-as_of")
        .values_list("entity", "as_of", "run_id", "month_end", "latest", "base_currency")
    )
    every = list(rows.filter(entity=entity) if entity else rows)
    latest = next((row for row in every if row[4]), None)
    if latest is None:
        return None
    every = [row for row in every if row[0] == latest[0] and row[1] <= latest[1]]
    shown = next((row for row in every if as_of is None or row[1] <= as_of), None)
    if shown is None:
        return None
    return Published(
        entity=shown[0], as_of=shown[1], run_id=shown[2], latest=latest[1],
        dates=tuple(row[1] for row in every), month_ends=tuple(row[1] for row in every if row[3]), base_currency=latest[5],
    )  # fmt: skip


def known_until(actor: Actor) -> date:
    """Return the day up to which facts are known: that of the newest published figures, else the actor's own."""
    shown = published(actor, entity=actor.entity)
    return shown.latest if shown else business_date(actor.at)


def first_published(actor: Actor) -> date | None:
    """Return the first published date, for the sentence that there is nothing before it."""
    return visible(actor, PublishedDate).order_by("as_of").values_list("as_of", flat=True).first()


def results(actor: Actor, *, as_of: date) -> QuerySet[UnitResult]:
    """Return the results of the units managed on a date that the actor may see."""
    return visible(actor, UnitResult).filter(as_of=as_of, managed=True)


def results_of(actor: Actor, *, as_of: date, unit_ids: Iterable[int]) -> list[UnitResult]:
    """Return the results of some units on a date, without their stored reasons; one query."""
    rows = results(actor, as_of=as_of).filter(unit_id__in=list(unit_ids))
    return list(rows.defer("measures", "detail"))


def unit_result(actor: Actor, *, unit_id: int, as_of: date) -> UnitResult | None:
    """Return one unit's row on a date with the run and load that made it; None when there is none for this actor."""
    return visible(actor, UnitResult).filter(unit_id=unit_id, as_of=as_of).select_related("run__load").first()


def measured(actor: Actor, *, unit_ids: Iterable[int], since: date, until: date) -> list[UnitResult]:
    """Return the measures of some units on every date between two, both included, oldest first; without reasons."""
    rows = visible(actor, UnitResult).filter(unit_id__in=list(unit_ids), as_of__gte=since, as_of__lte=until)
    return list(rows.only("unit_id", "as_of", "run_id", "measures").order_by("unit_id", "as_of"))


def unit_history(actor: Actor, *, unit_id: int, until: date) -> list[dict[str, Any]]:
    """Return a unit's rows up to a date, oldest first: tier, state, score and the columns of the trends."""
    fields = ("as_of", "effective_tier", "tier_state", "tier_level", "proposed_tier", *TREND_COLUMNS)
    return list(
        visible(actor, UnitResult).filter(unit_id=unit_id, as_of__lte=until).order_by("as_of").values(*fields)
    )


STANDING = ("unit_id", "as_of", "kind", "effective_tier", "tier_level", "tier_state", "tier_since", "tier_source", "proposed_tier",
            "gates", "score", "rank", "rank_n")  # fmt: skip


def standings(actor: Actor, *, dates: Iterable[date]) -> list[dict[str, Any]]:
    """Return how every unit in sight stood on some dates, unit by unit, oldest first; without measures and reasons."""
    rows = visible(actor, UnitResult).filter(as_of__in=list(dates))
    return list(rows.order_by("unit_id", "as_of").values(*STANDING))


def computed(
    actor: Actor, *, unit_ids: Iterable[int], dates: Iterable[date]
) -> dict[tuple[int, date], tuple[str, str]]:
    """Return by (unit, date) what was computed and what was effective."""
    rows = visible(actor, UnitResult).filter(unit_id__in=list(unit_ids), as_of__in=list(dates))
    return {
        (unit, day): (computed_tier, effective_tier)
        for unit, day, computed_tier, effective_tier in rows.values_list(
            "unit_id", "as_of", "computed_tier", "effective_tier"
        )
    }


def details(actor: Actor, *, keys: Collection[tuple[int, date]]) -> dict[tuple[int, date], dict[str, Any]]:
    """Return the reasons of some rows by (unit, date)."""
    units, dates = {unit for unit, _ in keys}, {day for _, day in keys}
    rows = visible(actor, UnitResult).filter(unit_id__in=units, as_of__in=dates)
    return {
        (unit, day): detail
        for unit, day, detail in rows.values_list("unit_id", "as_of", "detail").iterator()
        if (unit, day) in keys
    }


def member_results(actor: Actor, *, unit_id: int, as_of: date) -> dict[int, MemberResult]:
    """Return the visible members' own measures on a date by party."""
    return {
        row.party_id: row
        for row in visible(actor, MemberResult)
        .filter(unit_id=unit_id, as_of=as_of)
        .select_related("run__load")
    }


def restricted_gates(actor: Actor, *, unit_id: int, as_of: date) -> list[RestrictedGate]:
    """Return the secret gates of a unit: compliance sees them, everybody else an empty list."""
    if not actor.has("compliance"):
        return []
    return list(visible(actor, RestrictedGate).filter(unit_id=unit_id, as_of=as_of).order_by("code"))


def totals(rows: QuerySet[UnitResult]) -> dict[str, Any]:
    """Return count, decisions waiting and the sums of a list's money columns in one query."""
    sums: dict[str, Any] = {name: Sum(name) for name in MONEY_COLUMNS}
    waiting = Count("id", filter=Q(proposed_tier__isnull=False))
    return rows.aggregate(count=Count("id"), waiting=waiting, **sums)


def by_tier(actor: Actor, *, as_of: date) -> list[dict[str, Any]]:
    """Return per kind and effective tier of a date: units, sums of AUM, deposits, loans, revenue, limits, overdue."""
    sums: dict[str, Any] = {f"sum_{name}": Sum(name) for name in MONEY_COLUMNS}
    rows = results(actor, as_of=as_of).values("kind", "effective_tier", "tier_level")
    found: list[Any] = list(rows.annotate(units=Count("id"), **sums).order_by("kind", "-tier_level"))
    return found


@dataclass(frozen=True, slots=True)
class Move:
    """One unit whose effective tier differs between two dates; level 0 means outside."""

    unit_id: int
    before: str
    before_level: int
    after: str
    after_level: int
    since: date | None

    @property
    def kind(self) -> str:
        """Tell what happened: entered, left, up or down."""
        if not self.before_level:
            return "entered"
        if not self.after_level:
            return "left"
        return "up" if self.after_level > self.before_level else "down"


_MOVES = """
    select coalesce(n.unit_id, b.unit_id), coalesce(b.effective_tier, ''), coalesce(b.tier_level, 0),
           coalesce(n.effective_tier, ''), coalesce(n.tier_level, 0), n.tier_since
    from (select * from serving_unitresult where as_of = %(before)s and tier_level > 0) b
    full join (select * from serving_unitresult where as_of = %(after)s) n on n.unit_id = b.unit_id
    where coalesce(b.tier_level, 0) <> coalesce(n.tier_level, 0)
    order by n.tier_since desc nulls last, coalesce(n.aum, b.aum) desc nulls last, 1 limit %(limit)s
"""


def movement(actor: Actor, *, before: date, after: date, limit: int = 400) -> list[Move]:
    """Return the units whose effective tier changed between two published dates, newest change first."""
    visible(actor, UnitResult)  # the statement below is bound to the same scope
    with connection.cursor() as cursor:
        cursor.execute(_MOVES, {"before": before, "after": after, "limit": limit})
        return [Move(*row) for row in cursor.fetchall()]


def largest(actor: Actor, *, as_of: date, column: str, limit: int = 10) -> list[UnitResult]:
    """Return the units with the largest positive value in a money column."""
    rows = results(actor, as_of=as_of).filter(**{f"{column}__gt": 0}).defer("measures", "detail")
    return list(rows.order_by(f"-{column}", "unit_id")[:limit])


def maturities(actor: Actor, *, as_of: date, until: date, limit: int = 10) -> list[UnitResult]:
    """Return the units with the earliest maturity from `as_of` up to and including `until`."""
    rows = results(actor, as_of=as_of).filter(next_maturity__gte=as_of, next_maturity__lte=until)
    return list(rows.defer("measures", "detail").order_by("next_maturity", "unit_id")[:limit])


def loads(actor: Actor, *, limit: int = 40) -> list[Load]:
    """Return the newest deliveries, finished or not."""
    return list(visible(actor, Load).order_by("-id")[:limit])


def load_checks(actor: Actor, *, load_id: int) -> list[LoadCheck]:
    """Return the findings of a delivery, the gravest first (F, E, W, R by table)."""
    rank = {"F": 0, "E": 1, "R": 2, "W": 3}
    return sorted(
        visible(actor, LoadCheck).filter(load_id=load_id),
        key=lambda c: (rank.get(c.level, 9), c.table, c.code),
    )


def quarantine(actor: Actor, *, load_id: int, limit: int = 200) -> tuple[int, list[Quarantine]]:
    """Return number and first rows of what a delivery's validation kept back."""
    rows = visible(actor, Quarantine).filter(load_id=load_id)
    return rows.count(), list(rows.order_by("table", "row", "column")[:limit])


def runs(actor: Actor, *, limit: int = 40) -> list[Run]:
    """Return the newest nightly runs with their loads."""
    return list(visible(actor, Run).select_related("load").order_by("-id")[:limit])


def run_of(actor: Actor, *, as_of: date) -> Run | None:
    """Return the run that speaks for a published date, with its load."""
    row = visible(actor, PublishedDate).filter(as_of=as_of).select_related("run__load").first()
    return row.run if row else None


def runs_of_dates(actor: Actor, *, entity: str) -> dict[date, int]:
    """Return published date -> the run that speaks for it."""
    rows = visible(actor, PublishedDate).filter(entity=entity)
    return dict(rows.values_list("as_of", "run_id"))
