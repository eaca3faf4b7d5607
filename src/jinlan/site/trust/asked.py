"""What the seeded people asked for: requests that wait for a second person, a granted file, and sign-ins of some of them."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.clients.models import Unit
from jinlan.clients.resources import about
from jinlan.domains.strategy.models import AgendaItem, DefinitionVersion, TierDecision
from jinlan.domains.strategy.selectors import definitions as strategy
from jinlan.domains.strategy.services import committee as meetings
from jinlan.domains.strategy.services import definitions as services
from jinlan.kernel.models import Passkey, PasswordRecord, Person, RecoveryCode, SecondFactor, StaffSession
from jinlan.kernel.scope import actor_for, scoped, system_actor
from jinlan.serving.models import UnitResult
from jinlan.site.trust.facts import Matter
from jinlan.work import services as work
from jinlan.work.models import Task

if TYPE_CHECKING:
    from jinlan.site.trust.bank import Bank

REASON = "信任演练的申请"
OVERRIDE_FIRST, EXPORT_FIRST = frozenset(("branch_head", "risk")), frozenset(("dept_head", "compliance"))
MAKER, FILER, CHECKER = "lead", "member", "compliance"
STEPS = 8  # tiers with a step of their life
SIGNED = ("lead", "dept", "security")


def install(entity: str) -> None:
    """Store the shipped criteria: a tier can be set by hand only on a ladder."""
    services.install_definitions(entity, actor=system_actor(entity, now_utc()))


def _actor(bank: Bank, who: str) -> Actor:
    return actor_for(Person.objects.get(pk=bank.people[who]), now_utc())


def matters(bank: Bank, dice: random.Random) -> None:
    """Ask for a tier by hand, for a large file, and for one that is granted at once."""
    unit = _own_unit(bank, dice)
    _ask(bank, "override", MAKER, "strategy.override_tier", override(bank, unit), unit, OVERRIDE_FIRST)
    _ask(bank, "export", FILER, "resource.export_large", export("REPORT"), "", EXPORT_FIRST)
    granted = _ask(bank, "granted", MAKER, "resource.export_large", export("AUDIT"), "", frozenset())
    work.decide(actor=_actor(bank, CHECKER), approval=granted, approves=True, reason=REASON)
    bank.facts.matters["granted"] = Matter("", MAKER, frozenset(), done=True)


def _own_unit(bank: Bank, dice: random.Random) -> str:
    facts = bank.facts
    mine = {one.thing for one in facts.covers if one.employee == facts.people[MAKER].employee}
    return dice.choice(sorted(mine & set(facts.units)))


def override(bank: Bank, unit: str) -> dict[str, Any]:
    """Return a body that the rule of a tier by hand accepts for a unit: another tier of its ladder, for two months."""
    with scoped(system_actor(bank.facts.entity, now_utc())) as scope:
        row = UnitResult.objects.get(unit_id=bank.keys[unit], as_of=bank.today)
        line = strategy.ladder(scope.actor, kind=row.kind, on=bank.today)
        tier = next(one for one in line.tiers if one != row.effective_tier) if line else ""
    return {
        "unit": str(bank.unit_ids[unit]),
        "tier": tier,
        "reason_code": "MANDATE",
        "evidence": "信任演练:委员会纪要第一号",
        "expires": bank.today + timedelta(days=60),
    }


def export(purpose: str) -> dict[str, Any]:
    """Return a body that asks for the whole list as a file."""
    return {
        "resource": "clients",
        "query": "view=all",
        "kind": "csv",
        "purpose": purpose,
        "reason": REASON,
    }


def _ask(bank: Bank, code: str, who: str, act: str, payload: dict[str, Any], unit: str, roles: frozenset[str]) -> Any:  # fmt: skip
    made = work.propose(actor=_actor(bank, who), act=act, payload=payload, reason=REASON)
    bank.facts.matters[code] = Matter(unit, who, roles)
    bank.thing_ids[f"matter:{code}"] = bank.thing_ids[f"file:{code}"] = made.public_id
    return made.public_id


def committee(bank: Bank) -> None:
    """Call a meeting about what was asked for, and write down a step of the life of some tiers."""
    called = meetings.call_meeting(
        actor=_actor(bank, "dept"), day=bank.today, members=["dept", "risk", "compliance"], chair="risk"
    )
    meetings.build_agenda(actor=_actor(bank, "dept"), meeting=UUID(called))
    actor = _actor(bank, "dept")
    with scoped(actor):
        item = AgendaItem.objects.order_by("id")[0]
    bank.thing_ids["meeting:first"], bank.thing_ids["item:first"] = UUID(called), item.public_id
    bank.facts.own["meeting:first"] = bank.facts.own["item:first"] = ""
    with scoped(actor):
        bank.thing_ids["definition:first"] = (
            DefinitionVersion.objects.filter(kind="GROUP").latest("id").public_id
        )
    bank.facts.own["definition:first"] = ""
    with scoped(system_actor(bank.facts.entity, now_utc()), write=True):
        for code in sorted(bank.unit_ids)[:STEPS]:
            unit = Unit.objects.get(pk=bank.keys[code])
            row = TierDecision.objects.create(
                **about(unit), unit_code=code, kind=unit.kind, step="down", since=bank.today, as_of=bank.today, source="AUTOMATIC",
                letter="talk", made_at=now_utc(),
            )  # fmt: skip
            bank.thing_ids[f"decision:{code}"], bank.facts.rows[f"decision:{code}"] = row.public_id, code
            task = Task.objects.create(
                **about(unit), subject=f"trust:{code}", kind="charter", role="manager", title="x", detail={"contact": "FACE"},
                opened_on=bank.today,
            )  # fmt: skip
            task.refresh_from_db(fields=["public_id"])
            bank.thing_ids[f"task:{code}"], bank.facts.rows[f"task:{code}"] = task.public_id, code


def sessions(bank: Bank) -> None:
    """Sign some people in on another device; somebody who cannot sign in keeps a second factor and an old password."""
    person, now = bank.people["disabled"], now_utc()
    SecondFactor.door.create(person_id=person, secret=b"x", created_at=now, confirmed_at=now)
    RecoveryCode.door.create(person_id=person, code_hash="x")
    Passkey.door.create(person_id=person, credential_id=b"x", public_key=b"x", created_at=now)
    PasswordRecord.door.create(person_id=person, password="!", set_at=now)  # noqa: S106  no password at all
    for who in SIGNED:
        at = now_utc()
        row = StaffSession.door.create(
            entity=bank.facts.entity, person_id=bank.people[who], key_hash=f"trust-{who}", created_at=at, last_seen=at
        )  # fmt: skip
        bank.thing_ids[f"session:{who}"] = row.public_id
