from __future__ import annotations

from datetime import date

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.testing import the_cast
from jinlan.kernel.models import AuditEntry, Person, RoleGrant
from jinlan.kernel.scope import console_actor, refuse_unsafe_database, role_traits, scoped, system_actor
from jinlan.kernel.services import create_staff
from jinlan.kernel.testing import AT

pytestmark = pytest.mark.usefixtures("database")
ROWS = [
    {"username": "ana", "name": "安娜", "employee": "E7", "role": "manager"},
    {
        "username": "bo",
        "name": "博",
        "employee": "E8",
        "roles": ["branch_head", "manager"],
        "branch": "BJ",
        "domain": 1,
    },
]
SINCE = date(2024, 1, 1)


def create(rows: list[dict[str, object]]) -> list[Person]:
    return create_staff(
        rows, actor=system_actor("JLB", AT), entity="JLB", password="jinlan-demo", since=SINCE
    )


def test_staff_sign_in_with_their_roles_and_twice_is_once() -> None:
    create(ROWS)
    create(ROWS)

    ana = Person.objects.get(username="ana")
    assert ana.check_password("jinlan-demo")
    assert ana.password.startswith("argon2")
    grants = RoleGrant.objects.filter(person__username__in=("ana", "bo")).order_by("person__username", "role")
    assert list(grants.values_list("person__username", "role", "branch_code", "domain", "valid_from")) == [
        ("ana", "manager", "", None, SINCE), ("bo", "branch_head", "BJ", 1, SINCE), ("bo", "manager", "", 1, SINCE)
    ]  # fmt: skip
    with scoped(console_actor("JLB", AT)):
        assert AuditEntry.objects.filter(verb="kernel.role_granted").count() == 3


def test_nobody_is_system_administrator_and_something_else() -> None:
    with pytest.raises(Refused) as refusal:
        create([{"username": "ana", "name": "安娜", "roles": ["manager", "system_admin"]}])

    assert refusal.value.code == "ROLE_SEPARATION"
    assert not Person.objects.filter(username="ana").exists()


def test_an_unknown_role_and_a_name_of_another_entity_are_refused() -> None:
    with pytest.raises(Refused, match="没有角色"):
        create([{"username": "ana", "name": "安娜", "role": "boss"}])
    create(ROWS)
    with pytest.raises(Refused, match="另一法人"):
        create_staff(ROWS, actor=system_actor("OTHER", AT), entity="OTHER", password="x", since=SINCE)


def test_technical_persons_cannot_sign_in() -> None:
    system_actor("JLB", AT)
    console_actor("JLB", AT)

    for person in Person.objects.filter(technical=True):
        assert not person.has_usable_password()
        assert not person.check_password("!")


def test_a_technical_person_is_made_once_per_entity() -> None:
    assert system_actor("JLB", AT) == system_actor("JLB", AT)
    assert system_actor("JLB", AT).person_id != system_actor("OTHER", AT).person_id
    with scoped(system_actor("JLB", AT)) as scope:
        assert scope.kind == "S"


@pytest.mark.parametrize("entity", ["", "x" * 17, "a b", "a'; select 1 --"])
def test_an_entity_has_a_plain_code(entity: str) -> None:
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError):
        system_actor(entity, AT)


def test_the_applications_own_role_may_serve() -> None:
    the_cast()
    assert role_traits() == []
    refuse_unsafe_database()
