"""What the service charter counts: visits face to face, calls and video as calls, reviews of plans; mail and events never."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.clients.models import Coverage
from jinlan.domains.engagement.models import Interaction, PlanReview
from jinlan.kernel.reading import visible
from jinlan.work.contacted import Contacted

COUNTED: Mapping[str, Literal["FACE", "CALL"]] = {"VISIT": "FACE", "CALL": "CALL", "VIDEO": "CALL"}


def contacts(actor: Actor, *, unit_id: int | None = None) -> Iterator[Contacted]:
    """Yield what was held; whoever sponsored the client on the day makes it an executive's meeting."""
    one = {} if unit_id is None else {"unit_id": unit_id}
    sponsors = _sponsors(actor, one)
    rows = visible(actor, Interaction).filter(state="held", kind__in=COUNTED, **one)
    rows = rows.only(
        "unit_id", "kind", "starts_at", "minutes_at", "two_way", "people", "staff"
    )  # not the words
    for row in rows.order_by("unit_id", "starts_at", "id").iterator(chunk_size=20_000):
        day = business_date(row.starts_at)
        yield Contacted(
            row.unit_id, COUNTED[row.kind], day, business_date(row.minutes_at) if row.minutes_at else None, row.two_way, bool(row.people),
            any(code in row.staff and start <= day and (end is None or day < end) for code, start, end in sponsors.get(row.unit_id, ())),
        )  # fmt: skip


def reviews(actor: Actor, *, unit_id: int | None = None) -> Iterator[Contacted]:
    """Yield the reviews of plans; only one in which the client took part may count (06 §6.2)."""
    one = {} if unit_id is None else {"unit_id": unit_id}
    rows = visible(actor, PlanReview).filter(**one).only("unit_id", "held_on", "at", "people")
    for row in rows.order_by("unit_id", "held_on", "id").iterator(chunk_size=20_000):
        yield Contacted(
            row.unit_id, "REVIEW", row.held_on, business_date(row.at), True, bool(row.people), False
        )


def _sponsors(actor: Actor, one: Mapping[str, int]) -> Mapping[int, list[tuple[str, date, date | None]]]:
    found: dict[int, list[tuple[str, date, date | None]]] = {}
    rows = visible(actor, Coverage).filter(role="SPONSOR", unit__isnull=False, **one)
    for unit, code, start, end in rows.values_list("unit_id", "employee__code", "valid_from", "valid_to"):
        found.setdefault(unit, []).append((code, start, end))
    return found
