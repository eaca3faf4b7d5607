"""Identifiers made in Python, because PostgreSQL below 18 has no UUIDv7."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from jinlan.basics.clock import now_utc

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def uuid7(at: datetime | None = None) -> UUID:
    """Return a UUID version 7 of the instant `at` (aware; now when left out).

    The 12 bits after the millisecond hold the fraction of the millisecond (RFC 9562 §6.2, method 3), so
    ids of different instants sort by time down to a quarter of a microsecond; the last 62 bits are random.

    Raises:
        ValueError: for a naive instant or one before 1970.
    """
    instant = now_utc() if at is None else at
    if instant.tzinfo is None:
        raise ValueError("uuid7 needs an aware instant")
    microseconds = (instant - _EPOCH) // _MICROSECOND
    if microseconds < 0:
        raise ValueError("uuid7 knows no instant before 1970")
    milliseconds, rest = divmod(microseconds, 1000)
    value = milliseconds << 80 | 0x7 << 76 | (rest * 4096 // 1000) << 64 | 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)


def instant_of(uuid: UUID) -> datetime:
    """Return the instant (to the millisecond, UTC) inside a UUID version 7; raise ValueError for other versions."""
    if uuid.version != 7:
        raise ValueError("not a UUID version 7")
    return _EPOCH + timedelta(milliseconds=uuid.int >> 80)
