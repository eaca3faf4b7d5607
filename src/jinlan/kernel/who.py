"""What people are called, and who signs in as which employee."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.kernel.models import Person, RoleGrant


def name_of(actor: Actor) -> str:
    """Return the name of who acts, as it is kept with what he does."""
    return str(Person.objects.values_list("display_name", flat=True).get(pk=actor.person_id))


def names_behind(entity: str, usernames: Iterable[str]) -> dict[str, str]:
    """Return user name -> name of the people of a bank who sign in so; one query."""
    rows = Person.objects.filter(entity=entity, username__in=set(usernames))
    return dict(rows.values_list("username", "display_name"))


def people_behind(entity: str, codes: Iterable[str]) -> dict[str, int]:
    """Return employee code -> key of the active person who signs in as him; one query. Nobody stands behind ""."""
    wanted = set(codes) - {""}
    rows = Person.objects.filter(entity=entity, employee_code__in=wanted, is_active=True)
    return dict(rows.values_list("employee_code", "id"))


def roles_behind(entity: str, code: str, day: date) -> frozenset[str]:
    """Return the roles that who signs in as an employee has on a day; empty where nobody does."""
    people = people_behind(entity, [code])
    rows = RoleGrant.objects.filter(person_id__in=people.values(), valid_from__lte=day)
    return frozenset(rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)).values_list("role", flat=True))
