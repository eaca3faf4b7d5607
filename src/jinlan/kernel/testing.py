"""Makers of people for tests: plain functions that write through the system scope, as the product does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.test import Client

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.kernel.models import Person, RoleGrant
from jinlan.kernel.scope import active_scope, actor_for, scoped, system_actor
from jinlan.kernel.stepup import INSTANT

ENTITY = "JLB"
AT = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
TODAY = date(2026, 11, 10)
START = date(2020, 1, 1)
PASSWORD = "jinlan-demo"  # noqa: S105  a test's, and the fictional demo bank's
_numbers = itertools.count(1)


def number() -> int:
    """Return a number that no other maker of this process got."""
    return next(_numbers)


@contextmanager
def writing(entity: str = ENTITY) -> Iterator[None]:
    """Write as the system of an entity; blocks may nest."""
    scope = active_scope()
    if scope is not None and scope.kind == "S":
        yield
        return
    with scoped(system_actor(entity, AT), write=True):
        yield


def a_grant(
    person: Person,
    role: str,
    *,
    branch: str = "",
    domain: int | None = None,
    since: date = START,
    until: date | None = None,
) -> RoleGrant:
    """Grant a role from `since` up to (not including) `until`."""
    with writing(person.entity):
        return RoleGrant.objects.create(
            person=person, role=role, branch_code=branch, domain=domain, valid_from=since, valid_to=until
        )


def a_person(
    username: str = "",
    *roles: str,
    entity: str = ENTITY,
    employee: str = "",
    name: str = "",
    branch: str = "",
    active: bool = True,
) -> Person:
    """Make somebody with roles in force since 2020; without a password unless a test sets one."""
    username = username or f"person{number()}"
    with writing(entity):
        person = Person(
            entity=entity,
            username=username,
            display_name=name or username,
            employee_code=employee,
            is_active=active,
        )
        person.set_unusable_password()
        person.save()
        for role in roles:
            a_grant(person, role, branch=branch if role == "branch_head" else "")
    return person


def prove(client: Client) -> None:
    """Let the signed-in person of a browser have proved himself this moment."""
    session = client.session
    session[INSTANT] = now_utc().isoformat()
    session.save()


def an_actor(person: Person, at: datetime = AT) -> Actor:
    """Return a person's actor at an instant."""
    return actor_for(person, at)
