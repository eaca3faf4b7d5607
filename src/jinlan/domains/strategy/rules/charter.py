"""What the service charter promises a client, and whether it was kept: rhythms of contact, what counts, load points (06 §6.2, §6.4).

Pure: dates and interactions in, due dates and shares out. Knows no Django; `services` read and write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from jinlan.basics.calendar import WorkingCalendar
from jinlan.basics.numbers import half_up


@dataclass(frozen=True, slots=True)
class Contact:
    """One interaction with a client as far as the charter asks: its kind, its day, and what makes it count."""

    kind: str  # FACE, CALL, EXECUTIVE, REVIEW
    on: date
    two_way: bool
    client_side: bool  # somebody of the client took part
    minutes_on: date | None  # when minutes were filed


def counts(contact: Contact, calendar: WorkingCalendar, minutes_days: int) -> bool:
    """Tell whether a contact keeps a promise: two-way, with the client's side, minutes within so many working days."""
    if not contact.two_way or not contact.client_side or contact.minutes_on is None:
        return False
    return contact.minutes_on <= calendar.add_business_days(contact.on, minutes_days)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A promise of contact: at least one of a kind every so many days, from a day on (until, not including, another)."""

    kind: str
    days: int
    start: date
    end: date | None = None


def tightened(rhythm: Rhythm, by_risk: int | None) -> Rhythm:
    """Return the rhythm that holds when risk asks for contact every so many days, too: the shorter one."""
    if by_risk is None or by_risk >= rhythm.days:
        return rhythm
    return Rhythm(rhythm.kind, by_risk, rhythm.start, rhythm.end)


def due(rhythm: Rhythm, last: date | None, not_before: date | None = None) -> date:
    """Return when the next contact is due: an interval after the last one that counts, or after the promise began.

    Args:
        rhythm: the promise in force.
        last: the last contact of its kind that counts, None when there was none.
        not_before: the client asked to be left alone until then.
    """
    found = max(last or rhythm.start, rhythm.start) + timedelta(days=rhythm.days)
    return max(found, not_before) if not_before is not None else found


def overdue(due_on: date, today: date) -> int:
    """Return by how many days a contact is overdue, 0 before its day and on it."""
    return max(0, (today - due_on).days)


@dataclass(frozen=True, slots=True)
class Obligation:
    """One dated promise: a contact of a kind from `opens` up to and including `due_on`; `kept_on` says when it was made."""

    kind: str
    opens: date
    due_on: date
    kept_on: date | None = None

    def missed(self, today: date) -> bool:
        """Tell whether its day has passed without the contact."""
        return self.kept_on is None and today > self.due_on


def obligations(rhythm: Rhythm, contacts: Iterable[date], until: date) -> list[Obligation]:
    """Return the dated promises of a rhythm that fall due up to a day, each with the contact that kept it.

    The clock starts anew with every contact that counts: who comes early owes the next one an interval later. A miss is counted
    once, on its day, and the next interval begins then. What falls due after the rhythm's end is no longer owed.

    Args:
        rhythm: the promise.
        contacts: days of contacts of its kind that count.
        until: the last day that is looked at.
    """
    days = sorted(day for day in contacts if day > rhythm.start)
    found, opens, place = list[Obligation](), rhythm.start, 0
    while True:
        due_on = opens + timedelta(days=rhythm.days)
        if due_on > until or (rhythm.end is not None and due_on >= rhythm.end):
            return found
        while place < len(days) and days[place] <= opens:
            place += 1
        kept = days[place] if place < len(days) and days[place] <= due_on else None
        found.append(Obligation(rhythm.kind, opens, due_on, kept))
        opens = kept or due_on


def compliance(owed: Sequence[Obligation], excused: int = 0) -> Decimal | None:
    """Return kept ÷ owed with four places, what is excused left out; None when nothing was owed."""
    whole = len(owed) - excused
    kept = sum(one.kept_on is not None for one in owed)
    return half_up(Decimal(min(kept, whole)) / whole, 4) if whole > 0 else None


@dataclass(frozen=True, slots=True)
class Load:
    """A manager's load: standard hours a month over available ones."""

    hours: Decimal
    available: Decimal
    share: Decimal  # four places

    def state(self, over: Decimal, spare: Decimal) -> str:
        """Return OVER above one line, SPARE below the other, else FIT."""
        return "OVER" if self.share > over else "SPARE" if self.share < spare else "FIT"


def load(tiers: Mapping[str, int], hours: Mapping[str, Decimal], available: Decimal) -> Load:
    """Return the load of somebody who looks after so many clients of each tier.

    Args:
        tiers: tier -> clients; a tier without standard hours costs none.
        hours: tier -> standard hours a month of one client.
        available: the manager's hours a month.
    """
    whole = sum((count * hours.get(tier, Decimal(0)) for tier, count in tiers.items()), Decimal(0))
    return Load(whole, available, half_up(whole / available, 4))
