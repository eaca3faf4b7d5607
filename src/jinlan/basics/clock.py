"""The one clock. Everything else receives its instant (`actor.at`) or its date (`as_of`)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now_utc() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)


def business_date(at: datetime, zone: ZoneInfo = SHANGHAI) -> date:
    """Return the calendar date of an aware instant in the bank's home zone (Asia/Shanghai by default).

    Raises:
        ValueError: for a naive instant.
    """
    if at.tzinfo is None:
        raise ValueError("a naive instant has no business date")
    return at.astimezone(zone).date()
