"""Weights of criteria: by pairwise judgement (AHP), by the spread of the data (entropy), or both together (01 §1.5).

Weights come back as decimals of four places that add to exactly 1, as a definition holds them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from jinlan.basics.errors import Refused, Words

PLACES = 4
# Mean consistency index of random matrices of 1 to 9 criteria (Saaty 1980): what a judgement is compared with.
RANDOM = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45)
SCALE = (Decimal(1) / 9, Decimal(9))
_NEAR = 1e-6  # how far a_ij · a_ji may be from 1: thirds are typed with a few digits


@dataclass(frozen=True, slots=True)
class Judged:
    """Weights from a matrix of pairwise judgements.

    Args:
        weights: four places, adding to 1.
        largest: the principal eigenvalue λ; n for a matrix without contradiction.
        index: the consistency index CI = (λ − n) / (n − 1).
        ratio: the consistency ratio CR = CI / RI; 0 for fewer than three criteria.
    """

    weights: tuple[Decimal, ...]
    largest: float
    index: float
    ratio: float


class WrongWeights(Refused):
    """Weights cannot be made of what was given."""

    def __init__(self, what: str, message: str, way_out: str = "", /, **params: object) -> None:
        super().__init__(f"WEIGHTS.{what}", message, way_out, **params)


def ahp(matrix: Sequence[Sequence[Decimal]]) -> Judged:
    """Return weights from pairwise judgements: a_ij says how many times criterion i counts as much as j.

    Args:
        matrix: n × n, 2 to 9 criteria, values from 1/9 to 9, a_ii = 1, a_ji = 1 / a_ij.

    Raises:
        Refused: WEIGHTS.SIZE, WEIGHTS.SCALE, WEIGHTS.RECIPROCAL with the place (row and column from 1).
    """
    size = len(matrix)
    if not 2 <= size < len(RANDOM) or any(len(row) != size for row in matrix):
        raise WrongWeights("SIZE", "判断矩阵应为 2 到 9 阶的方阵。", "请按指标项逐对比较。")
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            _check_judgement(
                value,
                matrix[j][i],
                Words("第 %(row)s 行第 %(column)s 列", row=i + 1, column=j + 1),
                same=i == j,
            )
    values, vectors = np.linalg.eig(np.array([[float(value) for value in row] for row in matrix]))
    first = int(np.argmax(values.real))
    vector = np.abs(vectors[:, first].real)
    largest = float(values[first].real)
    index = max(0.0, (largest - size) / (size - 1))
    ratio = index / RANDOM[size] if RANDOM[size] else 0.0
    return Judged(rounded([float(part) for part in vector / vector.sum()]), largest, index, ratio)


def _check_judgement(value: Decimal, back: Decimal, where: Words, *, same: bool) -> None:
    low, high = SCALE
    if not low - Decimal("0.001") <= value <= high:
        raise WrongWeights("SCALE", "%(where)s的判断值应在 1/9 到 9 之间。", "", where=where)
    if same and value != 1:
        raise WrongWeights("RECIPROCAL", "%(where)s是指标项与自己的比较,应为 1。", "", where=where)
    if abs(float(value * back) - 1) > _NEAR:
        raise WrongWeights(
            "RECIPROCAL", "%(where)s与对称位置的乘积应为 1。", "请填互为倒数的值。", where=where
        )


def entropy(columns: Sequence[Sequence[Decimal]]) -> tuple[list[float], tuple[Decimal, ...]]:
    """Return (entropy, weight) of each criterion: the more the units differ in it, the more it weighs.

    An outlier inflates its weight: cut the values first, as the score tables do.

    Args:
        columns: per criterion the values of all units, each ≥ 0, more being better; at least two units.

    Raises:
        Refused: WEIGHTS.DATA (fewer than two units, a negative value, a criterion without any value, no criterion that differs).
    """
    if not columns or len(columns[0]) < 2 or any(len(column) != len(columns[0]) for column in columns):
        raise WrongWeights("DATA", "熵权法至少需要两户、且每个指标项都有值。")
    found = [_entropy(column) for column in columns]
    spread = [1 - value for value in found]
    whole = math.fsum(spread)
    if whole <= 1e-12:
        raise WrongWeights(
            "DATA", "各户在全部指标项上没有差异,熵权法无法给出权重。", "请改用判断矩阵或手工赋权。"
        )
    return found, rounded([part / whole for part in spread])


def _entropy(column: Sequence[Decimal]) -> float:
    total = sum(column, Decimal(0))
    if total <= 0 or min(column) < 0:
        raise WrongWeights(
            "DATA", "熵权法要求数值不为负,且每个指标项的合计大于 0。", "请换用其他指标项或先换算方向。"
        )
    shares = [float(value / total) for value in column]
    return -math.fsum(share * math.log(share) for share in shares if share > 0) / math.log(len(column))


def combined(judged: Sequence[Decimal], measured: Sequence[Decimal], share: Decimal) -> tuple[Decimal, ...]:
    """Return `share` of the judged weights and the rest of the measured ones (组合赋权)."""
    if len(judged) != len(measured) or not 0 <= share <= 1:
        raise WrongWeights("COMBINE", "两组权重的指标项数应相同,组合系数应在 0 到 1 之间。")
    mixed = [share * left + (1 - share) * right for left, right in zip(judged, measured, strict=True)]
    return rounded([float(part / sum(mixed)) for part in mixed])


def rounded(parts: Sequence[float], places: int = PLACES) -> tuple[Decimal, ...]:
    """Round parts of 1 so that they still add to 1: what is left goes to those who lost most by rounding down."""
    whole = 10**places
    exact = [
        round(part * whole, 6) for part in parts
    ]  # below that it is the noise of the processor, and ties are ties
    floors = [math.floor(part) for part in exact]
    left = whole - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - exact[place], place))
    for place in order[:left]:
        floors[place] += 1
    return tuple(Decimal(part).scaleb(-places) for part in floors)
