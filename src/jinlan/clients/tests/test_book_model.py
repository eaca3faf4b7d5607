"""Random banks against an independent model of who sees what: no row more, no row less."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from jinlan.clients.models import Branch, Coverage, Party, Unit, UnitMember
from jinlan.clients.testing import a_branch, a_party, a_unit, an_employee, covers, stands_in
from jinlan.clients.tests.test_book import publish
from jinlan.kernel.models import Person
from jinlan.kernel.scope import ScopeDenied, lake_scope, scoped
from jinlan.kernel.testing import AT, TODAY, a_grant, a_person, an_actor, writing
from jinlan.serving.models import MemberResult, UnitResult
from jinlan.work.models import Task

WHOLE = ("dept_head", "risk", "auditor")
CLIENT_FACING = ("manager", "private_banker", "branch_head", "dept_head", "risk")
Period = tuple[date, date | None]


def during(period: Period, day: date) -> bool:
    return period[0] <= day and (period[1] is None or day < period[1])


@dataclass
class Model:
    """The bank as plain dictionaries; nothing here is shared with the code under test."""

    parent: dict[int, int | None] = field(default_factory=dict)
    merged: dict[int, tuple[int, date]] = field(default_factory=dict)
    units: dict[int, tuple[int, int]] = field(default_factory=dict)  # unit -> domain, branch
    parties: dict[int, tuple[int, int]] = field(default_factory=dict)  # party -> domain, branch
    members: list[tuple[int, int]] = field(default_factory=list)
    coverage: list[tuple[int, str, int, Period]] = field(
        default_factory=list
    )  # employee, "unit" | "party", key
    delegation: list[tuple[int, int, Period]] = field(default_factory=list)  # absent, deputy
    grants: dict[int, list[tuple[str, int | None, int | None, Period]]] = field(default_factory=dict)
    employee: dict[int, tuple[int, int, bool]] = field(
        default_factory=dict
    )  # person -> employee, branch, active

    def up(self, branch: int, day: date) -> int | None:
        into = self.merged.get(branch)
        return into[0] if into and into[1] <= day else self.parent[branch]

    def under(self, branch: int, root: int, day: date) -> bool:
        into = self.merged.get(root)
        if into and into[1] <= day:
            return False
        seen: set[int] = set()
        at: int | None = branch
        while at is not None and at not in seen:
            if at == root:
                return True
            seen.add(at)
            at = self.up(at, day)
        return False

    def answer(self, person: int, day: date) -> dict[str, set] | None:
        held = [one for one in self.grants[person] if during(one[3], day)]
        if not held:
            return None
        roles = {one[0] for one in held}
        if "compliance" in roles or any(one[0] in WHOLE and one[2] is None for one in held):
            return self._rows(lambda u: True, lambda u, p: True, lambda p: True)
        doms = {one[2] for one in held if one[0] in WHOLE}
        team_domains = {d for d in (0, 1) for one in held if one[0] in CLIENT_FACING and one[2] in (None, d)}
        staff, home, active = self.employee[person]
        books = (
            {staff} | {a for a, d, period in self.delegation if d == staff and during(period, day)}
            if active
            else set()
        )
        mine = [
            (what, key) for who, what, key, period in self.coverage if who in books and during(period, day)
        ]
        whole = {key for what, key in mine if what == "unit" and self.units[key][0] in team_domains}
        direct = {key for what, key in mine if what == "party" and self.parties[key][0] in team_domains}
        whole |= {u for u, p in self.members if p in direct and [q for v, q in self.members if v == u] == [p]}
        heads = [(one[1] or (home if active else None), one[2]) for one in held if one[0] == "branch_head"]

        def at(branch: int, domain: int) -> bool:
            return any(root and d in (None, domain) and self.under(branch, root, day) for root, d in heads)

        def unit(u: int) -> bool:
            domain, branch = self.units[u]
            return u in whole or domain in doms or at(branch, domain)

        def near(u: int, p: int) -> bool:  # a grant on the member itself: it shows the unit's header too
            return p in direct or at(self.parties[p][1], self.parties[p][0])

        def member(u: int, p: int) -> bool:
            domain, _ = self.parties[p]
            in_unit = (u in whole and domain == self.units[u][0]) or at(self.units[u][1], domain)
            return in_unit or near(u, p) or domain in doms

        def party(p: int) -> bool:
            domain, branch = self.parties[p]
            return (
                p in direct
                or domain in doms
                or at(branch, domain)
                or any(member(u, q) for u, q in self.members if q == p)
            )

        return self._rows(unit, member, party, lambda u: any(near(u, p) for v, p in self.members if v == u))

    def _rows(self, unit, member, party, header=lambda u: False) -> dict[str, set]:
        members = {(u, p) for u, p in self.members if member(u, p)}
        return {
            "figures": {u for u in self.units if unit(u)},
            "headers": {u for u in self.units if unit(u) or header(u)},
            "members": members,
            "parties": {p for p in self.parties if party(p)},
        }


def a_bank(dice: random.Random) -> tuple[Model, list[Person]]:
    model = Model()

    def period() -> Period:
        start = TODAY + timedelta(days=dice.choice((-400, -1, 0, 1)))
        return (start, dice.choice((None, None, start + timedelta(days=dice.choice((1, 2, 800))))))

    branches: list[Branch] = []
    for number in range(9):
        above = dice.choice(branches[: max(1, number // 2)]) if branches else None
        branches.append(a_branch("", above, level=1 if above is None else 2))
        model.parent[branches[-1].pk] = above.pk if above else None
    gone, into = dice.sample(branches[4:], 2)
    day = TODAY + timedelta(days=dice.choice((-3, 1)))
    Branch.objects.filter(pk=gone.pk).update(merged_into=into, valid_to=day)
    model.merged[gone.pk] = (into.pk, day)
    parties = [a_party(dice.choice(branches), kind=dice.choice(("ORG", "ORG", "PERSON"))) for _ in range(40)]
    model.parties = {party.pk: (party.domain, party.branch_id) for party in parties}
    left = list(parties)
    dice.shuffle(left)
    units: list[Unit] = []
    while len(left) > 6:
        group = [left.pop() for _ in range(dice.choice((1, 1, 2, 5)))]
        units.append(a_unit(*group, kind="HNW" if group[0].domain == 0 else "GROUP"))
        model.units[units[-1].pk] = (units[-1].domain, units[-1].branch_id)
        model.members += [(units[-1].pk, party.pk) for party in group]
    publish(*units)
    staff = [
        an_employee(f"E{number}", dice.choice(branches), active=dice.random() < 0.9) for number in range(14)
    ]
    for one in staff:
        for thing in dice.sample(units, dice.choice((0, 1, 3))) + dice.sample(
            parties, dice.choice((0, 1, 3))
        ):
            since, until = period()
            covers(one, thing, since=since, until=until)
            model.coverage.append(
                (one.pk, "unit" if isinstance(thing, Unit) else "party", thing.pk, (since, until))
            )
    chosen = [dice.sample(staff, 2) for _ in range(6)]
    for absent, deputy in {
        absent.pk: (absent, deputy) for absent, deputy in chosen
    }.values():  # one deputy at a time
        since, until = period()
        until = until or since + timedelta(days=30)
        stands_in(deputy, absent, since, until)
        model.delegation.append((absent.pk, deputy.pk, (since, until)))
    people = []
    for one in staff:
        people.append(a_person("", employee=one.code))
        model.employee[people[-1].pk] = (one.pk, one.branch_id, one.active)
        held = model.grants[people[-1].pk] = []
        for _ in range(dice.choice((1, 1, 2, 3))):
            role = dice.choice(
                ("manager", "manager", "private_banker", "branch_head", "branch_head", *WHOLE, "compliance")
            )
            domain = dice.choice((None, 0, 1)) if role != "compliance" else None
            where = dice.choice([None, *branches]) if role == "branch_head" else None
            since, until = period()
            a_grant(
                people[-1], role, branch=where.code if where else "", domain=domain, since=since, until=until
            )
            held.append((role, where.pk if where else None, domain, (since, until)))
    return model, people


@pytest.mark.parametrize("seed", range(6))
def test_everybody_sees_what_the_model_says(database: None, seed: int) -> None:
    dice = random.Random(seed)
    with writing():
        model, people = a_bank(dice)
    probes = 0
    for person in people:
        for shift in (-2, 0, 2):
            at = AT + timedelta(days=shift)
            expected = model.answer(person.pk, TODAY + timedelta(days=shift))
            if expected is None:
                with pytest.raises(ScopeDenied), scoped(an_actor(person, at)):
                    pass
                continue
            with scoped(an_actor(person, at)) as scope:
                found = {
                    "figures": set(UnitResult.objects.values_list("unit_id", flat=True)),
                    "headers": set(Unit.objects.values_list("pk", flat=True)),
                    "members": set(UnitMember.objects.values_list("unit_id", "party_id")),
                    "parties": set(Party.objects.values_list("pk", flat=True)),
                }
                assert found == expected, (seed, person.username, shift, scope.kind)
                assert set(MemberResult.objects.values_list("unit_id", "party_id")) == expected["members"]
                assert set(Task.objects.values_list("unit_id", flat=True)) == expected["figures"]
                teams = Coverage.objects.exclude(unit_id__in=expected["headers"]).exclude(
                    party_id__in=expected["parties"]
                )
                assert not teams.exists()
                codes = dict(Party.objects.values_list("pk", "code"))
            lake = lake_scope(an_actor(person, at))
            with writing():
                everyone = list(Party.objects.values_list("pk", "code", "domain", "branch__code"))
            seen = {key for key, code, domain, branch in everyone if lake.sees_party(code, domain, branch)}
            assert seen == expected["parties"] == set(codes)
            probes += sum(map(len, (model.units, model.parties, model.members)))
    assert probes > 1000
