"""State tables on many dates at once, merged party numbers, and rates of exchange.

Everything here only looks at rows with `as_of_date` not later than the evaluated date, so that a later load that
does not touch a date cannot change its figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

import ibis
import pyarrow as pa

from jinlan.lake.engines import Engine, Table
from jinlan.lake.extracts.layout import lake_key
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.features.exact import E8
from jinlan.lake.registry import LoadRecord

FOREVER = date(9999, 12, 31)


class View(Protocol):
    """What features need of `jinlan.lake.view.LakeView`."""

    record: LoadRecord

    def connect(self) -> Engine:
        """Return the engine that holds the view's tables."""

    def has(self, name: str) -> bool:
        """Tell whether the bank delivers this table."""

    def table(self, name: str) -> Table:
        """Return all rows of a table."""

    def snapshots(self, name: str, first: date, last: date) -> Table:
        """Return the rows of the delivered days."""

    def events(self, name: str, first: date, last: date) -> Table:
        """Return the events that happened in the days."""

    def days(self, name: str) -> list[date]:
        """Return the delivered days of a table."""

    def merges(self, as_of: date) -> dict[str, str]:
        """Return old party number -> number that stands on `as_of`."""


def validity(view: View, name: str, columns: Sequence[str], last: date) -> Table:
    """Return the versions of a state table known up to `last`: key, `columns`, known_from, known_to (exclusive).

    A version holds from the day it was delivered until the next one of the same key; deletions leave a hole.
    """
    rows = view.table(name)
    rows = rows.filter(rows.month <= f"{last:%Y-%m}", rows.as_of_date <= last)
    keys = list(lake_key(TABLES[name]))
    wanted = list(dict.fromkeys([*keys, *columns]))
    rows = rows.select(*wanted, "change_type", known_from=rows.as_of_date)
    following = rows.known_from.lead().over(group_by=[rows[key] for key in keys], order_by=rows.known_from)
    rows = rows.mutate(known_to=following.fill_null(ibis.literal(FOREVER)))
    return rows.filter(rows.change_type.fill_null("U") != "D").drop("change_type")


def on_dates(versions: Table, dates: Table) -> Table:
    """Return the versions in force on each `dates.as_of`, with that column first."""
    joined = dates.join(versions, [versions.known_from <= dates.as_of, versions.known_to > dates.as_of])
    return joined.drop("known_from", "known_to")


def dates_table(dates: Iterable[date]) -> pa.Table:
    """Return a one-column table `as_of`."""
    return pa.table({"as_of": pa.array(list(dates), pa.date32())})


def merges_table(view: View, dates: Iterable[date]) -> pa.Table:
    """Return (as_of, old, new): the merged party numbers of each date."""
    rows = [(day, old, new) for day in dates for old, new in view.merges(day).items()]
    return pa.table(
        {
            "as_of": pa.array([row[0] for row in rows], pa.date32()),
            "old": pa.array([row[1] for row in rows], pa.string()),
            "new": pa.array([row[2] for row in rows], pa.string()),
        }
    )


def resolve(rows: Table, merges: Table | None, column: str = "party_id") -> Table:
    """Replace merged party numbers in `column` by the number that stands on the row's `as_of`."""
    if merges is None:
        return rows
    order = rows.columns
    joined = rows.left_join(merges, [rows.as_of == merges.as_of, rows[column] == merges.old])
    return joined.mutate(**{column: ibis.coalesce(joined["new"], joined[column])}).select(*order)


def base_currency(view: View) -> str:
    """Return the entity's currency: that of most of its accounts, for a load that does not name it."""
    rows = view.table("account").group_by("currency").aggregate(n=ibis._.count())
    found = view.connect().to_pyarrow(rows.order_by(ibis.desc("n"), "currency").limit(1))
    return str(found["currency"][0]) if found.num_rows else "CNY"


def fx_table(view: View, base: str, first: date, last: date) -> pa.Table:
    """Return (ccy, day, rate_e8) for every day: the newest rate into `base` not later than the day.

    A rate given only the other way round is inverted; a middle rate is preferred where several are given.
    """
    quotes: dict[str, dict[date, tuple[str, Decimal]]] = {}
    for row in _quotes(view, base, last):
        inverse = row["from_ccy"] == base
        ccy = row["to_ccy"] if inverse else row["from_ccy"]
        rate = Decimal(1) / row["rate"] if inverse else row["rate"]
        kind = f"{int(inverse)}{int('MID' not in row['rate_type'])}{row['rate_type']}"
        days = quotes.setdefault(ccy, {})
        if row["as_of_date"] not in days or kind < days[row["as_of_date"]][0]:
            days[row["as_of_date"]] = (kind, rate)
    found: list[tuple[str, date, int]] = []
    for ccy, days in quotes.items():
        found += _filled(ccy, {day: rate for day, (_, rate) in days.items()}, first, last)
    return pa.table(
        {
            "ccy": pa.array([row[0] for row in found], pa.string()),
            "day": pa.array([row[1] for row in found], pa.date32()),
            "rate_e8": pa.array([row[2] for row in found], pa.int64()),
        }
    )


def _quotes(view: View, base: str, last: date) -> list[dict[str, Any]]:
    if not view.has("fx_rate"):
        return []
    rows = view.table("fx_rate")
    rows = rows.filter(rows.as_of_date <= last, (rows.to_ccy == base) | (rows.from_ccy == base))
    columns = ("from_ccy", "to_ccy", "rate_type", "rate", "as_of_date")
    found: list[dict[str, Any]] = view.connect().to_pyarrow(rows.select(*columns)).to_pylist()
    return found


def _filled(ccy: str, rates: dict[date, Decimal], first: date, last: date) -> list[tuple[str, date, int]]:
    """Carry each quoted rate forward to the next quotation."""
    known = sorted(rates)
    rows = []
    for place, quoted in enumerate(known):
        until = known[place + 1].toordinal() if place + 1 < len(known) else last.toordinal() + 1
        value = int((rates[quoted] * E8).to_integral_value(ROUND_HALF_UP))
        start = max(quoted, first).toordinal()
        rows += [(ccy, date.fromordinal(day), value) for day in range(start, until)]
    return rows
