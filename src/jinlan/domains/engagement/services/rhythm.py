"""Learning the rhythm of every client anew from the newest published data: all rows of an entity are replaced in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from psycopg import sql

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.ids import uuid7
from jinlan.basics.numbers import half_up
from jinlan.clients import teams
from jinlan.domains.engagement.rules import rhythm as rules
from jinlan.domains.engagement.rules.rhythm import ALL, CALL, FACE, Days, Measure, Rhythm, Span
from jinlan.kernel.audit import audit
from jinlan.kernel.bulk import patient, upsert
from jinlan.kernel.locks import hold
from jinlan.kernel.scope import scoped
from jinlan.serving import contacts as lake
from jinlan.serving import selectors as serving
from jinlan.serving.models import UnitContact
from jinlan.work.contacted import Contacted, contacts_that_may_count
from jinlan.work.wished import wishes

COLUMNS = {
    "entity": "text", "public_id": "uuid", "unit_id": "bigint", "domain": "smallint", "branch_id": "bigint", "channel": "text",
    "as_of": "date", "run_id": "bigint", "rule": "text", "state": "text", "suppressed": "text", "gaps": "int", "median": "numeric",
    "limit_days": "int", "last_on": "date", "expected_on": "date", "silent_days": "int", "as_long": "int", "lead": "text",
    "evidence": "jsonb",
}  # fmt: skip
YEARS = range(-3, 5)  # around today; a year without an official plan is provisional


def refresh_rhythm(*, actor: Actor) -> dict[str, int]:
    """Learn all rhythms; return how many clients are in which state over all channels, {} while nothing is published."""
    with scoped(actor, write=True):
        patient()
        hold(f"jinlan rhythm|{actor.entity}")
        shown = serving.published(actor, entity=actor.entity)
        if shown is None:
            return {}
        counts: Counter[str] = Counter()
        rows = list(
            _rows(actor, shown.latest, shown.run_id, counts)
        )  # read whole: nothing else may be asked while rows are copied
        every = sql.SQL("t.entity = {}").format(sql.Literal(actor.entity))
        upsert(
            "engagement_rhythm", COLUMNS, rows, key=("unit_id", "channel"),
            at_birth=("entity", "public_id"), delete=every,
        )  # fmt: skip
        audit(actor, "engagement.rhythm_learnt", "rhythm", shown.latest, after=dict(counts))
        return dict(counts)


def _rows(actor: Actor, today: date, run_id: int, counts: Counter[str]) -> Iterator[tuple[Any, ...]]:
    measure = rules.measure_on(today)
    worked = rules.working(china(tuple(today.year + one for one in YEARS)), today, measure)
    places, leads = teams.unit_places(actor), teams.Leads(actor)
    quiet, away, contacts = _quiet(actor), teams.away(actor), _contacts(actor)
    for unit, place in places.items():
        by_kind = contacts.get(unit, {})
        days = Days(worked, quiet.get(unit, ()), _away(leads, away, unit))
        lead = leads.on(unit, today)
        for channel in rules.CHANNELS:
            made = by_kind.get(channel, ()) if channel != ALL else chain(*by_kind.values())
            found = rules.rhythm(made, today, days, measure)
            if channel == ALL:
                counts[found.suppressed or found.state] += 1
            yield (
                actor.entity, uuid7(), unit, place.domain, place.branch_id, channel, today, run_id, rules.VERSION, found.state,
                found.suppressed, len(found.gaps), _tenths(found.median), found.limit, found.last, found.expected_on, found.silent_days,
                found.as_long, lead, _evidence(found, measure),
            )  # fmt: skip


def _contacts(actor: Actor) -> Mapping[int, Mapping[str, set[date]]]:
    """Return unit -> kind -> days of the contacts in which both sides spoke: the bank's delivered ones, and those that rooms wrote down.

    A day is a day, however often and by whom it was noted. When the minutes came is the charter's question.
    """
    found: dict[int, dict[str, set[date]]] = {}
    rows: Iterable[UnitContact | Contacted] = chain(
        lake.contacts_that_may_count(actor), contacts_that_may_count(actor)
    )
    for row in rows:
        if row.kind in (FACE, CALL):
            found.setdefault(row.unit_id, {}).setdefault(row.kind, set()).add(row.happened_on)
    return found


def _quiet(actor: Actor) -> Mapping[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for one in wishes(actor):
        found.setdefault(one.unit_id, []).append(Span(one.since, one.until))
    return found


def _away(leads: teams.Leads, away: Mapping[str, list[tuple[date, date]]], unit: int) -> list[Span]:
    """Return the days on which whoever led a client was away."""
    found = []
    for start, end, code in leads.spans(unit):
        for since, until in away.get(code, ()):
            span = Span(max(start, since), until if end is None else min(end, until))
            if span.since < span.until:
                found.append(span)
    return found


def _tenths(value: Fraction | None) -> Decimal | None:
    return None if value is None else half_up(Decimal(value.numerator) / Decimal(value.denominator), 1)


def _evidence(found: Rhythm, measure: Measure) -> str:
    return json.dumps({
        "days": [day.isoformat() for day in found.contacts], "gaps": list(found.gaps), "skipped": dict(found.skipped),
        "measure": {
            "least": measure.least, "quantile": str(measure.quantile), "factor": str(measure.factor), "floor": measure.floor,
            "window": measure.window,
        },
    })  # fmt: skip
