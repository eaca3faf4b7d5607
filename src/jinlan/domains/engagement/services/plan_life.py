"""An account plan takes force after two others looked at it; what follows from that, and its end.

With the last yes the version before is replaced, and actions of the plan become work: a promise in the ledger for what both sides
agreed on, a row of its own for the rest. An action keeps its row over versions, so what was done stays done.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.models import AccountPlan, PlanAction, Promise
from jinlan.domains.engagement.rules.document import ACTION, Entry
from jinlan.domains.engagement.rules.interactions import check_reason
from jinlan.domains.engagement.rules.plan import PLAN, missing_of
from jinlan.domains.engagement.selectors.plans import IN_FORCE, entries_of, objectives_text
from jinlan.domains.engagement.services.drafting import check_draft, check_term, place_of
from jinlan.domains.engagement.services.plans import (
    CLOSED,
    REPLACED,
    the_plan,
)
from jinlan.domains.engagement.services.promises import add_promise, agree_on_day, hand_over_promise
from jinlan.domains.engagement.services.screening import refuse_terms_in
from jinlan.domains.engagement.services.whom import ROLES, staff_of
from jinlan.kernel.acts import Matter, act, approval
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible

REVIEWERS = ("branch_head", "risk", "dept_head")
HEADS = ("branch_head", "dept_head")


def about_plan(*, actor: Actor, public_id: UUID) -> Matter:
    """Return what taking force would change, after the rules looked at it; needs a running scope."""
    row = the_plan(actor, public_id, lock=False)
    _check_ready(actor, row)
    unit = clients.unit_by_key(actor, unit_id=row.unit_id)
    before = visible(actor, AccountPlan).filter(unit_id=row.unit_id, state=IN_FORCE).first()
    return Matter(
        title=unit.name if unit else "",
        before=_told(before), after=_told(row),
        version=f"{row.content}|{row.edition}|{row.state}",
        unit=(row.unit_id, row.domain, row.branch_id),
    )  # fmt: skip


def _told(row: AccountPlan | None) -> dict[str, str]:
    if row is None:
        return dict.fromkeys(("number", "starts_on", "ends_on", "objectives", "actions"), "")
    entries = entries_of(row)
    return {
        "number": str(row.number), "starts_on": str(row.starts_on), "ends_on": str(row.ends_on), "objectives": objectives_text(entries),
        "actions": str(sum(one.kind == ACTION for one in entries)),
    }  # fmt: skip


def _check_ready(actor: Actor, row: AccountPlan) -> None:
    check_draft(row)
    entries = entries_of(row)
    if missing := missing_of(entries):
        raise Refused(
            "PLAN_INCOMPLETE", "计划还不完整，缺 %(n)s 处。", "请按计划页上的清单补齐。", n=len(missing)
        )
    today = business_date(actor.at)
    check_term(row.starts_on, row.ends_on, today)
    known = _known(actor, row)
    late = [one.text for one in entries if one.kind == ACTION and one.mutual and one.key not in known and one.days[1] < today]  # fmt: skip
    if late:
        raise Refused(
            "PLAN_PAST", "双方的行动已经过期：%(texts)s。", "请与客户约定新的日期。", texts=late[:3]
        )
    for one in entries:
        if one.owner:
            staff_of(actor, [one.owner], "owner")


def _known(actor: Actor, row: AccountPlan) -> dict[UUID, PlanAction]:
    rows = visible(actor, PlanAction).filter(unit_id=row.unit_id)
    return {one.entry: one for one in rows}


@act("engagement.approve_plan", title=_("客户计划生效"), roles=ROLES, stages=(REVIEWERS, HEADS), matter=about_plan)  # fmt: skip
def approve_plan(*, actor: Actor, public_id: UUID) -> dict[str, int]:
    """Let a draft take force: replace the version before and make work of its actions.

    Raises:
        Refused: as `about_plan`.
        ScopeDenied: no such plan in sight.
    """
    row, people = the_plan(actor, public_id), approval()
    _check_ready(actor, row)
    today = business_date(actor.at)
    before = (
        visible(actor, AccountPlan).select_for_update().filter(unit_id=row.unit_id, state=IN_FORCE).first()
    )
    if before is not None:
        before.state, before.ended_on = REPLACED, today
        before.save(update_fields=["state", "ended_on"])
    row.state, row.checked_by, row.approved_at = IN_FORCE, list(people.checkers), actor.at
    row.save(update_fields=["state", "checked_by", "approved_at"])
    began, moved, dropped = _work(actor, row, today)
    changed = len(PLAN.differences(entries_of(before), entries_of(row))) if before else None
    audit(
        actor, "engagement.plan_in_force", "plan", row.public_id, before={"number": before.number if before else None},
        after={"number": row.number, "content": row.content, "checked_by": row.checked_by, "changed": changed}, reason=people.reason,
    )  # fmt: skip
    return {"number": row.number, "began": began, "moved": moved, "dropped": dropped}


def _work(actor: Actor, row: AccountPlan, today: date) -> tuple[int, int, int]:
    """Make the actions of a version work: new ones, changed ones, those that it does not know any more."""
    wanted = {one.key: one for one in entries_of(row) if one.kind == ACTION}
    known = _known(actor, row)
    began = moved = dropped = 0
    for key, one in wanted.items():
        if (held := known.get(key)) is None:
            _begin(actor, row, one, today)
            began += 1
        elif held.state == "open":
            _change(actor, row, held, one)
            moved += 1
    for key, held in known.items():
        if key not in wanted and held.state == "open":
            _drop(actor, held, today)
            dropped += 1
    return began, moved, dropped


def _begin(actor: Actor, row: AccountPlan, one: Entry, today: date) -> None:
    promise = None
    if one.mutual:
        said = {"side": one.side, "what": one.text, "due_on": one.days[1], "owner": one.owner, "person": one.person or None, "made_on": today}  # fmt: skip
        promise = add_promise(
            actor, {**place_of(row), "unit_branch_id": row.branch_id, "party_id": None}, said
        )
    PlanAction.objects.create(
        **place_of(row), plan=row, entry=one.key, objective=UUID(one.objective) if one.objective else None, side=one.side, text=one.text,
        owner=one.owner, since=one.since, due_on=one.due, promise=promise,
    )  # fmt: skip


def _change(actor: Actor, row: AccountPlan, held: PlanAction, one: Entry) -> None:
    if held.promise_id is not None:
        promise = visible(actor, Promise).select_for_update().get(pk=held.promise_id)
        why = f"客户计划第 {row.number} 版"
        if promise.state == "made" and promise.due_on != one.days[1]:
            agree_on_day(actor, promise, one.days[1], why)
        if promise.state == "made" and promise.owner != one.owner:
            hand_over_promise(actor, promise, one.owner, why)
    held.plan, held.objective = row, UUID(one.objective) if one.objective else None
    held.text, held.owner = one.text, one.owner
    held.since, held.due_on = one.days
    held.save(update_fields=["plan", "objective", "text", "owner", "since", "due_on"])


def _drop(actor: Actor, held: PlanAction, today: date) -> None:
    """Let an action go; what was promised to the other side stays promised."""
    held.state, held.closed_on, held.closed_by, held.closed_at = "dropped", today, actor.username, actor.at
    held.save(update_fields=["state", "closed_on", "closed_by", "closed_at"])


@act("engagement.close_plan", title=_("结束客户计划"), roles=HEADS)
def close_plan(*, actor: Actor, public_id: UUID, reason: str) -> dict[str, str]:
    """End the plan in force; its open actions are let go, what was promised stays in the ledger.

    Raises:
        Refused: PLAN_NOT_IN_FORCE, REASON_SHORT, TEXT_TERMS.
        ScopeDenied: no such plan in sight.
    """
    row, today = the_plan(actor, public_id), business_date(actor.at)
    if row.state != IN_FORCE:
        raise Refused("PLAN_NOT_IN_FORCE", "这一版计划不在执行中。", "请刷新页面。")
    check_reason(reason)
    refuse_terms_in(reason=reason)
    row.state, row.reason, row.ended_on = CLOSED, reason.strip()[:500], today
    row.save(update_fields=["state", "reason", "ended_on"])
    for held in visible(actor, PlanAction).select_for_update().filter(unit_id=row.unit_id, state="open"):
        _drop(actor, held, today)
    audit(
        actor,
        "engagement.plan_closed",
        "plan",
        row.public_id,
        before={"state": IN_FORCE},
        after={"state": CLOSED},
        reason=reason,
    )
    return {"plan": str(row.public_id), "state": row.state}
