"""Overrides: a tier set by hand until a day, and what the nightly run reads of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.models import Override
from jinlan.domains.strategy.rules.overrides import Asked, check_override, check_share
from jinlan.domains.strategy.selectors.definitions import ladder
from jinlan.insight import tiers
from jinlan.kernel.acts import Matter, act, approval
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.serving import selectors as serving

if TYPE_CHECKING:
    from jinlan.clients.models import Unit
    from jinlan.serving.models import UnitResult
    from jinlan.serving.selectors import Published


def overrides_of(entity: str, actor: Actor) -> list[tiers.Override]:
    """Return every decided override, as the run reads them."""
    with scoped(actor):
        return [_override(row) for row in Override.objects.filter(entity=entity).order_by("id")]


def _override(row: Override) -> tiers.Override:
    start: date = row.valid_from
    return tiers.Override(
        unit_id=row.unit_code, tier=row.tier, reason_code=row.reason_code, evidence=row.evidence, proposer=row.proposer,
        checker=row.checker, approver=row.approver, valid_from=start, expires=row.expires,
    )  # fmt: skip


def about_override(
    *, actor: Actor, unit: str, tier: str, reason_code: str, evidence: str, expires: date
) -> Matter:
    """Return what the override would change, after the rule looked at it; needs a running scope."""
    asked = _asked(actor, unit)
    start = asked.shown.latest
    check_override(
        Asked(
            tier=tier, reason_code=reason_code, evidence=evidence, start=start, expires=expires, effective=asked.result.effective_tier,
            ladder=asked.ladder, reasons=tuple(dict(Override.REASONS)), months=int(rule("OVERRIDE.MONTHS", start).value),
        )
    )  # fmt: skip
    return Matter(
        title=asked.unit.name,
        before={"tier": asked.result.effective_tier},
        after={
            "tier": tier,
            "reason_code": reason_code,
            "evidence": evidence,
            "expires": expires.isoformat(),
        },
        version=f"{asked.result.effective_tier}|{asked.result.computed_tier}|{asked.version}",
        unit=(asked.unit.pk, asked.unit.domain, asked.unit.branch_id),
        beneficiaries=frozenset(
            one.employee.code for one in clients.team_of(actor, unit=asked.unit, as_of=start)
        ),
    )


@act("strategy.override_tier", title=_("人工调整层级"), roles=("manager", "private_banker", "branch_head", "dept_head"),
     stages=(("branch_head", "risk"), ("dept_head",)), matter=about_override)  # fmt: skip
def override_tier(
    *, actor: Actor, unit: str, tier: str, reason_code: str, evidence: str, expires: date
) -> dict[str, str]:
    """Set a tier by hand until a day; the next evaluation shows it, and the computed tier returns by itself.

    A failed gate still blanks the tier. Raises `Refused` OVERRIDE_SHARE beside what `about_override` refuses.
    """
    asked, people = _asked(actor, unit), approval()
    start = asked.shown.latest
    in_tier = serving.results(actor, as_of=start).filter(kind=asked.unit.kind, effective_tier=tier).count()
    held = Override.objects.filter(tier=tier, valid_from__lte=start, expires__gt=start).exclude(
        unit_code=asked.unit.code
    )
    check_share(held.count(), in_tier + 1, rule("OVERRIDE.SHARE", start).value)
    Override.objects.filter(unit_code=asked.unit.code, expires__gt=start, valid_from__lt=start).update(
        expires=start
    )
    checker, approver = people.checkers
    Override.objects.create(
        entity=actor.entity, unit_code=asked.unit.code, tier=tier, reason_code=reason_code, evidence=evidence.strip()[:500],
        proposer=people.maker, checker=checker, approver=approver, valid_from=start, expires=expires,
    )  # fmt: skip
    after = {
        "tier": tier,
        "reason_code": reason_code,
        "expires": expires.isoformat(),
        "proposer": people.maker,
    }
    audit(actor, "strategy.tier_overridden", "unit", asked.unit.code, before={"tier": asked.result.effective_tier}, after=after,
          reason=people.reason)  # fmt: skip
    return {"unit": asked.unit.code, "tier": tier}


@dataclass(frozen=True, slots=True)
class _Asked:
    unit: Unit
    shown: Published
    result: UnitResult
    ladder: tuple[str, ...]
    version: str


def _asked(actor: Actor, public_id: str) -> _Asked:
    """Return the unit with what is published and in force for it; 404 for what is not in the actor's full sight."""
    unit, shown = clients.unit_of(actor, public_id=UUID(public_id)), serving.published(actor)
    result = serving.unit_result(actor, unit_id=unit.pk, as_of=shown.latest) if unit and shown else None
    if unit is None or shown is None or result is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    line = ladder(actor, kind=unit.kind, on=shown.latest)
    if line is None:
        raise Refused("NO_DEFINITION", "这类客户还没有生效的准入标准。", "请先由战略客户部发布标准。")
    return _Asked(unit, shown, result, line.tiers, line.version)
