"""Holding an opportunity, writing it and its steps; what every act about opportunities shares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Opportunity, OpportunityStep
from jinlan.domains.engagement.rules.pipeline import OPEN
from jinlan.domains.engagement.selectors.pipeline import Numbers, numbers_on
from jinlan.domains.engagement.services.whom import place_of
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

WRITTEN = ["title", "product", "amount", "currency", "margin", "closes_on", "pushes", "pushed_days", "owner", "source", "rival", "objective",
           "state", "stage", "furthest", "stage_since", "criteria", "closed_on", "won_amount", "loss", "edition"]  # fmt: skip


def the_opportunity(actor: Actor, public_id: UUID) -> Opportunity:
    """Return an opportunity in sight that the actor may change, held against others.

    Raises:
        ScopeDenied: there is none for this actor.
    """
    row: Opportunity | None = (
        visible(actor, Opportunity).select_for_update().filter(public_id=public_id).first()
    )
    if row is None:
        raise ScopeDenied("ABSENT", "没有这个商机。", "")
    return row


def running(actor: Actor, public_id: UUID) -> Opportunity:
    """Return an opportunity that is open, held; the refusal names who closed it.

    Raises:
        Refused: OPPORTUNITY_CLOSED.
        ScopeDenied: there is none for this actor.
    """
    row = the_opportunity(actor, public_id)
    if row.state != OPEN:
        raise Refused(
            "OPPORTUNITY_CLOSED", "这个商机已由 %(who)s 于 %(day)s 结束。", "请刷新页面查看结果。", who=last_by(row), day=row.closed_on
        )  # fmt: skip
    return row


def last_by(row: Opportunity, *acts: str) -> str:
    """Return the name of who did the last step, or the last one of some acts."""
    steps = row.steps.filter(act__in=acts) if acts else row.steps
    last = steps.order_by("-at", "-id").first()
    return last.by_name if last else ""


def saved(
    actor: Actor, row: Opportunity, step: str, verb: str, *, before: Mapping[str, Any], reason: str = "", criterion: str = "", day: date | None = None,
) -> dict[str, str]:  # fmt: skip
    """Write a changed opportunity, its step and the audit; return what the act answers."""
    row.edition += 1
    row.save(update_fields=WRITTEN)
    add_step(actor, row, step, reason=reason, criterion=criterion, day=day)
    audit(
        actor, verb, "opportunity", row.public_id, before=before, after=told(row), reason=reason.strip()[:500]
    )
    return {"opportunity": str(row.public_id), "state": row.state, "stage": str(row.stage)}


def hand_over_opportunity(actor: Actor, row: Opportunity, owner: str, reason: str) -> dict[str, str]:
    """Let another answer for an open opportunity that is held."""
    before = {"owner": row.owner}
    row.owner = owner
    return saved(actor, row, "handed", "engagement.opportunity_handed", before=before, reason=reason)


def add_step(
    actor: Actor,
    row: Opportunity,
    step: str,
    *,
    reason: str = "",
    criterion: str = "",
    day: date | None = None,
) -> None:
    """Say what was done; the chance that holds for its stage on the day stands beside it."""
    on = day or business_date(actor.at)
    numbers: Numbers = numbers_on(actor, on)
    OpportunityStep.objects.create(
        **place_of(row), opportunity=row, act=step, stage=row.stage, criterion=criterion, amount=row.amount, chance=numbers.chances[row.stage],
        closes_on=row.closes_on, owner=row.owner, reason=reason.strip()[:500], by=actor.username, by_name=name_of(actor), day=on, at=actor.at,
    )  # fmt: skip


def told(row: Opportunity) -> dict[str, Any]:
    """Return what the audit keeps of an opportunity: codes, days and amounts, never its words."""
    return {
        "state": row.state, "stage": row.stage, "amount": str(row.amount), "currency": row.currency, "margin": str(row.margin),
        "closes_on": row.closes_on, "owner": row.owner, "product": row.product, "criteria": sorted(row.criteria), "loss": row.loss,
    }  # fmt: skip
