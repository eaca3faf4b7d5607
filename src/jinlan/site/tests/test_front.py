"""Who a request comes from behind the bank's proxy, and how large it may be; settings of a real installation."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from jinlan.basics.clock import now_utc
from jinlan.site.front import LARGEST_BODY, LARGEST_INTAKE, TOO_LARGE, Front, networks

PROXIES = networks(("10.0.0.0/24", "2001:db8::5"))


def passed(**environ: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def inner(given: dict[str, Any], _start: Any) -> list[bytes]:
        seen.update(given)
        return [b"ok"]

    Front(inner, PROXIES)({"wsgi.url_scheme": "http", **environ}, lambda *_args: None)
    return seen


@pytest.mark.parametrize(
    ("remote", "chain", "caller"),
    [
        ("10.0.0.7", "203.0.113.9", "203.0.113.9"), ("10.0.0.7", "1.1.1.1, 203.0.113.9", "203.0.113.9"), ("10.0.0.7", "203.0.113.9, 10.0.0.8", "203.0.113.9"),
        ("10.0.0.7", "", "10.0.0.7"), ("10.0.0.7", "evil", "10.0.0.7"), ("10.0.0.7", "1.1.1.1, <script>", "10.0.0.7"), ("2001:db8::5", "2001:db8::9", "2001:db8::9"),
        ("203.0.113.9", "1.1.1.1", "203.0.113.9"), ("10.0.1.7", "1.1.1.1", "10.0.1.7"), ("", "1.1.1.1", ""),
    ],
)  # fmt: skip
def test_the_caller_is_the_last_address_that_is_no_proxy_of_ours(
    remote: str, chain: str, caller: str
) -> None:
    seen = passed(
        REMOTE_ADDR=remote,
        HTTP_X_FORWARDED_FOR=chain,
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_REAL_IP="9.9.9.9",
    )

    assert seen["REMOTE_ADDR"] == caller
    assert seen["wsgi.url_scheme"] == ("https" if remote in {"10.0.0.7", "2001:db8::5"} else "http")
    assert [name for name in seen if "FORWARDED" in name or "REAL" in name] == []


@pytest.mark.parametrize("length", [str(LARGEST_BODY + 1), "-1", "1e3", "9" * 30])
def test_a_body_that_no_page_wants_is_refused_before_it_is_read(length: str) -> None:
    answers: list[str] = []
    body = Front(lambda *_args: [b"reached"], ())(
        {"CONTENT_LENGTH": length, "REMOTE_ADDR": "1.1.1.1"}, lambda status, _headers: answers.append(status)
    )

    assert (answers, list(body)) == (["413 Content Too Large"], [b""])


def settings_with(tmp_path: Any, **env: str) -> dict[str, Any]:
    """Return settings as another process with this environment reads them."""
    names = [
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_NAME",
        "CSRF_TRUSTED_ORIGINS",
        "SECURE_HSTS_SECONDS",
        "JINLAN_SECOND_FACTOR",
        "ALLOWED_HOSTS",
        "JINLAN_PORTAL_HOST",
        "JINLAN_PORTAL_COOKIE",
        "JINLAN_PORTAL_CSRF_COOKIE",
    ]
    code = (
        "import json, jinlan.site.settings as s; "
        f"print(json.dumps({{n: getattr(s, n, None) for n in {names}}} | {{'options': s.DATABASES['default']['OPTIONS']}}))"
    )
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("JINLAN_") and name != "DATABASE_URL"
    }
    done = subprocess.run([sys.executable, "-c", code], env=clean | {"PYTHONPATH": os.pathsep.join(sys.path), "JINLAN_HOME": str(tmp_path)} | env,
                          capture_output=True, text=True, check=False)  # fmt: skip
    return json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr}


def test_an_https_address_makes_cookies_and_transport_strict_and_its_forms_trusted(tmp_path) -> None:
    found = settings_with(
        tmp_path, JINLAN_BASE_URL="https://jinlan.bank.example", JINLAN_SECOND_FACTOR="required",
        DATABASE_URL="postgresql://jl_app@db.bank.example/jinlan?sslmode=verify-full&sslrootcert=/etc/ca.pem&options=-cx",
    )  # fmt: skip

    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == (
        "__Host-jl_session",
        "__Host-jl_csrf",
    )
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://jinlan.bank.example"]
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert found["JINLAN_SECOND_FACTOR"] == "required"
    assert (found["options"]["sslmode"], found["options"]["sslrootcert"]) == ("verify-full", "/etc/ca.pem")
    assert "statement_timeout" in found["options"]["options"]


def test_migrations_keep_what_the_owners_address_asks_for_and_give_way_soon(tmp_path) -> None:
    found = settings_with(
        tmp_path, JINLAN_OWNER="1", DATABASE_OWNER_URL="postgresql://jl_owner@db.bank.example/jinlan?sslmode=verify-full&sslrootcert=/etc/ca.pem"
    )  # fmt: skip

    assert found["options"] == {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca.pem",
        "options": "-c lock_timeout=400",
    }


def test_on_this_machine_alone_nothing_needs_tls(tmp_path) -> None:
    found = settings_with(tmp_path)

    assert (found["SESSION_COOKIE_NAME"], found["SESSION_COOKIE_SECURE"], found["SECURE_HSTS_SECONDS"]) == (
        "jl_session",
        False,
        None,
    )
    assert set(found["options"]) == {"options"}


def test_the_portals_host_is_allowed_and_its_cookies_are_its_own(tmp_path) -> None:
    names = ("JINLAN_PORTAL_HOST", "JINLAN_PORTAL_COOKIE", "JINLAN_PORTAL_CSRF_COOKIE")
    without = settings_with(tmp_path)
    found = settings_with(
        tmp_path, JINLAN_BASE_URL="https://jinlan.bank.example", JINLAN_HOSTS="jinlan.bank.example", JINLAN_PORTAL_HOST="Clients.bank.example"
    )  # fmt: skip

    assert [without[name] for name in names] == ["", "jl_portal", "jl_portal_csrf"]
    assert without["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert [found[name] for name in names] == [
        "clients.bank.example",
        "__Host-jl_portal",
        "__Host-jl_portal_csrf",
    ]
    assert found["ALLOWED_HOSTS"] == ["jinlan.bank.example", "clients.bank.example"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://jinlan.bank.example"]


@pytest.mark.parametrize(
    ("host", "hosts", "base"),
    [
        ("localhost", "127.0.0.1,localhost", ""),
        ("JINLAN.bank.example", "jinlan.bank.example", ""),
        ("portal.bank.example", ".bank.example", ""),
        ("portal.bank.example", "*", ""),
        ("jinlan.bank.example", "localhost", "https://jinlan.bank.example:8443"),
        ("https://portal.bank.example", "localhost", ""),
        ("portal.bank.example:8443", "localhost", ""),
        ("*", "localhost", ""),
    ],
)
def test_the_portal_needs_a_name_of_its_own(tmp_path, host: str, hosts: str, base: str) -> None:
    found = settings_with(tmp_path, JINLAN_PORTAL_HOST=host, JINLAN_HOSTS=hosts, JINLAN_BASE_URL=base)

    assert f"ImproperlyConfigured: JINLAN_PORTAL_HOST={host.lower()}: " in found["failed"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JINLAN_PROXIES", "10.0.0.0/33"),
        ("JINLAN_PROXIES", "proxy"),
        ("JINLAN_SECOND_FACTOR", "perhaps"),
        ("JINLAN_SMTP", "mail:x"),
    ],
)
def test_a_wrong_setting_ends_the_start_and_is_named(tmp_path, name: str, value: str) -> None:
    assert f"ImproperlyConfigured: {name}" in settings_with(tmp_path, **{name: value})["failed"]


def test_passwords_of_a_list_of_staff_are_for_a_first_sign_in(database, settings) -> None:
    from jinlan.kernel.models import Person
    from jinlan.kernel.passwords import due
    from jinlan.site import jobs

    settings.JINLAN_ENTITY = "JLB"
    made = jobs.create_staff_with_passwords([{"username": "neu", "name": "新人", "role": "manager"}])
    person = Person.objects.get(username="neu")

    assert person.check_password(made["neu"])
    assert due(person, now_utc())
    assert person.one_time_until is not None
    assert timedelta(days=13) < person.one_time_until - now_utc() <= timedelta(days=14)


def test_where_files_come_in_a_body_may_be_larger_and_its_refusal_is_read() -> None:
    path = "/interactions/01a22df4-54c5-7c24-b778-cb79b3e7ca1b/attachments"
    answers: list[str] = []

    def asked(length: int, path: str) -> tuple[bytes, int]:
        body = io.BytesIO(bytes(length))
        given = {
            "CONTENT_LENGTH": str(length),
            "PATH_INFO": path,
            "wsgi.input": body,
            "REMOTE_ADDR": "1.1.1.1",
        }
        answer = Front(lambda *_args: [b"reached"], ())(
            given, lambda status, _headers: answers.append(status)
        )
        return b"".join(answer), body.tell()

    assert asked(LARGEST_INTAKE, path) == (b"reached", 0)
    assert asked(LARGEST_INTAKE, f"{path}/x") == (b"", 0)
    assert asked(LARGEST_INTAKE + 1, path) == (
        TOO_LARGE,
        LARGEST_INTAKE + 1,
    )  # read to its end: no connection breaks
    assert answers == ["413 Content Too Large"] * 2
