"""What people do with a task: let it come up again later, or give it to somebody of the client's team."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.serving import selectors as serving
from jinlan.work.models import Task
from jinlan.work.rules import check_snooze
from jinlan.work.telling import tell_assignee

DOERS = ("manager", "private_banker", "branch_head", "dept_head")


@act("work.snooze_task", title=_("稍后再办"), roles=DOERS)
def snooze_task(*, actor: Actor, public_id: UUID, until: date) -> None:
    """Let a task come up again on a day; nothing that is owed moves with it.

    Raises:
        Refused: SNOOZE_DAY, TASK_CLOSED.
        ScopeDenied: no such task in sight.
    """
    row, day = _open(actor, public_id), serving.known_until(actor)
    check_snooze(until, day, int(rule("TASK.SNOOZE", day).value))
    before, row.snoozed_until = row.snoozed_until, until
    row.save(update_fields=["snoozed_until"])
    audit(actor, "work.task_snoozed", "task", public_id, before={"until": before}, after={"until": until})


@act("work.delegate_task", title=_("转交待办"), roles=DOERS)
def delegate_task(*, actor: Actor, public_id: UUID, to: str, reason: str) -> None:
    """Give a task to somebody who looks after the client, "" for its lead; he is told.

    Raises:
        Refused: TASK_TEAM for who is not on the client's team, TASK_REASON, TASK_CLOSED.
        ScopeDenied: no such task in sight.
    """
    row, day = _open(actor, public_id), serving.known_until(actor)
    if to and to not in teams.team_on(actor, unit_id=row.unit_id, day=day):
        raise Refused("TASK_TEAM", "工号 %(employee)s 不在这户的服务团队里。", "请选择团队成员,或先调整团队。", employee=to, field="to")  # fmt: skip
    if len(reason.strip()) < 2:
        raise Refused("TASK_REASON", "请说明转交的原因。", "对方会看到这句话。", field="reason")
    before, row.assignee, row.snoozed_until = row.assignee, to, None
    row.save(update_fields=["assignee", "snoozed_until"])
    audit(
        actor, "work.task_delegated", "task", public_id, before={"assignee": before}, after={"assignee": to}, reason=reason.strip()[:200]
    )  # fmt: skip
    tell_assignee(actor, row)


def hand_tasks(actor: Actor, *, unit_id: int, before: str, after: str) -> int:
    """Give the open tasks about a client that one does to another, and return how many; those of its lead follow the team by themselves."""
    rows = (
        visible(actor, Task)
        .select_for_update()
        .filter(unit_id=unit_id, assignee=before, closed_at__isnull=True)
    )
    moved = list(rows.order_by("id"))
    for row in moved:
        row.assignee = after
        row.save(update_fields=["assignee"])
        audit(
            actor, "work.task_delegated", "task", row.public_id, before={"assignee": before}, after={"assignee": after}
        )  # fmt: skip
    return len(moved)


def _open(actor: Actor, public_id: UUID) -> Task:
    row: Task | None = visible(actor, Task).filter(public_id=public_id).select_for_update().first()
    if row is None:
        raise ScopeDenied("ABSENT", "没有这项待办。", "")
    if row.closed_at is not None:
        raise Refused("TASK_CLOSED", "这项待办已经办结。", "请刷新页面。")
    return row
