"""Keys by which a program acts as a person, or a calendar reads what is his: with his rights of that moment, until a day.

A key has one use: a program's opens nothing of a calendar, and a calendar's opens nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.models import ApiToken, Person
from jinlan.kernel.scope import actor_for

MOST = 10  # live keys for programs of one person
LONGEST = 365  # days
PROGRAM, CALENDAR = "program", "calendar"
PREFIX: Mapping[str, str] = {PROGRAM: "jl_", CALENDAR: "jlc_"}
SAID: Mapping[str, str] = {PROGRAM: "token", CALENDAR: "calendar"}  # in the audit
_SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Made:
    """A new key: its text is shown this once and kept nowhere."""

    row: ApiToken
    text: str


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()  # 256 random bits: no slow hash is needed


def of(person: Person, at: datetime, use: str = PROGRAM) -> list[ApiToken]:
    """Return a person's live keys for a use, newest first; outside every scope."""
    live = ApiToken.door.filter(person=person, use=use, ended_at__isnull=True, expires_at__gt=at)
    return list(live.order_by("-created_at"))


def make(person: Person, *, name: str, days: int, reads_only: bool, at: datetime) -> Made:
    """Make a key for a program, recorded; the person proved himself a moment ago.

    Raises:
        Refused: TOKEN_NAME, TOKEN_DAYS, TOKEN_MANY.
    """
    name = " ".join(name.split())[:60]
    if not name:
        raise Refused("TOKEN_NAME", "请写明这个密钥给哪个程序用。", "例如「月报脚本」。", field="name")
    if not 1 <= days <= LONGEST:
        raise Refused(
            "TOKEN_DAYS", "有效期为 1 至 %(longest)s 天。", "请改正天数。", longest=LONGEST, field="days"
        )
    if len(of(person, at)) >= MOST:
        raise Refused("TOKEN_MANY", "每人最多 %(most)s 个有效的密钥。", "请先结束不用的密钥。", most=MOST)
    return mint(person, PROGRAM, name=name, days=days, reads_only=reads_only, at=at)


def mint(person: Person, use: str, *, name: str, days: int, reads_only: bool, at: datetime) -> Made:
    """Make a key that was found in order, and record it."""
    text = PREFIX[use] + secrets.token_urlsafe(32)
    row = ApiToken.door.create(
        entity=person.entity, person=person, name=name, token_hash=_hash(text), use=use, reads_only=reads_only, created_at=at,
        expires_at=at + timedelta(days=days),
    )  # fmt: skip
    audit_signin(person.entity, person.username, f"{SAID[use]}_made", at, person_id=person.pk, why=name)
    return Made(row, text)


def end(person: Person, public_id: UUID, at: datetime, use: str = PROGRAM) -> bool:
    """End one of a person's keys at once, recorded; tell whether there was one."""
    live = ApiToken.door.filter(person=person, public_id=public_id, use=use, ended_at__isnull=True)
    ended = bool(live.update(ended_at=at))
    if ended:
        audit_signin(person.entity, person.username, f"{SAID[use]}_ended", at, person_id=person.pk)
    return ended


def end_all(person: Person, at: datetime) -> int:
    """End all of a person's keys, as when he chose another password; outside every scope. Returns how many."""
    return int(ApiToken.door.filter(person=person, ended_at__isnull=True).update(ended_at=at))


def end_all_of(actor: Actor, person: Person) -> int:
    """End all keys of somebody for the security administrator, in his scope; returns how many."""
    return int(ApiToken.objects.filter(person_id=person.pk, ended_at__isnull=True).update(ended_at=actor.at))


def actor_of(text: str, at: datetime, *, writes: bool) -> Actor | None:
    """Return whom a program's key stands for at an instant, None for a key that is unknown, ended, expired or may not do this."""
    row = held(text, at, PROGRAM)
    if row is None or (writes and row.reads_only):
        return None
    actor = actor_for(row.person, at, purpose="program")
    return actor if actor.roles else None


def held(text: str, at: datetime, use: str) -> ApiToken | None:
    """Return the row of a key that is good for a use at an instant, with its person; note that it was used."""
    if not text.startswith(PREFIX[use]) or len(text) > 100:
        return None
    row: ApiToken | None = (
        ApiToken.door.select_related("person").filter(token_hash=_hash(text), use=use).first()
    )
    if row is None or row.ended_at is not None or at >= row.expires_at:
        return None
    if not row.person.is_active or row.person.technical:
        return None
    if row.last_used is None or at - row.last_used >= _SEEN_EVERY:
        ApiToken.door.filter(pk=row.pk).update(last_used=at)
    return row
