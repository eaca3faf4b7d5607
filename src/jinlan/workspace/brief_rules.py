"""The brief of a meeting (会前要点): which facts are said, in which order, how many; pure, so that the same facts give the same brief.

Every point names the record that it comes from. Nothing is said without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from jinlan.domains.engagement.rules.briefing import (
    ASKS,
    CHANGES,
    FIGURES,
    PARTS,
    PEOPLE,
    PROMISES,
    QUESTIONS,
    RISKS,
    WHY,
)

MOST: Mapping[str, int] = {
    WHY: 3,
    CHANGES: 5,
    PROMISES: 8,
    PEOPLE: 6,
    FIGURES: 6,
    RISKS: 6,
    ASKS: 3,
    QUESTIONS: 3,
}
MOVED = Decimal("0.1")  # of a figure: less is no change to speak of
SOON = 90  # days to a maturity that is spoken of
DECIDER, OPPONENT = "DECIDER", "OPPONENT"
DATED = re.compile(r":\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to be said: which part, which sentence with which values, from which record, and where it is read on."""

    part: str
    code: str
    source: str
    url: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """Return what a sentence is left out by: what it says of which record, on whatever day its figure is of."""
        return f"{self.part}:{self.code}:{DATED.sub('', self.source)}"


@dataclass(frozen=True, slots=True)
class Talk:
    """A meeting, planned or held."""

    day: date
    kind: str
    subject: str
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Owed:
    """An open promise."""

    side: str
    what: str
    due_on: date
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the client; `there` when he takes part."""

    name: str
    role: str
    influence: int | None
    attitude: int | None
    last: date | None
    there: bool
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Move:
    """A figure now, and when we met last; None for what was not known then."""

    code: str
    now: Decimal
    before: Decimal | None
    source: str
    url: str

    @property
    def share(self) -> Decimal | None:
        """Return by how much it moved, None where nothing was before."""
        return (self.now - self.before) / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reader may know of a client before a meeting."""

    today: date
    meeting: Talk | None = None
    last: Talk | None = None
    happened: Sequence[Point] = ()  # since the last meeting, the newest first
    owed: Sequence[Owed] = ()
    people: Sequence[Known] = ()
    threads: int = 0  # of our people who have an active tie; 0 for unknown
    moves: Sequence[Move] = ()
    risks: Sequence[Point] = ()
    needs: Sequence[Point] = ()  # said last time
    maturity: Point | None = None  # the next one; its value `day`
    next_step: bool = False  # another meeting is planned
    client: Point = Point(WHY, "CLIENT", "", "")
    own: Sequence[Point] = ()  # what people added
    out: frozenset[str] = frozenset()  # marks of what people leave out


def brief(facts: Facts) -> list[Point]:
    """Return the brief as people left it, part by part: without what they leave out, what they added at each part's end."""
    kept = [one for one in offered(facts) if one.mark not in facts.out]
    return [point for part in PARTS for rows in (kept, facts.own) for point in rows if point.part == part]


def offered(facts: Facts) -> list[Point]:
    """Return the points that the system makes, part by part, each part no longer than `MOST`."""
    made = {
        WHY: _why(facts), CHANGES: _changes(facts), PROMISES: _promises(facts), PEOPLE: _people(facts), FIGURES: _figures(facts),
        RISKS: list(facts.risks), ASKS: _asks(facts), QUESTIONS: _questions(facts),
    }  # fmt: skip
    return [point for part in PARTS for point in made[part][: MOST[part]]]


def _why(facts: Facts) -> list[Point]:
    found = []
    if facts.meeting is not None:
        found.append(_talk("MEETING", facts.meeting))
    if facts.last is not None:
        found.append(_talk("LAST", facts.last))
    return found


def _talk(code: str, one: Talk) -> Point:
    return Point(WHY, code, one.source, one.url, {"day": one.day, "kind": one.kind, "subject": one.subject})


def _changes(facts: Facts) -> list[Point]:
    """Return what changed since the last meeting: figures that moved much, the furthest first, then what happened, newest first."""
    moved = [one for one in facts.moves if one.share is not None and abs(one.share) >= MOVED]
    moved.sort(key=lambda one: (-abs(one.share or Decimal(0)), one.code))
    return [
        *(Point(CHANGES, "UP" if one.now > (one.before or 0) else "DOWN", one.source, one.url, {"code": one.code, "now": one.now, "share": one.share})
          for one in moved[:2]),
        *facts.happened,
    ]  # fmt: skip


def _promises(facts: Facts) -> list[Point]:
    """Return open promises, what is late first, ours before theirs on a day."""
    rows = sorted(facts.owed, key=lambda one: (one.due_on, one.side, one.source))
    return [
        Point(PROMISES, "LATE" if one.due_on < facts.today else "OPEN", one.source, one.url, {
            "side": one.side, "what": one.what, "day": one.due_on, "days": (facts.today - one.due_on).days,
        })
        for one in rows
    ]  # fmt: skip


def _people(facts: Facts) -> list[Point]:
    """Return who takes part, then who matters most."""
    rows = sorted(facts.people, key=lambda one: (not one.there, -(one.influence or 0), one.name, one.source))
    return [
        Point(PEOPLE, "THERE" if one.there else "PERSON", one.source, one.url, {
            "name": one.name, "role": one.role, "attitude": one.attitude, "influence": one.influence, "last": one.last,
        })
        for one in rows
    ]  # fmt: skip


def _figures(facts: Facts) -> list[Point]:
    return [
        Point(FIGURES, "FIGURE", one.source, one.url, {"code": one.code, "now": one.now})
        for one in facts.moves
    ]


def _asks(facts: Facts) -> list[Point]:
    """Return what we ask of the client: what it owes, another door, what comes due, the next meeting."""
    late = [one for one in _promises(facts) if one.code == "LATE" and one.values["side"] == "client"]
    found = [Point(ASKS, "DELIVER", one.source, one.url, one.values) for one in late]
    who = facts.client
    if facts.people and facts.threads == 1:
        found.append(Point(ASKS, "INTRODUCE", who.source, f"{who.url}/people"))
    if facts.people and not any(one.role == DECIDER for one in facts.people):
        found.append(Point(ASKS, "DECIDER", who.source, f"{who.url}/people"))
    if facts.maturity is not None and facts.maturity.values["day"] <= facts.today + timedelta(days=SOON):
        found.append(Point(ASKS, "RENEWAL", facts.maturity.source, facts.maturity.url, facts.maturity.values))
    if not facts.next_step:
        found.append(Point(ASKS, "NEXT", who.source, f"{who.url}/interactions"))
    return found


def _questions(facts: Facts) -> list[Point]:
    """Return what we ask about: needs that were said, figures that fell, those who are against us, what is open with us."""
    down = [one for one in _changes(facts) if one.code == "DOWN"]
    against = [
        one for one in _people(facts) if one.values["role"] == OPPONENT or (one.values["attitude"] or 0) < 0
    ]
    complaints = [one for one in facts.risks if one.code == "COMPLAINT"]
    return _each(
        (("NEED", facts.needs), ("WHY_DOWN", down), ("SETTLED", complaints), ("AGAINST", against)), QUESTIONS
    )


def _each(groups: Iterable[tuple[str, Iterable[Point]]], part: str) -> list[Point]:
    return [Point(part, code, one.source, one.url, one.values) for code, rows in groups for one in rows]
