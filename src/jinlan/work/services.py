"""What rooms call when somebody must act, and four eyes (domain reference 06 §6.9).

An act that needs other eyes is asked for, checked stage by stage, and runs with the last yes. A check holds for one content
(hash) of one state of the object (version); a refusal says why; what nobody checks in time expires.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.acts import ACTS, Act, Approved, content_hash
from jinlan.kernel.audit import audit
from jinlan.kernel.models import Person
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.who import name_of
from jinlan.work.models import Approval, Decision, Task
from jinlan.work.rules import closed, why_not
from jinlan.work.selectors import waiting
from jinlan.work.telling import tell_checkers, tell_maker

DAYS = 10  # calendar days until a request expires
REASON = 5  # characters of a reason, at least


def open_task(
    *, actor: Actor, entity: str, subject: str, kind: str, unit_id: int, domain: int, branch_id: int, role: str, title: str,
    detail: Mapping[str, Any], opened_on: date, due_on: date | None = None,
) -> Task:  # fmt: skip
    """Open a task about a unit inside the running scope; `subject` names the matter, and an open one is not doubled."""
    found: Task | None = Task.objects.filter(entity=entity, subject=subject).first()
    if found is not None:
        return found
    task: Task = Task.objects.create(
        entity=entity, subject=subject, kind=kind, unit_id=unit_id, domain=domain, branch_id=branch_id, role=role, title=title,
        detail=dict(detail), opened_on=opened_on, due_on=due_on,
    )  # fmt: skip
    audit(actor, "work.task_opened", "task", task.pk, after={"subject": subject, "role": role})
    return task


@dataclass(frozen=True, slots=True)
class Wanted:
    """A task that is to be open; see `open_task`."""

    subject: str
    kind: str
    unit_id: int
    domain: int
    branch_id: int
    role: str
    title: str
    detail: Mapping[str, Any]
    due_on: date | None = None


def open_tasks(*, actor: Actor, wanted: Sequence[Wanted], opened_on: date) -> int:
    """Open many tasks inside the running scope, as `open_task` does one, and return how many were not open before.

    One that was closed is opened anew, since it is wanted again; one entry of the audit stands for all.
    """
    there = dict(
        Task.objects.filter(entity=actor.entity, subject__in=[one.subject for one in wanted]).values_list("subject", "closed_at")
    )  # fmt: skip
    again = [subject for subject, closed in there.items() if closed is not None]
    if again:
        Task.objects.filter(entity=actor.entity, subject__in=again).update(closed_at=None, outcome="")
    fresh = [one for one in wanted if one.subject not in there]
    rows = [
        Task(
            entity=actor.entity, subject=one.subject, kind=one.kind, unit_id=one.unit_id, domain=one.domain, branch_id=one.branch_id,
            role=one.role, title=one.title, detail=dict(one.detail), opened_on=opened_on, due_on=one.due_on,
        )
        for one in fresh
    ]  # fmt: skip
    Task.objects.bulk_create(rows, batch_size=2_000)
    opened = len(fresh) + len(again)
    if opened:
        audit(actor, "work.tasks_opened", "task", opened_on, after={"opened": opened})
    return opened


def close_tasks(*, actor: Actor, outcomes: Mapping[str, str]) -> int:
    """Close open tasks inside the running scope (subject -> what came of it) and return how many were open."""
    closed = 0
    for outcome in sorted(set(outcomes.values())):
        subjects = [subject for subject, one in outcomes.items() if one == outcome]
        rows = Task.objects.filter(entity=actor.entity, subject__in=subjects, closed_at__isnull=True)
        closed += rows.update(closed_at=actor.at, outcome=outcome)
    if closed:
        audit(actor, "work.tasks_closed", "task", actor.at.date(), after={"closed": closed})
    return closed


def propose(*, actor: Actor, act: str, payload: Mapping[str, Any], reason: str) -> Approval:
    """Ask for an act: its rule looks at it now, others check it, then it runs.

    Raises:
        ScopeDenied: the actor may not ask for it.
        Refused: what the act's rule refuses; REASON_SHORT; APPROVAL_OPEN when the same is being checked already.
    """
    declared = ACTS[act]
    declared.allow(actor)
    _need_reason(reason)
    with scoped(actor, write=True):
        matter = declared.about(actor, payload)
        body = _plain(payload)
        unit, domain, branch = matter.unit or (None, None, None)
        row = Approval(
            entity=actor.entity, act=act, title=matter.title[:200], payload=body, payload_hash=content_hash(body), version=matter.version,
            before=dict(matter.before), after=dict(matter.after), unit_id=unit, domain=domain, branch_id=branch,
            beneficiaries=sorted(matter.beneficiaries), stages=[sorted(stage) for stage in declared.stages],
            maker_id=actor.person_id, maker_name=name_of(actor), reason=reason.strip()[:500],
            opened_at=actor.at, expires_at=actor.at + timedelta(days=DAYS),
        )  # fmt: skip
        made = _opened(row)
        audit(
            actor,
            "work.approval_asked",
            "approval",
            made.public_id,
            after=body | {"act": act},
            reason=made.reason,
        )
        tell_checkers(actor, made)
        return made


def _opened(row: Approval) -> Approval:
    """Keep a request, unless the same one waits: also one that the maker does not see, or that is made at this very moment."""
    same = Approval.objects.filter(
        entity=row.entity, act=row.act, payload_hash=row.payload_hash, state="open"
    )
    open_already = Refused("APPROVAL_OPEN", "同样的申请正在复核中。", "请在「复核」页查看它的进展。")
    if same.exists():
        raise open_already
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "approval_open_once" not in str(error):
            raise
        raise open_already from None
    return row


def asked_for(**asked: Any) -> UUID:
    """Ask as `propose` and return the request's public id: what the kernel's forms and the API call."""
    made: UUID = propose(**asked).public_id
    return made


def decide(*, actor: Actor, approval: UUID, approves: bool, reason: str = "") -> Approval:
    """Say yes or no at the stage that waits; the last yes runs the act in the same transaction.

    A request that expired, or whose content or object changed, is closed as such and returned: nothing runs.

    Raises:
        ScopeDenied: no such request in sight.
        Refused: CLOSED, SELF, BENEFICIARY, TWICE, STAGE_ROLE, REASON_SHORT (a no needs a reason), or what the act refuses.
    """
    with scoped(actor, write=True):
        row = _locked(approval)
        _may_decide(actor, row)
        if actor.at >= row.expires_at:
            return _close(actor, row, "expired", "超过期限无人复核")
        if not approves:
            _need_reason(reason)
            _note(actor, row, approves=False, reason=reason)
            return _close(actor, row, "refused", reason)
        act = ACTS[row.act]
        if (
            content_hash(row.payload) != row.payload_hash
            or act.about(actor, row.payload).version != row.version
        ):
            return _close(actor, row, "void", "内容或对象已变化,原复核无效")
        _note(actor, row, approves=True, reason=reason)
        if row.stage + 1 < len(row.stages):
            row.stage += 1
            row.save(update_fields=["stage"])
            audit(
                actor,
                "work.approval_passed",
                "approval",
                row.public_id,
                after={"stage": row.stage},
                reason=reason,
            )
            tell_checkers(actor, row)
            return row
        return _run(actor, row, act, reason)


def withdraw(*, actor: Actor, approval: UUID, reason: str) -> Approval:
    """Take back one's own request; editing one is taking it back and asking anew."""
    with scoped(actor, write=True):
        row = _locked(approval)
        if row.maker_id != actor.person_id:
            raise ScopeDenied("ABSENT", "没有这项申请。", "")
        if row.state != "open":
            raise closed(row.state)
        return _close(actor, row, "void", reason.strip() or "申请人撤回")


def _run(actor: Actor, row: Approval, act: Act[..., Any], reason: str) -> Approval:
    maker: str = Person.objects.values_list("username", flat=True).get(pk=row.maker_id)
    checkers = tuple(row.decisions.filter(approves=True).order_by("stage").values_list("username", flat=True))
    act.run_approved(actor, row.payload, Approved(maker, checkers, row.reason))
    return _close(actor, row, "done", reason)


def _locked(approval: UUID) -> Approval:
    row: Approval | None = Approval.objects.select_for_update().filter(public_id=approval).first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项申请。", "")
    return row


def _may_decide(actor: Actor, row: Approval) -> None:
    refusal = why_not(actor, waiting(row, row.decisions.values_list("person_id", flat=True)))
    if refusal is not None:
        raise refusal


def _note(actor: Actor, row: Approval, *, approves: bool, reason: str) -> None:
    Decision.objects.create(
        approval=row, maker_id=row.maker_id, person_id=actor.person_id, person_name=name_of(actor), username=actor.username,
        stage=row.stage, approves=approves, reason=reason.strip()[:500], at=actor.at,
    )  # fmt: skip


def _close(actor: Actor, row: Approval, state: str, note: str) -> Approval:
    row.state, row.note, row.closed_at = state, note.strip()[:500], actor.at
    row.save(update_fields=["state", "note", "closed_at"])
    audit(actor, f"work.approval_{state}", "approval", row.public_id, after={"act": row.act}, reason=row.note)
    tell_maker(actor, row)
    return row


def _need_reason(reason: str) -> None:
    if len(reason.strip()) < REASON:
        raise Refused(
            "REASON_SHORT", "理由至少 %(least)s 个字。", "请写明原因,复核人与审计会看到。", least=REASON
        )


def _plain(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload as JSON keeps it, so that its hash is the same before and after storing."""
    return {
        name: value if isinstance(value, bool | int | str | list | dict) or value is None else str(value)
        for name, value in payload.items()
    }
