"""Deciding about a team, and letting it hold: written in the transaction that decides, done by the system a moment later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.coverage import derive
from jinlan.clients.models import TeamChange, Unit
from jinlan.clients.resources import about
from jinlan.kernel.jobs import defer, job
from jinlan.kernel.scope import scoped, system_actor

NAME = "clients.apply_team"


@job(NAME, title=_("团队调整生效"), steps=True)
def apply_team(*, actor: Actor, unit_id: int) -> dict[str, int]:
    """Derive the dated team of a unit anew from the bank's assignments and the decided changes; a second time changes nothing.

    Nobody writes teams but the system: the decision is the person's, its dates follow from it alone.
    """
    with scoped(system_actor(actor.entity, actor.at), write=True) as scope:
        derive(scope.actor, unit_id=unit_id)
    return {"units": 1}


def change_team(
    actor: Actor, client: Unit, *, role: str, before: str, after: str, effective_on: date, reason: str, name: str, share: Decimal | None = None,
) -> TeamChange:  # fmt: skip
    """Write a decided change of a client's team, with the decider's `name`, and let it hold from its day on.

    Raises:
        Refused: LEAD_TWICE when another lead begins that day already.
    """
    row = TeamChange(
        **about(client), role=role, before=before, after=after, share=share, effective_on=effective_on, reason=reason.strip()[:500],
        decided_by=actor.username, decided_name=name, at=actor.at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "lead_change_once" not in str(error):
            raise
        raise Refused(
            "LEAD_TWICE", "这户在 %(day)s 已有一项主办调整。", "请先在「主办调整」中撤回它,或另选生效日。", day=effective_on, field="effective_on"
        ) from None  # fmt: skip
    apply_soon(actor, unit_id=client.pk, key=str(row.public_id))
    return row


def apply_soon(actor: Actor, *, unit_id: int, key: str) -> None:
    """Ask for it in the running transaction."""
    defer(NAME, actor=actor, key=key, unit_id=unit_id)
