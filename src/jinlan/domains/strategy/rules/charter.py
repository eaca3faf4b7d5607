"""What the service charter counts: contacts, rhythms, days overdue, load points (06 §6.2, §6.4); `charter_plan` makes promises of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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


def overdue(due_on: date, today: date) -> int:
    """Return by how many days a contact is overdue, 0 before its day and on it."""
    return max(0, (today - due_on).days)


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
