"""Answers that clients are owed by the charter: how fast a request is answered and settled, in working hours (05 §5.3).

The target is that of the tier and of the version on the day of the request; what changes later changes no target that runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jinlan.basics.clock import business_date
from jinlan.basics.worktime import WorkingHours
from jinlan.domains.strategy.rules.charter_plan import InForce, TierSpan

RESPOND, RESOLVE = "RESPOND", "RESOLVE"
ANSWERS = (RESPOND, RESOLVE)
SETTLED = ("COMPLAINT", "REQUEST")  # a suggestion is answered; there is nothing to settle
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for, and when it was answered and settled."""

    ref: str
    kind: str
    received_at: datetime
    answered_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that is owed: `done_at` is when it came, in time or not."""

    kind: str
    ref: str
    tier: str
    version: str
    opens: date
    due_at: datetime
    done_at: datetime | None

    @property
    def due_on(self) -> date:
        """Return the day on which its target ends."""
        return business_date(self.due_at)

    @property
    def kept_on(self) -> date | None:
        """Return the day on which it came, None when it came late or did not come."""
        in_time = self.done_at is not None and self.done_at <= self.due_at
        return max(self.opens, business_date(self.done_at)) if in_time and self.done_at else None


def answers(
    requests: Iterable[Request],
    unit_kind: str,
    tiers: Sequence[TierSpan],
    promised: Sequence[InForce],
    hours: WorkingHours,
) -> list[Answer]:
    """Return the answers that a client is owed for its requests.

    Args:
        requests: what the client asked for.
        unit_kind: HNW, GROUP or PARTNER.
        tiers: what it held from when until when, the oldest first.
        promised: versions of the charter with the days on which they speak.
        hours: the clock of the bank's working hours.

    Returns:
        Two for a complaint or a request, one for a suggestion; none for a day on which no tier, or one without a promise, was held.
    """
    found = []
    for one in requests:
        day = business_date(one.received_at)
        tier = next((span.tier for span in tiers if _holds(span, day)), "")
        charter = next((version.charter for version in promised if _holds(version, day)), None)
        promise = charter.promise(unit_kind, tier) if charter else None
        if charter is None or promise is None:
            continue
        owed = [(RESPOND, promise.respond_hours, one.answered_at or one.settled_at)]
        if one.kind in SETTLED:
            owed.append((RESOLVE, promise.resolve_hours, one.settled_at))
        found += [
            Answer(kind, one.ref, tier, charter.version, day, hours.due(one.received_at, most * _HOUR), done)
            for kind, most, done in owed
        ]
    return found


def _holds(span: TierSpan | InForce, day: date) -> bool:
    return span.start <= day and (span.end is None or day < span.end)
