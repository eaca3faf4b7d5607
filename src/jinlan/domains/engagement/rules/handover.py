"""The hand-over protocol (移交, 06 §6.8): what must be done before it is signed, who signs when, and the days that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from jinlan.basics.calendar import WorkingCalendar
from jinlan.basics.errors import Refused, Words

TRIGGERS = ("RESIGN", "ROTATE", "LEAVE", "TIER", "CONFLICT")
# What is handed over besides the client itself; COMPLAINTS is done when each has somebody who takes it on.
ITEMS = ("CLIENTS", "TASKS", "COMPLAINTS", "PROMISES", "DOCUMENTS", "POSTLOAN", "CONTACTS", "DEVICES")
GIVER, TAKER, SUPERVISOR = "giver", "taker", "supervisor"
SIGNERS = (GIVER, TAKER, SUPERVISOR)
WORD, LONG, DEFECT = 5, 500, 500  # characters


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a hand-over is.

    Args:
        done: items that somebody ticked.
        complaints: open complaint -> employee who takes it on, "" for nobody.
        signed: who signed.
        fresh: kinds of work that came up after the pack was made.
    """

    done: frozenset[str] = frozenset()
    complaints: Mapping[str, str] = field(default_factory=dict)
    signed: frozenset[str] = frozenset()
    fresh: Sequence[str] = ()


def missing_items(standing: Standing) -> list[str]:
    """Return the items of the checklist that are not done; COMPLAINTS while one of them is nobody's."""
    unassigned = any(not who for who in standing.complaints.values())
    return [one for one in ITEMS if one not in standing.done or (one == "COMPLAINTS" and unassigned)]


def check_signature(standing: Standing, who: str, words: Mapping[str, Words]) -> None:
    """Refuse a signature that comes out of turn, twice, or before everything is done; the supervisor signs last.

    Args:
        standing: how far it is.
        who: one of `SIGNERS`.
        words: what items are called.
    """
    if who in standing.signed:
        raise Refused("HANDOVER_SIGNED", "您已经签过字。", "等其余的人签字。")
    unassigned = sorted(code for code, taker in standing.complaints.items() if not taker)
    if unassigned:
        raise Refused(
            "HANDOVER_COMPLAINT",
            "还有投诉没有人接手:%(codes)s。",
            "请先为每件投诉指定接手人。",
            codes=unassigned,
        )
    if missing := missing_items(standing):
        raise Refused(
            "HANDOVER_ITEMS",
            "交接清单还没有做完:%(items)s。",
            "请逐项核对后打勾。",
            items=[words[one] for one in missing],
        )
    if standing.fresh:
        raise Refused("HANDOVER_STALE", "交接包做好之后又有了新的工作。", "请更新交接包,三方重新签字。")
    if who == SUPERVISOR and standing.signed != {GIVER, TAKER}:
        raise Refused("HANDOVER_TURN", "监交人最后签字。", "请等移交人与接收人先签。")


def check_trigger(trigger: str) -> None:
    """Refuse a cause that is none."""
    if trigger not in TRIGGERS:
        raise Refused("HANDOVER_CAUSE", "没有这种移交原因。", "请在名单中选择。", field="trigger")


def check_text(text: str, field_name: str, least: int = WORD) -> None:
    """Refuse a text that says too little or too much."""
    if not least <= len(text.strip()) <= LONG:
        raise Refused(
            "HANDOVER_WORDS", "请写 %(least)s 到 %(most)s 个字。", "写明缘由;审计会看到。", least=least, most=LONG, field=field_name
        )  # fmt: skip


def check_issue_day(today: date, effective_on: date, until: date) -> None:
    """Refuse a defect that is raised before the hand-over holds, or after the window for disputes."""
    if not effective_on <= today <= until:
        raise Refused(
            "HANDOVER_WINDOW", "只能在 %(first)s 至 %(last)s 的争议期内提出。", "其后由接收人负责。", first=effective_on, last=until
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Days:
    """What follows from the day on which a hand-over holds: introduced by, disputed until, shadow credit until (all inclusive)."""

    introduce_by: date
    dispute_until: date
    shadow_until: date


def days_of(
    effective_on: date, calendar: WorkingCalendar, *, introduce: int, dispute: int, shadow: int
) -> Days:
    """Return the days of a hand-over.

    Args:
        effective_on: the first day of the new manager.
        calendar: with the years that are asked for.
        introduce: working days within which he is introduced to the client.
        dispute: days in which defects that are found stay with the old one.
        shadow: days for which the old one is shown a part of what the client brings.
    """
    return Days(
        calendar.add_business_days(effective_on, introduce), effective_on + timedelta(days=dispute), effective_on + timedelta(days=shadow)
    )  # fmt: skip


def may_close(today: date, until: date, *, introduced: bool, open_issues: Iterable[object]) -> str:
    """Return what keeps a signed hand-over from being closed: WINDOW, ISSUES, INTRODUCTION, or "" for nothing."""
    if today <= until:
        return "WINDOW"
    if any(True for _ in open_issues):
        return "ISSUES"
    return "" if introduced else "INTRODUCTION"
