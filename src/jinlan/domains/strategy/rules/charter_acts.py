"""When a promised contact may be excused, and for how long a client may be left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jinlan.basics.errors import Refused

EVIDENCE = 10  # characters, at least
WORD = 5  # characters of a reason, at least


@dataclass(frozen=True, slots=True)
class Excuse:
    """An excuse that somebody asks for; `days` after the due date it may still be asked for."""

    reason_code: str
    evidence: str
    due_on: date
    kept: bool
    excused: bool
    today: date
    reasons: Sequence[str]
    days: int


def check_excuse(asked: Excuse) -> None:
    """Refuse an excuse for what was kept or excused already, for no listed reason, without evidence, or long after."""
    if asked.kept:
        raise Refused("EXCUSE_KEPT", "这次联系已经按时完成。", "无需免除;请在名单中选择未完成的一项。")
    if asked.excused:
        raise Refused("EXCUSE_TWICE", "这次联系已经免除。", "无需再次申请;可在「服务章程」查看原因。")
    if asked.reason_code not in asked.reasons:
        raise Refused(
            "EXCUSE_REASON", "没有原因代码 %(reason)s。", "请从列表中选择。", reason=asked.reason_code, field="reason_code"
        )  # fmt: skip
    if len(asked.evidence.strip()) < EVIDENCE:
        raise Refused(
            "EXCUSE_EVIDENCE", "依据至少 %(least)s 个字。", "请写明客户的原话、文件或事实。", least=EVIDENCE, field="evidence"
        )  # fmt: skip
    last = asked.due_on + timedelta(days=asked.days)
    if asked.today > last:
        raise Refused(
            "EXCUSE_LATE", "应于 %(due)s 完成,最迟 %(last)s 可申请免除。", "已过期限的未完成联系照实计入。", due=asked.due_on, last=last
        )  # fmt: skip


def check_quiet(today: date, not_before: date, reason: str, days: int) -> None:
    """Refuse a day that is past or too far, and a wish without a reason."""
    last = today + timedelta(days=days)
    if not today < not_before <= last:
        raise Refused(
            "QUIET_TERM", "日期应晚于 %(today)s,且不晚于 %(last)s。", "一次最长 %(days)s 天;到期前客户仍有此意,请再次登记。",
            today=today, last=last, days=days, field="not_before",
        )  # fmt: skip
    if len(reason.strip()) < WORD:
        raise Refused(
            "QUIET_REASON",
            "理由至少 %(least)s 个字。",
            "请写明客户何时、如何提出。",
            least=WORD,
            field="reason",
        )
