"""日历订阅: made after a proof, its address shown once, ended at once; only one's own, and no more than the register allows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.clients.testing import SIGN_INS
from jinlan.kernel import calendar_keys, tokens
from jinlan.kernel.models import ApiToken

ADDRESS = re.compile(r"http://testserver(/calendar/(jlc_[\w-]{43})\.ics)")
PAGE = "/account/calendars"


def keys(world, username: str = "lihua") -> list[tuple[str, bool]]:
    rows = ApiToken.door.filter(person=world.cast.people[username]).order_by("id")
    return [(row.name, row.ended_at is None) for row in rows]


def test_an_address_is_shown_once_opens_the_calendar_and_ends_at_once(world, as_person):
    client = as_person("lihua")
    made = client.post(PAGE, {"name": " 手机  日历 ", "days": "30"}).content.decode()
    path, secret = ADDRESS.search(made).groups()

    assert Client().get(path).status_code == 200
    page = client.get(PAGE).content.decode()
    assert (secret in page, "手机 日历" in page) == (False, True)
    row = ApiToken.door.get(name="手机 日历")
    assert (row.use, row.reads_only, row.expires_at - row.created_at) == (
        "calendar",
        True,
        timedelta(days=30),
    )
    assert row.token_hash not in (secret, "")
    ended = client.post(PAGE, {"end": str(row.public_id)}, follow=True).content.decode()
    assert "订阅已结束" in ended
    assert "还没有日历订阅" in ended
    assert Client().get(path).status_code == 404
    assert keys(world) == [("手机 日历", False)]


def test_who_has_not_proved_himself_is_asked_to_and_nothing_is_made(world):
    client = Client()
    client.force_login(world.cast.people["lihua"], backend="django.contrib.auth.backends.ModelBackend")
    for answer in (client.get(PAGE), client.post(PAGE, {"name": "手机", "days": "30"})):
        assert (answer.status_code, answer.url) == (302, "/account/confirm?next=%2Faccount%2Fcalendars")
    assert keys(world) == []


def test_it_is_there_for_those_who_have_dates(world, as_person):
    seen = set()
    for name, *_rest in SIGN_INS:
        client = as_person(name)
        if client.get(PAGE).status_code == 200:
            seen.add(name)
        assert ("/account/calendars" in client.get("/account").content.decode()) == (name in seen)

    assert seen == {"lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"}
    assert Client().get(PAGE).url == "/signin?next=/account/calendars"


def test_nobody_ends_anothers_or_a_programs_key_here(world, as_person):
    at = now_utc()
    other = calendar_keys.make(world.cast.people["wangmin"], name="王敏", days=30, at=at)
    program = tokens.make(world.cast.people["lihua"], name="月报", days=30, reads_only=True, at=at)
    client = as_person("lihua")
    for key in (other, program):
        client.post(PAGE, {"end": str(key.row.public_id)})
    assert client.post(PAGE, {"end": "x"}).status_code == 404
    client.post("/account/tokens", {"end": str(other.row.public_id)})

    assert (keys(world), keys(world, "wangmin")) == ([("月报", True)], [("王敏", True)])
    assert "月报" not in client.get(PAGE).content.decode()
    assert "王敏" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize(("name", "days", "code"), [("", 30, "CALENDAR_NAME"), ("x", 0, "CALENDAR_DAYS"), ("x", 366, "CALENDAR_DAYS")])  # fmt: skip
def test_a_name_and_days_within_the_register_are_asked_for(world, as_person, name, days, code):
    with pytest.raises(Refused) as found:
        calendar_keys.make(world.cast.people["lihua"], name=name, days=days, at=now_utc())
    assert found.value.code == code
    client = as_person("lihua")
    assert not ADDRESS.search(client.post(PAGE, {"name": name, "days": days}).content.decode())
    assert keys(world) == []


def test_the_sixth_waits_until_one_of_five_has_ended_or_run_out(world):
    lihua, at = world.cast.people["lihua"], now_utc()
    made = [calendar_keys.make(lihua, name=f"{number}", days=1 + number, at=at) for number in range(5)]
    with pytest.raises(Refused) as found:
        calendar_keys.make(lihua, name="6", days=30, at=at)
    assert (found.value.code, len(keys(world))) == ("CALENDAR_MANY", 5)
    calendar_keys.make(lihua, name="6", days=30, at=at + timedelta(days=1))  # the first ran out
    tokens.end(lihua, made[4].row.public_id, at, tokens.CALENDAR)
    calendar_keys.make(lihua, name="7", days=30, at=at + timedelta(days=1))

    assert [name for name, _live in keys(world)] == ["0", "1", "2", "3", "4", "6", "7"]
    assert len(tokens.of(lihua, at)) == 0
