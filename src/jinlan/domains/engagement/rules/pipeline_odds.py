"""What the bank's own closed opportunities say: how often each stage was won, and how long a stage takes (06 §6.6).

Few cases say little: below the least number the own share is mixed with the register's default by how many there are of it, and the
interval (Wilson 1927) says how sure the share is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from jinlan.basics.numbers import half_up
from jinlan.domains.engagement.rules.pipeline import CANCELLED, LOST, STAGES, WON
from jinlan.domains.engagement.rules.rhythm import median

PLACES = 6


@dataclass(frozen=True, slots=True)
class Ended:
    """A closed opportunity: what came of it, how far it ever came, and why it was lost."""

    state: str
    furthest: int
    loss: str = ""


@dataclass(frozen=True, slots=True)
class Odds:
    """The chance of a stage: `chance` is what holds, `share` what was seen, with its interval; None where nothing was."""

    chance: Decimal
    won: int
    n: int
    share: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    shrunk: bool = False


def counts(one: Ended) -> bool:
    """Tell whether a closed opportunity stands in a share: one that the client gave up does not (07 §7.2)."""
    return one.state == WON or (one.state == LOST and one.loss != CANCELLED)


def wilson(won: int, n: int, z: Decimal) -> tuple[Decimal, Decimal]:
    """Return the Wilson interval of a share of `n` > 0."""
    share, square = Decimal(won) / n, z * z
    middle = share + square / (2 * n)
    half = z * (share * (1 - share) / n + square / (4 * n * n)).sqrt()
    whole = 1 + square / n
    low, high = (middle - half) / whole, (middle + half) / whole
    return max(Decimal(0), half_up(low, PLACES)), min(Decimal(1), half_up(high, PLACES))


def shrink(won: int, n: int, default: Decimal, least: int) -> Decimal:
    """Return the chance: the own share from `least` cases on, below that mixed with the default as if it filled up the rest."""
    if n >= least:
        return half_up(Decimal(won) / n, PLACES)
    return half_up((Decimal(won) + (least - n) * default) / least, PLACES)


def odds(ended: Iterable[Ended], defaults: Mapping[int, Decimal], least: int, z: Decimal) -> dict[int, Odds]:
    """Return the chance of each stage from what was closed, among those that ever reached it."""
    told = [one for one in ended if counts(one)]
    found = {}
    for stage in STAGES:
        reached = [one for one in told if one.furthest >= stage]
        n, won = len(reached), sum(one.state == WON for one in reached)
        chance = shrink(won, n, defaults[stage], least)
        if n:
            low, high = wilson(won, n, z)
            found[stage] = Odds(chance, won, n, half_up(Decimal(won) / n, PLACES), low, high, n < least)
        else:
            found[stage] = Odds(chance, 0, 0, shrunk=True)
    return found


def win_rate(ended: Iterable[Ended]) -> tuple[int, int]:
    """Return won, and won and lost together; what the client gave up leaves both (07 §7.2)."""
    told = [one for one in ended if counts(one)]
    return sum(one.state == WON for one in told), len(told)


@dataclass(frozen=True, slots=True)
class Move:
    """A step that leads into a stage, or out of the last one: `stage` is where it stands after, `ends` that it is closed."""

    on: date
    stage: int
    ends: bool = False


def stage_times(moves: Sequence[Move]) -> list[tuple[int, int]]:
    """Return (stage, days) of every stay in a stage that is over, in order; where it stands now is none."""
    return [(before.stage, (after.on - before.on).days) for before, after in pairwise(moves)]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a stage usually takes: the median of `n` stays, or the register's default below the least number."""

    days: Decimal
    n: int
    own: bool


def paces(times: Iterable[tuple[int, int]], defaults: Mapping[int, Decimal], least: int) -> dict[int, Pace]:
    """Return the usual days of each stage."""
    by_stage: dict[int, list[int]] = {stage: [] for stage in STAGES}
    for stage, stayed in times:
        by_stage[stage].append(stayed)
    found: dict[int, Pace] = {}
    for stage, some in by_stage.items():
        own = len(some) >= least
        middle = median(some) if own else None
        days = Decimal(middle.numerator) / middle.denominator if middle is not None else defaults[stage]
        found[stage] = Pace(days, len(some), own)
    return found


def half_year_end(today: date) -> date:
    """Return the last day of the half-year before the one in which a day lies."""
    return date(today.year, 6, 30) if today.month > 6 else date(today.year - 1, 12, 31)


def differs(before: Mapping[str, Mapping[str, str]] | None, after: Mapping[str, Mapping[str, str]]) -> bool:
    """Tell whether figures say something new; kept as text, so that 20 and 20.0 are not told apart by their digits."""
    if before is None or before.keys() != after.keys():
        return True
    return any(Decimal(before[one]["days"]) != Decimal(after[one]["days"]) for one in after)
