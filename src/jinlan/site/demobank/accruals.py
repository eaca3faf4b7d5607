"""What the general ledger holds of a month's interest: accrued account by account, rounded to the cent, added up."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa

from jinlan.insight.score import half_up
from jinlan.lake.extracts.schema import MONTH_TOTALS, TABLES
from jinlan.site.demobank import arrow
from jinlan.site.demobank.book import Bank
from jinlan.site.demobank.entries import Ints
from jinlan.site.demobank.market import common
from jinlan.site.demobank.timeline import Month
from jinlan.site.demobank.writer import Sink

YEAR = 365


class Accruals:
    """Keeps the terms of deposits and the life of loans; made before the state tables are written out."""

    def __init__(self, bank: Bank) -> None:
        self.time = bank.time
        self.rates = [one.account.interest_rate or 0 for one in bank.cash]
        self.loans: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for when, _change, row in sorted(bank.state.rows.get("loan", ()), key=lambda one: one[0]):
            self.loans[row["loan_id"]].append((when, row["outstanding"], row["interest_rate"]))

    def write(self, sink: Sink, month: Month, base: Ints, is_open: Ints, cost: int) -> None:
        """Write the ledger's totals of a month that is over; `base` and `is_open` are [deposits, days], `cost` in cents."""
        if month.last > self.time.end:
            return
        totals = dict(zip(MONTH_TOTALS, (self.income(month), self.expense(base, is_open), cost), strict=True))
        when: Ints = np.full(len(totals), month.last)
        columns = {
            "gl_class": pa.array(list(totals)), "currency": pa.array(["CNY"] * len(totals)),
            "total": arrow.decimals(np.array(list(totals.values()), dtype=np.int64)),
            "tolerance": arrow.decimals(np.zeros(len(totals), dtype=np.int64)),
        }  # fmt: skip
        sink.write("gl_control", common("gl_control", columns, when, "GL"), when)

    def fees(self, sink: Sink, *parts: pa.Table) -> None:
        """Write the ledger's fees and the VAT inside them by day and currency of what was booked up to the end."""
        plain = pa.schema(
            [
                arrow.schema(TABLES["fee"]).field(name)
                for name in ("booking_date", "ccy", "amount", "vat_amount")
            ]
        )
        rows = pa.concat_tables(part.select(plain.names).cast(plain) for part in parts)
        days = rows["booking_date"].cast(pa.int32()).to_numpy()
        rows = rows.filter(pa.array(days <= self.time.end)).group_by(["booking_date", "ccy"])
        found = rows.aggregate([("amount", "sum"), ("vat_amount", "sum")]).sort_by(
            [("booking_date", "ascending"), ("ccy", "ascending")]
        )
        if not found.num_rows:
            return
        size = found.num_rows
        when: Ints = np.tile(found["booking_date"].cast(pa.int32()).to_numpy().astype(np.int64), 2)
        columns = {
            "gl_class": pa.array(["FEE_INCOME"] * size + ["VAT"] * size),
            "currency": pa.concat_arrays([found["ccy"].combine_chunks()] * 2),
            "total": pa.concat_arrays([found[name].combine_chunks().cast(arrow.MONEY) for name in ("amount_sum", "vat_amount_sum")]),
            "tolerance": arrow.decimals(np.zeros(2 * size, dtype=np.int64)),
        }  # fmt: skip
        order = np.argsort(when, kind="stable")
        table = common("gl_control", columns, when, "GL").take(pa.array(order))
        sink.write("gl_control", table, when[order])

    def expense(self, base: Ints, is_open: Ints) -> int:
        """Return the interest of a month on deposits, in cents."""
        held: list[int] = np.where(is_open, base, 0)[: len(self.rates)].sum(axis=1).tolist()
        return sum(half_up(days * rate, YEAR * arrow.E8) for days, rate in zip(held, self.rates, strict=True))

    def income(self, month: Month) -> int:
        """Return the interest of a month on loans, in cents; every version of a loan counts for its days."""
        total = 0
        for versions in self.loans.values():
            ends = [when for when, _, _ in versions[1:]] + [month.last + 1]
            owed = 0
            for (when, outstanding, rate), end in zip(versions, ends, strict=True):
                days = min(end, month.last + 1) - max(when, month.first)
                owed += outstanding * rate * max(0, days)
            total += half_up(owed, YEAR * arrow.E8)
        return total
