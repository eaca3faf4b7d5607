"""What happened with a client as the lower floors know it: delivered contacts and cases, leads, absences of leads, tasks done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from django.db.models import Exists, F, OuterRef, Q

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients.models import Coverage, Delegation
from jinlan.kernel.reading import visible
from jinlan.serving.models import UnitContact, UnitRequest
from jinlan.work.happened import ABSENCE, CASE, CONTACT, LEAD, TASK, Asked, Event, beginning
from jinlan.work.models import Task


def contacts(actor: Actor, asked: Asked) -> list[Event]:
    """Return the meetings and calls that the bank delivered; one query."""
    rows = visible(actor, UnitContact).filter(
        asked.after_day("contact", "happened_on"), unit_id=asked.unit_id
    )
    rows = rows.filter(employee=asked.who) if asked.who else rows
    return [
        Event(
            beginning(row.happened_on), "contact", row.pk, CONTACT, row.kind, who=_codes(row.employee), dated=True, routine=True
        )
        for row in rows.order_by("-happened_on", "-id")[: asked.limit]
    ]  # fmt: skip


def cases(actor: Actor, asked: Asked) -> list[Event]:
    """Return what the client asked for or complained of; one query. Nobody of the bank stands behind it."""
    if asked.who:
        return []
    rows = visible(actor, UnitRequest).filter(asked.after("case", "received_at"), unit_id=asked.unit_id)
    return [
        Event(row.received_at, "case", row.pk, CASE, row.kind, values={"ref": row.code, "answered": row.answered_at, "settled": row.settled_at})
        for row in rows.order_by("-received_at", "-id")[: asked.limit]
    ]  # fmt: skip


def leads(actor: Actor, asked: Asked) -> list[Event]:
    """Return who began to lead the client, and since when; one query. Another share of the credit is no beginning."""
    before = visible(actor, Coverage).filter(
        unit_id=asked.unit_id, role="LEAD", employee=OuterRef("employee"), valid_to=OuterRef("valid_from")
    )
    rows = visible(actor, Coverage).filter(
        ~Exists(before),
        asked.after_day("lead", "valid_from"),
        unit_id=asked.unit_id,
        role="LEAD",
        valid_from__lte=business_date(actor.at),
    )
    rows = rows.filter(employee__code=asked.who) if asked.who else rows
    found = rows.order_by("-valid_from", "-id").values_list("id", "valid_from", "employee__code")
    return [
        Event(beginning(day), "lead", key, LEAD, "BEGAN", who=(code,), dated=True)
        for key, day, code in found[: asked.limit]
    ]


def absences(actor: Actor, asked: Asked) -> list[Event]:
    """Return when whoever led the client was away, and who stood in for him; one query."""
    rows = visible(actor, Delegation).filter(
        asked.after_day("absence", "valid_from"), valid_from__lte=business_date(actor.at)
    )
    led = visible(actor, Coverage).filter(
        unit_id=asked.unit_id, role="LEAD", employee=OuterRef("absent"), valid_from__lt=OuterRef("valid_to")
    )
    until = Q(valid_to=None) | Q(valid_to__gt=OuterRef("valid_from"))
    rows = rows.filter(Exists(led.filter(until)), valid_to__gt=F("valid_from")).select_related(
        "absent", "deputy"
    )
    rows = rows.filter(Q(absent__code=asked.who) | Q(deputy__code=asked.who)) if asked.who else rows
    return [
        Event(
            beginning(row.valid_from), "absence", row.pk, ABSENCE, "AWAY", who=(row.absent.code, row.deputy.code), dated=True, routine=True,
            values={"until": row.valid_to},
        )
        for row in rows.order_by("-valid_from", "-id")[: asked.limit]
    ]  # fmt: skip


def tasks(actor: Actor, asked: Asked) -> list[Event]:
    """Return the tasks about the client that are done or came to nothing; one query."""
    rows = visible(actor, Task).filter(
        asked.after("task", "closed_at"), unit_id=asked.unit_id, closed_at__isnull=False
    )
    rows = rows.filter(assignee=asked.who) if asked.who else rows
    return [
        Event(cast(datetime, row.closed_at), "task", row.pk, TASK, row.kind, who=_codes(row.assignee), routine=True,
              values={"contact": row.detail.get("contact", ""), "outcome": row.outcome, "title": row.title})
        for row in rows.order_by("-closed_at", "-id")[: asked.limit]
    ]  # fmt: skip


def _codes(*codes: str) -> tuple[str, ...]:
    return tuple(code for code in codes if code)


SOURCES: Iterable[tuple[str, str, Any]] = (
    ("contact", CONTACT, contacts), ("case", CASE, cases), ("lead", LEAD, leads), ("absence", ABSENCE, absences), ("task", TASK, tasks),
)  # fmt: skip
