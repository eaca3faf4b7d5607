"""Facts that the standards ask for and no room holds alone: the documents' tables, answers to strangers, factors, logs."""

from __future__ import annotations

import http.server
import json
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from jinlan.basics.clock import now_utc
from jinlan.kernel import account_views, oidc, otp, passkeys, passwords, people, sessions, stepup, tokens
from jinlan.kernel.forms import SignInForm
from jinlan.kernel.guards import target_of
from jinlan.kernel.models import Person
from jinlan.kernel.references import Referenced
from jinlan.kernel.testing import PASSWORD, an_actor
from jinlan.kernel.tests.browsers import a_browser, ana, lives, signs_in, xulan  # noqa: F401
from jinlan.kernel.tests.providers import Provider
from jinlan.kernel.tests.test_oidc import entries_of_nobody, op  # noqa: F401
from jinlan.kernel.tests.test_otp import enrolled
from jinlan.site.backup import keys as bundle
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
    assert passwords.context_words(somebody) >= {"lihuali", "李华", "ex", "金兰"}
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


def test_a_password_is_taken_as_it_was_typed_and_by_managers_too() -> None:
    page = Client().get("/signin").content.decode()

    assert re.search(r'<input type="password" name="password" autocomplete="current-password"[^>]*>', page)
    for field in (
        SignInForm().fields["password"],
        *passwords.PasswordForm(person=Person(username="x")).fields.values(),
    ):
        assert field.strip is False
        assert field.widget.input_type == "password"
        assert field.max_length is None
        assert field.widget.attrs["autocomplete"] in ("current-password", "new-password")
        assert field.clean("  Ab c ") == "  Ab c "
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_guessing_a_stolen_hash_or_bundle_is_slow() -> None:
    hasher = Argon2PasswordHasher()

    assert isinstance(get_hasher(), Argon2PasswordHasher)
    assert (hasher.memory_cost >= 65_536, hasher.time_cost >= 2) == (True, True)  # KiB, passes
    assert (bundle.N >= 2**17, bundle.R >= 8, bundle.LEAST >= 12) == (True, True, True)


@pytest.fixture
def leading_away() -> Iterator[str]:
    """A provider that answers every question with a way to somewhere else."""

    class Away(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if self.path != "/inner" else 200)
            self.send_header("Location", "/inner")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Away)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_identity_provider_cannot_lead_us_elsewhere(leading_away: str) -> None:
    known = oidc.Provider(leading_away, "jinlan", "", "sub", frozenset())

    assert oidc._get_json(f"{leading_away}/inner", known) == {}
    with pytest.raises(oidc.Untrue):
        oidc._get_json(f"{leading_away}/outer", known)
    with pytest.raises(oidc.Untrue):  # this machine is asked only when the provider itself is on it
        oidc._get_json(f"{leading_away}/inner", replace(known, issuer="https://login.bank.example"))


def test_the_tokens_of_the_provider_stay_in_one_request(ana: Person, op: Provider) -> None:
    made: list[str] = []

    def signed(claims: dict[str, object]) -> str:
        made.append(op.rs256(claims))
        return made[-1]

    op.sign = signed
    client = a_browser()
    came = client.get("/signin/oidc/back", op.approve(client.get("/signin/oidc")["Location"]))
    page = client.get("/account")

    kept = (
        json.dumps(dict(client.session.items()))
        + str(client.cookies)
        + str(came.headers)
        + page.content.decode()
    )
    assert (came["Location"], page.status_code, len(made)) == ("/", 200, 1)
    assert [part for part in (*made[0].split("."), "id_token", "access_token") if part in kept] == []


def test_a_new_password_does_not_step_around_the_second_factor(ana: Person, xulan: Person) -> None:
    key, _ = enrolled(ana, now_utc())
    made = people.renew_password(actor=an_actor(xulan, now_utc()), person=ana.public_id)
    client = a_browser()

    answer = client.post("/signin", {"username": "ana", "password": made.password})

    assert answer["Location"] == "/signin/code"
    assert not lives(client)
    assert client.post("/signin/code", {"code": otp.code_at(key, now_utc())}).status_code == 302
    assert client.get("/account")["Location"] == "/account/password"  # and then his own


def test_headers_of_a_proxy_that_the_caller_wrote_himself_change_nothing(ana: Person) -> None:
    for number in range(8):
        said = {
            "x-forwarded-for": f"10.9.8.{number}",
            "x-real-ip": f"10.9.8.{number}",
            "x-forwarded-proto": "https",
            "x-forwarded-host": "evil.test",
        }
        answer = Client(headers=said).post("/signin", {"username": "ana", "password": "wrong"})

    assert answer.status_code == 429  # counted as one caller
    assert {row[3]["where"] for row in entries_of_nobody("signin.failed")} == {"127.0.0.1"}
    assert "evil" not in str(answer.headers) + answer.content.decode()


def test_every_page_of_somebody_who_is_signed_in_offers_the_way_out(ana: Person, xulan: Person) -> None:
    for person, pages in (
        (ana, ("/clients", "/account", "/account/sessions", "/account/password", "/approvals")),
        (xulan, ("/admin/people",)),
    ):
        client = signs_in(person)
        for page in pages:
            answer = client.get(page)
            assert (page, answer.status_code, 'action="/signout"' in answer.content.decode()) == (
                page,
                200,
                True,
            )


def test_the_key_of_a_session_is_long_random_and_only_in_its_cookie(ana: Person) -> None:
    keys = {signs_in(ana).cookies["jl_session"].value for _ in range(5)}
    client = signs_in(ana)
    page = client.get("/account/sessions")

    assert len(keys) == 5
    assert all(re.fullmatch("[a-z0-9]{32}", key) for key in keys)  # 165 bits
    assert sessions.hashed(client.cookies["jl_session"].value) not in page.content.decode()
    assert client.cookies["jl_session"].value not in page.content.decode()
    assert PASSWORD not in page.content.decode()


def test_a_file_in_a_form_is_refused_at_its_first_byte(ana: Person) -> None:
    big = SimpleUploadedFile("a.bin", b"x" * 3_000_000)
    before = len(entries_of_nobody("signin.failed"))

    answer = Client().post("/signin", {"username": "ana", "password": "wrong", "file": big})

    assert answer.status_code == 400
    assert len(entries_of_nobody("signin.failed")) == before


def test_the_number_of_an_error_page_is_on_its_lines_of_the_log(
    ana: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(Referenced())

    answer = signs_in(ana).get("/no-such-page")

    assert answer.status_code == 404
    assert {record.reference for record in caplog.records if record.name == "django.request"} == {
        answer["X-Reference"]
    }  # type: ignore[attr-defined]
    assert Referenced().filter(logging.makeLogRecord({})) is True


def test_an_answer_to_a_programs_key_is_not_kept_by_caches(ana: Person) -> None:
    made = tokens.make(ana, name="x", days=1, reads_only=True, at=now_utc())
    answer = Client(headers={"authorization": f"Bearer {made.text}"}).get("/api/v1/openapi.json")

    assert answer["Cache-Control"] == "private, no-store"


def test_a_new_password_ends_the_keys_of_programs(ana: Person, xulan: Person) -> None:
    def alive(text: str) -> bool:
        return tokens.actor_of(text, now_utc(), writes=False) is not None

    first = tokens.make(ana, name="x", days=1, reads_only=True, at=now_utc()).text
    assert alive(first)
    people.renew_password(actor=an_actor(xulan, now_utc()), person=ana.public_id)
    assert not alive(first)
    ana.refresh_from_db()
    second = tokens.make(ana, name="y", days=1, reads_only=True, at=now_utc()).text
    tokens.end_all(ana, now_utc())
    assert not alive(second)


def test_where_a_second_factor_is_required_nothing_opens_before_it_is_set_up(
    ana: Person, settings: Any
) -> None:
    settings.JINLAN_SECOND_FACTOR = "required"
    client = signs_in(ana)

    assert client.get("/account")["Location"] == "/account/second-factor"
    assert client.get("/api/v1/openapi.json").status_code == 302
    assert client.get("/account/second-factor").status_code in {200, 302}
    assert client.post("/signout").status_code == 302
    enrolled(ana, now_utc())
    client = a_browser()
    answer = client.post("/signin", {"username": "ana", "password": PASSWORD})
    assert answer["Location"] == "/signin/code"


def test_the_public_password_of_the_demo_opens_nothing_where_no_demo_runs(ana: Person, settings: Any) -> None:
    ana.set_password(settings.JINLAN_DEMO_PASSWORD)
    ana.save(update_fields=["password"])
    settings.JINLAN_DEMO = False
    client = a_browser()

    answer = client.post("/signin", {"username": "ana", "password": settings.JINLAN_DEMO_PASSWORD})

    assert "公开的密码" in answer.content.decode()
    assert not lives(client)
