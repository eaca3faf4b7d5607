"""What people do about the service charter: excuse a contact that was not made, and leave a client alone who asked for it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.clients.resources import about, in_sight
from jinlan.domains.strategy.models import LeaveAlone, Obligation
from jinlan.domains.strategy.rules.charter_acts import Excuse, check_excuse, check_quiet
from jinlan.kernel.acts import Matter, act, approval
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of
from jinlan.serving import selectors as serving

ASKERS = ("manager", "private_banker")
DECIDERS = ("branch_head", "dept_head")


def about_excuse(*, actor: Actor, public_id: UUID, reason_code: str, evidence: str) -> Matter:
    """Return what the excuse would change, after the rule looked at it; needs a running scope."""
    row = _obligation(actor, public_id)
    today = serving.known_until(actor)
    check_excuse(
        Excuse(
            reason_code=reason_code, evidence=evidence, due_on=row.due_on, kept=row.kept_on is not None, excused=bool(row.excuse_code),
            today=today, reasons=tuple(dict(Obligation.EXCUSES)), days=int(rule("CHARTER.EXCUSE", today).value),
        )
    )  # fmt: skip
    unit = clients.unit_by_key(actor, unit_id=row.unit_id)
    return Matter(
        title=unit.name if unit else "",
        before={"contact": row.kind, "due_on": row.due_on.isoformat(), "reason_code": ""},
        after={"reason_code": reason_code, "evidence": evidence.strip()},
        version=f"{row.due_on}|{row.kept_on}|{row.excuse_code}",
        unit=(row.unit_id, row.domain, row.branch_id),
        # Who is measured by the contact gains by the excuse.
        beneficiaries=frozenset({row.lead} - {""}),
    )


@act("strategy.excuse_obligation", title=_("免除一次应尽联系"), roles=ASKERS, stages=(DECIDERS,), matter=about_excuse)  # fmt: skip
def excuse_obligation(*, actor: Actor, public_id: UUID, reason_code: str, evidence: str) -> dict[str, str]:
    """Leave a contact that was not made out of the measure, for one of the listed reasons; the row keeps who said so.

    Raises:
        Refused: as `about_excuse`.
        ScopeDenied: no such obligation in sight.
    """
    row, people = _obligation(actor, public_id, lock=True), approval()
    row.excuse_code, row.excuse_evidence = reason_code, evidence.strip()[:500]
    row.excuse_asked_by, row.excused_by, row.excused_at = people.maker, people.checkers[-1], actor.at
    row.save(update_fields=["excuse_code", "excuse_evidence", "excuse_asked_by", "excused_by", "excused_at"])
    after = {"contact": row.kind, "due_on": row.due_on, "reason_code": reason_code, "asked_by": people.maker}
    audit(
        actor, "strategy.obligation_excused", "obligation", public_id, before={"reason_code": ""}, after=after, reason=people.reason
    )  # fmt: skip
    return {"obligation": str(public_id), "reason_code": reason_code}


@act("strategy.leave_alone", title=_("暂不联系"), roles=(*ASKERS, *DECIDERS))
def leave_alone(*, actor: Actor, unit: UUID, not_before: date, reason: str) -> str:
    """Note that the client asked not to be contacted before a day; what would fall due earlier is due on that day.

    A later word replaces an earlier one from the newest data on. What was due before stays as it was.

    Raises:
        Refused: QUIET_TERM, QUIET_REASON.
        ScopeDenied: no such client in sight.
    """
    client, today = in_sight(actor, unit), serving.known_until(actor)
    check_quiet(today, not_before, reason, int(rule("CHARTER.QUIET", today).value))
    running = visible(actor, LeaveAlone).filter(unit_id=client.pk, until__gt=today, ended_on__isnull=True)
    before = running.values_list("until", flat=True).first()
    running.update(ended_on=Greatest(Value(today), F("since")))  # a wish of a later day ends before it begins
    name = name_of(actor)
    made = LeaveAlone.objects.create(
        **about(client),
        since=today,
        until=not_before,
        reason=reason.strip()[:500],
        person_name=name,
        at=actor.at,
    )
    audit(
        actor, "strategy.client_left_alone", "leave_alone", made.public_id, before={"until": before}, after={"until": not_before},
        reason=reason.strip()[:500],
    )  # fmt: skip
    return str(made.public_id)


def _obligation(actor: Actor, public_id: UUID, *, lock: bool = False) -> Obligation:
    rows = visible(actor, Obligation).filter(public_id=public_id)
    row: Obligation | None = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项应尽联系。", "")
    return row
