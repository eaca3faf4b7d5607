"""One evaluation session: a lake view, a set of dates, and the intermediate relations they share.

Relations are made once as temporary tables of the view's engine (`keep`) and dropped by `close`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from types import TracebackType
from typing import Self

import ibis
import pyarrow as pa

from jinlan.basics.register import rule
from jinlan.lake.engines import Engine, Table
from jinlan.lake.features import asof, exact
from jinlan.lake.features.asof import View
from jinlan.lake.features.windows import Deliveries, Plan

# Families whose balances are assets under management (01 §1.2); the others owe, pay or advise.
AUM_FAMILIES = ("DEPOSIT", "WEALTH", "FUND", "INSURANCE", "TRUST", "BOND", "CUSTODY")
_numbers = itertools.count()


class Session:
    """Shared state of features; use as a context manager. `dates` may be evaluated in parts (`chunk`)."""

    def __init__(self, view: View, dates: Iterable[date] | Plan, base: str = "") -> None:
        """Open nothing yet; `base` is the entity's currency (default: the load's, else that of most accounts)."""
        self.view = view
        self.plan = dates if isinstance(dates, Plan) else Plan(dates)
        self.con: Engine = view.connect()
        self._base = base
        self._prefix = f"features_{next(_numbers)}_"
        self._kept: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop every intermediate relation."""
        while self._kept:
            self.con.drop_table(self._kept.pop(), force=True)

    def keep(self, name: str, rows: Table | pa.Table) -> Table:
        """Materialise a relation (or a small Arrow table) in the engine and return it."""
        full = f"{self._prefix}{name}"
        if full in self._kept:
            self._kept.remove(full)
        table = self.con.create_table(full, rows, temp=True, overwrite=True)
        self._kept.append(full)
        return table

    def drop(self, name: str) -> None:
        """Drop one relation early."""
        full = f"{self._prefix}{name}"
        if full in self._kept:
            self._kept.remove(full)
            self.con.drop_table(full, force=True)

    def has(self, *names: str) -> bool:
        """Tell whether the bank delivers all these tables."""
        return all(self.view.has(name) for name in names)

    @cached_property
    def base(self) -> str:
        """The entity's base currency."""
        return self._base or self.view.record.base_currency or asof.base_currency(self.view)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The days for which the bank delivered balances."""
        days = self.view.days("balance_daily") if self.has("balance_daily") else []
        return Deliveries(days)

    @cached_property
    def slices(self) -> Table:
        """(slice, first, last) of the slices that balances need."""
        return self.keep("slices", self.plan.slice_table())

    @cached_property
    def days(self) -> Table:
        """(day, slice) of every day looked back on."""
        return self.keep("days", self.plan.day_table())

    @cached_property
    def fx(self) -> Table:
        """(ccy, day, rate_e8) into the base currency, without the base currency itself."""
        return self.keep("fx", asof.fx_table(self.view, self.base, self.plan.flows_from, self.plan.last))

    def rated(self, rows: Table, currency: str, day: str) -> Table:
        """Add ``fx_e8`` (1e-8 of base currency for one of the row's `currency` on its `day`, 0 where there is none) and ``unrated``."""
        fx = self.fx
        joined = rows.left_join(fx, [rows[currency] == fx.ccy, rows[day] == fx.day])
        rate = ibis.ifelse(joined[currency] == self.base, exact.E8, joined.rate_e8)
        columns = {name: joined[name] for name in rows.columns}
        return joined.select(**columns, fx_e8=exact.big(rate.fill_null(0)), unrated=rate.isnull())

    @cached_property
    def account_versions(self) -> Table:
        """All versions of all accounts, with the family of their product."""
        columns = ("party_id", "product_code", "currency", "open_date", "close_date", "status", "interest_rate",
                   "rate_type", "day_count", "ftp_rate", "ftp_date", "maturity_date", "account_no_masked_hash")  # fmt: skip
        rows = asof.validity(self.view, "account", columns, self.plan.last)
        closed = ibis.ifelse(rows.status == "CLOSED", rows.known_from, ibis.null("date"))
        earliest = rows.known_from.min().over(group_by=rows.account_id)
        rows = rows.mutate(
            gone=ibis.coalesce(rows.close_date, closed, ibis.literal(asof.FOREVER)),
            # the first version also speaks for the account's life before the bank delivered it
            lives_from=ibis.ifelse(
                rows.known_from == earliest, ibis.least(earliest, rows.open_date), rows.known_from
            ),
        )
        products = self.products
        joined = rows.left_join(products, rows.product_code == products.product_code)
        family = joined.family.fill_null("")
        return self.keep("account_versions", joined.select(*rows.columns, family=family))

    @cached_property
    def products(self) -> Table:
        """(product_code, family): a product does not change its family, so its newest row serves all dates."""
        rows = self.view.table("product")
        newest = ibis.row_number().over(group_by=rows.product_code, order_by=rows.as_of_date.desc())
        rows = rows.mutate(age=newest)
        return self.keep("products", rows.filter(rows.age == 0).select("product_code", "family"))

    def chunks(self, rows: int = 300_000) -> list[tuple[date, ...]]:
        """Cut the dates so that one part has at most about `rows` (party, date) pairs."""
        parties = self.con.to_pyarrow(self.view.table("party").party_id.nunique()).as_py() or 1
        step = max(1, rows // parties)
        dates = self.plan.dates
        return [dates[start : start + step] for start in range(0, len(dates), step)]

    def chunk(self, dates: Sequence[date]) -> Chunk:
        """Return the part of the session that evaluates `dates`."""
        return Chunk(self, tuple(dates))

    def allowed_missing(self, on: date) -> int:
        """Return how many missing days an average bears (rule AVG.MISSING)."""
        return int(rule("AVG.MISSING", on).value)


class Chunk:
    """Some dates of a session, with the relations that have one row per date and something."""

    def __init__(self, session: Session, dates: tuple[date, ...]) -> None:
        self.session = session
        self.dates = dates

    def keep(self, name: str, rows: Table | pa.Table) -> Table:
        """Materialise a relation of this chunk; the next chunk replaces it."""
        return self.session.keep(f"chunk_{name}", rows)

    @cached_property
    def as_ofs(self) -> Table:
        """(as_of) of the chunk."""
        return self.keep("as_ofs", asof.dates_table(self.dates))

    @cached_property
    def use(self) -> Table:
        """(as_of, slice, in_<window>, closing)."""
        return self.keep("use", self.session.plan.use_table(self.dates))

    @cached_property
    def merges(self) -> Table | None:
        """(as_of, old, new) party numbers; None when nothing was ever merged."""
        rows = asof.merges_table(self.session.view, self.dates)
        return self.keep("merges", rows) if rows.num_rows else None

    @cached_property
    def limits(self) -> Table:
        """(as_of, allowed, days_<window>): missing days an average bears and lengths of the windows."""
        columns: dict[str, list[object]] = {"as_of": [], "allowed": []}
        for each in self.session.plan.windows:
            if each.as_of in self.dates:
                columns["as_of"].append(each.as_of)
                columns["allowed"].append(self.session.allowed_missing(each.as_of))
                for name, (first, last) in each.named().items():
                    columns.setdefault(f"days_{name}", []).append((last - first).days + 1)
        kinds = {"as_of": pa.date32()}
        table = pa.table(
            {name: pa.array(column, kinds.get(name, pa.int64())) for name, column in columns.items()}
        )
        return self.keep("limits", table)

    @cached_property
    def accounts(self) -> Table:
        """The accounts known on each date: (as_of, account_id, party_id, ...), merged numbers resolved."""
        rows = asof.on_dates(self.session.account_versions, self.as_ofs)
        rows = rows.filter(rows.open_date <= rows.as_of)
        return self.keep("accounts", asof.resolve(rows, self.merges))

    @cached_property
    def fx(self) -> Table:
        """(as_of, ccy, rate_e8) on the dates themselves."""
        fx, dates = self.session.fx, self.as_ofs
        return self.keep("fx", dates.join(fx, dates.as_of == fx.day).select("as_of", "ccy", "rate_e8"))

    def state(self, name: str, columns: Sequence[str], party: str = "party_id") -> Table:
        """Return a state table on each date with merged numbers in `party` resolved."""
        versions = asof.validity(self.session.view, name, columns, self.dates[-1])
        return asof.resolve(asof.on_dates(versions, self.as_ofs), self.merges, party)
