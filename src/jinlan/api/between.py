"""Why a client had a tier on one day and not on another: one operation beside those of the resources."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import NinjaAPI, Schema

from jinlan.api.doors import doors
from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.selectors.between import TwoDays, two_days
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.scope import scoped


class Side(Schema):
    """One day: what the client had."""

    as_of: date
    tier: str
    state: str
    score: Decimal | None
    version: str


class Changed(Schema):
    """One criterion; `change` in points of the score."""

    code: str
    measure: str
    raw_before: str | None
    raw_after: str | None
    points_before: str | None
    points_after: str | None
    change: Decimal


class Way(Schema):
    """A change of one measure that alone would be enough."""

    code: str
    measure: str
    now: str | None
    needed: str


class Between(Schema):
    """The answer. `ways` is null for a client who needs none, or whom no figure can help."""

    before: Side
    after: Side
    changes: list[Changed]
    versions: list[str]
    goal: str
    ways: list[Way] | None


def add(api: NinjaAPI) -> None:
    """Give an API the operation."""

    @api.get(
        "/clients/{uuid:public_id}/between", auth=doors(frozenset(BUSINESS)), response=Between, tags=["clients"],
        url_name="clients-between", operation_id="clients_between", summary="Why on one day and not on another",
    )  # fmt: skip
    def between(request: HttpRequest, public_id: UUID, before: date, after: date) -> Any:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        with scoped(actor):
            unit = clients.unit_of(actor, public_id=public_id)
            found = two_days(actor, unit=unit, before=before, after=after) if unit else None
            if found is None:
                raise Http404
            return _told(found)


def _told(found: TwoDays) -> dict[str, Any]:
    return {
        "before": _side(found.before), "after": _side(found.after),
        "changes": found.changes, "versions": [str(text) for text in found.versions], "goal": found.goal, "ways": found.ways,
    }  # fmt: skip


def _side(row: Any) -> dict[str, Any]:
    return {
        "as_of": row.as_of, "tier": row.effective_tier, "state": row.tier_state, "score": row.score,
        "version": (row.detail.get("definition") or {}).get("version", ""),
    }  # fmt: skip
