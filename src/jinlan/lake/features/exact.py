"""Exact arithmetic through the engine: cents and 1e-8 rates as whole numbers, one rounding (half up) at the end.

`BIG` is a 38-digit integer. Ibis offers no exact integer division on every engine (it divides as doubles and
floors), so `div_half_up` corrects that quotient with its exact remainder.
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
    """Return a rate (8 decimals) as a `BIG` number of 1e-8; widened first, as a rate of 100 or a price would not fit."""
    return (rate.cast("decimal(38, 8)") * E8).cast(BIG)


def decimals(whole: Value, places: int, kind: str) -> Value:
    """Return a whole number of 10^-places as a decimal of `kind`."""
    wide = f"decimal(38, {places})"
    return (whole.cast(wide) * ibis.literal(Decimal(1).scaleb(-places), type=wide)).cast(kind)


def small(value: Value | int) -> Value:
    """Return a whole number below 4.6e18 as int64: sums of cents over a year, the quick case."""
    return (ibis.literal(value) if isinstance(value, int) else value).cast("int64")


def div_half_up(numerator: Value, denominator: Value, kind: str = BIG) -> Value:
    """Divide two whole numbers of `kind` (`BIG` or int64), rounding half up (away from zero); denominator > 0.

    Exact for quotients below 2**52 (45 trillion yuan in cents): the quotient of doubles is then off by one at most,
    and its exact remainder says which way.
    """
    size = numerator.abs()
    quotient = (size.cast("float64") / denominator.cast("float64")).floor().cast(kind)
    twice = (size - quotient * denominator) * ibis.literal(2).cast(kind)
    three = denominator * ibis.literal(3).cast(kind)
    rounded = quotient + ibis.cases(
        (twice < -denominator, -1), (twice < denominator, 0), (twice < three, 1), else_=2
    ).cast(kind)
    return ibis.ifelse(numerator < 0, -rounded, rounded)
