"""Decided tiers: how a step is written down, and what the nightly run reads of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import AgendaItem, TierDecision
from jinlan.domains.strategy.rules.life import RETAINED, letter_for
from jinlan.insight.tiers import Decided
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import scoped

if TYPE_CHECKING:
    from jinlan.clients.models import Unit


def decisions_of(entity: str, actor: Actor) -> list[Decided]:
    """Return what committees decided about units, as the run reads it: other steps follow from the run itself."""
    with scoped(actor):
        rows = TierDecision.objects.filter(entity=entity, source=TierDecision.COMMITTEE).order_by(
            "since", "public_id"
        )
        return [
            Decided(
                unit_id=row.unit_code, tier=row.after, since=row.since, source=row.source, ref=str(row.public_id),
                retains=row.step == RETAINED,
            )
            for row in rows
        ]  # fmt: skip


def decide_tier(
    actor: Actor, *, item: AgendaItem, unit: Unit, step: str, before: str, after: str, since: date, evidence: Mapping[str, Any],
    approvers: Sequence[str], reason: str,
) -> TierDecision:  # fmt: skip
    """Write down what a committee decided about a tier, inside the act that closes the item; the next evaluation follows it."""
    row: TierDecision = TierDecision.objects.create(
        entity=unit.entity, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, unit_code=unit.code, kind=unit.kind,
        step=step, before=before, after=after, since=since, source=TierDecision.COMMITTEE,
        as_of=date.fromisoformat(item.case["as_of"]), evidence=dict(evidence), item=item, meeting_code=item.meeting.code,
        approvers=list(approvers), letter=letter_for(step, str(item.case.get("gates_shown", ""))), made_at=actor.at,
    )  # fmt: skip
    audit(
        actor, "strategy.tier_decided", "unit", unit.code, before={"tier": before},
        after={"tier": after, "step": step, "since": since, "meeting": item.meeting.code}, reason=reason,
    )  # fmt: skip
    return row
