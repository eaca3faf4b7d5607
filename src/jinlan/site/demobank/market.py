"""Exchange rates, prices of instruments, transfer-price curve: what everything else is valued with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jinlan.lake.extracts.schema import TABLES
from jinlan.site.demobank import arrow
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.products import INSTRUMENTS
from jinlan.site.demobank.rand import stream
from jinlan.site.demobank.writer import Sink

# start, yearly volatility, decimals
_PAIRS = {"USD": (7.18, 0.025, 4), "EUR": (7.76, 0.05, 4), "HKD": (0.9195, 0.02, 4), "JPY": (0.0481, 0.08, 6)}
_TENORS = (
    (1, 0.0125),
    (30, 0.0138),
    (90, 0.0150),
    (180, 0.0162),
    (365, 0.0185),
    (1095, 0.0228),
    (1825, 0.0255),
)


class Market:
    """Rates and prices of every day of the timeline, as scaled ints."""

    def __init__(self, bank: Bank) -> None:
        self.time = bank.time
        self._seed = bank.seed
        self.days = bank.time.end - bank.time.first + 1
        self.fx = {pair: self._walk(pair, *spec) for pair, spec in _PAIRS.items()}
        self.prices = np.stack([self._price(place) for place in range(len(INSTRUMENTS))])

    def _walk(self, pair: str, start: float, vol: float, decimals: int) -> npt.NDArray[np.int64]:
        """A random walk that moves on working days only, pulled back to its start; int 1e-8, few decimals."""
        steps = stream(self._seed, "fx", pair).normal(0.0, vol / np.sqrt(250), self.days)
        level, out = 0.0, []
        for step, work in zip(steps, self.time.work[: self.days], strict=True):
            level = level * 0.995 + step if work else level
            out.append(round(start * (1 + level), decimals))
        return np.array([arrow.e8(rate) for rate in out], dtype=np.int64)

    def _price(self, place: int) -> npt.NDArray[np.int64]:
        """Price of an instrument, int 1e-4."""
        one = INSTRUMENTS[place]
        size = self.days + 31
        noise = stream(self._seed, "price", one.code).normal(0.0, one.vol / np.sqrt(250), size)
        work = self.time.work[:size]
        growth = 1 + np.where(work, one.drift / 250 + noise, 0.0)
        return np.rint(one.start * np.cumprod(growth) * 10_000).astype(np.int64)

    def base(self, values: npt.NDArray[np.int64], currency: str, first: int) -> npt.NDArray[np.int64]:
        """Convert cents [accounts, days], days from `first` on, to cents CNY, rounded half up."""
        if currency == "CNY":
            return values
        start = first - self.time.first
        days = min(values.shape[1], self.days - start)
        # the rates have at most 4 decimals (6 for JPY): dividing first keeps the product inside int64
        scale = 100 if currency == "JPY" else 10_000
        rates = self.fx[currency][start : start + days] // scale
        unit = arrow.E8 // scale
        out = np.zeros_like(values)
        product = np.abs(values[:, :days]) * rates
        out[:, :days] = np.sign(values[:, :days]) * ((product + unit // 2) // unit)
        return out

    def deliver(self, sink: Sink) -> None:
        """Write fx_rate of every day and ftp_curve of every first of a month."""
        days = np.arange(self.time.first, self.time.end + 1)
        when: npt.NDArray[np.int64] = np.repeat(days, len(self.fx))
        rates = np.stack([self.fx[pair] for pair in self.fx], axis=1).reshape(-1)
        size = len(when)
        columns = {
            "from_ccy": pa.array(list(self.fx) * len(days)), "to_ccy": pa.array(["CNY"] * size),
            "rate_type": pa.array(["MID"] * size), "rate": arrow.decimals(rates, arrow.RATE),
        }  # fmt: skip
        sink.write("fx_rate", common("fx_rate", columns, when, "MKT"), when)
        self._curve(sink)

    def _curve(self, sink: Sink) -> None:
        steps = stream(self._seed, "ftp").normal(0.0, 0.0004, len(self.time.months))
        shift = np.cumsum(steps) * 0.3
        rows = [(month.first, tenor, arrow.e8(round(rate + shift[month.index], 6)))
                for month in self.time.months for tenor, rate in _TENORS]  # fmt: skip
        when = np.array([row[0] for row in rows])
        columns = {
            "curve_code": pa.array(["CNY_FTP"] * len(rows)), "currency": pa.array(["CNY"] * len(rows)),
            "tenor_days": pa.array([row[1] for row in rows], pa.int64()),
            "rate": arrow.decimals(np.array([row[2] for row in rows], dtype=np.int64), arrow.RATE),
        }  # fmt: skip
        sink.write("ftp_curve", common("ftp_curve", columns, when, "ALM"), when)


def common(name: str, columns: dict[str, pa.Array], when: npt.NDArray[np.int64], system: str) -> pa.Table:
    """Complete a table of `name`: as_of_date, source, and nulls for what was not given."""
    size = len(when)
    given = {**columns, "as_of_date": arrow.days(when),
             "source_system": arrow.words(np.zeros(size, np.int32), pa.array([system]))}  # fmt: skip
    shape = arrow.schema(TABLES[name])
    return pa.table({f.name: given.get(f.name, pa.nulls(size, f.type)) for f in shape})
