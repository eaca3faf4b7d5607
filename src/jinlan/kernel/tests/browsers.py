"""Browsers of people who signed in by the page, for the tests of signing in."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.kernel.models import AuditEntry, Person
from jinlan.kernel.scope import console_actor, scoped
from jinlan.kernel.testing import ENTITY, PASSWORD, a_person, writing

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@pytest.fixture
def ana(database: None) -> Person:
    return with_password(a_person("ana", "manager", employee="E1", name="安娜"))


@pytest.fixture
def xulan(database: None) -> Person:
    return with_password(a_person("xulan", "security_admin", name="许岚"))


def with_password(person: Person, password: str = PASSWORD) -> Person:
    with writing(person.entity):
        person.password = make_password(password)
        person.save(update_fields=["password"])
    return person


def a_browser(agent: str = FIREFOX) -> Client:
    return Client(headers={"user-agent": agent, "accept-language": "zh-hans"})


def signs_in(person: Person, agent: str = FIREFOX) -> Client:
    client = a_browser(agent)
    answer = client.post("/signin", {"username": person.username, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    return client


def entries(*verbs: str) -> list[tuple[str, str, str, object]]:
    with scoped(console_actor(ENTITY, now_utc())):
        rows = AuditEntry.objects.filter(verb__in=verbs).order_by("id")
        return list(rows.values_list("verb", "username", "object_id", "after"))


def lives(client: Client) -> bool:
    answer = client.get("/account")
    assert answer.status_code in {200, 302}
    return answer.status_code == 200
