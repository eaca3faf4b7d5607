"""Bringing the answers that clients are owed up to the newest published data: targets made, kept, made tasks (05 §5.3).

A target is made once, with the tier and the version of the day of the request, and stays; only whether it was kept is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from psycopg import sql

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.ids import uuid7
from jinlan.basics.periods import add_months
from jinlan.basics.worktime import WorkingHours
from jinlan.clients import teams
from jinlan.domains.strategy.models import Obligation
from jinlan.domains.strategy.rules.charter_plan import InForce, TierSpan
from jinlan.domains.strategy.rules.charter_requests import Answer, Request, answers
from jinlan.kernel.bulk import upsert
from jinlan.serving.requests import requests_received
from jinlan.work.selectors import open_subjects
from jinlan.work.services import Wanted, close_tasks, open_tasks

TASK = "request"
TITLE = "客户诉求待答复"
MONTHS = 24  # in which requests are known (`insight.contacts.WINDOW`)
COLUMNS = {
    "entity": "text", "public_id": "uuid", "unit_id": "bigint", "domain": "smallint", "branch_id": "bigint", "kind": "text",
    "ref": "text", "tier": "text", "version": "text", "opens": "date", "due_on": "date", "due_at": "timestamptz", "done_at": "timestamptz",
    "kept_on": "date",
    "lead": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What answers are made of beside the requests: the day, where units stand, who led them, tiers they held, versions."""

    today: date
    places: Mapping[int, teams.UnitPlace]
    leads: teams.Leads
    tiers: Mapping[int, tuple[str, list[TierSpan]]]
    promised: Sequence[InForce]


def refresh_answers(actor: Actor, facts: RequestFacts) -> dict[str, int]:
    """Bring the answers owed up to date inside the caller's transaction; return counts."""
    found = _owed(actor, facts)
    since = add_months(facts.today, -MONTHS)
    gone = sql.SQL("t.entity = {} and t.ref <> '' and t.opens >= {} and t.excuse_code = ''").format(
        sql.Literal(actor.entity), sql.Literal(since)
    )
    upsert(
        "strategy_obligation", COLUMNS, _values(actor.entity, facts, found), key=("unit_id", "kind", "opens", "ref"),
        at_birth=("entity", "public_id"), delete=gone,
    )  # fmt: skip
    return {"answers": sum(map(len, found.values())), **_tasks(actor, facts, found)}


def _owed(actor: Actor, facts: RequestFacts) -> dict[int, list[Answer]]:
    made: dict[int, list[Request]] = {}
    for row in requests_received(actor):
        if row.unit_id in facts.places and row.unit_id in facts.tiers:
            one = Request(row.code, row.kind, row.received_at, row.answered_at, row.settled_at)
            made.setdefault(row.unit_id, []).append(one)
    year = facts.today.year
    hours = WorkingHours(china((year - 1, year, year + 1)))  # a year without an official plan is provisional
    made_before = _targets()
    return {
        unit: [
            replace(one, **made_before.get((unit, one.kind, one.ref), {}))
            for one in answers(requests, *facts.tiers[unit], facts.promised, hours)
        ]
        for unit, requests in made.items()
    }


def _targets() -> dict[tuple[int, str, str], dict[str, Any]]:
    """Return the targets that were made before, by unit, kind and request: they stand, whatever the tier was found to be since."""
    columns = ("tier", "version", "opens", "due_at")
    rows = Obligation.objects.exclude(ref="").values_list("unit_id", "kind", "ref", *columns)
    return {(unit, kind, ref): dict(zip(columns, rest, strict=True)) for unit, kind, ref, *rest in rows}


def _values(
    entity: str, facts: RequestFacts, found: Mapping[int, Sequence[Answer]]
) -> Iterator[tuple[Any, ...]]:
    for unit, made in found.items():
        place = facts.places[unit]
        for one in made:
            lead = facts.leads.on(unit, min(one.due_on, facts.today))
            yield (
                entity, uuid7(), unit, place.domain, place.branch_id, one.kind, one.ref, one.tier, one.version, one.opens, one.due_on,
                one.due_at, one.done_at, one.kept_on, lead,
            )  # fmt: skip


def _tasks(actor: Actor, facts: RequestFacts, found: Mapping[int, Sequence[Answer]]) -> dict[str, int]:
    """Open a task for every answer that did not come yet, and close those that came."""
    waits = [(unit, one) for unit, made in found.items() for one in made if one.done_at is None]
    came = {
        _subject(facts, unit, one): "kept" if one.kept_on else "late"
        for unit, made in found.items() for one in made if one.done_at is not None
    }  # fmt: skip
    wanted = [_wanted(facts, unit, one) for unit, one in waits]
    names = {one.subject for one in wanted}
    over = {
        subject: came.get(subject, "not_owed") for subject in open_subjects(actor, kind=TASK) if subject not in names
    }  # fmt: skip
    closed = close_tasks(actor=actor, outcomes=over)
    opened = open_tasks(actor=actor, wanted=wanted, opened_on=facts.today)
    return {"answers_opened": opened, "answers_closed": closed}


def _subject(facts: RequestFacts, unit: int, one: Answer) -> str:
    return f"request:{facts.places[unit].code}:{one.kind}:{one.ref}"


def _wanted(facts: RequestFacts, unit: int, one: Answer) -> Wanted:
    place = facts.places[unit]
    detail = {"answer": one.kind, "ref": one.ref, "tier": one.tier, "due_at": one.due_at.isoformat()}
    return Wanted(
        subject=_subject(facts, unit, one), kind=TASK, unit_id=unit, domain=place.domain, branch_id=place.branch_id,
        role="manager" if place.domain else "private_banker", title=TITLE, detail=detail, due_on=one.due_on,
    )  # fmt: skip
