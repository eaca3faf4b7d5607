"""The rule of 06 §6.2 for one rhythm, written as plainly as the reference says it: what `rules.charter_plan` is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from jinlan.domains.strategy.rules.charter import Rhythm

Promise = tuple[date, date, date | None]  # opens, due on, kept on


def obligations(rhythm: Rhythm, contacts: Iterable[date], until: date) -> list[Promise]:
    """Return the promises that fall due up to a day: the clock starts anew with every contact, and with every miss on its day."""
    days = sorted(day for day in contacts if day > rhythm.start)
    found, opens = list[Promise](), rhythm.start
    while True:
        due_on = opens + timedelta(days=rhythm.days)
        if due_on > until or (rhythm.end is not None and due_on >= rhythm.end):
            return found
        kept = next((day for day in days if opens < day <= due_on), None)
        found.append((opens, due_on, kept))
        opens = kept or due_on
