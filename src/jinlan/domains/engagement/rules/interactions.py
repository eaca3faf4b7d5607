"""What an interaction must be like: its times, who takes part, what is written, and when two of them clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.errors import Refused

KINDS = ("VISIT", "CALL", "VIDEO", "MAIL", "EVENT")
BEGUN = ("bank", "client")
SUBJECT, PLACE, NEED, WORD = 200, 100, 200, 5  # characters: at most, at most, at most; of a reason at least
MINUTES, NEEDS = 20_000, 20  # characters, and how many needs
PROMISES = 20  # of one interaction


@dataclass(frozen=True, slots=True)
class Wanted:
    """An interaction as somebody writes it down."""

    kind: str
    begun_by: str
    starts_at: datetime
    ends_at: datetime | None
    subject: str
    place: str = ""
    minutes: str = ""
    needs: Sequence[str] = ()


def aware(moment: datetime) -> datetime:
    """Return an instant; one without a zone is the bank's home time."""
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


def check_words(wanted: Wanted) -> None:
    """Refuse an unknown kind, no subject, or text that is too long."""
    if wanted.kind not in KINDS:
        raise Refused(
            "INTERACTION_KIND", "没有互动方式 %(kind)s。", "请从列表中选择。", kind=wanted.kind, field="kind"
        )
    if wanted.begun_by not in BEGUN:
        raise Refused("INTERACTION_BEGUN", "请说明由哪一方发起。", "请从列表中选择。", field="begun_by")
    if not wanted.subject.strip():
        raise Refused("INTERACTION_SUBJECT", "请写明这次互动的主题。", "一句话即可。", field="subject")
    check_lengths(
        ("subject", wanted.subject, SUBJECT), ("place", wanted.place, PLACE), ("minutes", wanted.minutes, MINUTES),
        *(("needs", one, NEED) for one in wanted.needs),
    )  # fmt: skip
    if len(wanted.needs) > NEEDS:
        raise Refused(
            "INTERACTION_NEEDS", "一次最多记 %(most)s 条需求。", "请分开记录。", most=NEEDS, field="needs"
        )


def check_lengths(*texts: tuple[str, str, int]) -> None:
    """Refuse a text that is longer than its column."""
    for field, text, most in texts:
        if len(text) > most:
            raise Refused("TEXT_LONG", "文字超过 %(most)s 个字。", "请写得简短一些。", most=most, field=field)


def check_end(starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuse an end before the start."""
    if ends_at is not None and ends_at < starts_at:
        raise Refused("INTERACTION_END", "结束时间早于开始时间。", "请改正时间。", field="ends_at")


def check_held(starts_at: datetime, now: datetime) -> None:
    """Refuse to write minutes of what lies ahead."""
    if starts_at > now:
        raise Refused(
            "INTERACTION_FUTURE", "这次互动还没有进行，不能记纪要。", "请先登记为计划，进行之后再补纪要。", field="starts_at"
        )  # fmt: skip


def check_ahead(starts_at: datetime, now: datetime) -> None:
    """Refuse to plan a day that is over."""
    if business_date(starts_at) < business_date(now):
        raise Refused(
            "INTERACTION_PAST", "计划的日期已经过去。", "已经进行的互动请直接记纪要。", field="starts_at"
        )


def check_minutes(minutes: str) -> None:
    """Refuse minutes that say nothing."""
    if not minutes.strip():
        raise Refused(
            "INTERACTION_MINUTES", "请写下纪要。", "写明谈了什么、双方答应了什么。", field="minutes"
        )


def check_reason(reason: str, field: str = "reason") -> None:
    """Refuse a reason that says nothing."""
    if len(reason.strip()) < WORD:
        raise Refused(
            "REASON_SHORT", "理由至少 %(least)s 个字。", "请写明原因，以后看得懂。", least=WORD, field=field
        )


def overlap(
    first: tuple[datetime, datetime | None], second: tuple[datetime, datetime | None], length: timedelta
) -> bool:
    """Tell whether two meetings overlap; one without an end takes `length`."""
    ends = [end or start + length for start, end in (first, second)]
    return first[0] < ends[1] and second[0] < ends[0]
