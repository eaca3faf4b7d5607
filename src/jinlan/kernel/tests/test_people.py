"""The security administrator's pages: new people, roles, one-time passwords, lost second factors; never himself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jinlan.basics.clock import business_date, now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import people
from jinlan.kernel.models import Person, RecoveryCode, SecondFactor
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.testing import AT, ENTITY, a_person, an_actor, writing
from jinlan.kernel.tests.browsers import (
    PASSWORD,
    a_browser,
    ana,  # noqa: F401
    entries,
    signs_in,
    xulan,  # noqa: F401
)
from jinlan.kernel.tests.threads import at_once

pytestmark = pytest.mark.usefixtures("database")


def proves(client: object) -> None:
    client.post("/account/confirm", {"password": PASSWORD, "next": "/account"})


def test_a_new_person_gets_a_password_for_one_time_and_must_choose_his_own(xulan: Person, settings) -> None:
    administrator = signs_in(xulan)
    asked = administrator.get("/admin/people/new")
    assert (asked.status_code, asked["Location"]) == (302, "/account/confirm?next=%2Fadmin%2Fpeople%2Fnew")
    proves(administrator)

    page = administrator.post(
        "/admin/people/new", {"username": "newone", "name": "新人", "employee": "E77"}
    ).content.decode()
    password = page.split('<strong class="num latin">')[1].split("<")[0]
    made = Person.objects.get(username="newone")
    client = a_browser()
    signed = client.post("/signin", {"username": "newone", "password": password})
    sent = client.get("/account")
    client.post(
        "/account/password",
        {"old": password, "new": "correct horse battery", "again": "correct horse battery"},
    )

    assert (made.entity, made.display_name, made.employee_code, made.grants.count()) == (
        ENTITY,
        "新人",
        "E77",
        0,
    )
    assert (signed.status_code, sent["Location"]) == (302, "/account/password")
    assert client.get("/account").status_code == 200
    assert Person.objects.get(pk=made.pk).one_time_until is None
    assert a_browser().post("/signin", {"username": "newone", "password": password}).status_code == 200
    assert entries("kernel.person_created") == [
        ("kernel.person_created", "xulan", "newone", {"roles": [], "one_time_password": True})
    ]


def test_a_one_time_password_is_no_use_after_its_time(ana: Person, xulan: Person) -> None:
    made = people.renew_password(actor=an_actor(xulan, now_utc()), person=ana.public_id)
    with writing():
        Person.objects.filter(pk=ana.pk).update(one_time_until=now_utc())

    answer = a_browser().post("/signin", {"username": "ana", "password": made.password})

    assert answer.status_code == 200
    assert "这个一次性密码已过期" in answer.content.decode()


def test_a_role_is_granted_and_ended_from_the_page_after_step_up_and_acts_at_once(
    ana: Person, xulan: Person
) -> None:
    client, administrator = signs_in(ana), signs_in(xulan)
    page = f"/admin/people/{ana.public_id}"
    day = business_date(now_utc()).isoformat()
    asked = administrator.post(f"{page}/grant", {"role": "dept_head", "since": day})
    assert (asked.status_code, asked["Location"]) == (
        302,
        f"/account/confirm?next={page.replace('/', '%2F')}",
    )
    assert (client.get("/department").status_code, ana.grants.count()) == (404, 1)
    proves(administrator)

    granted = administrator.post(f"{page}/grant", {"role": "dept_head", "since": day})
    after_grant = client.get("/department").status_code
    key = ana.grants.get(role="dept_head").pk
    ended = administrator.post(f"{page}/end-role", {"grant": key})
    after_end = client.get("/department").status_code
    refused = administrator.post(f"{page}/grant", {"role": "audit_admin", "since": day})

    assert [one.status_code for one in (granted, ended, refused)] == [302, 302, 422]
    assert (after_grant, after_end) == (200, 404)
    assert "三种管理员职责彼此分开" in refused.content.decode()
    assert [verb for verb, *_ in entries("kernel.role_granted", "kernel.role_ended")] == [
        "kernel.role_granted",
        "kernel.role_ended",
    ]


def test_a_lost_second_factor_is_taken_away_by_the_security_administrator_only(
    ana: Person, xulan: Person
) -> None:
    SecondFactor.door.create(person=ana, secret=b"x", created_at=AT, confirmed_at=AT)
    RecoveryCode.door.create(person=ana, code_hash="x")
    for role in ("system_admin", "audit_admin", "dept_head"):
        with pytest.raises(ScopeDenied):
            people.forget_second_factor(actor=an_actor(a_person("", role)), person=ana.public_id)
    assert SecondFactor.door.count() == 1

    assert people.forget_second_factor(actor=an_actor(xulan), person=ana.public_id) == 1

    assert (SecondFactor.door.count(), RecoveryCode.door.count()) == (0, 0)
    with pytest.raises(Refused, match="没有启用"):
        people.forget_second_factor(actor=an_actor(xulan), person=ana.public_id)


def test_nobody_acts_on_himself_and_nothing_changes(xulan: Person) -> None:
    administrator = signs_in(xulan)
    proves(administrator)
    day = business_date(now_utc()).isoformat()

    answers = [
        administrator.post(
            f"/admin/people/{xulan.public_id}/{what}", {"role": "dept_head", "since": day}
        ).status_code
        for what in ("grant", "renew", "forget", "disable", "end", "end-role")
    ]

    assert answers == [404] * 6
    assert administrator.get(f"/admin/people/{xulan.public_id}").status_code == 404
    assert list(xulan.grants.values_list("role", flat=True)) == ["security_admin"]


def test_duties_granted_at_one_moment_are_kept_apart_with_a_word(ana: Person, xulan: Person) -> None:
    actor, day = an_actor(xulan, now_utc()), business_date(now_utc()) + timedelta(days=1)

    def grant(role: str) -> object:
        return people.grant_role(actor=actor, person=ana.public_id, role=role, since=day) and "granted"

    for one in people.grants_of(actor, ana):
        people.end_role(actor=actor, person=ana.public_id, grant=one.pk)
    said = at_once(*(lambda role=role: grant(role) for role in ("system_admin", "audit_admin", "risk")))

    assert sorted(said) == ["ROLE_SEPARATION", "ROLE_SEPARATION", "granted"]
    assert len(people.grants_of(actor, ana)) == 1


def test_a_role_that_was_ended_before_it_began_stands_in_nobodys_way(ana: Person, xulan: Person) -> None:
    actor, day = an_actor(xulan, now_utc()), business_date(now_utc()) + timedelta(days=5)
    for one in people.grants_of(actor, ana):
        people.end_role(actor=actor, person=ana.public_id, grant=one.pk)
    never = people.grant_role(actor=actor, person=ana.public_id, role="system_admin", since=day)
    people.end_role(actor=actor, person=ana.public_id, grant=never)

    people.grant_role(actor=actor, person=ana.public_id, role="risk", since=day - timedelta(days=1))

    assert [one.role for one in people.grants_of(actor, ana)] == ["risk"]
