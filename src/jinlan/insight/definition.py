"""Who counts as strategic, as data: criteria, gates and tier lines of one kind of unit (01 §1.4, §1.5, §1.7).

A definition is a TOML text that a person can read; the parsed form is immutable and every result stores its version
and SHA-256. Definitions are effective-dated: the newest one whose `valid_from` is not later than the date speaks.

Points: a criterion maps its raw value through a piecewise-linear table ``[[raw, points], ...]``: raw rising, points
monotone in 0..100, the first and last pair are the caps. ``none`` are the points where there is nothing to measure
(no transaction, no base a year ago).

Tier lines, best first: `on` is ``score`` or a family; `entry` > `exit`; `sizes` (org_size of the root) and `within`
(measure between two values) restrict who may hold the line: who does not fit has the value 0 there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from jinlan.lake.features.catalog import MEASURES, scale_of

POINT = 10_000  # points are kept as whole numbers of 1e-4
WEIGHT = 10_000  # weights too
GATES = ("CDD_CURRENT", "SANCTIONS_CLEAR", "FIVE_TIER")
HIDDEN = ("SANCTIONS_CLEAR",)  # gates whose failure nobody outside compliance may learn of
DECISIONS = ("automatic", "committee")
METHODS = ("hand", "ahp", "entropy", "combined")


@dataclass(frozen=True)
class Criterion:
    """One criterion: raw values of `measure` become points, `weight` of the whole."""

    code: str
    family: str
    measure: str
    weight: Decimal
    points: tuple[tuple[Decimal, Decimal], ...]
    zh: str
    en: str
    none: Decimal = Decimal(0)

    @cached_property
    def share(self) -> int:
        """The weight in 1e-4."""
        return int(self.weight * WEIGHT)

    @cached_property
    def empty(self) -> int:
        """Points (1e-4) of a unit with nothing to measure."""
        return int(self.none * POINT)

    @cached_property
    def _table(self) -> tuple[list[int], list[int]]:
        scale = scale_of(self.measure)
        return [int(raw * scale) for raw, _ in self.points], [
            int(points * POINT) for _, points in self.points
        ]

    @property
    def ends(self) -> tuple[int, int]:
        """The first and last raw value of the table, times the measure's scale."""
        raws, _ = self._table
        return raws[0], raws[-1]

    def within_table(self, whole: int) -> int:
        """Return a raw ratio (times its scale) cut to the table's ends, beyond which points no longer tell units apart.

        A mean of ratios is meaningless otherwise: one client that grew from nothing outweighs a thousand. Money stays whole.
        """
        raws, _ = self._table
        return max(raws[0], min(raws[-1], whole)) if MEASURES[self.measure].unit == "ratio" else whole

    def points_of(self, whole: int | None) -> int:
        """Return the points (1e-4, half up) of a raw value times its scale; None = nothing to measure."""
        if whole is None:
            return self.empty
        raws, points = self._table
        place = bisect_right(raws, whole)
        if place == 0:
            return points[0]
        if place == len(raws):
            return points[-1]
        left = raws[place - 1]
        width = raws[place] - left
        low = points[place - 1]
        # rising and falling tables alike: floor(x + 1/2) of a value that is never negative
        return (2 * (low * width + (points[place] - low) * (whole - left)) + width) // (2 * width)


@dataclass(frozen=True)
class Gate:
    """A condition that blocks every tier, whatever the points; `secret` ones are never named outside compliance."""

    code: str
    secret: bool
    limit: str
    zh: str
    en: str


@dataclass(frozen=True)
class Line:
    """One tier's line: an in/out machine on `on` with hysteresis."""

    tier: str
    on: str
    entry: Decimal
    exit: Decimal
    observe_up: int
    observe_down: int
    min_hold: int
    decision: str
    zh: str
    en: str
    sizes: tuple[str, ...] = ()
    within: tuple[tuple[str, Decimal, Decimal], ...] = ()

    @cached_property
    def enters(self) -> int:
        """The entry line in 1e-2 points."""
        return int(self.entry * 100)

    @cached_property
    def leaves(self) -> int:
        """The exit line in 1e-2 points."""
        return int(self.exit * 100)

    @cached_property
    def bounds(self) -> tuple[tuple[str, int, int], ...]:
        """`within` in whole numbers."""
        return tuple(
            (code, int(low * scale_of(code)), int(high * scale_of(code))) for code, low, high in self.within
        )


@dataclass(frozen=True)
class Weighing:
    """Where the weights come from: typed by hand, judged in pairs (AHP), measured (entropy), or both.

    `pairs` says how many times the first criterion counts as much as the second: ``(code, code, "3")`` or ``"1/3"``; a pair that is
    not named counts the same. `share` is the part of the judged weights in `combined`.
    """

    method: str
    pairs: tuple[tuple[str, str, str], ...] = ()
    share: Decimal = Decimal("0.5")


@dataclass(frozen=True)
class Definition:
    """The criteria, gates and tiers of one kind; `lines` best first, `sha256` of the text it was read from."""

    kind: str
    version: str
    valid_from: date
    zh: str
    en: str
    criteria: tuple[Criterion, ...]
    gates: tuple[Gate, ...]
    lines: tuple[Line, ...]
    sha256: str
    weighing: Weighing = Weighing("hand")

    def line(self, tier: str) -> Line | None:
        """Return the line of a tier, None for no tier or an unknown one."""
        return next((line for line in self.lines if line.tier == tier), None)

    def level(self, tier: str) -> int:
        """Return how high a tier stands: 0 for none, then rising."""
        for place, line in enumerate(self.lines):
            if line.tier == tier:
                return len(self.lines) - place
        return 0

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The families in the order of the criteria."""
        return tuple(dict.fromkeys(criterion.family for criterion in self.criteria))


def in_force(definitions: Iterable[Definition], on: date) -> dict[str, Definition]:
    """Return the definition of each kind that speaks on a date; kinds without one are left out."""
    found: dict[str, Definition] = {}
    for definition in sorted(definitions, key=lambda each: (each.valid_from, each.version)):
        if definition.valid_from <= on:
            found[definition.kind] = definition
    return found
