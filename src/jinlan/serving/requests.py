"""Reading what managed units asked the bank for: what the charter's targets for answers are measured by."""

from __future__ import annotations

from collections.abc import Iterator

from jinlan.basics.actor import Actor
from jinlan.kernel.reading import visible
from jinlan.serving.models import UnitRequest


def requests_received(actor: Actor) -> Iterator[UnitRequest]:
    """Yield the requests of all visible units, by unit, oldest first."""
    yield from (
        visible(actor, UnitRequest).order_by("unit_id", "received_at", "id").iterator(chunk_size=20_000)
    )
