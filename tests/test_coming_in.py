"""Facts that the standards ask for about coming in: passwords, factors, the provider, sessions, proxies, programs."""

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
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.kernel import oidc, otp, passwords, people, sessions, tokens
from jinlan.kernel.forms import SignInForm
from jinlan.kernel.models import Person
from jinlan.kernel.references import Referenced
from jinlan.kernel.testing import PASSWORD, an_actor
from jinlan.kernel.tests.browsers import a_browser, ana, lives, signs_in, xulan  # noqa: F401
from jinlan.kernel.tests.providers import Provider
from jinlan.kernel.tests.test_oidc import entries_of_nobody, op  # noqa: F401
from jinlan.kernel.tests.test_otp import enrolled
from jinlan.site.backup import keys as bundle


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


def test_guessing_a_stolen_hash_or_bundle_is_slow(slow_hash: dict[str, int]) -> None:
    assert type(get_hasher()) is Argon2PasswordHasher
    assert (slow_hash["memory_cost"] >= 65_536, slow_hash["time_cost"] >= 2) == (True, True)  # KiB, passes
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
