"""Facts that the standards ask for and no room holds alone: the documents' tables, answers to strangers, factors, logs."""

from __future__ import annotations

import logging
import re

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from jinlan.kernel import account_views, oidc, otp, passkeys, passwords, people, stepup, tokens
from jinlan.kernel.guards import target_of
from jinlan.kernel.models import Person
from jinlan.kernel.tests.browsers import a_browser, ana, lives, signs_in, xulan  # noqa: F401
from jinlan.kernel.tests.test_oidc import entries_of_nobody, op  # noqa: F401
from jinlan.site.home import KEYS, ROOT, Home
from jinlan.site.trust.matrix import addresses

DEPLOY = (ROOT / "docs" / "deploy.md").read_text("utf-8")
NOTHING = "01920000-0000-7000-8000-000000000000"
HOSTILE_TARGETS = (
    "https://evil.test/", "//evil.test", "///evil.test", "\\\\evil.test", "/\\evil.test", "https:evil.test", "javascript:alert(1)", "JaVaScRiPt:alert(1)",
    "data:text/html,x", "vbscript:x", "\tjavascript:alert(1)", "https://testserver@evil.test/", "http://testserver.evil.test/", " //evil.test", "ftp://testserver/",
)  # fmt: skip


def table(head: str) -> list[list[str]]:
    """Return the rows of the table of deploy.md with this first heading."""
    lines = DEPLOY.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {head} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def every_address() -> dict[str, str]:
    """Return an address of every name, with something in the place of what names a thing."""
    fill = {"uuid": NOTHING, "uuidstr": NOTHING, "slug": "x", "str": "x", "int": "1", "path": "x"}
    return {
        name: "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda part: fill[part[1] or "str"], path.lstrip("/"))
        for name, path in addresses().items()
    }


def test_the_limits_of_the_documents_are_those_of_the_program() -> None:
    options = settings.DATABASES["default"]["OPTIONS"]["options"]
    true = {
        "wrong passwords, codes and passkeys together, of one name from one address": settings.AXES_FAILURE_LIMIT,
        "rest after that, minutes": settings.AXES_COOLOFF_TIME * 60,
        "idle session, minutes (`JINLAN_IDLE_MINUTES`)": settings.JINLAN_IDLE_SECONDS / 60,
        "whole session, hours (`JINLAN_SESSION_HOURS`)": settings.JINLAN_SESSION_SECONDS / 3600,
        "step-up holds, seconds": stepup.WITHIN,
        "right password waits for its code, minutes": account_views.CODE_MINUTES,
        "challenge of a passkey, minutes": passkeys.MINUTES,
        "sign-in at the identity provider, minutes": oidc.MINUTES,
        "one-time password, hours": people.ONE_TIME_HOURS,
        "shortest password, profile ASVS": passwords.PROFILES["ASVS"].least,
        "shortest password, profile GB": passwords.PROFILES["GB"].least,
        "longest password": passwords.LONGEST,
        "days until a password is due, profile GB": passwords.PROFILES["GB"].days,
        "passwords that may not come again, profile GB": passwords.PROFILES["GB"].remembered,
        "recovery codes": otp.CODES,
        "passkeys": passkeys.MOST,
        "keys for programs": tokens.MOST,
        "longest life of a program's key, days": tokens.LONGEST,
        "statement of the database, seconds": int(re.findall(r"statement_timeout=(\d+)", options)[0]) / 1000,
    }

    assert {name: float(value) for name, value in table("limit")} == {name: float(value or 0) for name, value in true.items()}  # fmt: skip
    assert settings.AXES_LOCKOUT_PARAMETERS == [["username", "ip_address"]]
    assert passwords.PROFILES["ASVS"].days is None
    somebody = Person(username="lihua.li", display_name="李华", employee_code="E-x")
    assert passwords.own_words(somebody) >= {"lihuali", "李华", "ex", "金兰"}
    for said in (
        "the person's user name, name and employee number",
        "Sessions at once are not limited",
        "A name is locked for one address only",
    ):
        assert said in DEPLOY


def test_the_addresses_open_to_strangers_are_those_of_the_documents() -> None:
    strangers = Client(raise_request_exception=False)
    opened = set()
    for name, address in every_address().items():
        for method in ("GET", "POST"):
            answer = strangers.generic(method, address)
            shut = answer.status_code in (401, 405) or str(answer.headers.get("Location", "")).startswith("/signin?next=")  # fmt: skip
            if not shut:
                opened.add(name)

    assert opened == {name for row in table("address") for name in quoted(row[0])}


def test_every_form_needs_its_token() -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    statuses = {name: browser.post(address).status_code for name, address in every_address().items()}

    assert {
        name for name, status in statuses.items() if status != 403 and not name.startswith("api:")
    } == set()
    # A browser without a session is nobody to the API; with one it needs its token (api/tests/test_api.py).
    assert {status for name, status in statuses.items() if name.startswith("api:")} <= {401, 403, 404, 405}


def test_every_answer_carries_the_headers_that_protect_it() -> None:
    strangers = Client(raise_request_exception=False, headers={"origin": "https://evil.test"})
    for address in (
        "/",
        "/signin",
        "/clients",
        "/nothing",
        "/api/v1/openapi.json",
        "/api/v1/clients",
        "/filling",
        "/static/",
    ):
        answer = strangers.get(address)
        policy = answer["Content-Security-Policy"]
        assert {
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "script-src 'self'",
        } <= set(policy.split("; "))
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers
        kind = answer["Content-Type"]
        assert kind in ("application/problem+json", "application/json") or kind == "text/html; charset=utf-8", (address, kind)  # fmt: skip


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites() -> None:
    browser = Client()
    browser.get("/signin")
    browser.post("/preferences", {"theme": "dark", "language": "en", "rail": "narrow", "next": "/"})

    assert set(browser.cookies) == {"jl_csrf", "jl_theme", "jl_lang", "jl_rail"}
    for name, cookie in browser.cookies.items():
        assert (name, cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (
            name,
            True,
            "Lax",
            "",
            "/",
        )
    assert (
        settings.SESSION_COOKIE_HTTPONLY,
        settings.SESSION_COOKIE_SAMESITE,
        settings.SESSION_COOKIE_DOMAIN,
    ) == (True, "Lax", None)


@pytest.mark.parametrize("target", HOSTILE_TARGETS)
def test_no_way_on_leads_to_another_site_or_runs_a_script(target: str) -> None:
    ask = RequestFactory()

    assert target_of(ask.get("/", {"next": target}), "account") == "/account"
    assert target_of(ask.post("/", {"next": target}), "account") == "/account"
    assert Client().post("/preferences", {"theme": "dark", "next": target})["Location"] == "/"


def test_trace_and_unknown_methods_do_nothing_and_repeat_nothing() -> None:
    strangers = Client(raise_request_exception=False, headers={"x-secret": "repeat-me"})
    for address in every_address().values():
        for method in ("TRACE", "CONNECT", "TRACK", "PROPFIND"):
            answer = strangers.generic(method, address)
            assert answer.status_code in (302, 401, 403, 404, 405), (method, address)
            assert b"repeat-me" not in answer.content


def test_nothing_of_the_source_tree_is_served() -> None:
    strangers = Client(raise_request_exception=False)
    for address in (
        "/.git/HEAD",
        "/static/",
        "/static/../.git/HEAD",
        "/static/%2e%2e/keys/vault.key",
        "/pyproject.toml",
        "/static/vendor/",
        "/keys/",
        "/openapi.json",
        "/docs",
        "/metrics",
        "/debug",
    ):
        assert strangers.get(address).status_code in (301, 400, 404), address


def test_an_unforeseen_error_is_logged_and_tells_the_caller_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> list[dict[str, str]]:
        raise ValueError("postgresql://jl_app:hunter2@db")

    monkeypatch.setattr("jinlan.kernel.views.demo_people", broken)
    with caplog.at_level(logging.ERROR):
        answer = Client(raise_request_exception=False).get("/signin")

    said = answer.content.decode()
    assert answer.status_code == 500
    for word in ("hunter2", "ValueError", "Traceback", "views.py", "Django"):
        assert word not in said
    assert "in broken" in caplog.text
    assert "ValueError" in caplog.text
    assert settings.DEBUG is False
    assert re.search(
        r"^DEBUG = False$", (ROOT / "src/jinlan/site/settings.py").read_text("utf-8"), re.MULTILINE
    )


def test_an_address_cannot_write_lines_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        Client().get("/nothing%0d%0a2026-01-01%20ERROR%20forged%1b[31m%00")

    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1
    assert "forged" in lines[0]
    assert not re.search(r"[\x00-\x1f\x7f]", lines[0])


def test_the_product_writes_the_logs_of_the_documents_and_no_others() -> None:
    sources = [
        path.read_text("utf-8")
        for path in (ROOT / "src/jinlan/site").rglob("*.py")
        if "tests" not in path.parts and "trust" not in path.parts
    ]
    spawned = {name for source in sources for name in re.findall(r"\.spawn\(\s*\"(\w+)\"", source)}
    named = {name for row in table("what") for name in quoted(row[0])}

    assert named == {f"{name}.log" for name in spawned} | {"postgres.log"}
    assert {one["class"] for one in settings.LOGGING["handlers"].values()} == {"logging.StreamHandler"}


def test_keys_are_made_for_each_installation_and_read_by_its_user_alone(tmp_path) -> None:
    homes = [Home(tmp_path / name).make() for name in ("one", "two")]
    keys = [{name: place.key(name) for name in KEYS} for place in homes]

    assert {name for row in table("key") for name in quoted(row[0])} == set(KEYS)
    assert {len(key) for made in keys for key in made.values()} == {32}
    assert len({key for made in keys for key in made.values()}) == 2 * len(KEYS)
    assert [place.key("vault") for place in homes] == [made["vault"] for made in keys]
    for place in homes:
        assert {path.stat().st_mode & 0o777 for path in (place.path / "keys").iterdir()} == {0o600}
        assert {path.stat().st_mode & 0o077 for path in (place.path, place.path / "keys", place.log)} == {0}
