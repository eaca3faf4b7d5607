"""What one of ours has in his calendar of interactions and promises: days and kinds, never a word of what it is about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.models import Interaction, Promise
from jinlan.domains.engagement.rules.promises import OPEN
from jinlan.kernel.reading import visible


def meetings_between(actor: Actor, *, employee: str, since: datetime, until: datetime) -> list[Interaction]:
    """Return the interactions of an employee in [since, until), also cancelled ones; none that holds inside information."""
    if not employee:
        return []
    rows = visible(actor, Interaction).filter(
        inside=False, staff__contains=[employee], starts_at__gte=since, starts_at__lt=until
    )
    kept = rows.only(
        "public_id", "unit_id", "kind", "state", "starts_at", "ends_at", "made_at", "changed_at", "edition"
    )
    return list(kept.order_by("starts_at", "id"))


def promises_due(actor: Actor, *, employee: str, since: date, until: date) -> list[Any]:
    """Return the open promises that an employee does or follows and that are due in [since, until], with their last step's `changed_at`."""
    if not employee:
        return []
    rows = visible(actor, Promise).filter(
        inside=False, state=OPEN, owner=employee, due_on__gte=since, due_on__lte=until
    )
    kept = rows.only("public_id", "unit_id", "side", "due_on", "made_at", "edition")
    return list(kept.annotate(changed_at=Max("steps__at")).order_by("due_on", "id"))


def meetings_ahead(actor: Actor, *, until: date) -> list[tuple[Interaction, UUID]]:
    """Return what is planned between now and the end of a day, each with the public id of its client; none that holds inside information."""
    end = datetime.combine(until + timedelta(days=1), time(), SHANGHAI)
    rows = visible(actor, Interaction).filter(
        inside=False, state="planned", starts_at__gte=actor.at, starts_at__lt=end
    )
    found = list(rows.only("public_id", "unit_id", "starts_at", "staff").order_by("starts_at", "id"))
    units = clients.units_by_key(actor, unit_ids={row.unit_id for row in found})
    return [(row, units[row.unit_id].public_id) for row in found if row.unit_id in units]
