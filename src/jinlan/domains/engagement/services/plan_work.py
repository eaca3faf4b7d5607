"""What happens with a plan in force: actions are done, moved or let go, objectives are read by hand, and the whole is reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import AccountPlan, PlanAction, PlanReading, PlanReview
from jinlan.domains.engagement.rules.document import OBJECTIVE, OWN
from jinlan.domains.engagement.rules.interactions import check_lengths, check_reason
from jinlan.domains.engagement.selectors.plans import (
    IN_FORCE,
    Goal,
    actions_of,
    entries_of,
    goals_of,
    health_of,
)
from jinlan.domains.engagement.services.drafting import place_of
from jinlan.domains.engagement.services.plans import the_plan
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import ROLES, people_of, staff_of
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.who import name_of

NOTE, MINUTES, DECISIONS = 500, 4000, 2000  # characters at most


@act("engagement.finish_plan_action", title=_("行动已完成"), roles=ROLES)
def finish_plan_action(
    *, actor: Actor, public_id: UUID, note: str, closed_on: date | None = None
) -> dict[str, str]:
    """Say that an action was done, when, and what shows it.

    Raises:
        Refused: PLAN_ACTION_CLOSED, PLAN_PROMISED, PLAN_DAY, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such action in sight.
    """
    row, today = _open(actor, public_id), business_date(actor.at)
    day = closed_on or today
    if not row.since <= day <= today:
        raise Refused("PLAN_DAY", "完成日期应在开始之后，且不晚于今天。", "请改正日期。", field="closed_on")
    return _closed(actor, row, "done", day, note)


@act("engagement.drop_plan_action", title=_("取消行动"), roles=ROLES)
def drop_plan_action(*, actor: Actor, public_id: UUID, note: str) -> dict[str, str]:
    """Let an action go that will not be done.

    Raises:
        Refused: PLAN_ACTION_CLOSED, PLAN_PROMISED, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such action in sight.
    """
    return _closed(actor, _open(actor, public_id), "dropped", business_date(actor.at), note)


@act("engagement.move_plan_action", title=_("行动改期"), roles=ROLES)
def move_plan_action(*, actor: Actor, public_id: UUID, due_on: date, reason: str) -> dict[str, str]:
    """Give an action another day; the version of the plan keeps the day that was approved.

    Raises:
        Refused: PLAN_ACTION_CLOSED, PLAN_PROMISED, PLAN_DAY, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such action in sight.
    """
    row = _open(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    if due_on < max(business_date(actor.at), row.since) or due_on == row.due_on:
        raise Refused("PLAN_DAY", "新的日期应不早于今天，并与原日期不同。", "请改正日期。", field="due_on")
    before, row.due_on = row.due_on, due_on
    row.save(update_fields=["due_on"])
    audit(
        actor, "engagement.plan_action_moved", "plan_action", row.public_id, before={"due_on": before}, after={"due_on": due_on}, reason=reason
    )  # fmt: skip
    return {"action": str(row.public_id)}


@act("engagement.hand_plan_action", title=_("行动换人负责"), roles=ROLES)
def hand_plan_action(*, actor: Actor, public_id: UUID, owner: str, reason: str) -> dict[str, str]:
    """Let another of the bank's people do an action.

    Raises:
        Refused: PLAN_ACTION_CLOSED, PLAN_PROMISED, PLAN_OWNER, STAFF_UNKNOWN, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such action in sight.
    """
    row = _open(actor, public_id)
    check_reason(reason)
    refuse_terms_in(reason=reason)
    (code,) = staff_of(actor, [owner], "owner")
    if code == row.owner:
        raise Refused(
            "PLAN_OWNER", "已经由 %(employee)s 负责。", "请选择另一位同事。", employee=code, field="owner"
        )
    return hand_over_action(actor, row, code, reason)


def hand_over_action(actor: Actor, row: PlanAction, owner: str, reason: str) -> dict[str, str]:
    """Let another do an open action that is held."""
    before, row.owner = row.owner, owner
    row.save(update_fields=["owner"])
    audit(
        actor, "engagement.plan_action_handed", "plan_action", row.public_id, before={"owner": before}, after={"owner": owner}, reason=reason
    )  # fmt: skip
    return {"action": str(row.public_id)}


def _open(actor: Actor, public_id: UUID) -> PlanAction:
    rows = visible(actor, PlanAction).select_for_update().filter(public_id=public_id)
    row: PlanAction | None = rows.first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项行动。", "")
    if row.state != "open":
        raise Refused(
            "PLAN_ACTION_CLOSED", "这项行动已由 %(who)s 于 %(day)s 办结。", "请刷新页面查看结果。", who=row.closed_by, day=row.closed_on
        )  # fmt: skip
    if row.promise_id is not None:
        raise Refused("PLAN_PROMISED", "这是双方的承诺，结果记在承诺台账里。", "请在承诺台账中办理。")
    return row


def _closed(actor: Actor, row: PlanAction, state: str, day: date, note: str) -> dict[str, str]:
    check_reason(note, "note")
    check_lengths(("note", note, NOTE))
    refuse_terms_in(note=note)
    row.state, row.note, row.closed_on, row.closed_by, row.closed_at = (
        state,
        note.strip(),
        day,
        actor.username,
        actor.at,
    )
    row.save(update_fields=["state", "note", "closed_on", "closed_by", "closed_at"])
    audit(
        actor, f"engagement.plan_action_{state}", "plan_action", row.public_id, before={"state": "open"}, after={"state": state, "closed_on": day},
        reason=note,
    )  # fmt: skip
    return {"action": str(row.public_id), "state": state}


@act("engagement.read_objective", title=_("登记目标进展"), roles=ROLES)
def read_objective(
    *, actor: Actor, public_id: UUID, objective: UUID, value: Decimal, evidence: str, read_on: date | None = None
) -> str:  # fmt: skip
    """Write down what an objective that is measured by hand had reached on a day, and how that is known.

    Raises:
        Refused: PLAN_NOT_IN_FORCE, PLAN_OBJECTIVE (none, or one that the figures measure), PLAN_DAY, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such plan in sight.
    """
    row, today = _in_force(actor, public_id), business_date(actor.at)
    found = next((one for one in entries_of(row) if one.kind == OBJECTIVE and one.key == objective), None)
    if found is None or found.metric != OWN:
        raise Refused("PLAN_OBJECTIVE", "这个目标不由人工登记进展。", "由系统度量的目标随数据更新。", field="objective")  # fmt: skip
    day = read_on or today
    if found.since is None or not found.since <= day <= today:
        raise Refused("PLAN_DAY", "日期应在基线日期之后，且不晚于今天。", "请改正日期。", field="read_on")
    check_reason(evidence, "evidence")
    check_lengths(("evidence", evidence, NOTE))
    refuse_terms_in(evidence=evidence)
    made = PlanReading.objects.create(
        **place_of(row), objective=objective, read_on=day, value=value, evidence=evidence.strip(), by=actor.username, by_name=name_of(actor),
        at=actor.at,
    )  # fmt: skip
    audit(actor, "engagement.objective_read", "plan", row.public_id, after={"objective": objective, "read_on": day})  # fmt: skip
    return str(made.public_id)


@act("engagement.review_plan", title=_("登记计划回顾"), roles=ROLES)
def review_plan(
    *, actor: Actor, public_id: UUID, held_on: date, minutes: str, decisions: str = "", staff: Sequence[str] = (), people: Sequence[str] = (),
    next_on: date | None = None,
) -> str:  # fmt: skip
    """File the minutes of a review; how far each objective is on this day is kept with them.

    Raises:
        Refused: PLAN_NOT_IN_FORCE, PLAN_DAY, PLAN_MINUTES, STAFF_UNKNOWN, STAFF_NONE, PERSON_ELSEWHERE, TEXT_TERMS, TEXT_LONG.
        ScopeDenied: no such plan in sight.
    """
    row, today = _in_force(actor, public_id), business_date(actor.at)
    if held_on > today or (next_on is not None and next_on <= held_on):
        raise Refused("PLAN_DAY", "回顾不能晚于今天，下次回顾应在这次之后。", "请改正日期。", field="held_on")
    if len(minutes.strip()) < 10:
        raise Refused("PLAN_MINUTES", "请写下回顾的要点。", "写明进展、偏差与原因。", field="minutes")
    check_lengths(("minutes", minutes, MINUTES), ("decisions", decisions, DECISIONS))
    refuse_terms_in(minutes=minutes, decisions=decisions)
    goals = goals_of(actor, row, today=today)
    health = health_of(goals, actions_of(actor, unit_id=row.unit_id, today=today))
    made = PlanReview.objects.create(
        **place_of(row), plan=row, held_on=held_on, minutes=minutes.strip(), decisions=decisions.strip(), staff=staff_of(actor, staff),
        people=people_of(actor, {"unit_id": row.unit_id}, list(people)), health=health, reached=[_kept(one) for one in goals], next_on=next_on,
        by=actor.username, by_name=name_of(actor), at=actor.at,
    )  # fmt: skip
    audit(
        actor, "engagement.plan_reviewed", "plan", row.public_id, after={"held_on": held_on, "health": health, "next_on": next_on}
    )  # fmt: skip
    return str(made.public_id)


def _kept(one: Goal) -> dict[str, str | int | None]:
    def text(value: object) -> str | None:
        return None if value is None else str(value)

    return {
        "objective": str(one.entry.key), "text": one.entry.text, "actual": text(one.actual), "share": text(one.reached.share),
        "line": text(one.reached.line), "health": one.health, "as_of": text(one.on), "run": one.run,
    }  # fmt: skip


def _in_force(actor: Actor, public_id: UUID) -> AccountPlan:
    row = the_plan(actor, public_id)
    if row.state != IN_FORCE:
        raise Refused("PLAN_NOT_IN_FORCE", "这一版计划不在执行中。", "请刷新页面。")
    return row
