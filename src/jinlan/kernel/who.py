"""What people are called, and who signs in as which employee."""

from __future__ import annotations

from collections.abc import Iterable

from jinlan.basics.actor import Actor
from jinlan.kernel.models import Person


def name_of(actor: Actor) -> str:
    """Return the name of who acts, as it is kept with what he does."""
    return str(Person.objects.values_list("display_name", flat=True).get(pk=actor.person_id))


def people_behind(entity: str, codes: Iterable[str]) -> dict[str, int]:
    """Return employee code -> key of the active person who signs in as him; one query. Nobody stands behind ""."""
    wanted = set(codes) - {""}
    rows = Person.objects.filter(entity=entity, employee_code__in=wanted, is_active=True)
    return dict(rows.values_list("employee_code", "id"))
