"""Comparing units with each other: TOPSIS for a committee's list, and how much of the whole the best ones hold (01 §1.5).

TOPSIS is relative: one more client changes every value. It ranks a list; tier lines stand on the absolute score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any

from jinlan.basics.numbers import half_up


def topsis(
    rows: Sequence[Sequence[Decimal]], weights: Sequence[Decimal], costs: Sequence[bool] = ()
) -> list[Decimal]:
    """Return each unit's closeness to the best of every criterion, 0 to 1, four places.

    Args:
        rows: per unit the raw value of each criterion.
        weights: of the criteria.
        costs: which criteria are better when smaller; none by default.
    """
    if not rows:
        return []
    columns = [
        _weighted(column, weight) for column, weight in zip(zip(*rows, strict=True), weights, strict=True)
    ]
    smaller = list(costs) or [False] * len(columns)
    best = [min(column) if cost else max(column) for column, cost in zip(columns, smaller, strict=True)]
    worst = [max(column) if cost else min(column) for column, cost in zip(columns, smaller, strict=True)]
    found = []
    for row in zip(*columns, strict=True):
        near, far = math.dist(row, best), math.dist(row, worst)
        # Where all are alike nobody is nearer to anything.
        found.append(half_up(Decimal(repr(far / (near + far))), 4) if near + far else Decimal("0.0000"))
    return found


def _weighted(column: Sequence[Decimal], weight: Decimal) -> list[float]:
    length = math.sqrt(math.fsum(float(value) ** 2 for value in column))
    return [float(weight) * float(value) / length if length else 0.0 for value in column]


@dataclass(frozen=True, slots=True)
class Concentration:
    """How unequally a whole is held.

    Args:
        top: share of the best fifth (the number of units rounded up), four places; None when the whole is not positive.
        gini: 0 (all alike) to 1 (one has all), four places; None with negative parts, for which it is not defined.
        whale: cumulated share of the whole, best unit first; passes 1 when some units cost money.
    """

    top: Decimal | None
    gini: Decimal | None
    whale: tuple[Decimal, ...]


def concentration(
    parts: Sequence[Decimal | int], best: Decimal = Decimal("0.2"), points: int | None = None
) -> Concentration:
    """Measure how a whole is held by its parts.

    Args:
        parts: what each unit holds; whole numbers are by far the fastest.
        best: the share of units that counts as the best ones.
        points: of the curve, evenly spread and with the last unit; all of them by default.
    """
    exact = parts if all(isinstance(part, int) for part in parts) else [Fraction(part) for part in parts]
    ordered: list[Any] = sorted(exact, reverse=True)
    whole = sum(ordered)
    if whole <= 0:
        return Concentration(None, None, ())
    held = list(accumulate(ordered))
    count = math.ceil(Fraction(best) * len(ordered))
    return Concentration(
        _share(held[count - 1], whole) if count else None,
        _gini(ordered, whole),
        tuple(_share(held[place], whole) for place in places_on(len(held), points)),
    )


def places_on(size: int, points: int | None) -> list[int]:
    """Return the positions of a curve over so many units that are kept: all, or about so many and the last."""
    step = 1 if points is None else max(1, size // points)
    found = list(range(step - 1, size, step))
    return found if not size or found[-1] == size - 1 else [*found, size - 1]


def _share(part: Fraction | int, whole: Fraction | int) -> Decimal:
    share = Fraction(part) / Fraction(whole)
    return half_up(Decimal(share.numerator) / Decimal(share.denominator), 4)


def _gini(ordered: Sequence[Any], whole: Any) -> Decimal | None:
    if ordered[-1] < 0:
        return None
    size = len(ordered)
    weighted = sum((place * part for place, part in enumerate(reversed(ordered), start=1)))
    value = Fraction(2 * weighted) / Fraction(size * whole) - Fraction(size + 1, size)
    return half_up(Decimal(value.numerator) / Decimal(value.denominator), 4)
