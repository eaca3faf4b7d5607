"""Reading meetings, their agendas and ballots, and who could sit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count as Rows
from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import AgendaItem, Ballot, Meeting, Seat
from jinlan.domains.strategy.rules.committee import VOTERS, Member
from jinlan.kernel.models import Person, RoleGrant
from jinlan.kernel.reading import visible

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who could sit: his key, and what the rule looks at."""

    key: int
    member: Member


def people_with_roles(
    actor: Actor, *, on: date, usernames: Iterable[str] | None = None
) -> dict[str, Candidate]:
    """Return active people of the actor's entity by user name, with the roles that they hold on a day.

    Without `usernames`: those who may be given a seat.
    """
    grants = RoleGrant.objects.filter(
        valid_from__lte=on, person__entity=actor.entity, person__is_active=True, person__technical=False
    ).exclude(valid_to__lte=on)
    if usernames is not None:
        grants = grants.filter(person__username__in=list(usernames))
    roles: dict[int, set[str]] = {}
    whole: set[int] = set()
    for person, role, domain in grants.values_list("person_id", "role", "domain"):
        roles.setdefault(person, set()).add(role)
        if role in VOTERS and (
            domain is None or role == "compliance"
        ):  # else he sees one side of the wall only
            whole.add(person)
    found = {}
    people = Person.objects.filter(pk__in=roles).order_by("username")
    for key, name, username, employee in people.values_list(
        "pk", "display_name", "username", "employee_code"
    ):
        if usernames is None and key not in whole:
            continue
        member = Member(name, username, employee, frozenset(roles[key]), key in whole)
        found[username] = Candidate(key, member)
    return found


def meetings(actor: Actor, *, limit: int = 60) -> list[Meeting]:
    """Return the newest meetings with the number of their items (`asked`) and of those decided (`decided`)."""
    counted = visible(actor, Meeting).annotate(
        asked=Rows("items", distinct=True), decided=Rows("items", filter=~Q(items__result=""), distinct=True)
    )
    return list(counted.order_by("-day", "-id")[:limit])


def meeting(actor: Actor, *, public_id: UUID) -> Meeting | None:
    """Return one meeting, None when it is not in sight."""
    return visible(actor, Meeting).filter(public_id=public_id).first()


def seats(actor: Actor, *, meeting_id: int) -> list[Seat]:
    """Return the seats of a meeting, the chair first."""
    return sorted(
        visible(actor, Seat).filter(meeting_id=meeting_id), key=lambda one: (one.role != "chair", one.pk)
    )


def items(actor: Actor, *, meeting_id: int) -> QuerySet[AgendaItem]:
    """Return the agenda of a meeting with its ballots, in order."""
    rows = visible(actor, AgendaItem).filter(meeting_id=meeting_id).order_by("number")
    return rows.prefetch_related("ballots__seat")


def ballots(actor: Actor, *, item_id: int) -> list[Ballot]:
    """Return the ballots on an item in the order of the seats."""
    return list(visible(actor, Ballot).filter(item_id=item_id).select_related("seat").order_by("seat_id"))


def item(actor: Actor, *, public_id: UUID) -> AgendaItem | None:
    """Return one item with its meeting, None when it is not in sight."""
    return visible(actor, AgendaItem).filter(public_id=public_id).select_related("meeting").first()


def numbered(actor: Actor, *, meeting_id: int) -> dict[int, UUID]:
    """Return the items of a meeting by their number."""
    return dict(visible(actor, AgendaItem).filter(meeting_id=meeting_id).values_list("number", "public_id"))
