"""P1 on the clients' host: every address × method × who comes with which cookie, and nothing of the bank's people's there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import get_resolver

from jinlan.basics.clock import now_utc
from jinlan.kernel.models import Person
from jinlan.kernel.scope import actor_for
from jinlan.portal import sessions
from jinlan.portal.door import URLS
from jinlan.portal.models import PortalPrincipal
from jinlan.portal.selectors import name_hash
from jinlan.portal.services import end
from jinlan.portal.testing import HOST, settle
from jinlan.site.trust.arena import Admin
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import browser
from jinlan.site.trust.matrix import METHODS, addresses, walk
from jinlan.site.trust.principals import EMAIL
from jinlan.site.trust.probing import HOSTILE, WORD, comparable, digest

# Who comes: nobody, somebody of the bank, the principal of one party and of another, one with a one-time password, one who was ended.
STRANGERS, INSIDE = ("anonymous", "staff", "ended"), ("own", "other", "new")


def _every(status: int) -> dict[str, int]:
    """Return one answer to every method: a guard stands before the page."""
    return dict.fromkeys(METHODS, status)


def _only(status: int, *methods: str) -> dict[str, int]:
    """Return an answer to the methods that a page has."""
    return _every(405) | dict.fromkeys(methods, status)


SAFE, FORM = ("GET", "HEAD"), ("GET", "HEAD", "POST")
# What an address answers to a stranger, to a principal, and to one who must choose a password first.
MATRIX: dict[str, tuple[dict[str, int], dict[str, int], dict[str, int]]] = {
    "home": (_every(302), _only(200, *SAFE), _every(302)),
    "signin": (_only(200, *FORM), _only(302, *FORM), _every(302)),
    "signout": (_every(302), _only(302, "POST"), _only(302, "POST")),
    "password": (_every(302), _only(200, *FORM), _only(200, *FORM)),
    "preferences": (_only(302, "POST"),) * 3,
}
FILLED = {"uuid": "01920000-0000-7000-8000-000000000000", "int": "1"}


@dataclass
class Verdict:
    """What a run found; `wrong` must stay empty."""

    probes: int = 0
    wrong: list[str] = field(default_factory=list)


@contextmanager
def switched_on() -> Iterator[None]:
    """Give the product a host for clients."""
    with override_settings(JINLAN_PORTAL_HOST=HOST, ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, HOST]):
        yield


@contextmanager
def forgetful() -> Iterator[None]:
    """Plant a hole: a session that does not look whether its principal was ended."""
    with patch.object(sessions, "outlived", lambda _row, _at: ""):
        yield


class Judge:
    """Asks the portal's host and judges every answer."""

    def __init__(self, bank: Bank, admin: Admin) -> None:
        self.bank, self.admin, self.verdict = bank, admin, Verdict()
        self.codes = {word.upper(): code for code, word in bank.facts.tokens.items()}
        hashes = {name_hash(EMAIL.format(who)): who for who in ("own", "other", "new", "ended")}
        found = PortalPrincipal.door.filter(match_hash__in=hashes)
        self.people: dict[str, PortalPrincipal] = {hashes[one.match_hash]: one for one in found}
        self.parties = {key: code for code, key in bank.keys.items() if code in bank.facts.parties}
        self.cookies: dict[str, dict[str, str]] = {"anonymous": {}}

    def run(self) -> Verdict:
        """Ask everything."""
        self.verdict.wrong += [
            f"address without a row in the portal's matrix: {name}"
            for name in sorted(set(self._own()) - set(MATRIX))
        ]
        self._bring_in()
        before = digest(self.admin)
        for who in (*STRANGERS, *INSIDE):
            for name, route in self._own().items():
                for method in METHODS:
                    self._ask(who, name, f"/{route}", method)
        self._elsewhere()
        if digest(self.admin) != before:
            self.verdict.wrong.append("the database changed")
        return self.verdict

    @staticmethod
    def _own() -> dict[str, str]:
        return dict(walk(get_resolver(URLS).url_patterns, ""))

    def _bring_in(self) -> None:
        """Sign everybody in, and then end one of them; somebody of the bank brings his cookie under both names."""
        for who in ("own", "other", "ended"):
            self.people[who] = settle(self.people[who].pk)
        for who, principal in self.people.items():
            self.cookies[who] = {settings.JINLAN_PORTAL_COOKIE: self._token(principal)}
        session = browser(self.bank, "dept").cookies[settings.SESSION_COOKIE_NAME].value
        self.cookies["staff"] = {
            settings.SESSION_COOKIE_NAME: session,
            settings.JINLAN_PORTAL_COOKIE: session,
        }
        lead = actor_for(Person.objects.get(pk=self.bank.people["lead"]), now_utc())
        end(actor=lead, party=self.parties[self.people["ended"].party_id], email=EMAIL.format("ended"))

    @staticmethod
    def _token(principal: PortalPrincipal) -> str:
        return sessions.begin(RequestFactory().get("/"), principal, now_utc())

    def _client(self, who: str, host: str = HOST) -> Client:
        client = Client(
            SERVER_NAME=host, raise_request_exception=False, headers={"accept-language": "zh-hans"}
        )
        for name, value in self.cookies[who].items():
            client.cookies[name] = value
        return client

    def _ask(self, who: str, name: str, path: str, method: str) -> None:
        answer = self._send(self._client(who), method, path)
        if name == "signout" and who in self.people:  # the next one begins signed in again
            self.cookies[who] = {settings.JINLAN_PORTAL_COOKIE: self._token(self.people[who])}
        expected = (
            MATRIX[name][0 if who in STRANGERS else 2 if who == "new" else 1][method]
            if name in MATRIX
            else 404
        )
        place = str(answer.headers.get("Location", ""))
        wanted = "/signin" if who in STRANGERS else "/password" if who == "new" else "/"
        faults = (
            [] if answer.status_code == expected else [f"answered {answer.status_code} instead of {expected}"]
        )
        if (
            answer.status_code == 302
            and name not in ("signout", "preferences")
            and not place.startswith(wanted)
        ):
            faults.append(f"leads to {place}")
        shown = {
            self.codes[word.upper()]
            for word in WORD.findall(answer.content.decode())
            if word.upper() in self.codes
        }
        right = (
            {self.parties[self.people[who].party_id]}
            if (name, method) == ("home", "GET") and who in ("own", "other")
            else set()
        )
        if shown != right:
            faults.append(f"shows {sorted(shown)} instead of {sorted(right)}")
        self.verdict.wrong += [f"portal: {who} {method} {path}: {one}" for one in faults]

    def _send(self, client: Client, method: str, path: str) -> Any:
        self.verdict.probes += 1
        return client.generic(method, path, HOSTILE if method == "POST" else "")

    def _elsewhere(self) -> None:
        """No address of the bank's people's answers here, none of the portal's there, and no cookie opens the other side."""
        own, there = set(self._own().values()), set(addresses().values())
        for who in ("anonymous", "staff", "own"):
            client = self._client(who)
            nothing = {
                method: comparable(self._send(client, method, "/no/such/page")) for method in ("GET", "POST")
            }
            for route in sorted(there - own):
                path = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda part: FILLED.get(part[1], "x"), route)
                for method, expected in nothing.items():
                    if comparable(self._send(client, method, path)) != expected:
                        self.verdict.wrong.append(
                            f"portal: {who} {method} {path}: not as what does not exist"
                        )
        for route in sorted(own - there):
            if self._send(self._client("own", "localhost"), "GET", f"/{route}").status_code != 404:
                self.verdict.wrong.append(f"staff's host: own GET /{route}: answers")
        asked = self._send(self._client("own", "localhost"), "GET", "/account")
        if not str(asked.headers.get("Location", "")).startswith("/signin"):
            self.verdict.wrong.append("staff's host: own GET /account: answers")


def prove(bank: Bank, admin: Admin) -> Verdict:
    """Run it on the connected database; `principals.install` made the people."""
    try:
        with switched_on():
            return Judge(bank, admin).run()
    finally:
        connection.close()
