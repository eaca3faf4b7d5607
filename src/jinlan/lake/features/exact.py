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


def money(hundredths: Value) -> Value:
    """Return cents as money with two decimals."""
    return hundredths.cast(MONEY) * ibis.literal(Decimal("0.01"), type=MONEY)


def ratio(hundred_millionths: Value) -> Value:
    """Return a whole number of 1e-8 as a rate with eight decimals."""
    wide = "decimal(20, 8)"
    return (hundred_millionths.cast(wide) * ibis.literal(Decimal("0.00000001"), type=wide)).cast(RATE)


def _approximate(numerator: Value, denominator: Value) -> Value:
    return (numerator.cast("float64") / denominator.cast("float64")).floor().cast(BIG)


def floor_div(numerator: Value, denominator: Value) -> Value:
    """Divide two `BIG` numbers, rounding down; exact for quotients below 1e30, denominators > 0."""
    first = _approximate(numerator, denominator)
    second = first + _approximate(numerator - first * denominator, denominator)
    rest = numerator - second * denominator
    step = ibis.cases((rest < 0, -1), (rest >= denominator, 1), else_=0)
    return second + big(step)


def div_half_up(numerator: Value, denominator: Value) -> Value:
    """Divide two `BIG` numbers, rounding half up (away from zero); the result is `BIG`."""
    quotient = floor_div(numerator.abs() * big(2) + denominator, denominator * big(2))
    return ibis.ifelse(numerator < 0, -quotient, quotient)
