"""P4: what was granted, ended or disabled holds on the very next request, of every session that the person has."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.contrib.auth import SESSION_KEY
from django.db import connection
from django.test import Client

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date, now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import middleware, people, sessions
from jinlan.kernel.models import Person, RoleGrant, StaffSession
from jinlan.kernel.scope import ScopeDenied, actor_for, scoped
from jinlan.kernel.testing import a_person
from jinlan.site.trust.arena import Admin
from jinlan.site.trust.bank import Bank
from jinlan.site.trust.browser import BACKEND
from jinlan.site.trust.matrix import MATRIX

PEOPLE, BROWSERS = 8, 3
ROLES = tuple(role for role in people.GRANTABLE if role != "branch_head")  # whose pages need a branch
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}
PAGES = {"/clients": "clients", "/department": "department", "/runs": "runs", "/audit": "record", "/admin/people": "people", "/design": "design"}  # fmt: skip


@dataclass
class Verdict:
    """What P4 found; `wrong` must stay empty."""

    steps: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Somebody:
    """What must be true of a person: plain facts, kept beside the product."""

    person: Person
    roles: set[str] = field(default_factory=set)
    active: bool = True
    browsers: dict[int, Client] = field(default_factory=dict)  # session row -> browser
    live: set[int] = field(default_factory=set)  # session rows that must still open


class Revoker:
    """Changes one right after the other and asks for pages at once."""

    def __init__(self, bank: Bank, admin: Admin, seed: int) -> None:
        self.bank, self.admin = bank, admin
        self.dice = random.Random(seed)  # noqa: S311  a test's dice
        self.verdict = Verdict()
        self.cast = [Somebody(a_person(f"revoked{number}")) for number in range(PEOPLE)]
        self.does: dict[str, Callable[[Somebody], str]] = {
            "grant": self._grant, "end role": self._end_role, "switch": self._switch, "switch by SQL": self._switch_by_sql,
            "end sessions": self._end_sessions, "end one session": self._end_one, "new password": self._renew, "sign in": self._sign_in,
        }  # fmt: skip

    def run(self, steps: int) -> Verdict:
        """Take steps; after each one every browser of the person asks."""
        weights = {"grant": 5, "end role": 4, "sign in": 4, "switch": 2}
        while sum(self.verdict.steps.values()) < steps:
            what, who = (
                self.dice.choices(list(self.does), [weights.get(one, 1) for one in self.does])[0],
                self.dice.choice(self.cast),
            )
            said = self.does[what](who)
            if said:
                self.verdict.steps[what] += 1
                self._ask(who, f"{who.person.username} after {said}")
        connection.close()
        return self.verdict

    def _chief(self) -> Actor:
        return actor_for(Person.objects.get(pk=self.bank.people["security"]), now_utc())

    def _ask(self, who: Somebody, after: str) -> None:
        for row, browser in who.browsers.items():
            for page in self.dice.sample(sorted(PAGES), 2):
                self.verdict.requests += 1
                answer = browser.get(page)
                expected = self._expected(who, row, page)
                if answer.status_code != expected:
                    self.verdict.wrong.append(
                        f"{after}: {page} answered {answer.status_code} instead of {expected}"
                    )
        opens = bool(who.roles) and who.active
        try:
            with scoped(actor_for(Person.objects.get(pk=who.person.pk), now_utc())):
                opened = True
        except ScopeDenied:
            opened = False
        if opened != opens:
            self.verdict.wrong.append(f"{after}: the database {'opens' if opened else 'refuses'} a scope")

    @staticmethod
    def _expected(who: Somebody, row: int, page: str) -> int:
        if row not in who.live or not who.active:
            return 302
        allowed = MATRIX[PAGES[page]].roles
        return 200 if who.roles & allowed else 404

    def _grant(self, who: Somebody) -> str:
        role = self.dice.choice(ROLES)
        day = business_date(now_utc())
        apart = {one if one in ADMINISTRATORS else "business" for one in {role, *who.roles}}
        said = ""
        try:
            people.grant_role(actor=self._chief(), person=who.person.public_id, role=role, since=day)
        except Refused as refusal:
            said = refusal.code
        must = "ROLE_SEPARATION" if len(apart) > 1 else "ROLE_HELD" if role in who.roles else ""
        if said != must:
            self.verdict.wrong.append(
                f"{who.person.username}: granting {role} beside {sorted(who.roles)} said {said or 'yes'}"
            )
        if not said:
            who.roles.add(role)
        return f"granting {role}"

    def _end_role(self, who: Somebody) -> str:
        if not who.roles:
            return ""
        role = self.dice.choice(sorted(who.roles))
        day = business_date(now_utc())
        grant = RoleGrant.objects.exclude(valid_to__lte=day).get(person=who.person, role=role)
        people.end_role(actor=self._chief(), person=who.person.public_id, grant=grant.pk)
        who.roles.remove(role)
        return f"ending {role}"

    def _switch(self, who: Somebody) -> str:
        sessions.switch_person(actor=self._chief(), person=who.person.public_id, active=not who.active)
        self._switched(who)
        return "enabling" if who.active else "disabling"

    def _switch_by_sql(self, who: Somebody) -> str:
        self.admin.execute(
            "update kernel_person set is_active = not is_active where id = %s", [who.person.pk]
        )
        who.active = not who.active
        if not who.active:  # the next request of each browser ends its session
            who.live = set()
        return "switching by SQL"

    def _switched(self, who: Somebody) -> None:
        who.active = not who.active
        if not who.active:
            who.live = set()

    def _end_sessions(self, who: Somebody) -> str:
        sessions.end_sessions_of(actor=self._chief(), person=who.person.public_id)
        who.live = set()
        return "ending all sessions"

    def _end_one(self, who: Somebody) -> str:
        if not (who.live and who.roles and who.active):
            return ""
        row = self.dice.choice(sorted(who.live))
        actor = actor_for(Person.objects.get(pk=who.person.pk), now_utc())
        sessions.end_session(actor=actor, session=StaffSession.door.get(pk=row).public_id)
        who.live.remove(row)
        return "ending one session"

    def _renew(self, who: Somebody) -> str:
        people.renew_password(actor=self._chief(), person=who.person.public_id)
        who.live = set()
        return "a new password"

    def _sign_in(self, who: Somebody) -> str:
        if not who.active or len(who.live) >= BROWSERS:
            return ""
        browser = Client(SERVER_NAME="localhost", raise_request_exception=False)
        browser.force_login(Person.objects.get(pk=who.person.pk), backend=BACKEND)
        if SESSION_KEY not in browser.session:
            return ""
        row = int(browser.session[sessions.ROW])
        who.browsers = {one: kept for one, kept in who.browsers.items() if one in who.live} | {row: browser}
        who.live.add(row)
        return "signing in"


@contextmanager
def remembered_roles() -> Iterator[None]:
    """Plant the canary: a cache of roles that nobody empties."""
    kept: dict[int, Actor] = {}

    def cached(person: Person, at: Any) -> Actor:
        return kept.setdefault(person.pk, actor_for(person, at))

    with patch.object(middleware, "actor_for", cached):
        yield


def prove(bank: Bank, admin: Admin, *, steps: int, seed: int) -> Verdict:
    """Run P4 on the connected database."""
    return Revoker(bank, admin, seed).run(steps)
