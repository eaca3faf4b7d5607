"""What may be written about people of a client: texts, dates, scales, and reporting lines without a circle."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from jinlan.basics.errors import Refused

SCALES: Mapping[str, tuple[int, int]] = {
    "influence": (1, 5), "attitude": (-2, 2), "level": (1, 4), "access": (0, 4), "place_x": (0, 1000), "place_y": (0, 1000),
}  # fmt: skip


def check_text(text: str, *, most: int, field: str) -> str:
    """Return a text without the white space around and within it; refuse (PERSON_TEXT) an empty or a long one."""
    cleaned = " ".join(text.split())
    if not cleaned:
        raise Refused("PERSON_TEXT", "这一项不能为空。", "请填写。", field=field)
    if len(cleaned) > most:
        raise Refused("PERSON_TEXT", "最多 %(most)s 个字。", "请写短一些。", most=most, field=field)
    return cleaned


def check_scales(**values: int | None) -> None:
    """Refuse (PERSON_SCALE) a number outside its scale; None is unknown."""
    for name, value in values.items():
        least, most = SCALES[name]
        if value is not None and not least <= value <= most:
            raise Refused(
                "PERSON_SCALE", "只能填 %(least)s 至 %(most)s。", "请改正后重新提交。", least=least, most=most, field=name
            )  # fmt: skip


def check_code(code: str, known: Collection[str], *, field: str) -> None:
    """Refuse (PERSON_CODE) a word that is none of the list; an empty one is unknown."""
    if code and code not in known:
        raise Refused("PERSON_CODE", "没有这一项。", "请从列表中选择。", field=field)


def check_day(day: date, today: date, *, field: str, after: date | None = None) -> date:
    """Return a day; refuse (PERSON_DATE) one to come, or one that is not after another."""
    if day > today:
        raise Refused("PERSON_DATE", "日期不能晚于今天。", "请填写实际的日期。", field=field)
    if after is not None and day <= after:
        raise Refused(
            "PERSON_DATE", "日期必须晚于 %(after)s。", "请填写实际的日期。", after=after.isoformat(), field=field
        )  # fmt: skip
    return day


def check_chief(person: int | None, chief: int, chiefs: Mapping[int, int]) -> None:
    """Refuse (PERSON_CIRCLE) a chief who is the person himself, or reports to him over however many others.

    Args:
        person: the key of whose chief it is, None for somebody new.
        chief: his key.
        chiefs: person -> chief of everybody else of the client.
    """
    here: int | None = chief
    seen: set[int] = set()
    while here is not None and here not in seen:
        if here == person:
            raise Refused(
                "PERSON_CIRCLE", "这样会形成循环的上下级。", "请先改正对方的上级。", field="reports_to"
            )
        seen.add(here)
        here = chiefs.get(here)


def check_days(days: int, most: int) -> int:
    """Return the rhythm of a pair; refuse (PAIR_DAYS) one that is none."""
    if not 1 <= days <= most:
        raise Refused("PAIR_DAYS", "节奏为 1 至 %(most)s 天。", "请改正后重新提交。", most=most, field="days")
    return days
