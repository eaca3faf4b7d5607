"""What heads decide about who leads a client; it holds from its day on, by the dates of the team alone."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.clients.applying import apply_soon, change_team
from jinlan.clients.models import TeamChange
from jinlan.clients.resources import in_sight
from jinlan.domains.strategy.rules.assignments import Assignment, check_assignment
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of
from jinlan.serving import selectors as serving

DECIDERS = ("branch_head", "dept_head")


@act("strategy.assign_lead", title=_("调整主办"), roles=DECIDERS)
def assign_lead(*, actor: Actor, unit: UUID, after: str, effective_on: date, reason: str) -> str:
    """Decide that somebody leads a client from a day on; return the public id of the decision.

    Raises:
        Refused: LEAD_SAME, LEAD_SELF, LEAD_GONE, LEAD_DAY, LEAD_REASON; LEAD_TWICE when that day has a decision already.
        ScopeDenied: no such client in sight.
    """
    client, today = in_sight(actor, unit), serving.known_until(actor)
    before = teams.Leads(actor, unit_id=client.pk).on(client.pk, effective_on)
    days = int(rule("WORKLOAD.AHEAD", today).value)
    check_assignment(
        Assignment(
            before,
            after,
            teams.is_active(actor, code=after),
            actor.employee,
            effective_on,
            today,
            days,
            reason,
        )
    )
    row = change_team(
        actor, client, role="LEAD", before=before, after=after, effective_on=effective_on, reason=reason, name=name_of(actor)
    )  # fmt: skip
    said = {"effective_on": effective_on, "lead": after}
    audit(
        actor,
        "strategy.lead_assigned",
        "lead_change",
        row.public_id,
        before={"lead": before},
        after=said,
        reason=row.reason,
    )
    return str(row.public_id)


@act("strategy.withdraw_assignment", title=_("撤回主办调整"), roles=DECIDERS)
def withdraw_assignment(*, actor: Actor, public_id: UUID, reason: str) -> str:
    """Take a decided lead back before its day; afterwards only another decision changes it.

    Raises:
        Refused: LEAD_DONE when its day has come or it was withdrawn.
        ScopeDenied: no such decision in sight.
    """
    row = visible(actor, TeamChange).filter(public_id=public_id).select_for_update().first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项主办调整。", "")
    if row.withdrawn_at is not None or row.effective_on <= serving.known_until(actor):
        raise Refused("LEAD_DONE", "这项主办调整已经生效或撤回。", "如需再改,请另作一次调整。")
    row.withdrawn_by, row.withdrawn_at = actor.username, actor.at
    row.save(update_fields=["withdrawn_by", "withdrawn_at"])
    audit(
        actor, "strategy.assignment_withdrawn", "lead_change", public_id, before={"lead": row.after}, after={"lead": row.before},
        reason=reason.strip()[:500],
    )  # fmt: skip
    apply_soon(actor, unit_id=row.unit_id, key=f"{public_id} withdrawn")
    return str(public_id)
