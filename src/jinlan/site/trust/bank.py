"""A random bank from a seed, written through the product's own makers, with the same facts kept as plain data."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.basics.clock import business_date, now_utc
from jinlan.clients.models import Branch, CounterpartyIdentity, Employee, Party, PartyIdentity, Unit
from jinlan.clients.testing import a_branch, a_party, a_unit, an_employee, covers, stands_in
from jinlan.domains.strategy.models import Achieved, CharterRefresh, Credit, Override, Target
from jinlan.kernel import masking
from jinlan.kernel.audit import audit
from jinlan.kernel.models import Person, Receipt
from jinlan.kernel.scope import actor_for, scoped, system_actor
from jinlan.kernel.search import search_of
from jinlan.kernel.testing import ENTITY, START, a_grant, a_person, writing
from jinlan.serving.models import (
    BankTotal,
    Load,
    LoadCheck,
    MemberResult,
    PublishedDate,
    Quarantine,
    RestrictedGate,
    Run,
    UnitContact,
    UnitRequest,
    UnitResult,
    UnitTie,
)
from jinlan.site.trust import asked, principals
from jinlan.site.trust.cast import CAST, Part
from jinlan.site.trust.facts import Cover, Facts, Grant, Staff
from jinlan.site.trust.lists import fill as fill_lists
from jinlan.site.trust.lists import fill_consents, fill_contents, fill_house, fill_own
from jinlan.work.models import IndicatorValue, Task

LETTERS = "ABCDEFGHIJKLMNPRSTUVWXYZ234567"
UNITS = 60
LADDER = (("", 0), ("KEY", 1), ("BRANCH", 3), ("HQ", 4))


@dataclass(slots=True)
class Bank:
    """The facts, and the handles that probes need."""

    seed: int
    facts: Facts
    today: date
    dates: tuple[date, ...]
    people: dict[str, int] = field(default_factory=dict)  # user name -> key
    unit_ids: dict[str, UUID] = field(default_factory=dict)
    party_ids: dict[str, UUID] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)  # code of unit or party -> key
    thing_ids: dict[str, UUID] = field(
        default_factory=dict
    )  # "matter:…", "person:…", "session:…" -> public id


class Builder:
    """Writes one bank; use `build`."""

    def __init__(self, seed: int, units: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311  a test's dice
        self.size = units
        today = business_date(now_utc())
        self.bank = Bank(seed, Facts(), today, (today.replace(day=1) - timedelta(days=1), today))
        self.facts = self.bank.facts
        self.branches: dict[str, Branch] = {}
        self.employees: dict[str, Employee] = {}
        self.things: dict[str, Unit | Party] = {}

    def token(self, kind: str, code: str) -> str:
        """Return a word that stands in one name of the bank only."""
        word = "Q" + kind + "".join(self.dice.choices(LETTERS, k=8))
        self.facts.tokens[code] = word
        return word

    def tree(self) -> None:
        """Head office, three branches with sub-branches; one was merged, one will be."""
        self._branch("HQ", None, 1)
        for top in ("BJ", "SH", "GZ"):
            self._branch(top, "HQ", 2)
            for number in (1, 2, 3):
                self._branch(f"{top}-{number}", top, 3)
        for gone, into, days in (("BJ-3", "SH-1", -20), ("GZ-3", "BJ-1", 20)):
            day = self.bank.today + timedelta(days=days)
            Branch.objects.filter(pk=self.branches[gone].pk).update(
                merged_into=self.branches[into], valid_to=day
            )
            self.facts.merged[gone] = (into, day)

    def _branch(self, code: str, parent: str | None, level: int) -> None:
        above = self.branches[parent] if parent else None
        self.branches[code] = a_branch(code, above, level=level)
        self.facts.parent[code] = parent

    def units(self) -> None:
        """Households, groups (some controlled by a household's root, who may be a member too) and partners."""
        roots: list[Party] = []
        for number in range(self.size):
            kind = "HNW" if number % 3 == 0 else "PARTNER" if number % 10 == 1 else "GROUP"
            parties = [
                self._party(f"P{number}-{place}", "PERSON" if kind == "HNW" else "ORG")
                for place in range(self.dice.choice((1, 2, 2, 3, 5)))
            ]
            controller = self.dice.choice(roots) if kind == "GROUP" and roots and number % 2 else None
            if controller is not None and self.dice.random() < 0.5:
                parties.append(controller)
            self._unit(f"{kind}-{number}", kind, parties, controller)
            if kind == "HNW":
                roots.append(parties[0])
        for number in range(8):  # parties of no unit
            self._party(f"L{number}", self.dice.choice(("ORG", "PERSON")))

    def _party(self, code: str, kind: str) -> Party:
        branch = self.dice.choice(sorted(self.branches)[:-1] if code[0] == "P" else sorted(self.branches))
        name = f"{self.token('P', code)}{'先生' if kind == 'PERSON' else '有限公司'}"
        party = a_party(self.branches[branch], name, kind=kind, code=code)
        found = search_of([name])
        Party.objects.filter(pk=party.pk).update(
            pinyin_key=found.pinyin_key, grams=found.grams, search_text=found.search_text
        )
        PartyIdentity.objects.create(
            entity=ENTITY, party=party, domain=party.domain, branch=party.branch, kind="MOBILE", value=b"x", masked="138****0000",
            match_hash=code,
        )  # fmt: skip
        self.facts.parties[code] = (party.domain, branch)
        self.bank.party_ids[code], self.bank.keys[code], self.things[code] = party.public_id, party.pk, party
        return party

    def _unit(self, code: str, kind: str, parties: list[Party], controller: Party | None) -> None:
        name = f"{self.token('U', code)}{'家庭' if kind == 'HNW' else '集团'}"
        unit = a_unit(*parties, kind=kind, code=code, name=name)
        found = search_of([name])  # as the register does: members are found by their own rows
        label = masking.mask_person(controller.name) if controller else ""
        Unit.objects.filter(pk=unit.pk).update(
            pinyin_key=found.pinyin_key,
            grams=found.grams,
            search_text=found.search_text,
            controller_label=label,
        )
        unit.pinyin_key = found.pinyin_key
        branch = next(code for code, one in self.branches.items() if one.pk == unit.branch_id)
        self.facts.units[code] = (unit.domain, branch)
        self.facts.members |= {(code, party.code) for party in parties}
        self.bank.unit_ids[code], self.bank.keys[code], self.things[code] = unit.public_id, unit.pk, unit

    def staff(self) -> None:
        """The cast: everybody's sign-in, employee row and grants."""
        for part in CAST:
            person = a_person(part.name, employee=part.employee, active=part.signs_in, entity=part.entity)
            self.bank.people[part.name] = person.pk
            self.bank.thing_ids[f"person:{part.name}"] = person.public_id
            if part.employee and part.employee not in self.employees:
                self.employees[part.employee] = an_employee(
                    part.employee, self.branches[part.home], active=part.employed
                )
            grants = tuple(
                Grant(role, branch, domain, self._day(since), self._day(until) if until is not None else None)
                for role, branch, domain, since, until in part.grants
            )
            for one in grants:
                a_grant(
                    person, one.role, branch=one.branch, domain=one.domain, since=one.since, until=one.until
                )
            self.facts.people[part.name] = Staff(
                part.employee, part.home, part.employed, part.signs_in, grants, part.entity
            )

    def _day(self, days: int) -> date:
        return self.bank.today + timedelta(days=days)

    def teams(self) -> None:
        """Coverage: each part's own wishes, with hand-overs in the past and in the future; absences."""
        for part in CAST:
            for what, count, since, until, role in part.covers:
                for code in self._choose(part, what, count):
                    self._cover(part.employee, code, since, until, role)
            for absent, since, until in part.stands_in:
                stands_in(
                    self.employees[part.employee], self.employees[absent], self._day(since), self._day(until)
                )
                self.facts.delegations.append((absent, part.employee, self._day(since), self._day(until)))

    def _choose(self, part: Part, what: str, count: int) -> list[str]:
        facts = self.facts
        sizes = {unit: sum(one == unit for one, _ in facts.members) for unit in facts.units}
        pools = {
            "unit": list(facts.units),
            "group": [code for code, (domain, _) in facts.units.items() if domain == 1],
            "household": [code for code, (domain, _) in facts.units.items() if domain == 0],
            "party": [party for unit, party in sorted(facts.members) if sizes[unit] > 1],
            "sole": [party for unit, party in sorted(facts.members) if sizes[unit] == 1],
        }
        return self.dice.sample(pools[what], min(count, len(pools[what])))

    def _cover(self, employee: str, code: str, since: int, until: int | None, role: str) -> None:
        start, end = self._day(since), self._day(until) if until is not None else None
        covers(
            self.employees[employee], self.things[code], role="" if role == "LEAD" else role, since=start, until=end
        )  # fmt: skip
        self.facts.covers.append(Cover(employee, code, start, end))

    def published(self) -> None:
        """Results of two dates, tasks, quarantine and secret gates."""
        now = now_utc()
        load = Load.objects.create(
            entity=ENTITY, as_of=self.bank.today, status="loaded", started_at=now, finished_at=now, versions={"account": 3},
            tables=[{"table": "account", "rows": 10, "loaded": 9, "quarantined": 1, "score": 0.9}],
        )  # fmt: skip
        LoadCheck.objects.create(
            entity=ENTITY, load=load, table="account", level="W", code="X", count=1, detail="x"
        )
        for code in ("quarantine-1", "quarantine-2"):
            word = self.token("K", code)
            Quarantine.objects.create(
                entity=ENTITY,
                load=load,
                table="account",
                row=1,
                key=word,
                column="x",
                value=word,
                code="X",
                reason="x",
            )
        run = Run.objects.create(
            entity=ENTITY, as_of=self.bank.today, load=load, status="published", started_at=now, finished_at=now,
            steps=[{"name": "features", "seconds": 1.5, "rows": 10}], counts={"units": self.size},
        )  # fmt: skip
        for as_of in self.bank.dates:
            last = as_of == self.bank.today
            PublishedDate.objects.create(entity=ENTITY, as_of=as_of, run=run, month_end=not last, latest=last)
            for code in self.facts.units:
                self._result(run, code, as_of)
        for code in self.dice.sample(sorted(self.facts.units), 6):
            word = self.token("G", f"gate-{code}")
            RestrictedGate.objects.create(
                entity=ENTITY, run=run, as_of=self.bank.today, unit_id=self.bank.keys[code], code=word
            )

    def others(self) -> None:
        """One row at least in every table that the cast must not, or may, see."""
        CounterpartyIdentity.objects.create(entity=ENTITY, match_hash="h", value=b"x")
        CharterRefresh.objects.create(entity=ENTITY, as_of=self.bank.today, at=now_utc())
        run = PublishedDate.objects.get(latest=True).run
        BankTotal.objects.create(
            entity=ENTITY, run=run, as_of=self.bank.today, kind="GROUP", units=9, tiered=4, unknown=1, unknown_tiered=0, revenue=9,
            revenue_tiered=4,
        )  # fmt: skip
        IndicatorValue.objects.create(
            entity=ENTITY, code="COVERED", as_of=self.bank.today, run_id=run.pk, value=Decimal("0.4"), top=4, bottom=10,
            target=Decimal("0.5"), met=False, inputs={"cases": [], "behind": 0}, at=now_utc(),
        )  # fmt: skip
        Override.objects.create(
            entity=ENTITY, unit_code="GROUP-2", tier="HQ", reason_code="MANDATE", evidence="x", proposer="a", checker="b", approver="c",
            valid_from=START, expires=self._day(90),
        )  # fmt: skip

    def targets(self) -> None:
        """A target of the bank, of a branch and of somebody there, and what of each unit's month was credited."""
        month = {"month": self.bank.dates[0], "metric": "aum", "run_id": 1}
        tree = (
            ("BANK", "", "", ""),
            ("BRANCH", "BJ", "BANK", ""),
            ("EMPLOYEE", self.facts.people["lead"].employee, "BRANCH", "BJ"),
        )
        for kind, owner, parent_kind, parent in tree:
            Target.objects.create(
                entity=ENTITY, year=self.bank.today.year, metric="aum", owner_kind=kind, owner=owner, parent_kind=parent_kind,
                parent=parent, months=[Decimal(100)] * 12, currency="CNY", changed_at=now_utc(), changed_by="x",
            )  # fmt: skip
        for code in self.facts.units:
            unit = self.things[code]
            Credit.objects.create(
                entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, employee="", branch="BJ", amount=1, share=1,
                **month,
            )  # fmt: skip
        Achieved.objects.create(
            entity=ENTITY, employee="", branch="BJ", amount=1, units=1, not_measured=0, before_id=1, **month
        )

    def acts(self) -> None:
        """Audit entries and receipts of several people, each written in the person's own scope."""
        for who in ("lead", "dept", "compliance", "auditor", "admin"):
            actor = actor_for(Person.objects.get(pk=self.bank.people[who]), now_utc())
            with scoped(actor, write=True):
                audit(actor, "trust.looked", "unit", "x", after={"who": who})
                Receipt.objects.create(
                    entity=ENTITY,
                    person_id=actor.person_id,
                    act="trust.look",
                    key=who,
                    payload_hash="0" * 64,
                    at=actor.at,
                )

    def _result(self, run: Run, code: str, as_of: date) -> None:
        unit = self.things[code]
        assert isinstance(unit, Unit)  # noqa: S101
        tier, level = self.dice.choice(LADDER)
        money = {name: Decimal(self.dice.randrange(10**6, 10**10)) for name in ("aum", "loan", "overdue")}
        values: dict[str, Any] = {
            "aum": {"v": str(money["aum"]), "s": "ok"},
            "loan": {"v": str(money["loan"]), "s": "ok"},
        }
        UnitResult.objects.create(
            entity=ENTITY, run=run, as_of=as_of, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, kind=unit.kind,
            pinyin_key=unit.pinyin_key, score=Decimal(self.dice.randrange(100)), effective_tier=tier, computed_tier=tier,
            tier_level=level, tier_state="active", tier_since=START, tier_source="AUTOMATIC", measures=values,
            next_maturity=self.bank.today + timedelta(days=5), gates="ok", potential=Decimal(self.dice.randrange(100)), **money,
        )  # fmt: skip
        for member in unit.members.all():
            MemberResult.objects.create(
                entity=ENTITY, run=run, as_of=as_of, unit_id=unit.pk, party_id=member.party_id, domain=member.domain,
                branch_id=member.branch_id, unit_branch_id=unit.branch_id, aum=money["aum"], loan=money["loan"], measures=values,
            )  # fmt: skip
        self._tie(unit, run, as_of)
        if as_of == self.bank.today:
            UnitContact.objects.create(
                entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, code=f"N-{code}", kind="CALL",
                happened_on=as_of, minutes_on=as_of, two_way=True, client_side=True,
            )  # fmt: skip
            UnitRequest.objects.create(
                entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, code=f"K-{code}", kind="COMPLAINT",
                received_at=now_utc(),
            )  # fmt: skip
            Task.objects.create(
                entity=ENTITY, subject=f"tier:{code}", kind="tier", unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id,
                role="dept_head", title="层级变更待决定", opened_on=as_of, detail={"effective_tier": tier, "proposed_tier": tier},
            )  # fmt: skip

    def _tie(self, unit: Unit, run: Run, as_of: date) -> None:
        """Tie a unit to any party that is not its own: on either side of the wall, in any branch."""
        inside = set(unit.members.values_list("party_id", flat=True))
        others = [one.pk for one in self.things.values() if isinstance(one, Party) and one.pk not in inside]
        UnitTie.objects.create(
            entity=ENTITY, run=run, as_of=as_of, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, role="GUARANTOR",
            party_id=others[unit.pk * 7 % len(others)], revenue_12m=Decimal(1000),
        )  # fmt: skip


def build(seed: int, units: int = UNITS) -> Bank:
    """Fill the connected, empty database with the bank of a seed; one transaction."""
    builder = Builder(seed, units)
    with writing():
        builder.tree()
        builder.units()
        builder.published()
        builder.others()
        fill_lists(builder.bank, builder.token)
    builder.staff()  # people of another entity are written by that entity's system
    with writing():
        builder.teams()
        builder.targets()
    builder.acts()
    asked.install(ENTITY)
    asked.matters(builder.bank, builder.dice)
    asked.committee(builder.bank)
    asked.sessions(builder.bank)
    fill_own(builder.bank)
    fill_house(builder.bank)
    fill_consents(builder.bank)
    fill_contents(builder.bank)
    principals.install(builder.bank)
    builder.bank.people["system"] = system_actor(ENTITY, now_utc()).person_id
    return builder.bank
