"""Makers of opportunities for tests, through the acts that people use, and readers of what came of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.domains.engagement.models import ContactPerson, Opportunity
from jinlan.domains.engagement.rules.pipeline import criteria
from jinlan.domains.engagement.services.pipeline import (
    advance_opportunity,
    open_opportunity,
    tick_criterion,
)
from jinlan.domains.engagement.tests.worlds import Room
from jinlan.kernel.testing import AT, writing
from jinlan.work import services as work

WHY, PROOF = "客户要求延后一周", "张总 11-09 面谈确认"
CLOSES = date(2026, 12, 15)


def opened(room: Room, username: str = "lihua", at: datetime = AT, **said: Any) -> UUID:
    """Open an opportunity of 甲集团: 10 m of a loan at 2 %."""
    given = {
        "unit": room.cast.group.public_id, "title": "扩建项目贷款", "product": "LOAN", "amount": Decimal(10_000_000), "margin": Decimal("0.02"),
        "closes_on": CLOSES, "source": "VISIT",
    } | said  # fmt: skip
    return UUID(open_opportunity(actor=room.actor(username, at), **given))


def prove(room: Room, key: UUID, stage: int, at: datetime = AT) -> None:
    """See to it that everything that proves a stage is there."""
    if stage == 2:
        with writing():
            ContactPerson.objects.filter(pk=room.zhang.pk).update(decision_role="DECIDER")
    if stage == 3:
        room.log(at=at, starts_at=at)
    for one in criteria()[stage]:
        if one.kind in ("person", "dated"):
            tick_criterion(
                actor=room.actor(at=at), public_id=key, criterion=one.code, evidence=PROOF, done_on=at.date()
            )
        if one.kind == "approval":
            confirm(room, key, at)


def confirm(room: Room, key: UUID, at: datetime = AT, checker: str = "chenwei") -> None:
    """Let the head of department confirm an opportunity that its manager asks about."""
    asked = work.propose(
        actor=room.actor(at=at), act="engagement.confirm_opportunity", payload={"public_id": key, "reason": "方案与定价已核对"}, reason="方案与定价已核对"
    )  # fmt: skip
    work.decide(
        actor=room.actor(checker, at), approval=asked.public_id, approves=True, reason="同意按此条件办理"
    )


def brought(room: Room, key: UUID, stage: int, at: datetime = AT) -> UUID:
    """Bring an opportunity to a stage, proving each."""
    while (now := row_of(key)["stage"]) < stage:
        prove(room, key, now + 1, at)
        advance_opportunity(actor=room.actor(at=at), public_id=key, stage=now)
    return key


def row_of(key: UUID) -> dict[str, Any]:
    """Return what is stored of an opportunity."""
    with writing():
        return dict(Opportunity.objects.values().get(public_id=key))


def steps_of(key: UUID) -> list[tuple[str, int]]:
    """Return the steps of an opportunity: what was done, and the stage after it."""
    with writing():
        return list(Opportunity.objects.get(public_id=key).steps.order_by("id").values_list("act", "stage"))


def chances_of(key: UUID) -> list[Decimal]:
    """Return the chances that its steps hold."""
    with writing():
        return list(
            Opportunity.objects.get(public_id=key).steps.order_by("id").values_list("chance", flat=True)
        )
