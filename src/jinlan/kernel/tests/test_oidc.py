"""Signing in through an identity provider: a real one on a port of its own, and every way in which it must not be believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from jinlan.basics.clock import now_utc
from jinlan.kernel import otp
from jinlan.kernel.models import Person
from jinlan.kernel.testing import a_person, writing
from jinlan.kernel.tests.browsers import (
    a_browser,
    ana,  # noqa: F401
    entries,
    lives,
    signs_in,
)
from jinlan.kernel.tests.providers import (
    CLIENT,
    EC_KEY,
    OTHER_KEY,
    RSA_KEY,
    SECRET,
    Provider,
    hmac_signed,
    pem,
)
from jinlan.kernel.tests.test_otp import enrolled
from jinlan.site.settings import identity_provider

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def op(settings: Any, tmp_path: Path) -> Iterator[Provider]:
    provider = Provider()
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    settings.JINLAN_BASE_URL = "https://jinlan.bank.test"
    settings.JINLAN_OIDC = {
        "issuer": provider.issuer, "client": CLIENT, "secret_file": str(secret), "claim": "preferred_username", "mfa": frozenset({"mfa", "hwk"}),
    }  # fmt: skip
    yield provider
    provider.close()


def goes(client: Client, op: Provider, **more: str) -> Any:
    """Go to the provider, sign in there and come back."""
    return client.get("/signin/oidc/back", op.approve(client.get("/signin/oidc")["Location"], **more))


def refused(answer: Any) -> bool:
    return (answer.status_code, answer["Location"]) == (302, "/signin?why=oidc")


def why() -> list[str]:
    return [after["why"] for _, _, _, after in entries_of_nobody("signin.oidc_refused")]


def entries_of_nobody(verb: str) -> list[Any]:
    """Entries before anybody is known belong to no entity: read as the administrator of the database does."""
    import os

    import psycopg
    from django.db import connection

    url = os.environ["JINLAN_TEST_ADMIN_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(url) as admin:
        return admin.execute(
            "select verb, username, object_id, after from kernel_auditentry where verb = %s order by id",
            [verb],
        ).fetchall()


def test_whoever_the_provider_knows_comes_in_where_he_wanted_to_go(ana: Person, op: Provider) -> None:
    client = a_browser()
    assert 'href="/signin/oidc?next=/account"' in client.get("/signin?next=/account").content.decode()
    address = client.get("/signin/oidc?next=/account")["Location"]
    assert address.startswith(f"{op.issuer}/authorize?")
    assert "redirect_uri=https%3A%2F%2Fjinlan.bank.test%2Fsignin%2Foidc%2Fback" in address

    answer = client.get("/signin/oidc/back", op.approve(address))

    assert (answer.status_code, answer["Location"]) == (302, "/account")
    assert lives(client)
    assert [who for _, who, *_ in entries("signin.succeeded")] == ["ana"]


def test_an_elliptic_key_signs_as_well(ana: Person, op: Provider) -> None:
    op.sign = lambda claims: jwt.encode(claims, EC_KEY, "ES256", {"kid": "ec"})

    assert goes(a_browser(), op)["Location"] == "/"


@pytest.mark.parametrize("who", ["nobody", "ANA", "ana ", "system@JLB", "gone"])
def test_who_is_not_known_and_active_here_is_told_so_and_not_made(
    who: str, ana: Person, op: Provider
) -> None:
    from jinlan.kernel.scope import system_actor

    system_actor("JLB", now_utc())
    a_person("gone", "manager", active=False)
    before, op.user, client = Person.objects.count(), who, a_browser()

    answer = goes(client, op)

    assert answer["Location"] == "/signin?why=oidc_unknown"
    assert "没有与之对应的有效账号" in client.get(answer["Location"]).content.decode()
    assert not lives(client)
    assert Person.objects.count() == before
    assert [name for _, name, *_ in entries_of_nobody("signin.oidc_unknown")] == [who]


FORGED = {
    "alg none": (lambda claims: jwt.encode(claims, None, "none"), "ALG"),
    "HS256 with the public key": (lambda claims: hmac_signed(claims, pem(RSA_KEY)), "ALG"),
    "HS256 with the client's secret": (lambda claims: hmac_signed(claims, SECRET.encode()), "ALG"),
    "RS512": (lambda claims: jwt.encode(claims, RSA_KEY, "RS512", {"kid": "rsa"}), "ALG"),
    "another key under the name of a known one": (lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", {"kid": "rsa"}), "SIGNATURE"),
    "a key that is not in the set": (lambda claims: jwt.encode(claims, OTHER_KEY, "RS256", {"kid": "new"}), "KEY"),
    "a key of the other kind": (lambda claims: jwt.encode(claims, RSA_KEY, "RS256", {"kid": "ec"}), "KEY"),
    "no token at all": (lambda claims: "nonsense", "TOKEN"),
    "a number": (lambda claims: 1, "TOKEN"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_the_provider_did_not_sign_is_refused(name: str, ana: Person, op: Provider) -> None:
    op.sign, expected = FORGED[name]
    client = a_browser()

    assert refused(goes(client, op))
    assert not lives(client)
    assert why() == [expected]


NOW = object()
BENT = {
    "another issuer": ({"iss": "https://other.test"}, "InvalidIssuerError"),
    "for another client": ({"aud": "other"}, "InvalidAudienceError"),
    "for others beside us, without azp": ({"aud": [CLIENT, "other"]}, "AZP"),
    "presented by another": ({"aud": [CLIENT, "other"], "azp": "other"}, "AZP"),
    "azp of another": ({"azp": "other"}, "AZP"),
    "expired": ({"exp": -31}, "ExpiredSignatureError"),
    "from the future": ({"iat": 3600}, "ImmatureSignatureError"),
    "old": ({"iat": -700}, "OLD"),
    "another nonce": ({"nonce": "x"}, "NONCE"),
    "no nonce": ({"nonce": None}, "MissingRequiredClaimError"),
    "no expiry": ({"exp": None}, "MissingRequiredClaimError"),
    "no name": ({"preferred_username": None}, "CLAIM"),
    "a list for a name": ({"preferred_username": ["ana"]}, "CLAIM"),
}


@pytest.mark.parametrize("name", BENT)
def test_a_token_that_says_something_else_is_refused(name: str, ana: Person, op: Provider) -> None:
    values, expected = BENT[name]

    def change(claims: dict[str, Any]) -> None:
        now = int(now_utc().timestamp())
        for key, value in values.items():
            if value is None:
                del claims[key]
            else:
                claims[key] = now + value if isinstance(value, int) else value

    op.change, client = change, a_browser()

    assert refused(goes(client, op))
    assert not lives(client)
    assert why() == [expected]


def test_a_token_for_several_clients_with_our_azp_is_good(ana: Person, op: Provider) -> None:
    op.change = lambda claims: claims.update(aud=[CLIENT, "other"], azp=CLIENT)

    assert goes(a_browser(), op)["Location"] == "/"


def test_an_answer_of_another_provider_is_refused_before_its_code_is_used(ana: Person, op: Provider) -> None:
    client = a_browser()
    op.asked.clear()

    assert refused(goes(client, op, iss="https://other.test"))
    assert refused(goes(client, op, iss=""))
    assert "/token" not in op.asked
    assert why() == ["MIX_UP", "MIX_UP"]


def test_a_provider_that_calls_itself_otherwise_is_refused(ana: Person, op: Provider) -> None:
    op.document = {"issuer": "https://other.test"}

    assert a_browser().get("/signin/oidc")["Location"] == "/signin?why=oidc"
    assert why() == ["ISSUER"]


def test_an_answer_is_good_once_and_in_its_own_browser_only(ana: Person, op: Provider) -> None:
    client, thief = a_browser(), a_browser()
    query = op.approve(client.get("/signin/oidc")["Location"])
    thief.get("/signin/oidc")

    assert refused(thief.get("/signin/oidc/back", query))
    assert client.get("/signin/oidc/back", query)["Location"] == "/"
    client.post("/signout")
    assert refused(client.get("/signin/oidc/back", query))
    fresh = op.approve(client.get("/signin/oidc")["Location"])
    assert refused(
        client.get("/signin/oidc/back", fresh | {"code": query["code"]})
    )  # the provider refuses a used code
    assert refused(client.get("/signin/oidc/back", fresh))  # and the state was used up
    assert why() == ["STATE", "STATE", "REFUSED", "STATE"]
    assert not lives(thief)


@pytest.mark.parametrize(
    "query", [{}, {"state": ""}, {"code": "x"}, {"state": "x", "code": "x"}, {"error": "access_denied"}]
)
def test_an_answer_that_nobody_asked_for_is_refused(query: dict[str, str], ana: Person, op: Provider) -> None:
    assert refused(a_browser().get("/signin/oidc/back", query))
    assert op.asked == []


def test_who_takes_too_long_begins_anew(ana: Person, op: Provider) -> None:
    client = a_browser()
    with time_machine.travel(now_utc(), tick=False) as clock:
        query = op.approve(client.get("/signin/oidc")["Location"])
        clock.shift(600)
        assert refused(client.get("/signin/oidc/back", query))
    assert why() == ["LATE"]


def test_somebody_who_says_no_at_the_provider_comes_back_to_the_sign_in_page(
    ana: Person, op: Provider
) -> None:
    client = a_browser()
    query = op.approve(client.get("/signin/oidc")["Location"])

    assert refused(
        client.get("/signin/oidc/back", {"state": query["state"], "iss": op.issuer, "error": "access_denied"})
    )


def test_our_own_second_factor_is_asked_for_unless_the_provider_did(ana: Person, op: Provider) -> None:
    enrolled(ana)
    client = a_browser()
    assert goes(client, op)["Location"] == "/signin/code"
    assert not lives(client)

    op.change = lambda claims: claims.update(amr=["pwd", "mfa"])
    assert goes(client, op)["Location"] == "/"
    assert lives(client)

    op.change = lambda claims: claims.update(amr="mfa")  # not as the standard has it
    assert goes(a_browser(), op)["Location"] == "/signin/code"
    op.change = lambda claims: claims.update(acr="hwk")
    assert goes(a_browser(), op)["Location"] == "/"
    assert otp.enrolled(ana)


def test_a_one_time_password_is_no_matter_of_who_signs_in_elsewhere(ana: Person, op: Provider) -> None:
    with writing():
        Person.objects.filter(pk=ana.pk).update(one_time_until=now_utc())
    client = a_browser()

    goes(client, op)

    assert client.get("/account").status_code == 200


def test_signing_in_gives_a_new_key_and_where_to_never_leads_away(ana: Person, op: Provider) -> None:
    client = a_browser()
    address = client.get("/signin/oidc?next=https://evil.test/")["Location"]
    before = client.cookies["jl_session"].value

    answer = client.get("/signin/oidc/back", op.approve(address))

    assert answer["Location"] == "/"
    assert client.cookies["jl_session"].value != before


def test_a_provider_that_is_away_leaves_the_password(ana: Person, op: Provider, settings: Any) -> None:
    settings.JINLAN_OIDC = settings.JINLAN_OIDC | {"issuer": "http://127.0.0.1:9"}

    assert a_browser().get("/signin/oidc")["Location"] == "/signin?why=oidc_away"
    assert lives(signs_in(ana))


def test_an_endpoint_in_the_clear_is_refused(ana: Person, op: Provider, settings: Any) -> None:
    op.document = {"authorization_endpoint": "ftp://127.0.0.1/authorize"}

    assert a_browser().get("/signin/oidc")["Location"] == "/signin?why=oidc"


def test_an_address_is_believed_as_a_name_only_when_it_was_verified(
    ana: Person, op: Provider, settings: Any
) -> None:
    with writing():
        Person.objects.filter(pk=ana.pk).update(username="ana@bank.test")
    settings.JINLAN_OIDC = settings.JINLAN_OIDC | {"claim": "email"}
    op.change = lambda claims: claims.update(email="ana@bank.test")
    assert refused(goes(a_browser(), op))

    op.change = lambda claims: claims.update(email="ana@bank.test", email_verified=True)

    assert goes(a_browser(), op)["Location"] == "/"


def test_without_a_provider_there_is_no_such_page(ana: Person) -> None:
    assert [a_browser().get(address).status_code for address in ("/signin/oidc", "/signin/oidc/back")] == [
        404,
        404,
    ]
    assert "/signin/oidc" not in a_browser().get("/signin").content.decode()


def test_settings_want_a_secure_issuer_a_client_and_our_own_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert identity_provider("") is None
    monkeypatch.setenv("JINLAN_OIDC_ISSUER", "http://idp.bank.test")
    with pytest.raises(ImproperlyConfigured):
        identity_provider("https://jinlan.bank.test")
    monkeypatch.setenv("JINLAN_OIDC_ISSUER", "https://idp.bank.test")
    with pytest.raises(ImproperlyConfigured):
        identity_provider("https://jinlan.bank.test")
    monkeypatch.setenv("JINLAN_OIDC_CLIENT_ID", "jinlan")
    monkeypatch.setenv("JINLAN_OIDC_MFA", "mfa,hwk")
    with pytest.raises(ImproperlyConfigured):
        identity_provider("")
    assert identity_provider("https://jinlan.bank.test") == {
        "issuer": "https://idp.bank.test", "client": "jinlan", "secret_file": "", "claim": "preferred_username", "mfa": frozenset({"mfa", "hwk"}),
    }  # fmt: skip
