"""From a unit's tiers, the charter's versions and its contacts to the dated promises that it is owed (06 §6.2).

A promise that changes (tier, or the days between two contacts) begins anew on its day; what was due before that day stays owed as
it was, and what would have fallen due later is owed no longer. A new version that asks the same changes nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from jinlan.basics.calendar import WorkingCalendar
from jinlan.domains.strategy.rules.charter import Contact, Rhythm, counts
from jinlan.domains.strategy.rules.charter_text import Charter

FACE, CALL, EXECUTIVE, REVIEW = "FACE", "CALL", "EXECUTIVE", "REVIEW"


@dataclass(frozen=True, slots=True)
class TierSpan:
    """The tier that a unit held from a day on (until, not including, another); `grade` is its worst five-tier class."""

    tier: str
    grade: int | None
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """A version of the charter and the days on which it speaks."""

    charter: Charter
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days over which one rhythm is promised to one tier; `versions` says which version spoke from when."""

    tier: str
    rhythm: Rhythm
    versions: tuple[tuple[date, str], ...]

    def version(self, day: date) -> str:
        """Return the version that speaks on a day of the stretch."""
        return [name for start, name in self.versions if start <= day][-1]


@dataclass(frozen=True, slots=True)
class Quiet:
    """The client asked to be left alone: what falls due from `since` on, before `until`, is due on `until`."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Owed:
    """One dated promise: a contact of a kind after `opens`, up to and including `due_on`; `kept_on` is the day it was made."""

    kind: str
    opens: date
    due_on: date
    kept_on: date | None
    tier: str
    version: str
    excused: bool = False

    def missed(self, today: date) -> bool:
        """Tell whether its day has passed without the contact, and without an excuse."""
        return self.kept_on is None and not self.excused and today > self.due_on

    @property
    def closed_on(self) -> date:
        """Return the day on which the next promise of the rhythm opens."""
        return self.kept_on or self.due_on


def versions_in_force(charters: Iterable[tuple[Charter, date | None]]) -> list[InForce]:
    """Return the days of each version, oldest first: until the next one begins, or until it was closed."""
    ordered = sorted(charters, key=lambda one: (one[0].valid_from, one[0].version))
    found = []
    for place, (charter, closed) in enumerate(ordered):
        following = ordered[place + 1][0].valid_from if place + 1 < len(ordered) else None
        ends = [day for day in (following, closed) if day is not None]
        found.append(InForce(charter, charter.valid_from, min(ends, default=None)))
    return [one for one in found if one.end is None or one.start < one.end]


def stretches(
    contact: str, unit_kind: str, tiers: Sequence[TierSpan], charters: Sequence[InForce], since: date
) -> list[Stretch]:
    """Return the rhythms that a unit was promised for a kind of contact, oldest first; nothing from before `since`."""
    found: list[Stretch] = []
    for span in tiers:
        for version in charters:
            start = max(span.start, version.start, since)
            end = _earlier(span.end, version.end)
            days = version.charter.days(unit_kind, span.tier, contact, span.grade)
            if days is None or (end is not None and end <= start):
                continue
            named = ((start, version.charter.version),)
            _join(found, Stretch(span.tier, Rhythm(contact, days, start, end), named))
    return found


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _join(found: list[Stretch], new: Stretch) -> None:
    """Add a stretch; one that goes on with the same promise lengthens the last, so that its clock runs on."""
    last = found[-1] if found else None
    if (
        last is None
        or last.rhythm.end != new.rhythm.start
        or (last.tier, last.rhythm.days) != (new.tier, new.rhythm.days)
    ):
        found.append(new)
        return
    versions = last.versions if last.versions[-1][1] == new.versions[0][1] else last.versions + new.versions
    found[-1] = replace(last, rhythm=replace(last.rhythm, end=new.rhythm.end), versions=versions)


def owed(
    promised: Sequence[Stretch], contacts: Sequence[date], quiets: Sequence[Quiet], today: date, since: date | None = None,
) -> list[Owed]:  # fmt: skip
    """Return the dated promises up to the first that is still open, in order.

    Args:
        promised: the unit's rhythms for one kind of contact.
        contacts: days of contacts of the kind that count, ascending.
        quiets: when the client asked to be left alone.
        today: the last day whose facts are known.
        since: where the last promise that stands already was closed; what is returned follows it.
    """
    found: list[Owed] = []
    for stretch in promised:
        rhythm = stretch.rhythm
        if rhythm.start > today or (since is not None and rhythm.end is not None and rhythm.end <= since):
            continue
        opens = rhythm.start if since is None else max(rhythm.start, since)
        while True:
            due_on = _moved(opens + timedelta(days=rhythm.days), quiets)
            if rhythm.end is not None and due_on >= rhythm.end:
                break
            kept = first_after(contacts, opens, min(due_on, today))
            found.append(Owed(rhythm.kind, opens, due_on, kept, stretch.tier, stretch.version(opens)))
            if kept is None and due_on >= today:
                break
            opens = kept or due_on
    return found


def first_after(contacts: Sequence[date], opens: date, last: date) -> date | None:
    """Return the first contact after a day, not later than another."""
    place = bisect_right(contacts, opens)
    return contacts[place] if place < len(contacts) and contacts[place] <= last else None


def _moved(due_on: date, quiets: Sequence[Quiet]) -> date:
    for quiet in sorted(quiets, key=lambda one: one.since):
        if quiet.since <= due_on < quiet.until:
            due_on = quiet.until
    return due_on


def acts_on(rows: Sequence[Owed], today: date, ahead: int) -> Owed | None:
    """Return the promise that somebody must act on now: the newest missed since the last contact, else one due within `ahead` days.

    Args:
        rows: a unit's promises of one kind, in order.
        today: the day.
        ahead: how many days before its day a promise becomes a task.
    """
    kept = [place for place, one in enumerate(rows) if one.kept_on is not None]
    after = rows[kept[-1] + 1 :] if kept else rows
    missed = [one for one in after if one.missed(today)]
    if missed:
        return missed[-1]
    soon = [one for one in after if not one.excused and today <= one.due_on <= today + timedelta(days=ahead)]
    return soon[0] if soon else None


def counting(calendar: WorkingCalendar, minutes_days: int) -> Callable[[Contact], bool]:
    """Return `rules.charter.counts` with the calendar's answer for a day looked up once."""
    last: dict[date, date] = {}

    def found(contact: Contact) -> bool:
        if contact.on not in last:
            last[contact.on] = calendar.add_business_days(contact.on, minutes_days)
        if contact.minutes_on is None or contact.minutes_on > last[contact.on]:
            return False
        return counts(replace(contact, minutes_on=contact.on), calendar, 0)

    return found


def why_not(contact: Contact, calendar: WorkingCalendar, minutes_days: int) -> str:
    """Return why a contact keeps no promise: ONE_WAY, ALONE or LATE; "" when it does."""
    if not contact.two_way:
        return "ONE_WAY"
    if not contact.client_side:
        return "ALONE"
    return "" if counts(contact, calendar, minutes_days) else "LATE"


def by_kind(contacts: Iterable[tuple[Contact, bool]]) -> Mapping[str, list[date]]:
    """Return kind -> days of contacts, ascending; a meeting with the sponsor (True) is one face to face, too."""
    found: dict[str, list[date]] = {}
    for contact, executive in contacts:
        found.setdefault(contact.kind, []).append(contact.on)
        if executive and contact.kind == FACE:
            found.setdefault(EXECUTIVE, []).append(contact.on)
    return {kind: sorted(days) for kind, days in found.items()}
