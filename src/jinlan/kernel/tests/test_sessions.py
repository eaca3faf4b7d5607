from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
import time_machine
from django.conf import settings
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.kernel.models import AuditEntry, Person, StaffSession
from jinlan.kernel.scope import ScopeDenied, ScopeMissing, console_actor, scoped
from jinlan.kernel.sessions import device, end_sessions_of, hashed, switch_person
from jinlan.kernel.testing import ENTITY, PASSWORD, a_grant, a_person, an_actor, writing
from jinlan.kernel.tests.browsers import (
    CHROME,
    FIREFOX,
    ana,  # noqa: F401
    entries,
    lives,
    signs_in,
    with_password,
    xulan,  # noqa: F401
)

pytestmark = pytest.mark.usefixtures("database")


def ends() -> list[tuple[str, str]]:
    return list(StaffSession.door.order_by("id").values_list("person__username", "ended_why"))


def test_a_session_knows_its_device_and_address_and_never_its_key(ana: Person, admin_url: str) -> None:
    client = signs_in(ana)
    key = client.cookies["jl_session"].value

    (row,) = StaffSession.door.all()
    assert (row.person_id, row.entity, row.agent, row.address) == (
        ana.pk,
        ENTITY,
        "Firefox · Linux",
        "127.0.0.1",
    )
    assert row.key_hash == hashed(key)
    with psycopg.connect(admin_url) as admin:
        for table in ("kernel_staffsession", "django_session", "kernel_auditentry"):
            (found,) = admin.execute(
                f"select count(*) from {table} t where t::text like %s", [f"%{key}%"]
            ).fetchone()
            assert (table, found) == (table, 0)
        assert admin.execute(
            "select count(*) from django_session where session_key = %s", [hashed(key)]
        ).fetchone() == (1,)


def test_signing_in_gives_a_new_key_and_the_old_one_opens_nothing(ana: Person) -> None:
    visitor = Client()
    visitor.get("/signin")
    session = visitor.session
    session["x"] = 1
    session.save()
    planted = session.session_key
    visitor.cookies["jl_session"] = planted

    visitor.post("/signin", {"username": "ana", "password": PASSWORD})

    assert visitor.cookies["jl_session"].value != planted
    thief = Client()
    thief.cookies["jl_session"] = planted
    assert not lives(thief)
    assert lives(visitor)


def test_of_two_browsers_one_ends_the_other(ana: Person) -> None:
    first = signs_in(ana)
    second = signs_in(ana, CHROME)
    page = first.get("/account/sessions").content.decode()
    assert page.index("Chrome · Windows") < page.index("Firefox · Linux")  # the newest first
    other = StaffSession.door.get(agent="Chrome · Windows")

    answer = first.post(f"/account/sessions/{other.public_id}/end")

    assert (answer.status_code, answer["Location"]) == (302, "/account/sessions")
    refused = second.get("/account")
    assert (refused.status_code, refused["Location"]) == (302, "/signin?why=ended&next=%2Faccount")
    assert "已在另一处结束" in second.get(refused["Location"]).content.decode()
    assert lives(first)
    assert ends() == [("ana", ""), ("ana", "ended")]
    assert entries("kernel.sessions_ended") == [
        ("kernel.sessions_ended", "ana", "ana", {"sessions": 1, "why": "ended"})
    ]


def test_all_others_end_at_once_and_this_one_stays(ana: Person) -> None:
    first = signs_in(ana)
    second, third = signs_in(ana, CHROME), signs_in(ana, CHROME)

    first.post("/account/sessions/end-others")

    assert [lives(client) for client in (first, second, third)] == [True, False, False]


def test_nobody_ends_the_session_of_somebody_else(ana: Person) -> None:
    victim = signs_in(ana)
    (row,) = StaffSession.door.all()
    thief = signs_in(with_password(a_person("bo", "manager")))

    answer = thief.post(f"/account/sessions/{row.public_id}/end")
    administrators = thief.post(f"/admin/people/{ana.public_id}/disable")

    assert (answer.status_code, administrators.status_code) == (404, 404)
    assert thief.get("/admin/people").status_code == 404
    assert lives(victim)
    assert entries("kernel.sessions_ended", "kernel.person_disabled") == []
    actor = an_actor(Person.objects.get(username="bo"), now_utc())
    for denied in (end_sessions_of, switch_person):
        with pytest.raises(ScopeDenied):
            denied(
                actor=actor, person=ana.public_id, **({"active": False} if denied is switch_person else {})
            )


def test_the_next_request_of_a_disabled_person_is_refused_and_no_read_is_recorded(
    ana: Person, xulan: Person
) -> None:
    client, administrator = signs_in(ana), signs_in(xulan)
    before = client.get("/clients").status_code

    answer = administrator.post(f"/admin/people/{ana.public_id}/disable")
    refused = client.get("/clients?q=jia")

    assert (before, answer.status_code) == (200, 302)
    assert (refused.status_code, refused["Location"]) == (
        302,
        "/signin?why=disabled&next=%2Fclients%3Fq%3Djia",
    )
    assert "这个账号已停用" in client.get(refused["Location"]).content.decode()
    assert "账号已停用，1 个会话已结束。" in administrator.get("/admin/people").content.decode()
    with scoped(console_actor(ENTITY, now_utc())):
        last = list(AuditEntry.objects.order_by("id").values_list("verb", "username", "object_id"))[-2:]
    assert last == [("kernel.person_disabled", "xulan", "ana"), ("kernel.sessions_ended", "xulan", "ana")]
    come_back = client.post("/signin", {"username": "ana", "password": PASSWORD})
    assert "用户名或密码不对" in come_back.content.decode()  # the words for everybody

    administrator.post(f"/admin/people/{ana.public_id}/enable")
    assert not lives(client)  # enabled is not signed in again
    assert client.post("/signin", {"username": "ana", "password": PASSWORD}).status_code == 302


def test_a_person_disabled_behind_our_back_is_refused_too(ana: Person) -> None:
    client = signs_in(ana)
    with writing():
        Person.objects.filter(pk=ana.pk).update(is_active=False)

    assert client.get("/account")["Location"] == "/signin?why=disabled&next=%2Faccount"
    assert ends() == [("ana", "disabled")]
    assert entries("signin.ended_disabled") == [
        ("signin.ended_disabled", "ana", str(ana.pk), {"where": "127.0.0.1"})
    ]


def test_a_role_acts_on_the_next_request(ana: Person) -> None:
    client = signs_in(ana)
    assert (client.get("/clients").status_code, client.get("/department").status_code) == (200, 404)
    with writing():
        ana.grants.update(valid_to=date(2020, 2, 1))
    assert client.get("/clients").status_code == 404

    a_grant(ana, "dept_head")

    assert client.get("/department").status_code == 200


def test_an_administrator_ends_sessions_and_never_switches_himself(ana: Person, xulan: Person) -> None:
    client, administrator = signs_in(ana), signs_in(xulan)
    page = administrator.get("/admin/people?q=ana").content.decode()
    assert ([name in page for name in (">安娜</a>", ">许岚</th>", "客户经理")]) == [True, False, True]

    administrator.post(f"/admin/people/{ana.public_id}/end")
    own = administrator.post(f"/admin/people/{xulan.public_id}/disable")

    assert not lives(client)
    assert own.status_code == 404
    assert Person.objects.get(username="xulan").is_active
    assert entries("kernel.sessions_ended") == [
        ("kernel.sessions_ended", "xulan", "ana", {"sessions": 1, "why": "admin"})
    ]


def test_an_administrator_switches_nobody_of_another_entity_not_even_by_sql(xulan: Person) -> None:
    from django.db import DatabaseError

    stranger = with_password(a_person("stranger", "manager", entity="OTHER"))
    signs_in(stranger)
    actor = an_actor(xulan, now_utc())

    assert signs_in(xulan).post(f"/admin/people/{stranger.public_id}/disable").status_code == 404
    for target in (stranger, xulan):
        with pytest.raises(DatabaseError, match="may make or change"), scoped(actor, write=True):
            Person.objects.filter(pk=target.pk).update(is_active=False)
    with scoped(actor, write=True):
        assert StaffSession.objects.filter(person=stranger).update(ended_why="admin") == 0
    assert Person.objects.filter(is_active=False).count() == 0


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([899], ""),
        ([900], "idle"),
        ([800, 1600], ""),
        ([800, 1700], "idle"),
        ([*range(800, 43200, 800), 43199], ""),
        ([*range(800, 43200, 800), 43200], "too_long"),
    ],
)
def test_idle_and_absolute_limits_hold_to_the_second(ana: Person, steps: list[int], why: str) -> None:
    start = now_utc().replace(microsecond=0)
    with time_machine.travel(start, tick=False):
        client = signs_in_at_the_door(ana)
    for second in steps:
        with time_machine.travel(start + timedelta(seconds=second), tick=False):
            answer = client.get("/")

    expected = f"/signin?why={why}&next=%2F" if why else "/today"
    assert (answer.status_code, answer["Location"]) == (302, expected)
    assert ends() == [("ana", why)]


def signs_in_at_the_door(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_being_seen_is_written_once_a_minute(ana: Person) -> None:
    start = now_utc().replace(microsecond=0)
    with time_machine.travel(start, tick=False):
        client = signs_in_at_the_door(ana)
    seen = []
    for second in (59, 60, 119, 120):
        with time_machine.travel(start + timedelta(seconds=second), tick=False):
            client.get("/")
        seen.append((StaffSession.door.get().last_seen - start).total_seconds())

    assert seen == [0, 60, 60, 120]


def test_signing_out_ends_the_session_and_a_kept_cookie_opens_nothing(ana: Person) -> None:
    client = signs_in(ana)
    kept = client.cookies["jl_session"].value

    answer = client.post("/signout")

    assert answer["Clear-Site-Data"] == '"cache"'
    client.cookies["jl_session"] = kept
    assert not lives(client)
    assert ends() == [("ana", "signed_out")]
    assert [verb for verb, *_ in entries("signin.succeeded", "signin.ended")] == [
        "signin.succeeded",
        "signin.ended",
    ]


def test_a_session_without_its_row_is_refused(ana: Person, admin_url: str) -> None:
    client = signs_in(ana)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("delete from kernel_staffsession")

    assert not lives(client)


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in(ana: Person) -> None:
    client = signs_in(ana)
    StaffSession.door.update(ended_at=now_utc(), ended_why="admin")

    answer = client.get(
        "/find?q=x", headers={"hx-request": "true", "hx-current-url": "http://testserver/clients?q=%E7%94%B2"}
    )

    assert answer["HX-Redirect"] == "/signin?why=admin&next=%2Fclients%3Fq%3D%25E7%2594%25B2"


def test_rows_of_the_door_are_out_of_reach_inside_a_scope_and_own_rows_only_within(ana: Person) -> None:
    signs_in(ana)
    bo = with_password(a_person("bo", "auditor"))
    signs_in(bo)

    with scoped(an_actor(bo, now_utc())):
        with pytest.raises(ScopeMissing):
            StaffSession.door.count()
        assert [row.person_id for row in StaffSession.objects.defer("key_hash")] == [bo.pk]
    with pytest.raises(ScopeMissing):
        StaffSession.objects.count()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150 Safari/537.36 Edg/150.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_named_in_two_words(agent: str, words: str) -> None:
    assert device(agent) == words


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(ana: Person) -> None:
    signs_in(ana)
    answers = []
    for username in ("ana", "nobody"):
        page = Client().post("/signin", {"username": username, "password": "wrong"}).content.decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        answers.append(page.replace(username, "NAME").replace(token, "TOKEN"))

    assert settings.AXES_FAILURE_LIMIT == 8
    strip = [
        "".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line) for page in answers
    ]
    assert strip[0] == strip[1]
    assert "用户名或密码不对" in strip[0]
