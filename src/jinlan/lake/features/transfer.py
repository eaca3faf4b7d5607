"""The transfer price of an account whose bank delivers none (期限匹配法): the funding curve of its currency, on the day it was priced, at its tenor.

A fixed contract keeps the price of its first day to its maturity; a floating one that of the tenor at which it is repriced. A deposit
without a maturity is split as it behaves: a core that stays for years, and the rest that may go tomorrow. Source: 02 §2.1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pyarrow as pa

from jinlan.basics.register import rule
from jinlan.lake.features.asof import View
from jinlan.lake.features.exact import E8

NO_MATURITY = -1
OVERNIGHT = 1  # days
Tenors = Sequence[tuple[int, Decimal]]  # (days, rate), ascending


@dataclass(frozen=True, slots=True)
class Curves:
    """Funding curves of one currency by the day from which each holds."""

    days: tuple[date, ...]
    curves: Mapping[date, Tenors]

    def rate(self, on: date, tenor: int) -> Decimal | None:
        """Return the rate at a tenor, straight between two of them and flat beyond; None before the first curve."""
        place = bisect_right(self.days, on)
        return at_tenor(self.curves[self.days[place - 1]], tenor) if place else None

    def price(self, on: date, tenor: int) -> Decimal | None:
        """Return the transfer price of what was priced on a day for `tenor` days; `NO_MATURITY` splits it into core and rest."""
        if tenor != NO_MATURITY:
            found = self.rate(on, tenor)
            return None if found is None else found + rule("VALUE.FTP.LIQUIDITY", on).value
        core, rest = self.rate(on, int(rule("VALUE.FTP.CORE.DAYS", on).value)), self.rate(on, OVERNIGHT)
        share = rule("VALUE.FTP.CORE", on).value
        return None if core is None or rest is None else share * core + (1 - share) * rest


def at_tenor(curve: Tenors, tenor: int) -> Decimal:
    """Return the rate of a curve at a tenor in days."""
    if tenor <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if tenor <= right:
            return low + (high - low) * (tenor - left) / (right - left)
    return curve[-1][1]


def curves_of(view: View, last: date) -> dict[str, Curves]:
    """Return currency -> its curves up to a day; of several curves of one currency the first by name speaks."""
    if not view.has("ftp_curve"):
        return {}
    rows = view.table("ftp_curve")
    rows = rows.filter(rows.as_of_date <= last)
    columns = ("currency", "curve_code", "as_of_date", "tenor_days", "rate")
    found = view.connect().to_pyarrow(rows.select(*columns).order_by(*columns)).to_pylist()
    named: dict[str, str] = {}
    points: dict[str, dict[date, list[tuple[int, Decimal]]]] = {}
    for row in found:
        if named.setdefault(row["currency"], row["curve_code"]) == row["curve_code"]:
            days = points.setdefault(row["currency"], {})
            days.setdefault(row["as_of_date"], []).append((row["tenor_days"], row["rate"]))
    return {currency: Curves(tuple(sorted(days)), days) for currency, days in points.items()}


def price_table(curves: Mapping[str, Curves], wanted: Iterable[tuple[str, date, int]]) -> pa.Table:
    """Return (ccy, on, days, price_e8) of every wanted price that the curves give."""
    rows = []
    for currency, on, tenor in wanted:
        price = curves[currency].price(on, tenor) if currency in curves else None
        if price is not None:
            rows.append((currency, on, tenor, int((price * E8).to_integral_value(ROUND_HALF_UP))))
    kinds = (("ccy", pa.string()), ("on", pa.date32()), ("days", pa.int64()), ("price_e8", pa.int64()))
    return pa.table(
        {name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(kinds)}
    )
