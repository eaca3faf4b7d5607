"""Makers of people of clients for tests, through the acts that people use; what was held is written as the bank's own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from jinlan.basics.clock import SHANGHAI
from jinlan.clients.models import Party, Unit
from jinlan.clients.testing import Cast
from jinlan.domains.engagement.models import ContactPerson, Interaction
from jinlan.domains.engagement.services.people import note_person
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, TODAY, writing

SINCE = date(2024, 3, 1)


def noted(cast: Cast, name: str, *, company: str = "jia", username: str = "lihua", unit: Unit | None = None, **more: Any) -> UUID:  # fmt: skip
    """Note a person of the group; return his public id."""
    about = unit or cast.group
    given = {"title": "财务总监", "since": SINCE, "company": cast.parties[company].public_id} | more
    return UUID(note_person(actor=cast.actor(username), unit=about.public_id, name=name, **given))


def row_of(cast: Cast, key: UUID, username: str = "chenwei") -> ContactPerson:
    """Return a person as somebody sees him."""
    with scoped(cast.actor(username)):
        return ContactPerson.objects.get(public_id=key)


def held(
    unit: Unit, party: Party, people: list[int], *, days: int, staff: tuple[str, ...] = ("E1001",), begun: str = "bank", today: date = TODAY, **more: Any,
) -> None:  # fmt: skip
    """Write that something was held with people so many days before a day."""
    day = today - timedelta(days=days)
    at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=SHANGHAI)
    with writing():
        Interaction.objects.create(
            entity=unit.entity, unit_id=unit.pk, party_id=party.pk, domain=party.domain, branch_id=party.branch_id, unit_branch_id=unit.branch_id,
            begun_by=begun, starts_at=at, subject="走访", staff=list(staff), people=people, made_by="lihua",
            made_name="李华", made_at=AT, **({"kind": "VISIT", "state": "held"} | more),
        )  # fmt: skip
