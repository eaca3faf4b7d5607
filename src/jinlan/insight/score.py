"""The scorecard (01 §1.5, §1.6): points, score, peers, reasons; whole numbers inside, so it is exact and fast.

Units of scale: points and weights 1e-4, scores and family values 1e-2.

What is missing:
* a measure is *unknown* for the whole bank (a table is absent): its criterion has no points, the score is taken over
  the other criteria, and the result names it (``absent``);
* a measure is *incomplete* for a unit: its criterion has no points. If such criteria weigh more than 20 % of those the
  bank can know, the score (or family value) is null and the tier counters stand still; if less, the score is taken over
  the rest and the result names them (``incomplete``). Nothing is ever counted as zero, nothing renormalised silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from jinlan.insight.definition import Criterion, Definition

OK, INCOMPLETE, UNKNOWN = 0, 1, 2
BEARABLE = 5  # incomplete criteria may weigh up to one fifth
TOP = 3

Numbers = list[int | None]


@dataclass(frozen=True, slots=True)
class Column:
    """One measure of all units: whole numbers (value × scale) and states."""

    values: Sequence[int | None]
    states: Sequence[int]


def half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers, half away from zero; `denominator` > 0."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


class Scorecard:
    """The scores of all units of one kind on one date, by position."""

    def __init__(
        self, definition: Definition, columns: Mapping[str, Column], points: Sequence[Numbers] = ()
    ) -> None:
        """Score all units.

        Args:
            definition: whose criteria are scored.
            columns: every measure that the criteria and the tier lines use, all equally long.
            points: of each criterion, where they are known already because only weights differ.
        """
        self.definition = definition
        self.columns = columns
        self.size = len(next(iter(columns.values())).values) if columns else 0
        self.points: list[Numbers] = list(points) or [
            self._points(criterion) for criterion in definition.criteria
        ]
        self._everything = tuple(range(len(definition.criteria)))

    def _points(self, criterion: Criterion) -> Numbers:
        column = self.columns[criterion.measure]
        of = criterion.points_of
        return [of(value) if state == OK else None
                for value, state in zip(column.values, column.states, strict=True)]  # fmt: skip

    @cached_property
    def absent(self) -> tuple[int, ...]:
        """Positions of criteria whose measure no unit has."""
        return tuple(
            place
            for place, criterion in enumerate(self.definition.criteria)
            if self.size and all(state == UNKNOWN for state in self.columns[criterion.measure].states)
        )

    @cached_property
    def scores(self) -> Numbers:
        """The score of each unit in 1e-2 points, None where too much is incomplete."""
        return self._weighted(self._everything)

    def family(self, name: str) -> Numbers:
        """The value of one family alone, as its weights stand to each other."""
        chosen = tuple(place for place, one in enumerate(self.definition.criteria) if one.family == name)
        return self._weighted(chosen)

    def _weighted(self, chosen: Sequence[int]) -> Numbers:
        there = [place for place in chosen if place not in self.absent]
        weights = [self.definition.criteria[place].share for place in there]
        whole = sum(weights)
        if not there:
            return [None] * self.size
        found: Numbers = []
        for row in zip(*(self.points[place] for place in there), strict=True):
            if None in row:
                found.append(_partial(row, weights, whole))
            else:
                total = sum(weight * points for weight, points in zip(weights, row, strict=True))
                found.append((2 * total + 100 * whole) // (200 * whole))
        return found

    @cached_property
    def ranks(self) -> list[int | None]:
        """Place by score, 1 = best; equal scores share a place; None without a score."""
        place_of: dict[int, int] = {}
        for place, score in enumerate(
            sorted((s for s in self.scores if s is not None), reverse=True), start=1
        ):
            place_of.setdefault(score, place)
        return [None if score is None else place_of[score] for score in self.scores]

    @cached_property
    def peers(self) -> list[tuple[int | None, int | None]]:
        """Mean points (1e-4) and mean raw value (times scale, `within_table`) of each criterion over the units with points."""
        found: list[tuple[int | None, int | None]] = []
        for place, criterion in enumerate(self.definition.criteria):
            known = [points for points in self.points[place] if points is not None]
            column = self.columns[criterion.measure]
            raw = [criterion.within_table(value) for value, state in zip(column.values, column.states, strict=True)
                   if state == OK and value is not None]  # fmt: skip
            mean = half_up(sum(known), len(known)) if known else None
            found.append((mean, half_up(sum(raw), len(raw)) if raw else None))
        return found

    @cached_property
    def available(self) -> list[int]:
        """The weight (1e-4) of the criteria for which each unit has points."""
        shares = [criterion.share for criterion in self.definition.criteria]
        there = [place for place in self._everything if place not in self.absent]
        whole = sum(shares[place] for place in there)
        return [
            whole
            if None not in row
            else sum(shares[place] for place, points in zip(there, row, strict=True) if points is not None)
            for row in zip(*(self.points[place] for place in there), strict=True)
        ] or [0] * self.size

    def incomplete(self, unit: int) -> list[int]:
        """Return the positions of criteria that lack points for this unit alone."""
        return [
            place
            for place, points in enumerate(self.points)
            if points[unit] is None and place not in self.absent
        ]


def _partial(row: Sequence[int | None], weights: Sequence[int], whole: int) -> int | None:
    """Score a unit that lacks points somewhere."""
    there = [(weight, points) for weight, points in zip(weights, row, strict=True) if points is not None]
    left = sum(weight for weight, _ in there)
    if not left or (whole - left) * BEARABLE > whole:
        return None
    return half_up(sum(weight * points for weight, points in there), left * 100)


def contributions(criterion: Criterion, points: Numbers, available: Sequence[int]) -> Numbers:
    """Return what a criterion adds to each score, in 1e-2 points; the parts sum to the score but for rounding."""
    share = 2 * criterion.share
    return [
        None if value is None else (share * value + 100 * weight) // (200 * weight)
        for value, weight in zip(points, available, strict=True)
    ]


def reasons(criterion: Criterion, points: Numbers, peer: int | None, available: Sequence[int]) -> Numbers:
    """Return w · (s - mean of the peers) of each unit in 1e-2 points."""
    if peer is None:
        return [None] * len(points)
    share = criterion.share
    return [
        None if value is None else half_up(share * (value - peer), 100 * weight)
        for value, weight in zip(points, available, strict=True)
    ]


def strongest(codes: Sequence[str], values: Sequence[int | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of the top three reasons for and against, strongest first; equal ones in the given order."""
    items = sorted(
        ((-value, code) for value, code in zip(values, codes, strict=True) if value), key=lambda item: item[0]
    )
    above = tuple(code for value, code in items[:TOP] if value < 0)
    below = sorted((item for item in items if item[0] > 0), key=lambda item: -item[0])
    return above, tuple(code for _, code in below[:TOP])
