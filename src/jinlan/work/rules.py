"""Who may check a request (06 §6.9), when a task may come up again, and in which order tasks are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused, Words

CLOSED = {
    "done": Words("这项申请已执行。"),
    "refused": Words("这项申请已拒绝。"),
    "void": Words("这项申请已作废。"),
    "expired": Words("这项申请已过期。"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request at its present stage; `decided` are the persons who spoke at earlier stages."""

    state: str
    maker: int
    beneficiaries: frozenset[str]
    roles: Sequence[str]
    decided: frozenset[int]


def why_not(actor: Actor, request: Waiting) -> Refused | None:
    """Return why the actor may not decide now, None when he may. Persons are compared, not accounts or delegations."""
    if request.state != "open":
        return closed(request.state)
    if request.maker == actor.person_id:
        return Refused("SELF", "不能复核自己的申请。", "请由另一位有权的同事复核。")
    if actor.employee and actor.employee in request.beneficiaries:
        return Refused("BENEFICIARY", "您是这项变更的受益人,需要回避。", "请由与该客户无关的同事复核。")
    if actor.person_id in request.decided:
        return Refused("TWICE", "您已在前一环节复核过。", "请由另一位有权的同事复核。")
    if not actor.has(*request.roles):
        return Refused("STAGE_ROLE", "这一环节不由您的角色复核。", "请看「复核」页上当前环节的角色。")
    return None


def closed(state: str) -> Refused:
    """Return the refusal of a request that is open no more."""
    return Refused("CLOSED", "%(ended)s", "需要时请重新申请。", ended=CLOSED[state])


OVERDUE, TODAY, WEEK, LATER = range(4)


def band(due_on: date | None, day: date) -> int:
    """Return how near a task is: OVERDUE, TODAY, WEEK (within seven days) or LATER, which has no day or a far one."""
    if due_on is None:
        return LATER
    left = (due_on - day).days
    return OVERDUE if left < 0 else TODAY if left == 0 else WEEK if left <= 7 else LATER


def order_of(
    due_on: date | None, day: date, level: int, revenue: Decimal | None
) -> tuple[int, int, Decimal, date]:
    """Return what tasks are sorted by: how near, then the client's tier (best first), then its revenue, then the day.

    Args:
        due_on: the task's day, None without.
        day: today.
        level: of the client's tier, 0 for none.
        revenue: of the client in twelve months, None when it is not known.
    """
    return band(due_on, day), -level, -(revenue or Decimal(0)), due_on or date.max


def check_snooze(until: date, day: date, most: int) -> None:
    """Refuse a day on which a task cannot come up again: today, an earlier one, or one too far ahead."""
    last = day + timedelta(days=most)
    if not day < until <= last:
        raise Refused(
            "SNOOZE_DAY", "日期应晚于 %(day)s,且不晚于 %(last)s。", "请选择这段时间里的一天。", day=day, last=last, field="until",
        )  # fmt: skip
