"""The portal's host and the bank's people's: two sets of addresses, cookies and people, and nothing between them."""

from __future__ import annotations

import pytest
from django.test import Client

from jinlan.kernel.tests.browsers import a_browser, ana, signs_in  # noqa: F401
from jinlan.portal.models import PortalSession
from jinlan.portal.testing import OWN, browser, signed_in
from jinlan.portal.tests.conftest import Door

pytestmark = pytest.mark.usefixtures("database")
EMAIL = "qian@jia.example"
STAFF_PATHS = (
    "/clients",
    "/account",
    "/notices",
    "/admin/people",
    "/api/v1/openapi.json",
    "/filling",
    "/signin/code",
    "/audit",
)


def comparable(answer) -> tuple[int, str]:
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("path", STAFF_PATHS)
def test_no_address_of_the_banks_people_answers_at_the_portal(door: Door, path: str) -> None:
    for client in (browser(), signed_in(EMAIL)):
        for method in ("GET", "POST"):
            assert comparable(client.generic(method, path)) == comparable(
                client.generic(method, "/no/such/page")
            )
        assert client.get(path).status_code == 404


def test_no_address_of_the_portal_answers_elsewhere(door: Door, ana) -> None:
    assert a_browser().get("/password").status_code == 404
    assert signs_in(ana).get("/password").status_code == 404
    assert "客户门户" not in a_browser().get("/signin").content.decode()


@pytest.mark.parametrize("written", ["PORTAL.example", "portal.example.", "portal.example:8443"])
def test_the_host_is_the_portals_however_it_is_written(door: Door, written: str) -> None:
    answer = Client().get("/signin", headers={"host": written})

    assert "登录客户门户" in answer.content.decode()
    assert Client().get("/clients", headers={"host": written}).status_code == 404


@pytest.mark.parametrize(
    "written", ["evil.example", "portal.example.evil.example", "x.portal.example", "portal.example@evil"]
)
def test_another_host_is_refused(door: Door, written: str) -> None:
    assert Client(raise_request_exception=False).get("/signin", headers={"host": written}).status_code == 400


def test_without_the_setting_nothing_of_it_answers_anywhere(door: Door, settings) -> None:
    token = signed_in(EMAIL).cookies["jl_portal"].value
    settings.JINLAN_PORTAL_HOST = ""

    client = browser()
    client.cookies["jl_portal"] = token
    assert client.get("/password").status_code == 404
    assert "行内账号" in client.get("/signin").content.decode()
    assert client.get("/")["Location"] == "/signin"


def test_a_cookie_of_one_side_is_worth_nothing_at_the_other(door: Door, ana) -> None:
    staff, principal = signs_in(ana).cookies["jl_session"].value, signed_in(EMAIL).cookies["jl_portal"].value
    for name, value in (("jl_session", staff), ("jl_portal", staff), ("jl_session", principal)):
        client = browser()
        client.cookies[name] = value
        answer = client.get("/")
        assert (answer.status_code, answer["Location"]) == (302, "/signin")
        assert answer.wsgi_request.user.is_anonymous
        assert answer.wsgi_request.actor is None
    for name, value in (("jl_portal", principal), ("jl_session", principal)):
        client = a_browser()
        client.cookies[name] = value
        answer = client.get("/account")
        assert (answer.status_code, answer["Location"]) == (302, "/signin?next=/account")
        assert not hasattr(answer.wsgi_request, "portal_session")
    # A browser that holds both is at each host who it is there.
    both = browser()
    both.cookies["jl_session"], both.cookies["jl_portal"] = staff, principal
    page = both.get("/")
    assert (page.status_code, page.wsgi_request.user.is_anonymous) == (200, True)


def test_a_form_needs_the_portals_own_token(door: Door) -> None:
    client = browser(enforce_csrf_checks=True)
    asked = client.get("/signin")
    fields = {"email": EMAIL, "password": OWN}
    token = asked.context["csrf_token"]

    assert set(asked.cookies) == {"jl_portal_csrf"}
    cookie = asked.cookies["jl_portal_csrf"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert client.post("/signin", fields).status_code == 403
    stranger = browser(enforce_csrf_checks=True)
    stranger.cookies["jl_csrf"] = cookie.value
    assert stranger.post("/signin", fields | {"csrfmiddlewaretoken": str(token)}).status_code == 403
    assert PortalSession.door.count() == 0
    before = client.cookies["jl_portal_csrf"].value
    assert client.post("/signin", fields | {"csrfmiddlewaretoken": str(token)}).status_code == 302
    assert client.cookies["jl_portal_csrf"].value != before
    assert client.post("/signout", {"csrfmiddlewaretoken": str(token)}).status_code == 403


def test_every_answer_of_the_portal_carries_the_headers_that_protect_it(door: Door) -> None:
    client = signed_in(EMAIL)
    for path in ("/", "/password", "/nothing"):
        answer = client.get(path)
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Cache-Control"] == "private, no-store"


def test_language_and_look_are_the_browsers_own(door: Door) -> None:
    client = signed_in(EMAIL)
    answer = client.post("/preferences", {"language": "en", "theme": "dark", "next": "/"})

    assert set(answer.cookies) == {"jl_lang", "jl_theme"}
    text = client.get("/").content.decode()
    assert "You act for" in text
    assert 'data-bs-theme="dark"' in text
