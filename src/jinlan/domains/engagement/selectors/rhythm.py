"""Reading the rhythms of clients, and who of them is silent now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.domains.engagement.models import Interaction, Rhythm
from jinlan.domains.engagement.rules.rhythm import ALL, SILENT
from jinlan.domains.engagement.selectors.counting import COUNTED
from jinlan.kernel.reading import visible

RAISED = Q(channel=ALL, state=SILENT, suppressed="")


def rhythms_of(actor: Actor, *, unit_id: int) -> Mapping[str, Rhythm]:
    """Return a client's rhythm by channel; one query."""
    return {row.channel: row for row in visible(actor, Rhythm).filter(unit_id=unit_id)}


def silent_among(actor: Actor, *, units: Collection[int]) -> list[Rhythm]:
    """Return who of some clients is silent, the farthest beyond the own limit first; two queries.

    Whom somebody spoke with after the newest data, as the actor sees it, is silent no longer.
    """
    rows = list(visible(actor, Rhythm).filter(RAISED, unit_id__in=list(units)))
    spoken = last_noted(actor, units=[row.unit_id for row in rows])
    found = [row for row in rows if row.last_on and spoken.get(row.unit_id, row.last_on) <= row.last_on]
    return sorted(found, key=lambda row: (-row.silent_days / (row.limit_days or 1), row.unit_id))


def silent_count(actor: Actor) -> int:
    """Return how many clients in sight are silent as of the newest data; one query."""
    return visible(actor, Rhythm).filter(RAISED).count()


def last_noted(actor: Actor, *, units: Collection[int]) -> Mapping[int, date]:
    """Return the last day on which somebody noted to have spoken with each of some clients; one query."""
    if not units:
        return {}
    held = visible(actor, Interaction).filter(
        unit_id__in=list(units), state="held", kind__in=COUNTED, two_way=True, people__len__gt=0
    )
    rows = held.order_by("unit_id", "-starts_at").distinct("unit_id").values_list("unit_id", "starts_at")
    return {unit: business_date(starts) for unit, starts in rows}
