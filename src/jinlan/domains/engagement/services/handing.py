"""Signing a hand-over: the one who gives, the one who takes, last the one who supervises; then the dates of the team change, and nothing else."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.clients.applying import change_team
from jinlan.clients.models import Unit
from jinlan.domains.engagement.handover_words import ITEMS
from jinlan.domains.engagement.models import HandOver, Promise
from jinlan.domains.engagement.rules.handover import (
    GIVER,
    SUPERVISOR,
    TAKER,
    check_signature,
    check_text,
    days_of,
)
from jinlan.domains.engagement.rules.team import Wanted, check_change
from jinlan.domains.engagement.services.handover import HEADS, KIND, done, the_hand_over
from jinlan.domains.engagement.services.packing import standing_of
from jinlan.domains.engagement.services.team import ASKABLE, known_of
from jinlan.domains.engagement.services.telling import tell_handed
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.jobs import defer
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

CARRY = "engagement.carry_over"
NUMBER = 12  # characters by which a pack is called


@act("engagement.sign_hand_over", title=_("签署移交"), roles=ASKABLE)
def sign_hand_over(*, actor: Actor, public_id: UUID, pack: str) -> str:
    """Sign as whoever one is in it, for the pack of a number; with the supervisor's signature the client goes over on its day.

    Raises:
        Refused: HANDOVER_DONE, HANDOVER_PACK when it is another pack, HANDOVER_STRANGER, HANDOVER_INSIDE, what `check_signature` refuses,
            and what `rules.team.check_change` refuses.
        ScopeDenied: no such hand-over in sight.
    """
    row: HandOver | None = visible(actor, HandOver).select_for_update().filter(public_id=public_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项移交。", "")
    if row.state != "open":
        raise done()
    if pack != number_of(row):
        raise Refused("HANDOVER_PACK", "交接包已经更新。", "请重新查看后再签。")
    who = _as_whom(actor, row)
    client = visible(actor, Unit).filter(pk=row.unit_id).first()
    check_signature(standing_of(actor, row, client), who, ITEMS)
    if who == GIVER:
        _leave_nothing_inside(actor, row)
        row.giver_signed_at = actor.at
    elif who == TAKER:
        row.taker_signed_at = actor.at
    else:
        _supervised(actor, row, client)
    row.save(update_fields=SIGNED)
    audit(actor, "engagement.hand_over_signed", KIND, public_id, after={"as": who, "pack": pack})
    return str(public_id)


def number_of(row: HandOver) -> str:
    """Return the number of a pack: the beginning of its hash."""
    return str(row.pack_hash[:NUMBER])


SIGNED = (
    "giver_signed_at", "taker_signed_at", "supervisor_signed_at", "supervisor_id", "supervisor", "supervisor_name", "state", "introduce_by",
    "dispute_until", "shadow_until", "shadow_share",
)  # fmt: skip


@act("engagement.sign_for_absent", title=_("代离职人签署移交"), roles=HEADS)
def sign_for_absent(*, actor: Actor, public_id: UUID, reason: str) -> str:
    """Sign for a giver who is with the bank no more, with the reason; who does so does not supervise.

    Raises:
        Refused: HANDOVER_DONE, HANDOVER_PRESENT while he can sign himself, HANDOVER_WORDS, what `check_signature` refuses.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row, client = the_hand_over(actor, public_id)
    if row.giver_id is not None and teams.is_active(actor, code=row.giver):
        raise Refused("HANDOVER_PRESENT", "移交人在职,须本人签字。", "请他登录后签署。")
    check_text(reason, "reason")
    check_signature(standing_of(actor, row, client), GIVER, ITEMS)
    row.giver_signed_at, row.giver_absent, row.giver_id = actor.at, reason.strip(), actor.person_id
    row.save(update_fields=["giver_signed_at", "giver_absent", "giver_id"])
    audit(
        actor, "engagement.hand_over_signed", KIND, public_id, after={"as": "giver, absent", "pack": row.pack_hash}, reason=row.giver_absent
    )  # fmt: skip
    return str(public_id)


@act("engagement.withdraw_hand_over", title=_("撤回移交"), roles=ROLES)
def withdraw_hand_over(*, actor: Actor, public_id: UUID, reason: str) -> str:
    """Take a hand-over back before it is supervised; nothing has moved.

    Raises:
        Refused: HANDOVER_DONE, HANDOVER_WORDS.
        ScopeDenied: no such hand-over, or its client, in sight.
    """
    row, _client = the_hand_over(actor, public_id)
    check_text(reason, "reason")
    row.state = "withdrawn"
    row.save(update_fields=["state"])
    audit(
        actor,
        "engagement.hand_over_withdrawn",
        KIND,
        public_id,
        before={"state": "open"},
        after={"state": "withdrawn"},
        reason=reason.strip(),
    )
    return str(public_id)


def _as_whom(actor: Actor, row: HandOver) -> str:
    if actor.person_id == row.giver_id:
        return GIVER
    if actor.person_id == row.taker_id:
        return TAKER
    if not actor.has(*HEADS):
        raise Refused("HANDOVER_STRANGER", "您不是这项移交的移交人、接收人或监交人。", "监交人须是负责人。")
    return SUPERVISOR


def _leave_nothing_inside(actor: Actor, row: HandOver) -> None:
    """Refuse a giver who still owns what only readers of inside information see; nobody else is told of it."""
    own = visible(actor, Promise).filter(unit_id=row.unit_id, owner=row.giver, state="made", inside=True)
    if own.exists():
        raise Refused(
            "HANDOVER_INSIDE", "您还负责只有知情人可见的承诺。", "请先在承诺页交给一位知情人,再签署移交。"
        )


def _supervised(actor: Actor, row: HandOver, client: Unit | None) -> None:
    if client is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    wanted = Wanted(row.role, row.giver, row.taker, None, row.effective_on, row.reason)
    check_change(wanted, known_of(actor, client.pk, wanted))
    row.state, row.supervisor_signed_at = "signed", actor.at
    row.supervisor_id, row.supervisor, row.supervisor_name = actor.person_id, actor.username, name_of(actor)
    today = business_date(actor.at)
    days = days_of(
        row.effective_on, china((row.effective_on.year, row.effective_on.year + 1)), introduce=int(rule("HANDOVER.INTRODUCE", today).value),
        dispute=int(rule("HANDOVER.DISPUTE", today).value), shadow=int(rule("HANDOVER.SHADOW", today).value),
    )  # fmt: skip
    row.introduce_by, row.dispute_until, row.shadow_until = (
        days.introduce_by,
        days.dispute_until,
        days.shadow_until,
    )
    row.shadow_share = rule("HANDOVER.SHADOW.SHARE", today).value
    change_team(
        actor, client, role=row.role, before=row.giver, after=row.taker, effective_on=row.effective_on, reason=row.reason,
        name=row.supervisor_name,
    )  # fmt: skip
    if row.effective_on <= today:
        defer(CARRY, actor=actor, key=str(row.public_id))
    tell_handed(actor, row)
