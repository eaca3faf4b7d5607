"""Capital that a loan binds: by the bank's regulatory weight, or by the function of internal ratings (Basel Committee, corporate exposures)."""

from __future__ import annotations

from decimal import Decimal
from math import exp, log, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
TAIL = 0.999  # the confidence of the function
RISK_WEIGHT = 12.5  # 1 / 8 %


def weighted(exposure: Decimal, weight: Decimal, ratio: Decimal) -> Decimal:
    """Return exposure × risk weight × the capital ratio that the bank aims at."""
    return exposure * weight * ratio


def internal(pd: float, lgd: float, maturity: float = 2.5) -> float:
    """Return the capital of one unit of exposure to a company, after expected loss.

    Args:
        pd: probability of default within a year, above 0 and below 1.
        lgd: share that is lost then, 0 to 1.
        maturity: effective, in years.

    Raises:
        ValueError: a probability or a share is none.
    """
    if not 0 < pd < 1 or not 0 <= lgd <= 1:
        raise ValueError("pd lies between 0 and 1, lgd from 0 to 1")
    falling = (1 - exp(-50 * pd)) / (1 - exp(-50))
    correlation = 0.12 * falling + 0.24 * (1 - falling)
    shift = (0.11852 - 0.05478 * log(pd)) ** 2
    stressed = (_NORMAL.inv_cdf(pd) + sqrt(correlation) * _NORMAL.inv_cdf(TAIL)) / sqrt(1 - correlation)
    return lgd * (_NORMAL.cdf(stressed) - pd) * (1 + (maturity - 2.5) * shift) / (1 - 1.5 * shift)


def risk_weight(pd: float, lgd: float, maturity: float = 2.5) -> float:
    """Return the risk weight that stands for it."""
    return RISK_WEIGHT * internal(pd, lgd, maturity)
