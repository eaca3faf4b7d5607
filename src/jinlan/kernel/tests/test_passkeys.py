"""Passkeys in a real Chromium with a virtual authenticator: enrol, sign in, step up; and every answer that must be refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import time_machine

from jinlan.basics.clock import now_utc
from jinlan.kernel import otp, passkeys, people
from jinlan.kernel.models import Passkey, Person
from jinlan.kernel.testing import a_person, an_actor
from jinlan.kernel.tests.browsers import (
    PASSWORD,
    a_browser,
    ana,  # noqa: F401
    entries,
    with_password,
    xulan,  # noqa: F401
)
from jinlan.kernel.tests.sitters import (
    Sitter,
    chromium,  # noqa: F401
    hand,  # noqa: F401
    sit,  # noqa: F401
    url,  # noqa: F401
)

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.browser, pytest.mark.xdist_group("passkeys")]


def enrols(sitter: Sitter, who: str) -> Passkey:
    """Sign in with the password, prove oneself, add a passkey by pressing its button."""
    sitter.password(who)
    assert sitter.goes("/account/passkeys").startswith("/account/confirm")
    sitter.does(lambda: sitter.page.fill("input[name=password]", PASSWORD))
    assert sitter.presses("form:has(input[name=password]) button.btn-primary") == "/account/passkeys"
    sitter.does(lambda: sitter.page.fill("input[name=name]", "办公电脑"))
    assert sitter.presses("form.passkey button") == "/account/passkeys"
    return Passkey.door.get(person__username=who)


def signs_out(sitter: Sitter) -> None:
    sitter.does(sitter.context.clear_cookies)


def verbs(*names: str) -> list[str]:
    return [verb for verb, *_ in entries(*names)]


def test_a_passkey_is_added_signs_in_and_is_removed(sit: Callable[[], Sitter], ana: Person) -> None:
    sitter = sit()
    row = enrols(sitter, "ana")
    assert (row.name, row.last_used, "办公电脑" in sitter.body()) == ("办公电脑", None, True)
    assert len(bytes(row.public_key)) > 40
    signs_out(sitter)

    sitter.password("ana")
    assert sitter.goes("/account").startswith("/signin")  # the password alone opens nothing
    sitter.password("ana")
    landed = sitter.presses("form.passkey button")

    assert landed == "/today"
    row.refresh_from_db(from_queryset=Passkey.door.all())
    assert row.last_used is not None
    assert verbs("signin.passkey_added", "signin.succeeded") == [
        "signin.succeeded",
        "signin.passkey_added",
        "signin.succeeded",
    ]

    sitter.goes("/account/passkeys")
    assert sitter.presses("form.passkey button") == "/account/passkeys"  # step-up by the passkey alone
    assert sitter.presses("button[value=remove]") == "/account/passkeys"
    assert Passkey.door.count() == 0
    assert verbs("signin.step_up_succeeded", "signin.passkey_removed")[-2:] == [
        "signin.step_up_succeeded",
        "signin.passkey_removed",
    ]


def test_step_up_by_passkey_asks_for_no_password_and_the_password_alone_is_not_enough(
    sit: Callable[[], Sitter], ana: Person
) -> None:
    sitter = sit()
    enrols(sitter, "ana")
    signs_out(sitter)
    sitter.password("ana")
    sitter.presses("form.passkey button")

    assert sitter.goes("/account/second-factor").startswith("/account/confirm")
    assert sitter.does(lambda: sitter.page.locator("input[name=password]").count()) == 0
    cookies = {one["name"]: one["value"] for one in sitter.does(sitter.context.cookies)}
    plain = a_browser()
    plain.cookies["jl_session"] = cookies["jl_session"]
    plain.post("/account/confirm", {"password": PASSWORD, "next": "/account/second-factor"})
    assert plain.get("/account/second-factor").status_code == 302

    sitter.goes("/account/second-factor")  # the other page took this one's challenge
    assert sitter.presses("form.passkey button") == "/account/second-factor"


def test_an_answer_is_good_once_and_for_its_own_session_only(sit: Callable[[], Sitter], ana: Person) -> None:
    sitter, other = sit(), sit()
    enrols(sitter, "ana")
    signs_out(sitter)
    sitter.password("ana")
    answer = sitter.answers()
    other.password("ana")

    assert other.sends(answer) == "/signin/code"  # another session's challenge
    assert "没有通过" in other.body()
    assert sitter.sends(answer) == "/today"
    signs_out(sitter)
    sitter.password("ana")
    assert sitter.sends(answer) == "/signin/code"  # replayed
    assert sitter.goes("/account").startswith("/signin")
    assert verbs("signin.passkey_failed") == ["signin.passkey_failed"] * 2


def test_a_challenge_is_gone_after_a_wrong_answer_and_after_its_time(
    sit: Callable[[], Sitter], ana: Person
) -> None:
    sitter = sit()
    enrols(sitter, "ana")
    signs_out(sitter)
    sitter.password("ana")
    answer = sitter.answers()
    cookies = {one["name"]: one["value"] for one in sitter.does(sitter.context.cookies)}
    plain = a_browser()
    plain.cookies["jl_session"] = cookies["jl_session"]

    plain.post("/signin/code", {"passkey": "{}"})
    again = plain.post("/signin/code", {"passkey": answer})

    assert again.status_code == 200
    session = plain.session
    at = now_utc()
    challenge = passkeys.options_to_use(session, ana, "confirm", at)
    assert json.loads(challenge)["userVerification"] == "required"
    assert passkeys._take_challenge(session, ana, "signin", at) is None
    passkeys.options_to_use(session, ana, "confirm", at)
    with time_machine.travel(at, tick=False) as clock:
        clock.shift(300)
        assert passkeys._take_challenge(session, ana, "confirm", now_utc()) is None


def test_another_origin_is_refused_and_a_host_header_changes_nothing(
    sit: Callable[[], Sitter], ana: Person, settings: Any
) -> None:
    sitter = sit()
    enrols(sitter, "ana")
    signs_out(sitter)
    sitter.password("ana")
    page = a_browser()
    page.post("/signin", {"username": "ana", "password": PASSWORD}, HTTP_HOST="evil.test")
    shown = page.get("/signin/code", HTTP_HOST="evil.test").content.decode()
    assert "&quot;rpId&quot;: &quot;localhost&quot;" in shown

    settings.JINLAN_BASE_URL = "http://localhost:1"  # the same RP ID, another origin
    refused = sitter.sends(sitter.answers())
    settings.JINLAN_BASE_URL = sitter.url
    sitter.goes("/signin/code")

    assert refused == "/signin/code"
    assert sitter.presses("form.passkey button") == "/today"


def test_another_persons_passkey_is_refused(sit: Callable[[], Sitter], ana: Person) -> None:
    with_password(a_person("bo", "manager"))
    hers, his = sit(), sit()
    credential = enrols(hers, "ana")
    enrols(his, "bo")
    for sitter in (hers, his):
        signs_out(sitter)
    hers.password("bo")  # ana, with her own authenticator, at bo's second factor: she knows his password

    wanted = passkeys.bytes_to_base64url(bytes(credential.credential_id))
    answer = hers.answers(f"options.allowCredentials = [{{type: 'public-key', id: '{wanted}'}}]")

    assert hers.sends(answer) == "/signin/code"
    assert hers.goes("/account").startswith("/signin")


def test_a_user_who_was_not_verified_is_refused(sit: Callable[[], Sitter], ana: Person) -> None:
    sitter = sit()
    enrols(sitter, "ana")
    signs_out(sitter)
    sitter.password("ana")
    sitter.verified(False)

    answer = sitter.answers("options.userVerification = 'discouraged'")

    assert sitter.sends(answer) == "/signin/code"
    assert verbs("signin.passkey_failed") == ["signin.passkey_failed"]


def test_a_counter_that_does_not_rise_is_refused_and_recorded(sit: Callable[[], Sitter], ana: Person) -> None:
    sitter = sit()
    enrols(sitter, "ana")
    signs_out(sitter)
    sitter.password("ana")
    sitter.presses("form.passkey button")
    (before,) = Passkey.door.values_list("sign_count", flat=True)
    assert before > 1
    signs_out(sitter)
    sitter.counter(before - 1)  # the next answer says `before` once more
    sitter.password("ana")

    assert sitter.presses("form.passkey button") == "/signin/code"
    assert verbs("signin.passkey_cloned") == ["signin.passkey_cloned"]
    assert Passkey.door.get().sign_count == before


def test_wrong_answers_count_as_wrong_passwords_do(sit: Callable[[], Sitter], ana: Person) -> None:
    enrols(sit(), "ana")
    client = a_browser()
    client.post("/signin", {"username": "ana", "password": PASSWORD})

    answers = [client.post("/signin/code", {"passkey": "{}"}).status_code for _ in range(9)]

    assert answers == [200] * 7 + [429] * 2


@pytest.mark.parametrize("junk", ["", "x", "[]", "{}", '{"id": 1}', "null", "{" * 9000, '{"id":"eA","rawId":"eA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"eA","signature":"eA"}}'])  # fmt: skip
def test_junk_is_refused_quietly(junk: str, ana: Person, settings: Any) -> None:
    settings.JINLAN_BASE_URL = "http://localhost:1"
    Passkey.door.create(person=ana, credential_id=b"x", public_key=b"x", created_at=now_utc())
    session = a_browser().session
    passkeys.options_to_use(session, ana, "signin", now_utc())
    assert passkeys.use(session, ana, junk, "signin", now_utc()) == "bad"
    passkeys.options_to_add(session, ana, now_utc())
    assert passkeys.add(session, ana, junk, "x", now_utc()) is None
    assert Passkey.door.count() == 1


def test_a_lost_passkey_is_taken_away_by_the_security_administrator(
    ana: Person, xulan: Person, admin_url: str
) -> None:
    Passkey.door.create(person=ana, credential_id=b"x", public_key=b"x", created_at=now_utc())
    otp.begin(ana, now_utc())

    assert people.forget_second_factor(actor=an_actor(xulan, now_utc()), person=ana.public_id) == 2
    with psycopg.connect(admin_url) as admin:
        assert admin.execute("select count(*) from kernel_passkey").fetchone() == (0,)


@pytest.mark.parametrize(
    "address", ["http://bank.example", "https://bank.example/x", "localhost:1", "https://"]
)
def test_an_address_that_is_no_secure_origin_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from jinlan.site.settings import own_address

    monkeypatch.setenv("JINLAN_BASE_URL", address)
    with pytest.raises(ImproperlyConfigured):
        own_address("JINLAN_BASE_URL")
