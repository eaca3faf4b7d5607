"""Wishes about a client's team: proposed by who looks after the client, answered by the one who is to join, taken back.

What comes of a wish is decided in `services.deciding`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.clients.models import TeamProposal, Unit
from jinlan.clients.resources import about, called_outside, in_sight
from jinlan.domains.engagement.rules.team import NONE, WORD, Held, Known, Wanted, check_change, check_words
from jinlan.domains.engagement.services.telling import tell_asked
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of, people_behind, roles_behind

ASKABLE = (*ROLES, "risk")
KIND = "team_proposal"


@act("engagement.propose_team", title=_("提议团队调整"), roles=ROLES)
def propose_team(
    *, actor: Actor, unit: UUID, role: str, effective_on: date, reason: str, after: str = "", before: str = "", share: Decimal | None = None,
) -> str:  # fmt: skip
    """Propose that somebody joins, follows another in, or leaves a role of a client's team; return the public id.

    Who is to join is asked first; where nobody joins, a head decides at once.

    Raises:
        Refused: what `rules.team.check_change` refuses; TEAM_OPEN for a proposal that waits already.
        ScopeDenied: no such client in sight.
    """
    client = in_sight(actor, unit)
    wanted = Wanted(role, before.strip(), after.strip(), share, effective_on, reason)
    check_change(wanted, known_of(actor, client.pk, wanted))
    asked = people_behind(actor.entity, [wanted.after]).get(wanted.after)
    row = TeamProposal(
        **about(client), role=role, before=wanted.before, after=wanted.after, share=share, effective_on=effective_on,
        reason=reason.strip(), called=called_outside(client),
        state="asked" if wanted.after else "agreed", made_id=actor.person_id, made_by=actor.username, made_name=name_of(actor), at=actor.at,
        asked_id=asked,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "team_proposal_once" not in str(error):
            raise
        raise Refused("TEAM_OPEN", "同样的提议已在等待处理。", "请先处理或撤回它。", field="after") from None
    audit(actor, "engagement.team_proposed", KIND, row.public_id, after=told(row), reason=row.reason)
    if asked is not None:
        tell_asked(actor, row, asked)
    return str(row.public_id)


@act("engagement.agree_to_join", title=_("同意加入团队"), roles=ASKABLE)
def agree_to_join(*, actor: Actor, public_id: UUID, conflict: str, answer: str = "") -> str:
    """Agree to take the role, and declare what conflict of interest there is with the client.

    Raises:
        Refused: TEAM_ANSWERED, TEAM_DECLARE for no known kind of conflict, TEAM_WORDS for one that is not described.
        ScopeDenied: nobody asked the actor this.
    """
    row = _asked(actor, public_id)
    if conflict not in dict(TeamProposal.CONFLICTS):
        raise Refused(
            "TEAM_DECLARE", "请申报与这户客户有无利益冲突。", "没有的话请选「无利益冲突」。", field="conflict"
        )
    if conflict != NONE:
        check_words(answer, WORD, "answer")
    return _answered(actor, row, "agreed", conflict, answer)


@act("engagement.decline_to_join", title=_("不加入团队"), roles=ASKABLE)
def decline_to_join(*, actor: Actor, public_id: UUID, answer: str) -> str:
    """Decline the role, with a reason.

    Raises:
        Refused: TEAM_ANSWERED, TEAM_WORDS.
        ScopeDenied: nobody asked the actor this.
    """
    row = _asked(actor, public_id)
    check_words(answer, WORD, "answer")
    return _answered(actor, row, "declined", "", answer)


@act("engagement.withdraw_team", title=_("撤回团队调整提议"), roles=ROLES)
def withdraw_team(*, actor: Actor, public_id: UUID) -> str:
    """Take back what one proposed oneself, before it is decided.

    Raises:
        Refused: TEAM_CLOSED, TEAM_NOT_YOURS.
        ScopeDenied: no such proposal in sight.
    """
    row = the_proposal(actor, public_id)
    if row.made_id != actor.person_id:
        raise Refused("TEAM_NOT_YOURS", "只有提议人可以撤回。", "请联系 %(name)s。", name=row.made_name)
    before = open_state(row)
    row.state = "withdrawn"
    row.save(update_fields=["state"])
    audit(
        actor,
        "engagement.team_withdrawn",
        KIND,
        public_id,
        before={"state": before},
        after={"state": "withdrawn"},
    )
    return str(public_id)


def known_of(actor: Actor, unit_id: int, wanted: Wanted) -> Known:
    """Return what is known of a team on the day of a change, and of who is to join it."""
    today = business_date(actor.at)
    team = [
        Held(code, role, share)
        for code, role, share in teams.held_on(actor, unit_id=unit_id, day=wanted.effective_on)
    ]
    return Known(
        team, teams.is_active(actor, code=wanted.after), roles_behind(actor.entity, wanted.after, today), today,
        int(rule("WORKLOAD.AHEAD", today).value),
    )  # fmt: skip


def the_proposal(actor: Actor, public_id: UUID) -> TeamProposal:
    """Return a proposal in sight, held against others.

    Raises:
        ScopeDenied: there is none that the actor may change.
    """
    row: TeamProposal | None = (
        visible(actor, TeamProposal).select_for_update().filter(public_id=public_id).first()
    )
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项团队调整提议。", "")
    return row


def open_state(row: TeamProposal) -> str:
    """Return the state of a proposal that nobody has closed yet.

    Raises:
        Refused: TEAM_CLOSED.
    """
    if row.state not in ("asked", "agreed"):
        raise Refused("TEAM_CLOSED", "这项提议已经有了结果。", "如需再改,请另提一项。")
    return str(row.state)


def told(row: TeamProposal) -> Mapping[str, Any]:
    """Return what the record keeps of a proposal."""
    return {
        "role": row.role, "before": row.before, "after": row.after, "share": row.share, "effective_on": row.effective_on,
    }  # fmt: skip


def _asked(actor: Actor, public_id: UUID) -> TeamProposal:
    """Return what the actor is asked, held against others; what he answered already can be read, not changed."""
    row = visible(actor, TeamProposal).filter(public_id=public_id, asked_id=actor.person_id).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项团队调整提议。", "")
    if row.state != "asked":
        raise Refused("TEAM_ANSWERED", "这项提议已不在等您的答复。", "请看它的状态。")
    return the_proposal(actor, public_id)


def _answered(actor: Actor, row: TeamProposal, state: str, conflict: str, answer: str) -> str:
    row.state, row.conflict, row.answer, row.answered_at = state, conflict, answer.strip()[:500], actor.at
    row.save(update_fields=["state", "conflict", "answer", "answered_at"])
    audit(
        actor, "engagement.team_answered", KIND, row.public_id, before={"state": "asked"},
        after={"state": state, "conflict": conflict}, reason=row.answer,
    )  # fmt: skip
    return str(row.public_id)


def unit_of_row(actor: Actor, row: TeamProposal) -> Unit | None:
    """Return the client of a proposal, None where it is out of sight."""
    return visible(actor, Unit).filter(pk=row.unit_id).defer("grams", "search_text").first()
