"""Making the people who sign in, and granting their roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import joins_duties, separate_duties
from jinlan.kernel.models import Person, RoleGrant
from jinlan.kernel.scope import scoped


def create_staff(
    rows: Iterable[Mapping[str, Any]],
    *,
    actor: Actor,
    entity: str,
    password: str,
    since: date,
    one_time_until: datetime | None = None,
) -> list[Person]:
    """Make people with one password and their roles; people and grants that exist are left as they are.

    Args:
        rows: mappings with ``username``, ``name``, ``employee`` and ``role`` or ``roles``; optional ``branch``
            (of a branch head; default his own), ``domain`` (0 or 1).
        actor: the system of the entity.
        entity: whose staff.
        password: of those who are new.
        since: first day of the roles.
        one_time_until: the password is for one sign-in up to this instant, then everybody chooses his own; None: it stays.

    Raises:
        Refused: a role that is unknown, or a duty joined with another.
    """
    hashed = make_password(password)
    with scoped(actor, write=True):
        return [_create(row, actor, entity, hashed, since, one_time_until) for row in rows]


def _create(
    row: Mapping[str, Any],
    actor: Actor,
    entity: str,
    hashed: str,
    since: date,
    one_time_until: datetime | None,
) -> Person:
    person, made = Person.objects.get_or_create(
        username=row["username"],
        defaults={
            "entity": entity,
            "display_name": row["name"],
            "employee_code": row.get("employee", ""),
            "password": hashed,
            "one_time_until": one_time_until,
        },
    )
    if person.entity != entity:
        raise Refused(
            "STAFF_ENTITY",
            "登录名 %(username)s 已属于另一法人。",
            "请换一个登录名。",
            username=person.username,
        )
    roles = row.get("roles") or [row["role"]]
    for role in roles:
        _grant(person, role, actor, branch=row.get("branch", ""), domain=row.get("domain"), since=since)
    if made:
        audit(actor, "kernel.person_created", "person", person.username, after={"roles": list(roles)})
    return person


def _grant(person: Person, role: str, actor: Actor, *, branch: str, domain: int | None, since: date) -> None:
    if role not in dict(RoleGrant.ROLES):
        raise Refused(
            "ROLE_UNKNOWN", "没有角色 %(role)s。", "可用角色见 docs/decisions/0003-scope.md。", role=role
        )
    if person.grants.filter(role=role).exists():
        return
    running = person.grants.filter(Q(valid_to=None) | Q(valid_to__gt=since))
    if joins_duties({role, *running.values_list("role", flat=True)}):
        raise separate_duties()
    RoleGrant.objects.create(
        person=person,
        role=role,
        branch_code=branch if role == "branch_head" else "",
        domain=domain,
        valid_from=since,
    )
    audit(actor, "kernel.role_granted", "person", person.username, after={"role": role, "since": since})
