"""Keeping what indicators were: for the newest published date, and for the month-ends of the last two years.

While a date is the newest, its values follow what becomes known of it; once it is not, a value stays as it was until another run speaks
for its date, and one that was missing may still come. Doing it twice writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.basics.numbers import half_up
from jinlan.basics.periods import months_back
from jinlan.kernel.audit import audit
from jinlan.kernel.bulk import patient
from jinlan.kernel.locks import hold
from jinlan.kernel.scope import scoped
from jinlan.serving import selectors as serving
from jinlan.work.indicators import CASES, INDICATORS, PLACES, Indicator
from jinlan.work.models import IndicatorValue

NAME = "work.snapshot_indicators"
MONTHS = 24  # of month-ends that are looked back on
FIELDS = ("run_id", "value", "top", "bottom", "target", "met", "why", "inputs")


def snapshot_indicators(*, actor: Actor) -> dict[str, int]:
    """Bring the snapshots up to the newest published date; return how many were made, changed and taken away, {} with nothing published."""
    with scoped(actor, write=True):
        patient()
        hold(f"jinlan indicators|{actor.entity}")
        shown = serving.published(actor, entity=actor.entity)
        if shown is None:
            return {}
        runs = serving.runs_of_dates(actor, entity=shown.entity)
        kept = {
            (row.code, row.as_of): row
            for row in IndicatorValue.objects.filter(entity=shown.entity, as_of__in=runs)
        }
        rows = [
            row for row in _rows(actor, shown, runs, kept) if _differs(kept.get((row.code, row.as_of)), row)
        ]
        made = sum((row.code, row.as_of) not in kept for row in rows)
        gone, _each = IndicatorValue.objects.filter(entity=shown.entity).exclude(as_of__in=runs).delete()
        IndicatorValue.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["entity", "code", "as_of"],
            update_fields=[*FIELDS, "at"],
        )
        counts = {"made": made, "changed": len(rows) - made, "gone": gone}
        if any(counts.values()):
            audit(actor, "work.indicators_kept", "indicators", shown.latest.isoformat(), after=counts)
        return counts


def _rows(
    actor: Actor, shown: serving.Published, runs: Mapping[date, int], kept: Mapping[tuple[str, date], IndicatorValue]
) -> Iterator[IndicatorValue]:  # fmt: skip
    """Yield what has to be asked: all of the newest date, and of the month-ends what no value of their run tells yet."""
    since = months_back(shown.latest, MONTHS)
    past = [day for day in shown.month_ends if since <= day < shown.latest]
    for day in (shown.latest, *past):
        for one in INDICATORS.values():
            row = kept.get((one.code, day))
            if day == shown.latest or row is None or row.value is None or row.run_id != runs[day]:
                yield _asked(actor, one, day, runs[day])


def _asked(actor: Actor, one: Indicator, day: date, run_id: int) -> IndicatorValue:
    found, target = one.selector(actor, day), one.rule(day)
    inputs: dict[str, Any] = {
        "rule": target.version, **found.inputs, "cases": [[case.about, case.key, case.said] for case in found.cases[:CASES]],
        "behind": len(found.cases),
    }  # fmt: skip
    return IndicatorValue(
        entity=actor.entity, code=one.code, as_of=day, run_id=run_id, value=_exact(found.value, PLACES[one.unit]),
        top=_exact(found.top, 2), bottom=_exact(found.bottom, 2), target=target.value,
        met=None if found.value is None else target.applies(found.value), why=found.why, inputs=inputs, at=actor.at,
    )  # fmt: skip


def _exact(value: Decimal | int | None, places: int) -> Decimal | None:
    return None if value is None else half_up(value, places)


def _differs(old: IndicatorValue | None, new: IndicatorValue) -> bool:
    fields: Sequence[str] = FIELDS
    return old is None or any(getattr(old, name) != getattr(new, name) for name in fields)
