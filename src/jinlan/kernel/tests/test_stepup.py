from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.kernel.models import Person, StaffSession
from jinlan.kernel.sessions import hashed
from jinlan.kernel.stepup import INSTANT
from jinlan.kernel.testing import PASSWORD
from jinlan.kernel.tests.browsers import (
    a_browser,
    ana,  # noqa: F401
    entries,
    lives,
    signs_in,
)

pytestmark = pytest.mark.usefixtures("database")
DELICATE = "/account/second-factor"
ASK = "/account/confirm?next=%2Faccount%2Fsecond-factor"


def confirms(client: Client, password: str = PASSWORD, target: str = DELICATE):
    return client.post("/account/confirm", {"password": password, "next": target})


def test_something_delicate_asks_who_it_is_and_leads_back(ana: Person) -> None:
    client = signs_in(ana)
    asked = client.get(DELICATE)
    page = client.get(asked["Location"]).content.decode()

    answer = confirms(client)

    assert (asked.status_code, asked["Location"]) == (302, ASK)
    assert f'name="next" value="{DELICATE}"' in page
    assert 'name="code"' not in page
    assert (answer.status_code, answer["Location"]) == (302, DELICATE)
    assert client.get(DELICATE).status_code == 200
    assert entries("signin.step_up_succeeded") == [
        ("signin.step_up_succeeded", "ana", str(ana.pk), {"where": "127.0.0.1"})
    ]


def test_a_part_of_a_page_sends_the_whole_page_to_confirm(ana: Person) -> None:
    answer = signs_in(ana).get(DELICATE, headers={"hx-request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (200, ASK)


def test_confirming_renews_the_key_and_the_old_one_opens_nothing(ana: Person) -> None:
    client = signs_in(ana)
    old = client.cookies["jl_session"].value

    confirms(client)

    new = client.cookies["jl_session"].value
    assert new != old
    assert list(StaffSession.door.values_list("key_hash", "ended_why")) == [(hashed(new), "")]
    thief = a_browser()
    thief.cookies["jl_session"] = old
    assert not lives(thief)
    assert lives(client)


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (299, 200), (300, 302), (301, 302)])
def test_a_confirmation_holds_for_less_than_300_seconds(ana: Person, seconds: int, status: int) -> None:
    start = now_utc().replace(microsecond=0)
    with time_machine.travel(start, tick=False):
        client = signs_in(ana)
        confirms(client)
    with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
        answer = client.get(DELICATE)

    assert answer.status_code == status


def test_an_instant_in_the_future_is_no_confirmation(ana: Person) -> None:
    client = signs_in(ana)
    session = client.session
    session[INSTANT] = (now_utc() + timedelta(hours=1)).isoformat()
    session.save()

    assert client.get(DELICATE)["Location"] == ASK


def test_a_wrong_password_confirms_nothing_and_is_recorded(ana: Person) -> None:
    client = signs_in(ana)

    answer = confirms(client, "wrong")

    assert answer.status_code == 200
    assert "没有通过" in answer.content.decode()
    assert client.get(DELICATE)["Location"] == ASK
    assert entries("signin.step_up_failed") == [
        ("signin.step_up_failed", "ana", str(ana.pk), {"where": "127.0.0.1"})
    ]


def test_wrong_confirmations_count_like_wrong_sign_ins_and_lock(ana: Person) -> None:
    client = signs_in(ana)
    statuses = [confirms(client, "wrong").status_code for _ in range(8)]

    locked = confirms(client)  # right, but too late

    assert statuses == [200] * 7 + [429]
    assert locked.status_code == 429
    assert client.get(DELICATE)["Location"] == ASK
    assert {name for _, name, *_ in entries("signin.locked")} == {"ana"}
    sign_in = a_browser().post("/signin", {"username": "ana", "password": PASSWORD})
    assert sign_in.status_code == 429


def test_confirming_never_leads_to_another_site(ana: Person) -> None:
    assert confirms(signs_in(ana), target="https://evil.example/")["Location"] == "/account"


def test_nobody_confirms_without_being_signed_in() -> None:
    assert a_browser().get("/account/confirm").status_code == 302
    assert confirms(a_browser())["Location"].startswith("/signin")
