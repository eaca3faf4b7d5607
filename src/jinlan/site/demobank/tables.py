"""From a month of the engine to the rows of transaction, fee, balance_daily, gl_control."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jinlan.lake.extracts.schema import TXN_TYPES
from jinlan.site.demobank import arrow
from jinlan.site.demobank.book import Account, Bank
from jinlan.site.demobank.counterparties import OUTSIDE, Counterparties
from jinlan.site.demobank.entries import CASHED, CROSS, INTERNAL, LATE, PENDING, REVERSAL, Entries, Ints
from jinlan.site.demobank.market import common
from jinlan.site.demobank.names import REMITTANCE
from jinlan.site.demobank.rand import stream
from jinlan.site.demobank.timeline import DAY_US, SHANGHAI_US, Month
from jinlan.site.demobank.writer import Sink

_CHANNELS = pa.array(("COUNTER", "EBANK", "MOBILE", "LOAN", "BATCH", "POS", "ATM"))
_HOURS = np.array(((9, 17), (8, 19), (7, 23), (9, 16), (1, 4), (8, 22), (7, 22))) * 3600
_CODES = {"TRANSFER": "ESCT", "CASH": "CWDL", "FEE": "CHRG", "INTEREST": "INTR", "LOAN_DRAW": "DDWN",
          "LOAN_REPAY": "PPAY", "CARD": "POSD", "FX": "FCDP", "SECURITIES": "TRAD", "PAYROLL": "SALA",
          "TAX": "TAXE"}  # fmt: skip
_FEE = TXN_TYPES.index("FEE")
_CHUNK = 400_000


class Books:
    """Writes the bookings of one bank."""

    def __init__(self, bank: Bank, sink: Sink) -> None:
        self.bank, self.sink = bank, sink
        self.others = Counterparties(bank)
        self.ids = pa.array([one.account.account_id for one in bank.cash])
        self.party = pa.array([one.account.party_id for one in bank.cash])
        self.product = pa.array(["PAYS" if not one.person else one.account.product_code for one in bank.cash])
        codes = sorted({one.account.currency for one in bank.cash})
        self.currencies = pa.array(codes)
        self.currency = np.array([codes.index(one.account.currency) for one in bank.cash], dtype=np.int32)
        self.count = 0

    def write(self, month: Month, entries: Entries) -> pa.Table:
        """Write the transactions of a month and the fees among them, which are returned."""
        rng = stream(self.bank.seed, "books", month.key)
        keep = np.flatnonzero(entries.day + month.first <= self.bank.time.end)
        order = keep[np.argsort(entries.day[keep], kind="stable")]
        number: Ints = np.zeros(len(entries.day), dtype=np.int64)
        number[order] = (month.year * 100 + month.number) * 100_000_000 + np.arange(1, len(order) + 1)
        entries.other = self.others.resolve(entries.other, rng)
        lag = self._lag(month, entries, rng)
        for start in range(0, len(order), _CHUNK):
            rows = order[start : start + _CHUNK]
            self._transactions(month, entries.take(rows), number, number[rows], lag[rows], rng)
        self.count += len(order)
        return self._fees(month, entries.take(order[entries.kind[order] == _FEE]))

    def _lag(self, month: Month, entries: Entries, rng: np.random.Generator) -> Ints:
        """Days by which a booking is delivered late: as planned, or by chance inside history."""
        planned = entries.flags >> LATE
        chance = np.where(rng.random(len(planned)) < 0.0007, rng.integers(1, 4, len(planned)), 0)
        inside = entries.day + month.first + 4 <= self.bank.time.last
        return np.where(planned > 0, planned, np.where(inside & (entries.back < 0), chance, 0))

    def _transactions(self, month: Month, rows: Entries, number: Ints, mine: Ints, lag: Ints,
                      rng: np.random.Generator) -> None:  # fmt: skip
        size = len(rows.day)
        when = rows.day.astype(np.int64) + month.first
        low, high = _HOURS[rows.channel, 0], _HOURS[rows.channel, 1]
        seconds = low + (rng.random(size) * (high - low)).astype(np.int64)
        known, outside = rows.other >= 0, (rows.other >= 0) & (rows.other < OUTSIDE)
        other, cross = np.maximum(rows.other, 0), rows.flags & CROSS
        undone = rows.back >= 0
        flag = {name: pa.array((rows.flags & bit) > 0) for name, bit in
                (("is_internal", INTERNAL), ("is_reversal", REVERSAL), ("cash_flag", CASHED),
                 ("cross_border_flag", CROSS))}  # fmt: skip
        side = (rows.cents < 0).astype(np.int32)
        columns = {
            "txn_id": _label("T", mine), "account_id": arrow.words(rows.place, self.ids),
            "booking_ts": pa.array(when * DAY_US + seconds * 1_000_000 - SHANGHAI_US).view(arrow.TYPES["ts"]),
            "booking_date": arrow.days(when), "value_date": arrow.days(when),
            "amount": arrow.decimals(np.abs(rows.cents)),
            "currency": arrow.words(self.currency[rows.place], self.currencies),
            "credit_debit_ind": arrow.words(side, pa.array(("CRDT", "DBIT"))),
            "bank_txn_code": arrow.words(rows.kind, pa.array([f"PMNT-{_CODES[name]}" for name in TXN_TYPES])),
            "txn_type": arrow.words(rows.kind, pa.array(TXN_TYPES)),
            "channel": arrow.words(rows.channel, _CHANNELS),
            "status": arrow.words(((rows.flags & PENDING) > 0).astype(np.int32), pa.array(("BOOK", "PDNG"))),
            "counterparty_name": arrow.words(other, self.others.names, known),
            "counterparty_account_masked": arrow.words(other, self.others.masks, known),
            "counterparty_bank_code": arrow.words(self.others.bank_of(other), self.others.banks, outside),
            "counterparty_country": arrow.words(self.others.country_of(other, cross), self.others.countries,
                                                known),
            "reversed_txn_id": _label("T", number[np.maximum(rows.back, 0)], undone),
            "remittance_info": arrow.words(np.maximum(rows.text, 0), pa.array(REMITTANCE), rows.text >= 0),
            **flag,
        }  # fmt: skip
        late = when + lag
        self.sink.write("transaction", common("transaction", columns, late, "CORE"), late)

    def _fees(self, month: Month, rows: Entries) -> pa.Table:
        when = rows.day.astype(np.int64) + month.first
        number: Ints = (month.year * 100 + month.number) * 10_000_000 + np.arange(1, len(when) + 1)
        columns = {
            "fee_id": _label("E", number), "party_id": arrow.words(rows.place, self.party),
            "account_id": arrow.words(rows.place, self.ids),
            "product_code": arrow.words(rows.place, self.product),
            "booking_date": arrow.days(when),
            **fee_amounts(-rows.cents), "ccy": arrow.words(self.currency[rows.place], self.currencies),
        }  # fmt: skip
        table = common("fee", columns, when, "CORE")
        self.sink.write("fee", table, when)
        return table


def fee_amounts(cents: Ints) -> dict[str, pa.Array]:
    """Return amount (VAT included) and the VAT in it, 6 %."""
    whole = cents.astype(np.int64)
    return {"amount": arrow.decimals(whole), "vat_amount": arrow.decimals(whole * 6 // 106)}


def _label(prefix: str, numbers: Ints, valid: Ints | None = None) -> pa.Array:
    text = pc.binary_join_element_wise(prefix, pa.array(numbers).cast(pa.string()), "")
    return text if valid is None else pc.if_else(pa.array(valid), text, pa.scalar(None, pa.string()))


class Ledger:
    """Writes balance_daily and gl_control of all accounts with a balance, deposits first."""

    def __init__(self, bank: Bank, sink: Sink, accounts: list[Account]) -> None:
        self.sink, self.time = sink, bank.time
        self.ids = pa.array([account.account_id for account in accounts])
        self.cash = len(bank.cash)

    def write(self, month: Month, closing: Ints, accrued: Ints, base: Ints, is_open: Ints) -> None:
        """Write one month; arrays are [accounts, days] in cents. Rows are ordered by day, then account."""
        days = min(month.size, self.time.end - month.first + 1)
        for first in range(0, days, 8):
            span = slice(first, min(first + 8, days))
            day, place = np.nonzero(is_open[:, span].T)
            when: Ints = day + first + month.first
            table = self.rows(closing[:, span].T, accrued[:, span].T, base[:, span].T, day, place, when)
            self.sink.write("balance_daily", table, when)

    def rows(self, closing: Ints, accrued: Ints, base: Ints, day: Ints, place: Ints, when: Ints) -> pa.Table:
        """Build rows from [days, accounts] arrays and the cells to take."""
        value = arrow.decimals(closing[day, place])
        columns = {
            "account_id": arrow.words(place, self.ids), "closing_balance": value, "available_balance": value,
            "accrued_interest": arrow.decimals(accrued[day, place]),
            "hold_amount": arrow.decimals(np.zeros(len(day), dtype=np.int64)),
            "balance_base": arrow.decimals(base[day, place]),
        }  # fmt: skip
        return common("balance_daily", columns, when, "CORE")

    def totals(self, month: Month, closing: Ints, is_open: Ints, currency: Ints, codes: pa.Array) -> None:
        """Write the general ledger's totals of deposits by currency and day."""
        days = min(month.size, self.time.end - month.first + 1)
        held = np.where(is_open, closing, 0)[: self.cash, :days]
        totals = np.stack([held[currency == code].sum(axis=0) for code in range(len(codes))], axis=1)
        when: Ints = np.repeat(np.arange(month.first, month.first + days), len(codes))
        columns = {
            "gl_class": pa.array(["DEPOSIT"] * len(when)), "currency": pa.array(codes.to_pylist() * days),
            "total": arrow.decimals(totals.reshape(-1)),
            "tolerance": arrow.decimals(np.full(len(when), 100, dtype=np.int64)),
        }  # fmt: skip
        self.sink.write("gl_control", common("gl_control", columns, when, "GL"), when)
