"""Signing in to the portal: one-time password, own password, wrong guesses, ends of a session."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import time_machine
from axes.models import AccessAttempt

from jinlan.basics.clock import now_utc
from jinlan.clients.testing import Cast
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import console_actor, scoped
from jinlan.kernel.sessions import hashed
from jinlan.kernel.testing import AT, ENTITY
from jinlan.portal.models import PortalPrincipal, PortalSession
from jinlan.portal.services import end
from jinlan.portal.testing import OWN, browser, let_in, signed_in
from jinlan.portal.tests.conftest import Door

pytestmark = pytest.mark.usefixtures("database")
EMAIL = "qian@jia.example"
WRONG = "邮箱或密码不对。"


def verbs() -> list[tuple[str, str]]:
    with scoped(console_actor(ENTITY, AT)):
        rows = AuditEntry.objects.filter(verb__startswith="signin.").order_by("id")
        return [(row.verb.removeprefix("signin."), row.username) for row in rows]


def test_a_principal_sees_whom_he_acts_for_and_who_looks_after_it(door: Door) -> None:
    page = signed_in(EMAIL).get("/")

    assert page.status_code == 200
    text = page.content.decode()
    assert "甲科技有限公司" in text
    assert "钱宁" in text
    assert "李华" in text
    for other in ("甲控股", "甲集团", "甲物流", "张三", "王敏", "赵岩", "G-JIA", "E1001"):
        assert other not in text
    assert page["Cache-Control"] == "private, no-store"
    assert page.wsgi_request.user.is_anonymous
    assert page.wsgi_request.actor is None
    assert verbs() == [("portal_succeeded", str(door.qian.public_id))]


def test_the_first_sign_in_asks_for_a_password_of_his_own(cast: Cast, host: str) -> None:
    lead = replace(cast.actor("lihua"), at=now_utc())
    key, given = let_in(lead, cast.parties["jia"].code, "wu min", "wu@jia.example")
    client = signed_in("wu@jia.example", given)
    before = client.cookies["jl_portal"].value
    shut = [client.get(path)["Location"] for path in ("/", "/signin")]
    common = client.post(
        "/password", {"old": given, "new": "wumin-jinlan-wumin-2026", "again": "wumin-jinlan-wumin-2026"}
    )
    wrong = client.post("/password", {"old": "x" * 12, "new": OWN, "again": OWN})
    done = client.post("/password", {"old": given, "new": OWN, "again": OWN})

    assert shut == ["/password", "/password"]
    assert "太常见" in common.content.decode()
    assert "现在的密码不对" in wrong.content.decode()
    assert (done.status_code, done["Location"], client.get("/").status_code) == (302, "/", 200)
    row = PortalPrincipal.door.get(pk=key)
    assert row.one_time_until is None
    assert row.used == [row.password]
    assert client.cookies["jl_portal"].value != before
    stale = browser()
    stale.cookies["jl_portal"] = before
    assert stale.get("/")["Location"] == "/signin"
    again = client.post("/password", {"old": OWN, "new": OWN, "again": OWN})
    assert "最近用过" in again.content.decode()


def test_a_one_time_password_ends_and_lets_nobody_in_after(cast: Cast, host: str) -> None:
    lead = replace(cast.actor("lihua"), at=now_utc() - timedelta(hours=72))
    _key, given = let_in(lead, cast.parties["jia"].code, "wu min", "wu@jia.example")

    answer = browser().post("/signin", {"email": "wu@jia.example", "password": given})
    assert (answer.status_code, PortalSession.door.count()) == (200, 0)
    assert "一次性密码已过期" in answer.content.decode()


def test_a_known_and_an_unknown_name_get_the_same_answer(door: Door, admin_url: str) -> None:
    with psycopg.connect(admin_url) as admin:
        admin.execute(
            "update portal_portalprincipal set is_active = false, ended_at = now() where id = %s",
            [door.sun.pk],
        )
    pages = []
    for email in (EMAIL, "nobody@jia.example", "sun@zhang.example"):  # known, unknown, ended
        answer = browser().post("/signin", {"email": email, "password": "wrong-wrong-wrong"})
        assert (answer.status_code, "jl_portal" in answer.cookies) == (200, False)
        pages.append(answer.content.decode().replace(email, "").partition("<h2>")[2])

    assert WRONG in pages[0]
    assert len(set(pages)) == 1
    assert AccessAttempt.objects.filter(username__contains="jia").count() == 0


def test_eight_wrong_guesses_pause_a_name_and_the_right_password_too(door: Door) -> None:
    statuses = [
        browser().post("/signin", {"email": EMAIL, "password": f"wrong-{n}"}).status_code for n in range(8)
    ]
    right = browser().post("/signin", {"email": EMAIL, "password": OWN})
    other = browser().post("/signin", {"email": "sun@zhang.example", "password": OWN})

    assert statuses == [200] * 7 + [429]
    assert (right.status_code, "客户经理" in right.content.decode()) == (429, True)
    assert other.status_code == 302
    assert PortalSession.door.count() == 1


def test_every_sign_in_has_a_token_of_its_own_of_which_the_hash_is_kept(door: Door) -> None:
    fixed = browser()
    fixed.cookies["jl_portal"] = "chosen-by-somebody-else"
    fixed.post("/signin", {"email": EMAIL, "password": OWN})
    other = signed_in(EMAIL)

    tokens = {client.cookies["jl_portal"].value for client in (fixed, other)}
    assert "chosen-by-somebody-else" not in tokens
    assert len(tokens) == 2
    kept = set(PortalSession.door.values_list("token_hash", flat=True))
    assert kept == {hashed(token) for token in tokens}
    cookie = other.cookies["jl_portal"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"], cookie["secure"]) == (
        True,
        "Strict",
        "/",
        "",
        "",
    )


def test_signing_out_ends_the_session_for_good(door: Door) -> None:
    client = signed_in(EMAIL)
    token = client.cookies["jl_portal"].value
    answer = client.post("/signout")

    assert (answer["Location"], answer["Clear-Site-Data"]) == ("/signin?why=signed_out", '"cache"')
    assert client.cookies["jl_portal"].value == ""
    client.cookies["jl_portal"] = token
    assert client.get("/")["Location"] == "/signin?why=signed_out"
    assert browser().post("/signout")["Location"] == "/signin"


@pytest.mark.parametrize(
    ("minutes", "seen_every", "why"),
    [(14, 0, ""), (15, 0, "idle"), (12 * 60 - 1, 10, ""), (12 * 60, 10, "too_long")],
)
def test_a_session_ends_by_idling_and_by_its_age(door: Door, minutes: int, seen_every: int, why: str) -> None:
    begun = now_utc()
    client = signed_in(EMAIL)  # and then a page that opens no scope: the database's clock does not travel
    for past in range(seen_every, minutes, seen_every) if seen_every else ():
        with time_machine.travel(begun + timedelta(minutes=past), tick=False):
            assert client.get("/password").status_code == 200
    with time_machine.travel(begun + timedelta(minutes=minutes, seconds=5), tick=False):
        answer = client.get("/password")

    assert (answer.status_code, answer.headers.get("Location")) == (
        (302, f"/signin?why={why}") if why else (200, None)
    )
    assert PortalSession.door.get().ended_why == why


def test_ending_somebody_ends_his_open_session_with_the_next_request(door: Door) -> None:
    client = signed_in(EMAIL)
    other = signed_in("sun@zhang.example")
    end(
        actor=replace(door.cast.actor("lihua"), at=now_utc()),
        party=door.cast.parties["jia-2"].code,
        email=EMAIL,
    )

    assert client.get("/")["Location"] == "/signin?why=disabled"
    assert "停用" in client.get("/signin?why=disabled").content.decode()
    assert client.get("/")["Location"] == "/signin"
    assert other.get("/").status_code == 200
    assert WRONG in browser().post("/signin", {"email": EMAIL, "password": OWN}).content.decode()


def test_a_new_password_ends_the_other_sessions(door: Door) -> None:
    here, there = signed_in(EMAIL), signed_in(EMAIL)
    here.post("/password", {"old": OWN, "new": "orbit-kettle-walrus", "again": "orbit-kettle-walrus"})

    assert here.get("/").status_code == 200
    assert there.get("/")["Location"] == "/signin?why=password"


def test_a_password_is_due_again_after_the_days_of_the_gb_profile(door: Door, settings) -> None:
    settings.JINLAN_PASSWORD_POLICY = "GB"
    PortalPrincipal.door.filter(pk=door.qian.pk).update(password_at=now_utc() - timedelta(days=90))

    assert signed_in(EMAIL).get("/")["Location"] == "/password"


def test_sign_ins_are_recorded_without_the_address(door: Door, admin_url: str) -> None:
    browser().post("/signin", {"email": "nobody@jia.example", "password": "wrong-wrong"})
    browser().post("/signin", {"email": EMAIL, "password": "wrong-wrong"})
    signed_in(EMAIL).post("/signout")

    with psycopg.connect(admin_url) as admin:
        rows = admin.execute(
            "select entity, username, verb, after->>'where' from kernel_auditentry where verb like 'signin.%' order by id"
        ).fetchall()
        (attempts,) = admin.execute(
            "select coalesce(string_agg(t::text, ''), '') from axes_accessattempt t"
        ).fetchone()
    who = str(door.qian.public_id)
    assert rows == [
        ("", "", "signin.portal_failed", "127.0.0.1"),
        (ENTITY, who, "signin.portal_failed", "127.0.0.1"),
        (ENTITY, who, "signin.portal_succeeded", "127.0.0.1"),
        (ENTITY, who, "signin.portal_ended", "127.0.0.1"),
    ]
    assert "example" not in attempts.replace("portal.example", "")
