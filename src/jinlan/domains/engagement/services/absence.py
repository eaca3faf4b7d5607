"""Letting a colleague stand in for somebody who is away; access follows from the days of the absence alone (06 §6.1)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients.models import Delegation, Employee
from jinlan.domains.engagement.rules.absence import Absence, check_absence
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.acts import Matter, act, approval
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import roles_behind

DECIDERS = ("branch_head", "dept_head")
LOOKS_AFTER = frozenset({"manager", "private_banker"})


def about_absence(*, actor: Actor, absent: str, deputy: str, since: date, until: date, reason: str) -> Matter:
    """Return what an absence would change, after the rule looked at it; needs a running scope."""
    _checked(actor, absent, deputy, since, until, reason)
    return Matter(
        title=f"{absent} → {deputy}",
        before={"deputy": ""},
        after={
            "deputy": deputy,
            "since": since.isoformat(),
            "until": until.isoformat(),
            "reason": reason.strip(),
        },
        version="",
        beneficiaries=frozenset({deputy}),
    )


@act("engagement.stand_in", title=_("离岗代理"), roles=ROLES, stages=(DECIDERS,), matter=about_absence)
def stand_in(*, actor: Actor, absent: str, deputy: str, since: date, until: date, reason: str) -> str:
    """Open the book of `absent` to `deputy` from a day on, until but not including the day of return.

    Raises:
        Refused: ABSENCE_SELF, ABSENCE_GONE, ABSENCE_ROLE, ABSENCE_DAYS, ABSENCE_LONG, ABSENCE_AWAY, ABSENCE_TAKEN, ABSENCE_REASON.
    """
    employees, people = _checked(actor, absent, deputy, since, until, reason), approval()
    row = Delegation(
        entity=actor.entity, absent=employees[absent], deputy=employees[deputy], valid_from=since, valid_to=until, reason=reason.strip()[:200],
        asked_by=people.maker, decided_by=people.checkers[-1],
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "delegation_one_deputy" not in str(error):
            raise
        raise Refused("ABSENCE_TAKEN", "这段时间里已有人代理 %(absent)s。", "请先结束那一次代理,或改日期。", absent=absent, field="absent") from None  # fmt: skip
    row.refresh_from_db(fields=["public_id"])
    after = {"absent": absent, "deputy": deputy, "since": since, "until": until}
    audit(actor, "engagement.absence_covered", "absence", row.public_id, after=after, reason=people.reason)
    return str(row.public_id)


@act("engagement.end_absence", title=_("提前结束代理"), roles=DECIDERS)
def end_absence(*, actor: Actor, public_id: UUID, reason: str) -> None:
    """End an absence today, or take it back before it began; whoever stood in is out at once.

    Raises:
        Refused: ABSENCE_OVER.
        ScopeDenied: no such absence.
    """
    row = Delegation.objects.select_for_update().filter(public_id=public_id, entity=actor.entity).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这次代理。", "")
    today = business_date(actor.at)
    if row.valid_to <= today or row.valid_to == row.valid_from:
        raise Refused("ABSENCE_OVER", "这次代理已经结束。", "无需再办。")
    before, row.valid_to = row.valid_to, max(today, row.valid_from)
    row.save(update_fields=["valid_to"])
    audit(
        actor, "engagement.absence_ended", "absence", public_id, before={"until": before}, after={"until": row.valid_to},
        reason=reason.strip()[:200],
    )  # fmt: skip


def _checked(
    actor: Actor, absent: str, deputy: str, since: date, until: date, reason: str
) -> dict[str, Employee]:
    rows = visible(actor, Employee).filter(code__in=[absent, deputy], active=True)
    employees = {row.code: row for row in rows}
    today = business_date(actor.at)
    running = Delegation.objects.filter(entity=actor.entity, valid_from__lt=until, valid_to__gt=since)
    check_absence(
        Absence(
            absent, deputy, since, until, today, int(rule("ABSENCE.DAYS", today).value), {absent, deputy} <= employees.keys(),
            bool(roles_behind(actor.entity, deputy, since) & LOOKS_AFTER), running.filter(absent__code=deputy).exists(), running.filter(absent__code=absent).exists(),
            reason,
        )
    )  # fmt: skip
    return employees
