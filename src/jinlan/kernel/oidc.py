"""Signing in through the bank's own identity provider: OpenID Connect, authorization code with PKCE, by configuration.

Nobody is made here: the provider says a user name, and whoever has it here and is active comes in. What the provider says is
believed only with its signature (RS256 or ES256 by a key of its own set), for this client, this nonce and this moment.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

import jwt
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from jinlan.basics.errors import Refused
from jinlan.kernel.outgoing import HERE, request

WAITING = "oidc_waiting"  # in the session's data
MINUTES = 10
LEEWAY = 30
KEYS = {"RS256": {"kty": "RSA"}, "ES256": {"kty": "EC", "crv": "P-256"}}
REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]
Document = Mapping[str, Any]


class Untrue(Refused):
    """What came back from the provider cannot be believed; `code` says why, for the record and not for the page."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What the bank configured: see README. `mfa` are values of amr or acr that stand for a second factor."""

    issuer: str
    client: str
    secret_file: str
    claim: str
    mfa: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider said: who, whether with a second factor, and where he wanted to go."""

    username: str
    mfa: bool
    target: str


def provider() -> Provider | None:
    """Return the configured provider, None when there is none."""
    return Provider(**settings.JINLAN_OIDC) if settings.JINLAN_OIDC else None


def begin(session: SessionBase, known: Provider, target: str, at: datetime) -> str:
    """Return the address at the provider where somebody signs in; state, nonce and verifier wait in the session."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _one in range(3))
    session[WAITING] = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "target": target,
        "at": at.isoformat(),
    }
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asks = {
        "response_type": "code", "client_id": known.client, "redirect_uri": _back(), "scope": "openid profile email", "state": state,
        "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    at_provider = _endpoint(_discovered(known), known, "authorization_endpoint")
    return f"{at_provider}{'&' if urlsplit(at_provider).query else '?'}{urlencode(asks)}"


def finish(session: SessionBase, known: Provider, query: Mapping[str, str], at: datetime) -> Said:
    """Return who came back; what waited in the session is used up before anything is looked at.

    Raises:
        Untrue: with the code of what is wrong.
    """
    waiting: dict[str, Any] = session.pop(WAITING, None) or {}
    session.save()
    if not waiting or not constant_time_compare(query.get("state", ""), waiting["state"]):
        _untrue("STATE")
    if at - datetime.fromisoformat(waiting["at"]) >= timedelta(minutes=MINUTES):
        _untrue("LATE")
    found = _discovered(known)
    said_by = query.get("iss", "")
    if said_by != known.issuer and (
        said_by or found.get("authorization_response_iss_parameter_supported") is True
    ):
        _untrue("MIX_UP")
    if "error" in query or not query.get("code"):
        _untrue("DENIED")
    token = _token(known, found, query["code"], waiting["verifier"])
    claims = _believed(
        token, known, _get_json(_endpoint(found, known, "jwks_uri"), known), waiting["nonce"], at
    )
    return Said(_username(claims, known), _with_second_factor(claims, known), waiting["target"])


def _untrue(code: str) -> NoReturn:
    raise Untrue(code, "统一身份认证没有通过。", "请重新登录；持续出现时请联系安全管理员。")


def _back() -> str:
    return f"{settings.JINLAN_BASE_URL}{reverse('signin-oidc-back')}"


def _discovered(known: Provider) -> Document:
    found = _get_json(f"{known.issuer.rstrip('/')}/.well-known/openid-configuration", known)
    if found.get("issuer") != known.issuer:
        _untrue("ISSUER")
    return found


def _endpoint(found: Document, known: Provider, name: str) -> str:
    """Return an address of the provider; never a plain one where the provider itself is not."""
    address = str(found.get(name, ""))
    if urlsplit(address).scheme not in {"https", urlsplit(known.issuer).scheme}:
        _untrue("ENDPOINT")
    return address


def _token(known: Provider, found: Document, code: str, verifier: str) -> str:
    """Give the code back for the identity token."""
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _back(),
        "code_verifier": verifier,
    }
    secret = Path(known.secret_file).read_text("utf-8").strip() if known.secret_file else ""
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    headers = {}
    if secret and "client_secret_basic" in methods:
        pair = f"{quote(known.client, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        fields |= {"client_id": known.client} | ({"client_secret": secret} if secret else {})
    token = _post_form(_endpoint(found, known, "token_endpoint"), known, fields, headers).get("id_token")
    if not isinstance(token, str):
        _untrue("TOKEN")
    return token


def _believed(token: str, known: Provider, keys: Document, nonce: str, at: datetime) -> Document:
    """Return the claims of a token that this provider signed for us, now and for this nonce."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        _untrue("TOKEN")
    alg = str(header.get("alg"))
    if alg not in KEYS:
        _untrue("ALG")
    claims = _signed(token, alg, header.get("kid"), known, keys)
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else known.client) != known.client:
        _untrue("AZP")
    if not constant_time_compare(str(claims["nonce"]), nonce):
        _untrue("NONCE")
    if at.timestamp() - float(claims["iat"]) > MINUTES * 60 + LEEWAY:
        _untrue("OLD")
    return claims


def _signed(token: str, alg: str, kid: Any, known: Provider, keys: Document) -> Document:
    """Try the provider's keys of the algorithm's own kind; the algorithm never decides what a key is."""
    fitting = [
        key for key in keys.get("keys") or () if isinstance(key, dict) and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg and KEYS[alg].items() <= key.items() and (kid is None or key.get("kid") == kid)
    ]  # fmt: skip
    why = "KEY"
    for key in fitting:
        try:
            claims: Document = jwt.decode(
                token, jwt.PyJWK(key, alg).key, algorithms=[alg], audience=known.client, issuer=known.issuer, leeway=LEEWAY,
                options={"require": REQUIRED},
            )  # fmt: skip
        except jwt.InvalidSignatureError:
            why = "SIGNATURE"
        except jwt.PyJWTError as error:
            _untrue(type(error).__name__)
        else:
            return claims
    _untrue(why)


def _username(claims: Document, known: Provider) -> str:
    said = claims.get(known.claim)
    if (
        not isinstance(said, str)
        or not said
        or (known.claim == "email" and claims.get("email_verified") is not True)
    ):
        _untrue("CLAIM")
    return said


def _with_second_factor(claims: Document, known: Provider) -> bool:
    methods = claims.get("amr")
    said = {str(one) for one in methods} if isinstance(methods, list) else set()
    return bool(known.mfa & (said | {str(claims.get("acr", ""))}))


def _get_json(url: str, known: Provider) -> Document:
    return _fetch("GET", url, known, None, {})


def _post_form(url: str, known: Provider, fields: Mapping[str, str], headers: Mapping[str, str]) -> Document:
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return _fetch("POST", url, known, urlencode(fields).encode(), form)


def _fetch(
    method: str, url: str, known: Provider, body: bytes | None, headers: Mapping[str, str]
) -> Document:
    """Ask the provider, or a host that it names; this machine only when the provider itself is on it."""
    host = urlsplit(url).hostname or ""
    trusted = host not in HERE or host == urlsplit(known.issuer).hostname
    try:
        answer = request(
            method, url, body=body, headers={"Accept": "application/json", **headers},
            hosts=frozenset({host} if trusted else ()),
        )  # fmt: skip
        read = json.loads(answer.body)
    except (Refused, ValueError):
        _untrue("AWAY")
    if answer.status != HTTPStatus.OK:
        _untrue("REFUSED")
    if not isinstance(read, dict):
        _untrue("AWAY")
    return read
