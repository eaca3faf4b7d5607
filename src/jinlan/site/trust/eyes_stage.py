"""The people and things of P16: makers, checkers, people in their place, and what is asked for."""

from __future__ import annotations

import random
from datetime import timedelta

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.clients.models import Branch, Unit
from jinlan.clients.testing import an_employee, covers, stands_in
from jinlan.domains.strategy.selectors import definitions as strategy
from jinlan.kernel.models import Person
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.scope import actor_for, scoped, system_actor
from jinlan.kernel.testing import ENTITY, a_person, writing
from jinlan.serving.models import UnitResult
from jinlan.site.trust.bank import Bank

# Everybody is at head office; "manager" and "assistant" look after the clients concerned, "gainer" is on their team.
PEOPLE: dict[str, tuple[str, ...]] = {
    "manager": ("manager",), "assistant": ("manager",), "branch": ("branch_head",), "risk1": ("risk",), "risk2": ("risk",), "dept1": ("dept_head",),
    "dept2": ("dept_head",), "hats": ("risk", "dept_head"), "gainer": ("dept_head",), "deputy": ("risk", "dept_head"), "compliance1": ("compliance",),
    "auditor1": ("auditor",),
}  # fmt: skip
TEAM = ("manager", "assistant", "gainer")
REASON = "信任演练的申请"


class Stage:
    """One client with its gifts, the people around it, and contents to ask for."""

    def __init__(self, bank: Bank, dice: random.Random) -> None:
        self.bank, self.dice = bank, dice
        self.unit, self.tiers = self._unit()
        self.people = {
            name: a_person(f"eyes-{name}", *roles, employee=f"EYES-{name}", branch="HQ")
            for name, roles in PEOPLE.items()
        }
        self._staff()

    def _unit(self) -> tuple[str, list[str]]:
        """Return a group and tiers that it may be given: nobody else was given them by hand."""
        with scoped(system_actor(ENTITY, now_utc())) as scope:
            row = UnitResult.objects.filter(kind="GROUP", as_of=self.bank.today).order_by("id")[0]
            line = strategy.ladder(scope.actor, kind="GROUP", on=self.bank.today)
            code: str = Unit.objects.get(pk=row.unit_id).code
        return code, [tier for tier in line.tiers if tier not in ("HQ", row.effective_tier)] if line else []

    def _staff(self) -> None:
        """Give everybody an employee row; put the team on the client; let one stand in for the maker, and the maker for a checker."""
        with writing():
            home = Branch.objects.get(entity=ENTITY, code="HQ")
            staff = {name: an_employee(f"EYES-{name}", home) for name in PEOPLE}
            things = [Unit.objects.get(pk=self.bank.keys[self.unit])]
            self.gifts = [
                str(one)
                for one in RESOURCES["gifts"]
                .model._default_manager.filter(unit_id=things[0].pk)
                .values_list("public_id", flat=True)
            ]
            for name in TEAM:
                covers(staff[name], things[0], role="" if name == "manager" else "ASSIST")
            since, until = self.bank.today - timedelta(days=2), self.bank.today + timedelta(days=9)
            stands_in(staff["deputy"], staff["manager"], since, until)
            stands_in(staff["manager"], staff["dept1"], since, until)

    def actor(self, who: str) -> Actor:
        """Return somebody as he is now."""
        return actor_for(Person.objects.get(pk=self.people[who].pk), now_utc())

    def content(self, act: str) -> tuple[dict[str, str], str]:
        """Return what is asked for, from so few contents that the same comes again, and what it is about."""
        number = self.dice.randrange(8)
        if act == "gifts.waive":
            gift = self.dice.choice(self.gifts)
            return {"gift": gift, "reason": f"{REASON} {number}"}, gift
        if act == "resource.export_large":
            asked = {
                "resource": "clients",
                "query": "view=all",
                "kind": self.dice.choice(("csv", "xlsx")),
                "purpose": self.dice.choice(("REPORT", "AUDIT")),
            }
            return asked | {"reason": f"{REASON} {number}"}, "clients"
        expires = (self.bank.today + timedelta(days=30 + number)).isoformat()
        body = {
            "unit": str(self.bank.unit_ids[self.unit]),
            "tier": self.dice.choice(self.tiers),
            "evidence": "信任演练:委员会纪要第一号",
            "expires": expires,
        }
        return body | {"reason_code": self.dice.choice(("MANDATE", "SYNERGY"))}, self.unit

    def move(self, gift: str, value: int, tier: str) -> None:
        """Change a gift and the client's figures."""
        with writing():
            RESOURCES["gifts"].model._default_manager.filter(public_id=gift).update(value=value)
            UnitResult.objects.filter(unit_id=self.bank.keys[self.unit], as_of=self.bank.today).update(
                computed_tier=tier
            )
