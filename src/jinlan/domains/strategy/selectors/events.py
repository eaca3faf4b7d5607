"""What happened with a client as this room knows it: steps of its tier, and overrides for those who read them."""

from __future__ import annotations

from django.urls import reverse

from jinlan.basics.actor import Actor
from jinlan.clients.models import Unit
from jinlan.domains.strategy.models import Override, TierDecision
from jinlan.kernel.reading import sees_whole_bank, visible
from jinlan.work.happened import TIER, Asked, Event, beginning


def tier_steps(actor: Actor, asked: Asked) -> list[Event]:
    """Return the steps of a client's tier; one query. Evidence and reasons stand where they are read under their own rules."""
    if asked.who:
        return []
    rows = visible(actor, TierDecision).filter(asked.after_day("tier", "since"), unit_id=asked.unit_id)
    return [
        Event(
            beginning(row.since), "tier", row.pk, TIER, row.step, dated=True,
            url=reverse("decision", kwargs={"public_id": row.public_id}) if row.letter else "",
            values={"before": row.before, "after": row.after, "source": row.source},
        )
        for row in rows.order_by("-since", "-id")[: asked.limit]
    ]  # fmt: skip


def overrides(actor: Actor, asked: Asked) -> list[Event]:
    """Return the tiers that were set by hand, to whom sees the whole bank; one query."""
    if asked.who or not sees_whole_bank():
        return []
    codes = visible(actor, Unit).filter(pk=asked.unit_id).values("code")
    rows = visible(actor, Override).filter(asked.after_day("override", "valid_from"), unit_code__in=codes)
    return [
        Event(beginning(row.valid_from), "override", row.pk, TIER, "override", dated=True, values={"after": row.tier, "until": row.expires})
        for row in rows.order_by("-valid_from", "-id")[: asked.limit]
    ]  # fmt: skip
