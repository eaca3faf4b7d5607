"""Reading interactions: a client's line of time, one of them, and where the relation stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.clients import teams
from jinlan.domains.engagement.models import ContactPerson, Interaction, Promise
from jinlan.domains.engagement.rules.promises import OPEN
from jinlan.domains.engagement.selectors.attachments import file_counts
from jinlan.domains.engagement.selectors.ledger import promises_by_interaction, tallies
from jinlan.kernel.models import Person
from jinlan.kernel.reading import visible

SHOWN = 50  # interactions of a page


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the relation to a client stands: the last contact, the next plan, and how many promises are open and overdue by side."""

    last: Interaction | None
    following: Interaction | None
    unfiled: int  # planned ones whose time has passed
    sides: Mapping[str, Any]


def line_of(
    actor: Actor, *, unit_id: int, kind: str = "", before: datetime | None = None
) -> list[Interaction]:
    """Return interactions of a client: planned ones first, the nearest first; then the others, the newest first."""
    rows = visible(actor, Interaction).filter(unit_id=unit_id)
    rows = rows.filter(kind=kind) if kind else rows
    planned = [] if before else list(rows.filter(state="planned").order_by("starts_at", "id"))
    past = rows.exclude(state="planned").order_by("-starts_at", "-id")
    return [*planned, *(past.filter(starts_at__lt=before) if before else past)[:SHOWN]]


def dress(actor: Actor, rows: Sequence[Interaction], today: date) -> list[Any]:
    """Give interactions the names of both sides, the promises made in them and how many files they have; four queries."""
    staff = teams.names_of_employees(actor, codes=[code for row in rows for code in row.staff])
    keys = [key for row in rows for key in row.people]
    people = dict(visible(actor, ContactPerson).filter(pk__in=keys).values_list("id", "name"))
    promises = promises_by_interaction(actor, keys=[row.pk for row in rows], today=today)
    files = file_counts(actor, keys=[row.pk for row in rows])
    found: list[Any] = list(rows)
    for row in found:
        row.staff_names = [staff.get(code, code) for code in row.staff]
        row.people_names = [people[key] for key in row.people if key in people]
        row.made = promises.get(row.pk, [])
        row.file_count = files.get(row.pk, 0)
    return found


def interaction_of(actor: Actor, *, public_id: UUID) -> Interaction | None:
    """Return one interaction in sight."""
    found: Interaction | None = visible(actor, Interaction).filter(public_id=public_id).first()
    return found


def standing(actor: Actor, *, unit_id: int, now: datetime, today: date) -> Standing:
    """Return where the relation to a client stands; four queries."""
    rows = visible(actor, Interaction).filter(unit_id=unit_id)
    planned = rows.filter(state="planned")
    return Standing(
        last=rows.filter(state="held").order_by("-starts_at", "-id").first(),
        following=planned.filter(starts_at__gte=now).order_by("starts_at", "id").first(),
        unfiled=planned.filter(starts_at__lt=now).count(),
        sides=tallies(visible(actor, Promise).filter(unit_id=unit_id), today),
    )


def in_the_open(actor: Actor, *, unit_id: int, now: datetime) -> tuple[Interaction | None, list[Interaction]]:
    """Return what was held last with a client and what is planned, the nearest first, without what is behind the wall; two queries."""
    rows = visible(actor, Interaction).filter(unit_id=unit_id, inside=False)
    planned = rows.filter(state="planned", starts_at__gte=now).order_by("starts_at", "id")
    return rows.filter(state="held").order_by("-starts_at", "-id").first(), list(planned)


def planned_with(actor: Actor, *, employee: str, until: datetime) -> list[Interaction]:
    """Return what one of ours has planned up to an instant, the earliest first; what has passed without minutes comes along."""
    rows = visible(actor, Interaction).filter(
        state="planned", staff__contains=[employee], starts_at__lt=until
    )
    return list(rows.order_by("starts_at", "id")) if employee else []


def units_with_next_step(actor: Actor, *, units: Collection[int], now: datetime) -> set[int]:
    """Return those of some clients with whom something is planned after an instant, or a promise of either side is open; two queries."""
    planned = visible(actor, Interaction).filter(unit_id__in=list(units), state="planned", starts_at__gte=now)
    promised = visible(actor, Promise).filter(unit_id__in=list(units), state=OPEN)
    return {*planned.values_list("unit_id", flat=True), *promised.values_list("unit_id", flat=True)}


def reader_names(row: Interaction) -> list[str]:
    """Return who may see inside information of an interaction."""
    return list(
        Person.objects.filter(pk__in=row.readers)
        .order_by("display_name")
        .values_list("display_name", flat=True)
    )


def any_known(actor: Actor) -> bool:
    """Tell whether any interaction is in sight."""
    return visible(actor, Interaction).exists()
