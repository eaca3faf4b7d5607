"""What happened with a client as this room knows it: consents that members withdrew."""

from __future__ import annotations

from jinlan.basics.actor import Actor
from jinlan.clients.models import UnitMember
from jinlan.domains.compliance.models import ConsentEntry
from jinlan.kernel.reading import visible
from jinlan.work.happened import CONSENT, Asked, Event

WITHDRAWN = ("withdrawn", "suppressed")


def withdrawals(actor: Actor, asked: Asked) -> list[Event]:
    """Return which consents the members in sight withdrew, and who asked not to be contacted at all; one query."""
    if asked.who:
        return []
    members = visible(actor, UnitMember).filter(unit_id=asked.unit_id).values("party_id")
    rows = visible(actor, ConsentEntry).filter(
        asked.after("consent", "at"), party_id__in=members, act__in=WITHDRAWN
    )
    return [
        Event(row.at, "consent", row.pk, CONSENT, row.act, values={"purpose": row.purpose, "channel": row.channel})
        for row in rows.order_by("-at", "-id")[: asked.limit]
    ]  # fmt: skip
