"""The part of P16 about roles: granted and ended at random, one after the other and at once; no two duties meet in one person."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jinlan.basics.clock import business_date, now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import people
from jinlan.kernel.models import Person
from jinlan.kernel.scope import actor_for
from jinlan.kernel.testing import a_person
from jinlan.site.trust.bank import Bank

ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}
FOLK = 6


@dataclass
class Held:
    """A role that somebody has for a time."""

    key: int
    role: str
    since: date
    until: date | None

    def meets(self, since: date, until: date | None) -> bool:
        """Tell whether the time shares a day with another."""
        empty = self.until is not None and self.until <= self.since
        return (
            not empty and (until is None or self.since < until) and (self.until is None or since < self.until)
        )


class DutiesWalk:
    """Grants and ends roles, and says what must be refused."""

    def __init__(self, bank: Bank, dice: random.Random, wrong: list[str]) -> None:
        self.bank, self.dice, self.wrong = bank, dice, wrong
        self.folk = [a_person(f"holder{number}") for number in range(FOLK)]
        self.held: dict[int, list[Held]] = {one.pk: [] for one in self.folk}

    def _grant(self, who: Person, role: str, since: date, until: date | None) -> Callable[[], int]:
        chief = self.bank.people["security"]

        def call() -> int:
            actor = actor_for(Person.objects.get(pk=chief), now_utc())
            return people.grant_role(actor=actor, person=who.public_id, role=role, since=since, until=until)

        return call

    def _joins(self, who: Person, role: str, since: date, until: date | None) -> bool:
        duties = {_duty(one.role) for one in self.held[who.pk] if one.meets(since, until)}
        return bool(duties - {_duty(role)})

    def step(self) -> None:
        """Grant a role for a time, or end one."""
        who, today = self.dice.choice(self.folk), business_date(now_utc())
        if self.held[who.pk] and self.dice.random() < 0.4:
            return self._end(who, today)
        role = self.dice.choice(people.GRANTABLE)
        since = today + timedelta(days=self.dice.randrange(30))
        until = since + timedelta(days=self.dice.randrange(1, 20)) if self.dice.random() < 0.8 else None
        joins, said = self._joins(who, role, since, until), ""
        try:
            key = self._grant(who, role, since, until)()
            self.held[who.pk].append(Held(key, role, since, until))
        except Refused as refusal:
            said = refusal.code
        if joins != (said == "ROLE_SEPARATION"):
            self.wrong.append(
                f"granting {role} to somebody whose duties it {'joins' if joins else 'does not join'}: {said or 'yes'}"
            )
        return None

    def _end(self, who: Person, today: date) -> None:
        one = self.dice.choice(self.held[who.pk])
        actor = actor_for(Person.objects.get(pk=self.bank.people["security"]), now_utc())
        try:
            one.until = people.end_role(actor=actor, person=who.public_id, grant=one.key)
        except Refused as refusal:
            if one.until is None or one.until > today:
                self.wrong.append(f"ending {one.role}: {refusal.code}")
        self.held[who.pk].remove(one) if one.until is not None and one.until <= max(
            one.since, today
        ) else None

    def rivals(self, number: int) -> list[Callable[[], Any]]:
        """Return grants of different roles to one person at one time, to be called at once."""
        self.rival = self.dice.choice(self.folk)
        self.since = business_date(now_utc()) + timedelta(days=self.dice.randrange(30))
        self.roles = [self.dice.choice((*sorted(ADMINISTRATORS), "risk")) for _ in range(number)]
        self.until = self.since + timedelta(days=1)
        return [self._grant(self.rival, role, self.since, self.until) for role in self.roles]

    def settle(self, said: list[Any]) -> None:
        """Compare what was granted at once: roles of one duty, and none beside what was held."""
        won = [(role, key) for role, key in zip(self.roles, said, strict=True) if isinstance(key, int)]
        joined = [role for role, _key in won if self._joins(self.rival, role, self.since, self.until)]
        if joined or len({_duty(role) for role, _key in won}) > 1:
            self.wrong.append(f"granted at once: {', '.join(role for role, _key in won)}")
        self.held[self.rival.pk] += [Held(key, role, self.since, self.until) for role, key in won]


def _duty(role: str) -> str:
    return role if role in ADMINISTRATORS else "business"
