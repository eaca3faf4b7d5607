"""How big the bank is. `tiny` is for tests only: the stories and little else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of what is generated besides the planted stories.

    `mass` persons; households of three classes; groups of four classes plus one of `big` members; stand-alone
    companies of two classes; `intensity` scales the number of transactions.
    """

    name: str
    months: int
    mass: int
    ultra: int
    private: int
    affluent: int
    hq: int
    branch: int
    key: int
    small: int
    big: int
    single_key: int
    single_small: int
    rising: int
    suppliers: int
    partners: int
    managers: int
    outlets: int
    intensity: float


SIZES = {
    "tiny": Size("tiny", 14, 20, 1, 2, 1, 0, 1, 1, 1, 24, 1, 8, 1, 3, 3, 8, 0, 0.3),
    "small": Size("small", 36, 700, 6, 44, 50, 5, 14, 22, 14, 300, 26, 232, 9, 150, 14, 44, 0, 0.45),
    "medium": Size(
        "medium", 18, 10000, 24, 260, 420, 12, 50, 130, 110, 300, 170, 2650, 50, 900, 40, 260, 40, 0.85
    ),
    "large": Size(
        "large", 18, 33000, 60, 700, 1300, 24, 130, 420, 400, 300, 700, 9450, 150, 3000, 80, 800, 120, 1.05
    ),
}
