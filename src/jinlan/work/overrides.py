"""Letting a red verdict pass: an act of its own per check, asked for by one person and allowed by others (four eyes).

It holds for one undertaking (the first asking and its rechecks), one check, the version of its rule that was looked at, and
some days (rule PREFLIGHT.CLEARANCE). A check without override roles has no such act: nobody can let it pass.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.kernel.acts import ACTS, Act, Matter, act, approval
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of
from jinlan.work.checks import Check, Subject, Verdict
from jinlan.work.models import Approval, Clearance, PreflightRecord
from jinlan.work.selectors import subject_of

MAKERS = ("manager", "private_banker", "branch_head", "dept_head", "risk")


def act_name(check: str) -> str:
    """Return the name of the act that lets a check's red verdict pass."""
    return f"work.override_{check.lower()}"


def may_ask(actor: Actor, check: str) -> bool:
    """Tell whether a person may ask for it."""
    declared = ACTS.get(act_name(check))
    return declared is not None and actor.has(*declared.roles)


def declare(check: Check) -> Act[Any, Any]:
    """Declare the act for a check."""

    def about(*, actor: Actor, preflight: UUID) -> Matter:
        row, subject, verdict = _looked(actor, check, preflight)
        unit, party, what = subject.unit, subject.party, str(subject.facts.get("what", ""))
        names = dict.fromkeys([unit.name if unit else "", party.name if party else "", what])
        team = clients.team_of(actor, unit=unit, as_of=business_date(actor.at)) if unit else []
        return Matter(
            title=" · ".join(filter(None, names)) or str(check.title),
            before={str(check.title): verdict.text},
            after={str(check.title): str(_("例外放行，仅此一次")), str(_("规则")): verdict.rule_text or str(check.rule)},
            version=f"{row.public_id}|{check.code}|{verdict.version}",
            unit=(unit.pk, unit.domain, unit.branch_id) if unit else None,
            beneficiaries=frozenset(one.employee.code for one in team),
        )  # fmt: skip

    def let_pass(*, actor: Actor, preflight: UUID) -> str:
        row, _subject, verdict = _looked(actor, check, preflight)
        people = approval()
        asked = visible(actor, Approval).get(
            act=act_name(check.code), state="open", payload__preflight=str(preflight)
        )
        days = rule("PREFLIGHT.CLEARANCE", business_date(actor.at)).value
        name = name_of(actor)
        Clearance.objects.create(
            entity=actor.entity, preflight=row, check_code=check.code, kind="override", version=verdict.version, approval=asked,
            person_id=actor.person_id, person_name=name, reason=people.reason[:500], at=actor.at,
            expires_at=actor.at + timedelta(days=int(days)),
        )  # fmt: skip
        audit(actor, "work.check_overridden", "preflight", row.public_id, before={"text": verdict.text},
              after={"check": check.code, "version": verdict.version, "maker": people.maker}, reason=people.reason)  # fmt: skip
        return str(row.public_id)

    title = format_lazy("{} · {}", _("例外放行"), check.title)
    stages = tuple((role,) for role in check.override)
    return act(act_name(check.code), title=title, roles=MAKERS, stages=stages, matter=about)(let_pass)


def _looked(actor: Actor, check: Check, public_id: UUID) -> tuple[PreflightRecord, Subject, Verdict]:
    """Return the first asking with what the check says of it now, which must be red."""
    row = visible(actor, PreflightRecord).filter(public_id=public_id, root__isnull=True).first()
    if row is None or check.code not in {one["code"] for one in row.verdicts}:
        raise ScopeDenied("ABSENT", "没有这项预检。", "")
    subject = subject_of(actor, row, at=max(actor.at, row.planned_at))
    verdict = check.run(actor, subject)
    if verdict is None or verdict.colour != "red":
        raise Refused("NOT_RED", "这一项现在没有被拦下。", "请重新预检,不需要例外放行。")
    return row, subject, verdict
