"""How often a client and we usually speak, and whether it has been silent for longer than that is wont (沉默).

Everything is counted in days on which a contact could have been expected: working days, less those on which the client asked to be
left alone and those on which its lead was away. So a holiday is no silence, and neither is a wish that was granted. The line is the
client's own: no fixed number of days.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil

from jinlan.basics.calendar import WorkingCalendar
from jinlan.basics.register import rule

VERSION = "rhythm-1"
FACE, CALL, ALL = CHANNELS = ("FACE", "CALL", "ALL")
UNKNOWN, STEADY, SILENT = STATES = ("unknown", "steady", "silent")
NOT_BEFORE, LEAVE, HOLIDAY = REASONS = (
    "NOT_BEFORE",
    "LEAVE",
    "HOLIDAY",
)  # the one that says more comes first
AHEAD = 800  # days after today up to which a next contact may be expected
WEEKEND = 2  # days off in a row that are no holiday
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the register says: so many gaps make a rhythm, and what of them makes the limit."""

    least: int  # gaps
    quantile: Fraction  # of the own gaps
    factor: Fraction  # times the median
    floor: int  # days that are never a silence
    window: int  # calendar days of which contacts are read


def measure_on(day: date) -> Measure:
    """Return what the register says on a day."""
    return Measure(
        int(rule("RHYTHM.GAPS", day).value), Fraction(rule("RHYTHM.QUANTILE", day).value), Fraction(rule("RHYTHM.FACTOR", day).value),
        int(rule("RHYTHM.FLOOR", day).value), int(rule("RHYTHM.WINDOW", day).value),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` on, before `until`."""

    since: date
    until: date


class Days:
    """The days of the window on which a contact with one client could have been expected."""

    def __init__(self, worked: Sequence[date], quiet: Iterable[Span] = (), away: Iterable[Span] = ()) -> None:
        """Take the working days, ascending, and what a client wished and its lead was not there for."""
        self.quiet, self.away = tuple(quiet), tuple(away)
        spans = (*self.quiet, *self.away)
        self.worked = worked
        self.open = [day for day in worked if not _within(day, spans)] if spans else worked

    def between(self, first: date, last: date) -> int:
        """Count the days after `first`, up to and including `last`."""
        return bisect_right(self.open, last) - bisect_right(self.open, first)

    def after(self, day: date, count: int) -> date | None:
        """Return the `count`-th day after one, None beyond what is known."""
        place = bisect_right(self.open, day) + count - 1
        return self.open[place] if 0 <= place < len(self.open) else None

    def skipped(self, first: date, last: date) -> dict[str, int]:
        """Count the weekdays after `first`, up to and including `last`, that are not counted, by why."""
        days = (first + _DAY * step for step in range(1, (last - first).days + 1))
        why = (self.why(day) for day in days if day.weekday() < 5)
        return dict(Counter(one for one in why if one))

    def why(self, day: date) -> str:
        """Return why a contact cannot be expected on a day, "" when it can, or when it is just a weekend."""
        if _within(day, self.quiet):
            return NOT_BEFORE
        if _within(day, self.away):
            return LEAVE
        return HOLIDAY if self._off(day) > WEEKEND else ""

    def _off(self, day: date) -> int:
        """Return how many days off in a row a day stands in, 0 for a working day."""
        place = bisect_left(self.worked, day)
        if place == len(self.worked) or self.worked[place] == day or place == 0:
            return 0
        return (self.worked[place] - self.worked[place - 1]).days - 1


def _within(day: date, spans: Sequence[Span]) -> bool:
    return any(one.since <= day < one.until for one in spans)


def working(calendar: WorkingCalendar, today: date, measure: Measure) -> list[date]:
    """Return the working days of the window and of what may lie ahead."""
    first = today - _DAY * (measure.window + 1)
    days = (first + _DAY * step for step in range(measure.window + 1 + AHEAD))
    return [day for day in days if calendar.is_working_day(day)]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The rhythm of one client over one channel, and where it stands today. Days are counted as `Days` counts them."""

    state: str
    contacts: tuple[date, ...] = ()  # on which a gap ends or begins
    gaps: tuple[int, ...] = ()  # in their order
    median: Fraction | None = None
    limit: int | None = None
    last: date | None = None
    expected_on: date | None = None  # by the median
    silent_days: int = 0
    as_long: int = 0  # of the gaps: as long as the present silence, or longer
    skipped: Mapping[str, int] = field(
        default_factory=dict
    )  # weekdays since the last contact that are not counted, by why
    suppressed: str = ""  # why nothing is raised, though a plain count of weekdays would be beyond the limit

    @property
    def raised(self) -> bool:
        """Tell whether somebody should hear of it."""
        return self.state == SILENT and not self.suppressed


def rhythm(contacts: Iterable[date], today: date, days: Days, measure: Measure) -> Rhythm:
    """Return a client's rhythm and whether it is silent.

    Args:
        contacts: days of contacts, in any order; several of a day are one, and what lies outside of the window is left out.
        today: up to which day contacts are known.
        days: on which days a contact could have been expected.
        measure: what the register says.
    """
    known = _occasions(contacts, today, days, measure.window)
    if not known:
        return Rhythm(UNKNOWN)
    last = known[-1]
    gaps = tuple(days.between(one, other) for one, other in pairwise(known))
    silent, skipped = days.between(last, today), days.skipped(last, today)
    as_long = sum(gap >= silent for gap in gaps)
    if len(gaps) < measure.least:
        return Rhythm(UNKNOWN, known, gaps, last=last, silent_days=silent, as_long=as_long, skipped=skipped)
    middle = median(gaps)
    line = max(measure.floor, ceil(measure.factor * middle), quantile(gaps, measure.quantile))
    state = SILENT if silent > line else STEADY
    why = days.why(today) if state == SILENT else _instead(silent, skipped, line)
    return Rhythm(
        state, known, gaps, middle, line, last, days.after(last, ceil(middle)), silent, as_long, skipped, why
    )


def _occasions(contacts: Iterable[date], today: date, days: Days, window: int) -> tuple[date, ...]:
    """Return the contacts of the window, each of another day that counts: what follows on a day off belongs to the one before."""
    first = today - _DAY * window
    found: list[date] = []
    for day in sorted({one for one in contacts if first <= one <= today}):
        if found and not days.between(found[-1], day):
            found[-1] = day
        else:
            found.append(day)
    return tuple(found)


def _instead(silent: int, skipped: Mapping[str, int], line: int) -> str:
    """Return what keeps a client from being called silent, "" when nothing need: the reason of most days."""
    if silent + sum(skipped.values()) <= line:
        return ""
    return max(REASONS, key=lambda why: skipped.get(why, 0))


def median(values: Sequence[int]) -> Fraction:
    """Return the middle value, the mean of the two middle ones of an even number."""
    ordered, half = sorted(values), len(values) // 2
    return Fraction(ordered[half]) if len(ordered) % 2 else Fraction(ordered[half - 1] + ordered[half], 2)


def quantile(values: Sequence[int], share: Fraction) -> int:
    """Return the smallest value that is at least as large as a share of all (nearest rank)."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
