"""Who may be made the lead of a client, and from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from jinlan.basics.errors import Refused

WORD = 5  # characters of a reason, at least


@dataclass(frozen=True, slots=True)
class Assignment:
    """Another lead that a head wants; `decider` is his own employee code, `days` how far ahead it may be decided."""

    before: str
    after: str
    active: bool  # whether the one to lead is with the bank
    decider: str
    effective_on: date
    today: date
    days: int
    reason: str


def check_assignment(asked: Assignment) -> None:
    """Refuse what changes nothing, the decider himself, somebody who left, a past or far day, and a change without a reason."""
    if asked.after == asked.before:
        raise Refused("LEAD_SAME", "他已经是这户的主办。", "请选择另一位客户经理。", field="after")
    if asked.after == asked.decider:
        raise Refused("LEAD_SELF", "不能把客户分给自己。", "请由上级或另一位负责人决定。", field="after")
    if not asked.active:
        raise Refused(
            "LEAD_GONE",
            "工号 %(employee)s 不在职。",
            "请选择在职的客户经理。",
            employee=asked.after,
            field="after",
        )
    last = asked.today + timedelta(days=asked.days)
    if not asked.today < asked.effective_on <= last:
        raise Refused(
            "LEAD_DAY", "生效日应晚于 %(today)s,且不晚于 %(last)s。", "主办从生效日起变更,之前的记录与业绩不变。",
            today=asked.today, last=last, field="effective_on",
        )  # fmt: skip
    if len(asked.reason.strip()) < WORD:
        raise Refused(
            "LEAD_REASON",
            "理由至少 %(least)s 个字。",
            "请写明为什么由他主办;审计会看到。",
            least=WORD,
            field="reason",
        )
