"""Rounding and exact numbers: half up (四舍五入), once, at the end."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext


def half_up(value: Decimal | int, places: int = 2) -> Decimal:
    """Round half up, away from zero at the half (Python's `round` is half-even). Source: 00 §0.2."""
    with localcontext() as context:
        context.prec = 60  # wide enough for NUMERIC(24,2) times a rate
        return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exact(value: Decimal | int | str) -> Decimal:
    """Return a finite Decimal; raise TypeError for a float and ValueError for NaN or infinity."""
    if isinstance(value, float):
        raise TypeError("money and rates are Decimal, never float")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError("not a finite number")
    return number
