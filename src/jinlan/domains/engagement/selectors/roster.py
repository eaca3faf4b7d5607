"""Who may take part in an interaction: contact persons of a client with their titles, and colleagues."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from pypinyin import lazy_pinyin

from jinlan.basics.actor import Actor
from jinlan.clients.models import Coverage, Employee
from jinlan.clients.selectors import in_force
from jinlan.domains.engagement.models import ContactPerson, Post
from jinlan.domains.engagement.rules.quick_names import Known, surname
from jinlan.kernel.reading import visible

MOST = 300  # colleagues of a branch who can be named


def contacts_of(actor: Actor, *, unit_id: int, on: date) -> list[Known]:
    """Return the contact persons who act for a client, by public id, with their titles of a day; two queries."""
    rows = visible(actor, ContactPerson).filter(Q(left_on=None) | Q(left_on__gt=on), unit_id=unit_id)
    rows = rows.defer("grams", "search_text").order_by("level", "name", "id")
    posts = visible(actor, Post).filter(Q(until=None) | Q(until__gt=on), unit_id=unit_id, since__lte=on)
    titles: dict[int, list[str]] = {}
    for person, title in posts.order_by("since").values_list("person_id", "title"):
        titles.setdefault(person, []).append(title)
    return [
        Known(str(row.public_id), row.name, tuple(titles.get(row.pk, ())), _latin(row.name)) for row in rows
    ]


def clients_with_people(actor: Actor) -> set[int]:
    """Return the keys of the clients of which somebody is known."""
    return set(visible(actor, ContactPerson).values_list("unit_id", flat=True).distinct())


def colleagues_of(actor: Actor, *, unit_id: int, on: date) -> list[Known]:
    """Return the team of a client, then the other people of the actor's branch, by employee code; two queries."""
    team = visible(actor, Coverage).filter(in_force(on), unit_id=unit_id).values("employee_id")
    own = visible(actor, Employee).filter(code=actor.employee).values("branch_id")
    rows = visible(actor, Employee).filter(Q(pk__in=team) | Q(branch_id__in=own), active=True)
    known = set(
        visible(actor, Coverage)
        .filter(in_force(on), unit_id=unit_id)
        .values_list("employee__code", flat=True)
    )
    found = sorted(
        rows.values_list("code", "name").distinct()[:MOST], key=lambda one: (one[0] not in known, one[0])
    )
    return [Known(code, name, (), _latin(name)) for code, name in found]


def named(known: Iterable[Known]) -> list[tuple[str, str]]:
    """Return choices of a form: key, and name with title."""
    return [(one.key, " · ".join(filter(None, (one.name, "、".join(one.titles))))) for one in known]


def _latin(name: str) -> str:
    """Return a Chinese name in pinyin, surname first."""
    if name.isascii():
        return name.lower()
    family = surname(name)
    return f"{''.join(lazy_pinyin(family))} {''.join(lazy_pinyin(name[len(family) :]))}".strip()
