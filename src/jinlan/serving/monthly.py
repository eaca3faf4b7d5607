"""Reading month-ends as a whole: how every unit stood, and which run speaks for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models.fields.json import KeyTextTransform, KeyTransform

from jinlan.basics.actor import Actor
from jinlan.kernel.reading import visible
from jinlan.serving.models import PublishedDate, UnitResult


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit at a month-end; an amount that is not known, or not completely, is None."""

    level: int
    aum: Decimal | None
    loan: Decimal | None
    revenue: Decimal | None


def runs_of_month_ends(actor: Actor) -> Mapping[date, int]:
    """Return month-end -> the run that speaks for it."""
    rows = visible(actor, PublishedDate).filter(month_end=True, entity=actor.entity)
    return dict(rows.order_by("as_of").values_list("as_of", "run_id"))


def standings_at(actor: Actor, *, as_of: date) -> Mapping[int, Standing]:
    """Return by unit how it stood at a published month-end; one query, without the reasons."""
    month = KeyTransform("aum_avg_month", "measures")
    rows = visible(actor, UnitResult).filter(as_of=as_of).annotate(
        aum_state=KeyTextTransform("s", month), aum_month=KeyTextTransform("v", month)
    )  # fmt: skip
    fields = ("unit_id", "tier_level", "aum_state", "aum_month", "loan", "revenue_12m")
    return {
        unit: Standing(level, Decimal(aum) if aum is not None and state == "ok" else None, loan, revenue)
        for unit, level, state, aum, loan, revenue in rows.values_list(*fields)
    }
