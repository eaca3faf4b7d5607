"""What a head decides about a wished change of a team; it holds by the dates of the team alone, at once or from its day on."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.applying import change_team
from jinlan.clients.models import TeamProposal
from jinlan.domains.engagement.rules.team import WORD, Wanted, check_change, check_conflict, check_words
from jinlan.domains.engagement.services.team import (
    KIND,
    known_of,
    open_state,
    the_proposal,
    told,
    unit_of_row,
)
from jinlan.domains.engagement.services.telling import tell_outcome
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

DECIDERS = ("branch_head", "dept_head")


@act("engagement.decide_team", title=_("批准团队调整"), roles=DECIDERS)
def decide_team(*, actor: Actor, public_id: UUID, note: str = "") -> str:
    """Let a proposed change happen; it is looked at once more as the team stands now.

    Raises:
        Refused: TEAM_CLOSED, TEAM_WAITS, TEAM_OWN, TEAM_CONFLICT, TEAM_MEASURE, LEAD_TWICE, and what `rules.team.check_change` refuses.
        ScopeDenied: no such proposal, or its client, in sight.
    """
    row = _to_decide(actor, public_id)
    if row.state == "asked":
        raise Refused("TEAM_WAITS", "他还没有答复。", "请等本人确认,或由提议人撤回。")
    client = unit_of_row(actor, row)
    if client is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    wanted = Wanted(row.role, row.before, row.after, row.share, row.effective_on, row.reason)
    check_change(wanted, known_of(actor, client.pk, wanted))
    check_conflict(
        declared=row.conflict, earlier=earlier_conflict(actor, row), heads=actor.has("dept_head"), note=note
    )
    _close(actor, row, "decided", note)
    change_team(
        actor, client, role=row.role, before=row.before, after=row.after, share=row.share, effective_on=row.effective_on, reason=row.reason,
        name=row.decided_name,
    )  # fmt: skip
    audit(
        actor,
        "engagement.team_decided",
        KIND,
        public_id,
        before={"state": "agreed"},
        after=told(row),
        reason=row.note,
    )
    tell_outcome(actor, row)
    return str(public_id)


@act("engagement.refuse_team", title=_("不批准团队调整"), roles=DECIDERS)
def refuse_team(*, actor: Actor, public_id: UUID, note: str) -> str:
    """Refuse a proposed change, with a reason.

    Raises:
        Refused: TEAM_CLOSED, TEAM_OWN, TEAM_WORDS.
        ScopeDenied: no such proposal in sight.
    """
    row = _to_decide(actor, public_id)
    check_words(note, WORD, "note")
    before = row.state
    _close(actor, row, "refused", note)
    audit(
        actor,
        "engagement.team_refused",
        KIND,
        public_id,
        before={"state": before},
        after={"state": "refused"},
        reason=row.note,
    )
    tell_outcome(actor, row)
    return str(public_id)


def earlier_conflict(actor: Actor, row: TeamProposal) -> str:
    """Return the conflict of interest that the one to join declared about the same client last, "" for none."""
    if not row.after:
        return ""
    rows = visible(actor, TeamProposal).filter(
        unit_id=row.unit_id, after=row.after, answered_at__isnull=False
    )
    rows = rows.exclude(pk=row.pk).exclude(conflict="")
    return str(rows.order_by("-answered_at", "-id").values_list("conflict", flat=True).first() or "")


def _to_decide(actor: Actor, public_id: UUID) -> TeamProposal:
    row = the_proposal(actor, public_id)
    open_state(row)
    if actor.person_id in (row.made_id, row.asked_id):
        raise Refused("TEAM_OWN", "不能由提议人或本人决定。", "请由另一位负责人决定。")
    return row


def _close(actor: Actor, row: TeamProposal, state: str, note: str) -> None:
    row.state, row.note, row.decided_at = state, note.strip()[:500], actor.at
    row.decided_id, row.decided_by, row.decided_name = actor.person_id, actor.username, name_of(actor)
    row.save(update_fields=["state", "note", "decided_at", "decided_id", "decided_by", "decided_name"])
