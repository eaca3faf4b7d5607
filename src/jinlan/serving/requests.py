"""Reading what managed units asked the bank for: what the charter's targets for answers are measured by."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.kernel.reading import visible
from jinlan.serving.models import UnitRequest


def requests_received(actor: Actor) -> Iterator[UnitRequest]:
    """Yield the requests of all visible units, by unit, oldest first."""
    yield from (
        visible(actor, UnitRequest).order_by("unit_id", "received_at", "id").iterator(chunk_size=20_000)
    )


def open_complaints(actor: Actor, *, unit_id: int) -> list[dict[str, str]]:
    """Return the complaints of a unit that are not settled, the oldest first: number and day of receipt."""
    rows = visible(actor, UnitRequest).filter(unit_id=unit_id, kind="COMPLAINT", settled_at__isnull=True)
    found = rows.order_by("received_at", "id").values_list("code", "received_at")
    return [{"id": code, "received_on": business_date(at).isoformat()} for code, at in found]


def complaints_among(actor: Actor, *, units: Collection[int]) -> list[tuple[int, date]]:
    """Return (unit, day of receipt) of the complaints of some units that are not settled; one query."""
    rows = visible(actor, UnitRequest).filter(
        unit_id__in=list(units), kind="COMPLAINT", settled_at__isnull=True
    )
    return [
        (unit, business_date(at)) for unit, at in rows.order_by("id").values_list("unit_id", "received_at")
    ]
