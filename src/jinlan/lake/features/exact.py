"""Exact arithmetic through the engine: cents and 1e-8 rates as whole numbers, one rounding (half up) at the end.

`BIG` is a 38-digit integer. Ibis offers no exact integer division on every engine (it divides as doubles and
floors), so `floor_div` corrects that quotient with exact remainders.
"""

from __future__ import annotations

from decimal import Decimal

import ibis

from jinlan.lake.engines import Table

Value = Table  # an Ibis expression; Ibis ships no types

BIG = "decimal(38, 0)"
MONEY = "decimal(24, 2)"
RATE = "decimal(12, 8)"
E8 = 100_000_000


def big(value: Value | int) -> Value:
    """Return a whole number (expression or Python int) as `BIG`."""
    return (ibis.literal(value) if isinstance(value, int) else value).cast(BIG)


def cents(money: Value) -> Value:
    """Return money (2 decimals) as a `BIG` number of cents."""
    return (money * 100).cast(BIG)


def e8(rate: Value) -> Value:
    """Return a rate (8 decimals) as a `BIG` number of 1e-8."""
    return (rate * E8).cast(BIG)


def decimals(whole: Value, places: int, kind: str) -> Value:
    """Return a whole number of 10^-places as a decimal of `kind`."""
    wide = f"decimal(38, {places})"
    return (whole.cast(wide) * ibis.literal(Decimal(1).scaleb(-places), type=wide)).cast(kind)


def small(value: Value | int) -> Value:
    """Return a whole number below 4.6e18 as int64: sums of cents over a year, the quick case."""
    return (ibis.literal(value) if isinstance(value, int) else value).cast("int64")


def _approximate(numerator: Value, denominator: Value, kind: str) -> Value:
    return (numerator.cast("float64") / denominator.cast("float64")).floor().cast(kind)


def floor_div(numerator: Value, denominator: Value, kind: str = BIG) -> Value:
    """Divide two whole numbers of `kind`, rounding down; exact for quotients below 1e30, denominators > 0."""
    first = _approximate(numerator, denominator, kind)
    second = first + _approximate(numerator - first * denominator, denominator, kind)
    rest = numerator - second * denominator
    return second + ibis.cases((rest < 0, -1), (rest >= denominator, 1), else_=0).cast(kind)


def div_half_up(numerator: Value, denominator: Value, kind: str = BIG) -> Value:
    """Divide two whole numbers of `kind` (`BIG` or int64), rounding half up (away from zero)."""
    two = ibis.literal(2).cast(kind)
    quotient = floor_div(numerator.abs() * two + denominator, denominator * two, kind)
    return ibis.ifelse(numerator < 0, -quotient, quotient)
