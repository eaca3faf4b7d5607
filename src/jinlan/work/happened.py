"""What happened with a client, told by the rooms that know of it: they register a source in `ready`, a page shows one line of time.

Each source reads through `visible(actor, …)` alone, so that the line shows of each what its reader may see of it elsewhere, and no more.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import Any, Protocol

from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI, business_date

INTERACTION, PROMISE, PLAN, OPPORTUNITY, CONTACT, CASE, TIER, LEAD, ABSENCE, CONSENT, TASK, CARE = KINDS = (
    "INTERACTION", "PROMISE", "PLAN", "OPPORTUNITY", "CONTACT", "CASE", "TIER", "LEAD", "ABSENCE", "CONSENT", "TASK", "CARE",
)  # fmt: skip
ROUTINE = frozenset((CONTACT, ABSENCE, TASK))  # what comes of itself, and is folded until somebody asks


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `source` and `key` tell it apart from all others; events stand by (at, source, key), the newest first.

    `code` says what it was, in the words of its kind; `text` is what somebody wrote, `who` codes of employees or a name, `values` what
    a sentence needs. What is known by its day alone happened at the beginning of it.
    """

    at: datetime
    source: str
    key: int
    kind: str
    code: str
    text: str = ""
    who: tuple[str, ...] = ()
    url: str = ""
    dated: bool = False  # known by its day alone
    inside: bool = False  # behind the wall, in sight of its readers
    routine: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> tuple[datetime, str, int]:
        """Return where it stands."""
        return self.at, self.source, self.key


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every source: of one client, after a place, so many at most; of some kinds, with one employee alone."""

    unit_id: int
    limit: int
    before: tuple[datetime, str, int] | None = None
    kinds: frozenset[str] = frozenset()  # empty for all
    who: str = ""

    def after(self, source: str, at: str) -> Q:
        """Return the condition of the rows of a source that come after the place, by a column of instants."""
        if self.before is None:
            return Q()
        instant, other, key = self.before
        return Q(**{f"{at}__lt": instant}) | self._same(source, other, key, {at: instant})

    def after_day(self, source: str, day: str) -> Q:
        """Return the same by a column of days."""
        if self.before is None:
            return Q()
        instant, other, key = self.before
        on = business_date(instant)
        if beginning(on) < instant:
            return Q(**{f"{day}__lte": on})
        return Q(**{f"{day}__lt": on}) | self._same(source, other, key, {day: on})

    def _same(self, source: str, other: str, key: int, at: dict[str, Any]) -> Q:
        if source == other:
            return Q(**at, pk__lt=key)
        return Q(**at) if source < other else Q(pk__in=[])


class Source(Protocol):
    """What a room registers."""

    def __call__(self, actor: Actor, asked: Asked) -> Sequence[Event]:
        """Return what is visible to the actor in the running scope, the newest first."""


_sources: dict[str, tuple[frozenset[str], Source]] = {}


def register_events(name: str, kinds: Iterable[str], source: Source) -> None:
    """Add a source of some kinds of events; `name` is what its events carry."""
    _sources[name] = (frozenset(kinds), source)


def what_happened(actor: Actor, asked: Asked) -> list[Event]:
    """Return the newest events of a client from all sources; a source without a wanted kind is not asked."""
    told = [
        source(actor, asked) for kinds, source in _sources.values() if not asked.kinds or kinds & asked.kinds
    ]
    merged = heapq.merge(*told, key=lambda one: one.place, reverse=True)
    return list(islice(merged, asked.limit))


def beginning(day: date) -> datetime:
    """Return the first instant of a day by the bank's clock."""
    return datetime.combine(day, time(), SHANGHAI)
