"""Who may stand in for somebody who is away, and for how long (06 §6.1, AB 角)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jinlan.basics.errors import Refused

WORD = 2  # characters of a reason, at least


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence that is asked for: `until` is the first day back; `deputies` are those who are away on one of its days themselves."""

    absent: str
    deputy: str
    since: date
    until: date
    today: date
    days: int  # at most
    working: bool  # both are with the bank
    signs_in: bool  # the deputy may look after clients
    away: bool  # the deputy is away himself on one of these days
    taken: bool  # somebody stands in for him on one of these days already
    reason: str


def check_absence(asked: Absence) -> None:
    """Refuse an absence without a deputy who can work, outside its days, without a reason, or that is covered already."""
    if asked.absent == asked.deputy:
        raise Refused("ABSENCE_SELF", "不能由本人代理本人。", "请选择另一位同事。", field="deputy")
    if not asked.working:
        raise Refused("ABSENCE_GONE", "两人都须在职。", "请选择在职的同事。", field="deputy")
    if not asked.signs_in:
        raise Refused("ABSENCE_ROLE", "%(deputy)s 没有客户经理岗位,打不开客户。", "请选择客户经理或私人银行家。", deputy=asked.deputy, field="deputy")  # fmt: skip
    if not asked.today <= asked.since < asked.until:
        raise Refused(
            "ABSENCE_DAYS", "离岗应从今天或以后开始,返岗日应晚于离岗日。", "请改正日期。", field="until"
        )
    if (asked.until - asked.since).days > asked.days:
        raise Refused("ABSENCE_LONG", "一次离岗最多 %(days)s 天。", "更长的离岗请办理移交。", days=asked.days, field="until")  # fmt: skip
    if asked.away:
        raise Refused("ABSENCE_AWAY", "%(deputy)s 在这段时间里自己也离岗。", "请选择另一位同事,或错开日期。", deputy=asked.deputy, field="deputy")  # fmt: skip
    if asked.taken:
        raise Refused("ABSENCE_TAKEN", "这段时间里已有人代理 %(absent)s。", "请先结束那一次代理,或改日期。", absent=asked.absent, field="absent")  # fmt: skip
    if len(asked.reason.strip()) < WORD:
        raise Refused("ABSENCE_REASON", "请写明离岗原因。", "休假、培训或外出,几个字即可。", field="reason")
