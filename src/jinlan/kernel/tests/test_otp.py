from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import time_machine
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import otp
from jinlan.kernel.models import Person, RecoveryCode, SecondFactor
from jinlan.kernel.testing import PASSWORD, a_person
from jinlan.kernel.tests.browsers import (
    a_browser,
    ana,  # noqa: F401
    entries,
    lives,
    signs_in,
)

pytestmark = pytest.mark.usefixtures("database")
AT = datetime(2026, 11, 10, 2, 0, 15, tzinfo=UTC)
PAGE = "/account/second-factor"


def enrolled(person: Person, at: datetime = AT) -> tuple[str, list[str]]:
    """Enrol with the code of a minute ago, so that the code of now is still unused; return key and recovery codes."""
    otp.begin(person, at)
    key = otp.waiting_key(person)
    codes = otp.confirm(person, otp.code_at(key, at - timedelta(seconds=30)), at)
    assert otp.enrolled(person)
    return key, codes


def test_codes_are_those_of_the_standard() -> None:
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, SHA-1, last six digits
    seen = {
        second: otp.code_at(key, datetime.fromtimestamp(second, UTC))
        for second in (59, 1111111109, 2000000000)
    }

    assert seen == {59: "287082", 1111111109: "081804", 2000000000: "279037"}


def test_a_code_is_good_once_and_none_before_it(ana: Person) -> None:
    key, _ = enrolled(ana)
    now, before = otp.code_at(key, AT), otp.code_at(key, AT - timedelta(seconds=30))

    assert [otp.use(ana, code, AT) for code in (before, now, now, before)] == ["", "totp", "", ""]
    assert otp.use(ana, otp.code_at(key, AT + timedelta(seconds=30)), AT) == "totp"


@pytest.mark.parametrize(("steps", "kind"), [(-2, ""), (-1, "totp"), (0, "totp"), (1, "totp"), (2, "")])
def test_a_clock_may_be_one_step_off(ana: Person, steps: int, kind: str) -> None:
    key, _ = enrolled(ana, AT - timedelta(minutes=10))

    assert otp.use(ana, otp.code_at(key, AT + timedelta(seconds=30 * steps)), AT) == kind


def test_a_recovery_code_is_good_once_and_for_its_owner_only(ana: Person) -> None:
    _, codes = enrolled(ana)
    bo = a_person("bo", "manager")
    enrolled(bo)

    assert (len(codes), len(set(codes))) == (10, 10)
    assert all(re.fullmatch(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}", code) for code in codes)
    assert otp.use(bo, codes[0], AT) == ""
    assert [otp.use(ana, code, AT) for code in (codes[0], codes[0], codes[1].upper())] == [
        "recovery",
        "",
        "recovery",
    ]
    assert (otp.codes_left(ana), otp.codes_left(bo)) == (8, 10)


def test_the_database_holds_neither_key_nor_recovery_code(ana: Person, admin_url: str) -> None:
    key, codes = enrolled(ana)

    with psycopg.connect(admin_url) as admin:
        text = str(admin.execute("select t::text from kernel_secondfactor t").fetchall())
        text += str(admin.execute("select t::text from kernel_recoverycode t").fetchall())
    for secret in (key, key.encode().hex(), codes[0], codes[0].replace("-", "")):
        assert secret not in text


def test_a_key_moved_to_another_person_does_not_open(ana: Person) -> None:
    key, _ = enrolled(ana)
    bo = a_person("bo", "manager")
    enrolled(bo)
    SecondFactor.door.filter(person=bo).update(secret=SecondFactor.door.get(person=ana).secret)

    with pytest.raises(Refused, match="移动"):
        otp.use(bo, otp.code_at(key, AT), AT)


def test_an_enrolled_key_is_not_replaced_by_beginning_again(ana: Person) -> None:
    key, _ = enrolled(ana)

    otp.begin(ana, AT)

    assert otp.waiting_key(ana) == ""
    assert otp.use(ana, otp.code_at(key, AT), AT) == "totp"


def confirmed(client: Client, code: str = "") -> Client:
    answer = client.post("/account/confirm", {"password": PASSWORD, "code": code, "next": PAGE})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    return client


def test_enrolling_on_the_page_shows_the_codes_once(ana: Person) -> None:
    client = confirmed(signs_in(ana))
    client.post(PAGE, {"do": "begin"})
    key = otp.waiting_key(ana)
    page = client.get(PAGE).content.decode()
    wrong = client.post(PAGE, {"do": "confirm", "code": "000000x"}).content.decode()

    assert " ".join(key[n : n + 4] for n in range(0, 32, 4)) in page
    assert "otpauth://totp/Jinlan" in page
    assert "验证码不对" in wrong
    assert not otp.enrolled(ana)
    shown = client.post(PAGE, {"do": "confirm", "code": otp.code_at(key, now_utc())})
    codes = re.findall(r"<li>([0-9a-f-]{14})</li>", shown.content.decode())
    assert len(codes) == 10
    assert shown["Cache-Control"] == "private, no-store"
    after = client.get(PAGE).content.decode()
    assert codes[0] not in after
    assert key not in after.replace(" ", "")
    assert entries("signin.second_factor_added") == [
        ("signin.second_factor_added", "ana", str(ana.pk), {"where": "127.0.0.1"})
    ]


def types_password(person: Person) -> Client:
    client = a_browser()
    answer = client.post("/signin", {"username": person.username, "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer["Location"]) == (302, "/signin/code")
    return client


def test_signing_in_asks_for_the_code_and_a_used_one_is_refused(ana: Person) -> None:
    now = now_utc()
    key, codes = enrolled(ana, now)
    client = types_password(ana)
    assert not lives(client)  # the password alone opens nothing

    code = otp.code_at(key, now)
    came_in = client.post("/signin/code", {"code": code})
    replayed = types_password(ana).post("/signin/code", {"code": code})
    by_recovery = types_password(ana).post("/signin/code", {"code": codes[3]})
    again = types_password(ana).post("/signin/code", {"code": codes[3]})

    assert (came_in.status_code, came_in["Location"]) == (302, "/account")
    assert lives(client)
    assert (replayed.status_code, "验证码不对或已经用过" in replayed.content.decode()) == (200, True)
    assert (by_recovery.status_code, again.status_code) == (302, 200)
    assert [
        verb for verb, *_ in entries("signin.succeeded", "signin.code_failed", "signin.recovery_code_used")
    ] == [
        "signin.succeeded",
        "signin.code_failed",
        "signin.recovery_code_used",
        "signin.succeeded",
        "signin.code_failed",
    ]


def test_a_right_password_waits_five_minutes_for_its_code(ana: Person) -> None:
    start = now_utc().replace(microsecond=0)
    key, _ = enrolled(ana, start)
    with time_machine.travel(start, tick=False):
        client = types_password(ana)
    late = start + timedelta(minutes=5)
    with time_machine.travel(late, tick=False):
        answer = client.post("/signin/code", {"code": otp.code_at(key, late)})

    assert answer["Location"] == "/signin?why=code"
    assert not lives(client)


def test_codes_cannot_be_guessed_without_end(ana: Person) -> None:
    key, _ = enrolled(ana, now_utc())
    client = types_password(ana)
    statuses = [client.post("/signin/code", {"code": "abcdef"}).status_code for _ in range(8)]

    right = client.post("/signin/code", {"code": otp.code_at(key, now_utc())})

    assert statuses == [200] * 7 + [429]
    assert right.status_code == 429
    assert not lives(client)


def test_step_up_asks_for_the_code_too_and_removing_needs_step_up(ana: Person) -> None:
    now = now_utc()
    client = signs_in(ana)
    key, codes = enrolled(ana, now)

    refused = client.post(PAGE, {"do": "remove"})
    without = client.post("/account/confirm", {"password": PASSWORD, "next": PAGE})
    assert refused["Location"].startswith("/account/confirm")
    assert (without.status_code, otp.enrolled(ana), RecoveryCode.door.count()) == (200, True, 10)

    confirmed(client, otp.code_at(key, now)).post(PAGE, {"do": "remove"})

    assert (otp.enrolled(ana), RecoveryCode.door.count()) == (False, 0)
    assert otp.use(ana, codes[0], now) == ""
    assert entries("signin.second_factor_removed") == [
        ("signin.second_factor_removed", "ana", str(ana.pk), {"where": "127.0.0.1"})
    ]
