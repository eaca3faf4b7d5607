"""Investments: quantity is set on the first of a month, the market value follows the price every day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jinlan.lake.extracts.schema import TABLES
from jinlan.site.demobank import arrow
from jinlan.site.demobank.book import Account, Bank, Position
from jinlan.site.demobank.entries import Ints
from jinlan.site.demobank.market import Market, common
from jinlan.site.demobank.products import INSTRUMENTS, PRODUCTS
from jinlan.site.demobank.rand import stream
from jinlan.site.demobank.tables import fee_amounts
from jinlan.site.demobank.timeline import Month
from jinlan.site.demobank.writer import Sink

_SCALE = 10_000  # prices are int 1e-4
_START = np.array([round(one.start * _SCALE) for one in INSTRUMENTS], dtype=np.int64)


class Holdings:
    """All positions of a bank: one instrument per investment account."""

    def __init__(self, bank: Bank, sink: Sink, market: Market) -> None:
        self.bank, self.sink, self.market, self.time = bank, sink, market, bank.time
        rows = bank.positions
        self.accounts: list[Account] = [row.account for row in rows]
        self.size = len(rows)
        self.instrument = np.array([row.instrument for row in rows], dtype=np.int64)
        self.level = np.array([row.level for row in rows], dtype=np.float64)
        self.growth = np.array([row.growth for row in rows], dtype=np.float64)
        self.vol = np.array([row.vol for row in rows], dtype=np.float64)
        self.fee = np.array([row.fee for row in rows], dtype=np.int64)
        self.opened = np.array([row.account.open_date for row in rows], dtype=np.int64)
        self._paths = [(place, row.path) for place, row in enumerate(rows) if row.path is not None]
        self._noise = np.zeros(self.size)
        self._place = {row.account.number: place for place, row in enumerate(rows)}
        # prices as first delivered, where they were wrong: place -> first day, last day, factor
        self.spoiled: dict[int, tuple[int, int, int]] = {}
        self.ids = pa.array([account.account_id for account in self.accounts])
        self.codes = pa.array([one.code for one in INSTRUMENTS])
        self.products = pa.array([one.product for one in INSTRUMENTS])
        self.risks = pa.array([PRODUCTS[one.product].risk for one in INSTRUMENTS])
        self.maturity = pa.array([account.maturity_date for account in self.accounts], pa.int32())

    def month(self, month: Month) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
        """Return quantities in 1/100 [accounts], market values in cents [accounts, days], and who is open."""
        rng = stream(self.bank.seed, "holdings", month.key)
        self._noise = 0.9 * self._noise + 0.43 * rng.normal(0.0, 1.0, self.size)
        years = (month.index - (self.time.history - 1)) / 12
        aim = self.level * (1 + self.growth) ** years * np.maximum(0.3, 1 + self.vol * self._noise)
        for place, path in self._paths:
            aim[place] = path[month.index + 1]
        start = month.first - self.time.first
        price = self.market.prices[self.instrument, start : start + month.size]
        quantity = np.maximum(np.rint(aim * _SCALE / price[:, 0]), 100).astype(np.int64)
        value = (quantity[:, None] * price + _SCALE // 2) // _SCALE
        days = np.arange(month.first, month.last + 1)
        return quantity, value, self.opened[:, None] <= days

    def place_of(self, position: Position) -> int:
        """Return the place of a position in the arrays."""
        return self._place[position.account.number]

    def write(self, month: Month, quantity: Ints, value: Ints, is_open: Ints) -> None:
        """Write holding rows of a month, ordered by day."""
        days = min(month.size, self.time.end - month.first + 1)
        for first in range(0, days, 8):
            day, place = np.nonzero(is_open[:, first : min(first + 8, days)].T)
            when: Ints = day + first + month.first
            table = self.rows(quantity[place], value[place, day + first], place, when, spoiled=True)
            self.sink.write("holding", table, when)

    def rows(
        self, quantity: Ints, value: Ints, place: Ints, when: Ints, *, spoiled: bool = False
    ) -> pa.Table:
        """Build holding rows at the price of the day; `spoiled` where the first delivery was wrong."""
        kind = self.instrument[place]
        price = self.market.prices[kind, when - self.time.first].astype(np.int64)
        for wrong, (first, last, factor) in self.spoiled.items() if spoiled else ():
            price = np.where((place == wrong) & (when >= first) & (when <= last), price * factor, price)
        size = len(place)
        columns = {
            "account_id": arrow.words(place, self.ids), "instrument_id": arrow.words(kind, self.codes),
            "quantity": arrow.decimals(quantity), "unit_price": arrow.decimals(price * _SCALE, arrow.RATE),
            "market_value": arrow.decimals(value), "cost": arrow.decimals(quantity * _START[kind] // _SCALE),
            "ccy": arrow.words(np.zeros(size, np.int32), pa.array(["CNY"])),
            "product_code": arrow.words(kind, self.products), "risk_level": arrow.words(kind, self.risks),
            "maturity_date": self.maturity.take(pa.array(place)).view(pa.date32()),
        }  # fmt: skip
        return common("holding", columns, when, "WM")

    def fees(self, month: Month) -> pa.Table:
        """Write the monthly fees of investments and return them; they are taken from the product, not from an account."""
        when = self.time.next_work(month.first + 4)
        place = np.flatnonzero((self.fee >= 100) & (self.opened < month.first))
        if not len(place) or when > self.time.end:
            return arrow.schema(TABLES["fee"]).empty_table()
        number: Ints = (month.year * 100 + month.number) * 10_000_000 + np.arange(1, len(place) + 1)
        party = [self.accounts[one].party_id for one in place]
        columns = {
            "fee_id": pa.array([f"W{one}" for one in number]), "party_id": pa.array(party),
            "account_id": arrow.words(place, self.ids),
            "product_code": arrow.words(self.instrument[place], self.products),
            **fee_amounts(self.fee[place]),
            "ccy": pa.array(["CNY"] * len(place)), "booking_date": arrow.days(np.full(len(place), when)),
        }  # fmt: skip
        days: Ints = np.full(len(place), when, dtype=np.int64)
        table = common("fee", columns, days, "WM")
        self.sink.write("fee", table, days)
        return table
