"""The address under which a person's calendar program reads his dates: made by him, shown once, ended at once, good until a day.

Its secret alone opens it, without a session; what it shows follows from the rights that its person has at that moment.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.cache import cache

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.kernel import tokens
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.models import Person
from jinlan.kernel.scope import actor_for

_QUARTER = 15 * 60  # seconds in which readings are counted


def longest(at: datetime) -> int:
    """Return for how many days an address may be good."""
    return int(rule("CALENDAR.DAYS", business_date(at)).value)


def make(person: Person, *, name: str, days: int, at: datetime) -> tokens.Made:
    """Make an address, recorded; the person proved himself a moment ago.

    Raises:
        Refused: CALENDAR_NAME, CALENDAR_DAYS, CALENDAR_MANY.
    """
    name, most = " ".join(name.split())[:60], int(rule("CALENDAR.MOST", business_date(at)).value)
    if not name:
        raise Refused("CALENDAR_NAME", "请写明这个日历订阅在哪里用。", "例如「手机日历」。", field="name")
    if not 1 <= days <= longest(at):
        raise Refused(
            "CALENDAR_DAYS",
            "有效期为 1 至 %(longest)s 天。",
            "请改正天数。",
            longest=longest(at),
            field="days",
        )
    if len(tokens.of(person, at, tokens.CALENDAR)) >= most:
        raise Refused(
            "CALENDAR_MANY", "每人最多 %(most)s 个有效的日历订阅。", "请先结束不用的订阅。", most=most
        )
    return tokens.mint(person, tokens.CALENDAR, name=name, days=days, reads_only=True, at=at)


def reader_of(secret: str, at: datetime) -> tuple[Person, Actor] | None:
    """Return whose calendar a secret opens at an instant, with the roles that he has then; None for everything else."""
    row = tokens.held(secret, at, tokens.CALENDAR)
    if row is None:
        return None
    actor = actor_for(row.person, at, purpose="calendar")
    return (row.person, actor) if actor.has(*BUSINESS) else None


def too_often(kind: str, what: str, at: datetime, *, count: bool = True) -> bool:
    """Tell whether something came more often in this quarter of an hour than the register allows (READS, WRONG)."""
    quarter = int(at.timestamp()) // _QUARTER
    key = "calendar:" + hashlib.sha256(f"{kind}|{what}|{quarter}".encode()).hexdigest()
    cache.add(key, 0, 2 * _QUARTER)
    seen = cache.incr(key) if count else int(cache.get(key, 0))
    return not rule(f"CALENDAR.{kind}", business_date(at)).applies(seen)
