"""Random numbers: one independent stream per subject, so a change in one subject leaves the others alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def stream(seed: int, *names: object) -> np.random.Generator:
    """Return the generator of one named stream; same seed and names, same numbers."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])


class Dice:
    """Buffered scalar draws, many times faster than a generator call per draw."""

    def __init__(self, seed: int, *names: object) -> None:
        self._rng = stream(seed, *names)
        self._pool: list[float] = []

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        if not self._pool:
            self._pool = self._rng.random(4096).tolist()
        return self._pool.pop()

    def between(self, low: float, high: float) -> float:
        """Return a number in [low, high)."""
        return low + (high - low) * self.unit()

    def whole(self, low: int, high: int) -> int:
        """Return an int from low to high, both inside."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """Return one of `items`."""
        return items[int(self.unit() * len(items))]

    def chance(self, probability: float) -> bool:
        """Return True with `probability`."""
        return self.unit() < probability

    def spread(self, low: float, high: float) -> float:
        """Return a number in [low, high), evenly on the logarithmic scale: many small, few big."""
        return float(low * (high / low) ** self.unit())
