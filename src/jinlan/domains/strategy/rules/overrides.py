"""When a tier may be set by hand (domain reference 01 §1.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jinlan.basics.errors import Refused
from jinlan.basics.periods import add_months

EVIDENCE = 10  # characters, at least


@dataclass(frozen=True, slots=True)
class Asked:
    """An override that somebody asks for; `ladder` are the tiers of the unit's kind, best first."""

    tier: str
    reason_code: str
    evidence: str
    start: date
    expires: date
    effective: str
    ladder: Sequence[str]
    reasons: Sequence[str]
    months: int


def check_override(asked: Asked) -> None:
    """Refuse what no committee may decide: an unknown tier or reason, no change, thin evidence, a term out of bounds."""
    if asked.tier not in asked.ladder:
        raise Refused("OVERRIDE_TIER", "这类客户没有层级 %(tier)s。", "请从列表中选择。", tier=asked.tier)
    if asked.tier == asked.effective:
        raise Refused("OVERRIDE_SAME", "客户已在这一层级。", "请选择其他层级。")
    if asked.reason_code not in asked.reasons:
        raise Refused(
            "OVERRIDE_REASON", "没有原因代码 %(reason)s。", "请从列表中选择。", reason=asked.reason_code
        )
    if len(asked.evidence.strip()) < EVIDENCE:
        raise Refused(
            "OVERRIDE_EVIDENCE", "依据至少 %(least)s 个字。", "请写明文件、会议或事实。", least=EVIDENCE
        )
    last = add_months(asked.start, asked.months)
    if not asked.start < asked.expires <= last:
        raise Refused(
            "OVERRIDE_TERM",
            "到期日应晚于 %(start)s,且不晚于 %(last)s。",
            "人工调整最长 %(months)s 个月,到期自动恢复。",
            start=asked.start,
            last=last,
            months=asked.months,
        )


def check_share(overridden: int, units: int, most: Decimal) -> None:
    """Refuse the override that would lift the share of hand-set units of a tier above `most` (at least one is allowed)."""
    if overridden + 1 > max(1, int(units * most)):
        raise Refused(
            "OVERRIDE_SHARE",
            "该层级 %(units)s 户中已有 %(overridden)s 户人工调整,再加一户将超过 %(most)s。",
            "请先让已有的人工调整到期或撤销。",
            units=units,
            overridden=overridden,
            most=f"{most:.0%}",
        )
