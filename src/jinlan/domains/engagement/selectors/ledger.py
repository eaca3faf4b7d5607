"""Reading promises: a client's, with how often each was moved, and how well either side keeps its word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.models import Promise, PromiseStep
from jinlan.domains.engagement.rules.promises import OPEN, SIDES, Line, Tally, overdue_days, tally
from jinlan.kernel.reading import visible

MOVED = Count("steps", filter=Q(steps__act="moved"))


def dress(rows: Iterable[Promise], today: date) -> list[Any]:
    """Give each promise what pages show of it: its state as of a day, the days that it is late, whether it was moved."""
    found: list[Any] = list(rows)
    for row in found:
        row.late_days = overdue_days(row.state, row.due_on, today)
        row.look = "overdue" if row.late_days else row.state
        row.was_moved = row.due_on != row.first_due_on
    return found


def promises_of(actor: Actor, *, unit_id: int, today: date) -> list[Any]:
    """Return the promises of a client: the open ones by their day, then the closed ones, the newest first."""
    rows = list(visible(actor, Promise).filter(unit_id=unit_id).select_related("person"))
    running = sorted((row for row in rows if row.state == OPEN), key=lambda row: (row.due_on, row.pk))
    closed = sorted(
        (row for row in rows if row.state != OPEN), key=lambda row: (row.closed_on, row.pk), reverse=True
    )
    return dress([*running, *closed], today)


def promises_by_interaction(actor: Actor, *, keys: Sequence[int], today: date) -> Mapping[int, list[Any]]:
    """Return the promises made in some interactions, by interaction; one query."""
    found: dict[int, list[Any]] = {}
    rows = visible(actor, Promise).filter(interaction_id__in=list(keys)).order_by("due_on", "id")
    for row in dress(rows, today):
        found.setdefault(row.interaction_id, []).append(row)
    return found


def tallies(rows: QuerySet[Any], today: date) -> Mapping[str, Tally]:
    """Return how each side has kept some promises; one query."""
    lines = rows.order_by().annotate(moves=MOVED).values_list("side", "state", "due_on", "moves")
    read = [Line(*one) for one in lines]
    return {side: tally(read, side, today) for side in SIDES}


def moves_of(actor: Actor, *, keys: Sequence[int]) -> Mapping[int, int]:
    """Return how often each of some promises was moved; one query."""
    steps = visible(actor, PromiseStep).filter(promise_id__in=list(keys), act="moved")
    return dict(steps.order_by().values("promise_id").annotate(n=Count("id")).values_list("promise_id", "n"))


def steps_of(actor: Actor, *, promise_id: int) -> list[PromiseStep]:
    """Return the steps of a promise, the first one first."""
    return list(visible(actor, PromiseStep).filter(promise_id=promise_id).order_by("at", "id"))


def open_promises(actor: Actor, *, until: date) -> QuerySet[Promise]:
    """Return the open promises that are due up to a day."""
    return visible(actor, Promise).filter(state=OPEN, due_on__lte=until).order_by("due_on", "id")


def promises_with(actor: Actor, *, employee: str, until: date, today: date) -> list[Any]:
    """Return the open promises that one of ours does or follows, due up to a day, the earliest first."""
    return dress(open_promises(actor, until=until).filter(owner=employee), today) if employee else []


def overdue(today: date) -> Q:
    """Return the promises that are overdue on a day."""
    return Q(state=OPEN, due_on__lt=today)


def moved() -> Q:
    """Return the promises whose day was moved."""
    return ~Q(due_on=F("first_due_on"))
