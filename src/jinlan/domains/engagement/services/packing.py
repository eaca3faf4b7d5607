"""What goes over with a client (交接包): built from what stands in the system, as the one who makes it sees it; never inside information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients.models import Unit
from jinlan.domains.engagement.models import (
    Attachment,
    ContactPerson,
    HandOver,
    Interaction,
    Opportunity,
    Pair,
    PlanAction,
    Promise,
)
from jinlan.domains.engagement.rules.handover import Standing
from jinlan.kernel.acts import content_hash
from jinlan.kernel.reading import visible
from jinlan.serving import requests
from jinlan.serving import selectors as serving
from jinlan.work.selectors import tasks_of_unit

KINDS = (
    "promises",
    "meetings",
    "pairs",
    "opportunities",
    "actions",
    "tasks",
    "complaints",
)  # work that goes over; each row has an `id`
DOCUMENTS = 20  # that are named
FIGURES = ("effective_tier", "aum", "loan", "revenue_12m", "overdue", "next_maturity", "five_tier_worst")


def pack_of(actor: Actor, unit: Unit, giver: str) -> dict[str, Any]:
    """Return what a hand-over lists: figures with their date, and the open work of the giver; plain JSON."""
    return {
        "figures": _figures(actor, unit.pk), "people": visible(actor, ContactPerson).filter(unit_id=unit.pk).count(),
        "promises": _promises(actor, unit.pk, giver), "meetings": _meetings(actor, unit.pk, giver), "pairs": _pairs(actor, unit.pk, giver),
        "opportunities": _opportunities(actor, unit.pk, giver), "actions": _actions(actor, unit.pk, giver), "tasks": _tasks(actor, unit.pk), "complaints": requests.open_complaints(actor, unit_id=unit.pk),
        "documents": _documents(actor, unit.pk),
    }  # fmt: skip


def hash_of(pack: Mapping[str, Any]) -> str:
    """Return what signatures stand for."""
    return content_hash(dict(pack))


def complaints_of(pack: Mapping[str, Any], before: Mapping[str, str]) -> dict[str, str]:
    """Return open complaint -> who takes it on, as it was said before."""
    return {str(one["id"]): before.get(str(one["id"]), "") for one in pack["complaints"]}


def standing_of(actor: Actor, row: HandOver, unit: Unit | None) -> Standing:
    """Return how far a hand-over is; without the client in sight nobody can say whether new work came up."""
    signed = {
        who
        for who, at in (("giver", row.giver_signed_at), ("taker", row.taker_signed_at), ("supervisor", row.supervisor_signed_at))
        if at is not None
    }  # fmt: skip
    fresh = fresh_in(row.pack, pack_of(actor, unit, row.giver)) if unit is not None else []
    return Standing(frozenset(row.checklist), row.complaints, frozenset(signed), fresh)


def fresh_in(packed: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the kinds of work that came up since a pack was made; what was done meanwhile is no matter."""
    return [
        kind
        for kind in KINDS
        if {str(one["id"]) for one in now[kind]} - {str(one["id"]) for one in packed.get(kind, ())}
    ]


def _figures(actor: Actor, unit_id: int) -> dict[str, str]:
    day = serving.known_until(actor)
    row = serving.unit_result(actor, unit_id=unit_id, as_of=day)
    if row is None:
        return {}
    said = {name: getattr(row, name) for name in FIGURES}
    return {"as_of": day.isoformat()} | {
        name: str(value) for name, value in said.items() if value not in (None, "")
    }


def _promises(actor: Actor, unit_id: int, giver: str) -> list[dict[str, str]]:
    rows = visible(actor, Promise).filter(unit_id=unit_id, owner=giver, state="made", inside=False)
    return [
        {"id": str(row.public_id), "what": row.what, "side": row.side, "due_on": row.due_on.isoformat()}
        for row in rows.order_by("due_on", "id")
    ]


def _meetings(actor: Actor, unit_id: int, giver: str) -> list[dict[str, str]]:
    rows = visible(actor, Interaction).filter(
        unit_id=unit_id, state="planned", inside=False, staff__contains=[giver]
    )
    return [
        {"id": str(row.public_id), "what": row.subject, "kind": row.kind, "at": row.starts_at.isoformat()}
        for row in rows.order_by("starts_at", "id")
    ]


def _pairs(actor: Actor, unit_id: int, giver: str) -> list[dict[str, Any]]:
    rows = visible(actor, Pair).filter(Q(until=None), unit_id=unit_id, employee=giver)
    return [
        {"id": str(row.public_id), "level": row.level, "days": row.days}
        for row in rows.order_by("level", "id")
    ]


def _opportunities(actor: Actor, unit_id: int, giver: str) -> list[dict[str, Any]]:
    rows = visible(actor, Opportunity).filter(unit_id=unit_id, owner=giver, state="open")
    return [
        {
            "id": str(row.public_id),
            "what": row.title,
            "stage": row.stage,
            "closes_on": row.closes_on.isoformat(),
        }
        for row in rows.order_by("closes_on", "id")
    ]


def _actions(actor: Actor, unit_id: int, giver: str) -> list[dict[str, str]]:
    rows = visible(actor, PlanAction).filter(unit_id=unit_id, owner=giver, state="open", promise=None)
    return [
        {"id": str(row.public_id), "what": row.text, "due_on": row.due_on.isoformat()}
        for row in rows.order_by("due_on", "id")
    ]


def _documents(actor: Actor, unit_id: int) -> dict[str, Any]:
    """Return how many files of open talks there are, and the newest of them by name."""
    rows = visible(actor, Attachment).filter(unit_id=unit_id, withdrawn_at=None, interaction__inside=False)
    return {
        "count": rows.count(),
        "newest": [
            {"id": str(row.public_id), "name": row.name, "on": business_date(row.made_at).isoformat()}
            for row in rows.order_by("-made_at", "-id")[:DOCUMENTS]
        ],
    }


def _tasks(actor: Actor, unit_id: int) -> Sequence[dict[str, Any]]:
    return [
        {"id": str(row.public_id), "what": row.title, "due_on": row.due_on.isoformat() if row.due_on else ""}
        for row in tasks_of_unit(actor, unit_id=unit_id)
    ]
