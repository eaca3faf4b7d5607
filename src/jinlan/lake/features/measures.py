"""Every measure of the catalogue by party and date: `party_measures` for one date, `Measures` for many.

Inside, values are whole numbers (`scale_of`: cents, 1e-8 of a ratio, 1e-4 of a year), fast and exact to add up;
`party_measures` and `by_date` turn them into decimals.

Columns: ``as_of``, ``party_id``, ``party_type``; per measure its value under its code and ``<code>_state`` (0 ok,
1 incomplete, 2 unknown: a table is absent); a value that is not ok is null. ``families`` is the mask of product
families, ``aum_avg_base`` what growth compares with, ``lack_*`` the missing days that explain "incomplete".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property

import ibis

from jinlan.lake.engines import Table
from jinlan.lake.features import balances, credit, exact, flows, holdings, income, partner, rfm
from jinlan.lake.features.asof import View
from jinlan.lake.features.catalog import MEASURES, places_of
from jinlan.lake.features.session import Chunk, Session

STATES = ("ok", "incomplete", "unknown")
LACKS = ("lack_point", "lack_month", "lack_ytd", "lack_12m", "lack_base", "lack_flows")
_DECIMALS = {"money": exact.MONEY, "ratio": exact.RATE, "years": "decimal(12, 4)"}
_ZERO = {"money", "count"}  # a party without accounts or loans has none of these; the others have no value
_KEY = ["as_of", "party_id"]


def kind_of(code: str) -> str:
    """Return the column type of a measure inside: int64, or date."""
    return "date" if MEASURES[code].unit == "date" else "int64"


class Measures:
    """The measures of a session: relations over all dates are made once, parties by chunk."""

    def __init__(self, session: Session) -> None:
        """Compute nothing yet."""
        self.session = session

    def absent(self, code: str) -> tuple[str, ...]:
        """Return the tables (or columns) without which this measure is unknown here."""
        gone = tuple(name for name in MEASURES[code].needs if not self.session.has(name))
        if not gone and code == "revenue_12m" and not self._priced:
            return (income.NO_TRANSFER_PRICE,)
        return gone

    def known(self, *codes: str) -> bool:
        """Tell whether none of these measures is unknown."""
        return not any(self.absent(code) for code in codes)

    @cached_property
    def _priced(self) -> bool:
        return income.priced(self.session)

    @cached_property
    def _balances(self) -> Table:
        return balances.account_slices(self.session)

    @cached_property
    def _flows(self) -> Table:
        return flows.account_flows(self.session)

    @cached_property
    def _fees(self) -> Table:
        return income.fee_slices(self.session)

    @cached_property
    def _loans(self) -> Table:
        return credit.loan_slices(self.session)

    @cached_property
    def _volumes(self) -> Table:
        return partner.volume_slices(self.session)

    def prepare(self) -> None:
        """Make the relations over all dates now: the passes over balances, transactions, loans, fees."""
        if self.known("aum"):
            _ = self._balances
        if self.known("settlement_12m"):
            _ = self._flows
        if self.known("revenue_12m"):
            _ = self._fees, self._loans
        if self.known("joint_volume_12m"):
            _ = self._volumes

    def parties(self, chunk: Chunk, peers: Table | None = None) -> Table:
        """Return all measures by party of the chunk's dates, materialised; see the module's docstring.

        `peers` (as_of, party_id, unit_key): client units with several members, whose inner transfers are no
        settlement.
        """
        opened = holdings.accounts(chunk)
        rows = holdings.parties(chunk).left_join(opened, _KEY)
        rows = rows.select(*_KEY, "party_type", "opened", "families", "product_families", "account_maturity")
        if self.known("aum"):
            sums = balances.party_sums(chunk, balances.account_windows(chunk, self._balances))
            rows = _add(rows, balances.measures(chunk, sums))
        if self.known("settlement_12m"):
            rows = _add(rows, flows.measures(chunk, self._flows, peers, opened))
        rows = self._with_credit(chunk, rows)
        rows = chunk.keep("wide", rows)
        if self.known("revenue_12m"):
            rows = self._with_revenue(chunk, rows)
        if self.known("joint_volume_12m"):
            rows = self._with_partner(chunk, rows)
        derived = chunk.keep("derived", self._derived(rows))
        return chunk.keep("measures", self._finished(self._ranked(derived)))

    def _with_credit(self, chunk: Chunk, rows: Table) -> Table:
        if self.session.has("loan"):
            owed = credit.loans(chunk)
            rows = _add(rows, owed.drop("loan_e8", "overdue_e8"))
            rows = rows.mutate(loan_state=_state(rows.loan_unrated), overdue_state=_state(rows.loan_unrated))
            if self.known("fpa"):
                rows = _add(rows, credit.financing(chunk, owed))
                rows = rows.mutate(fpa_state=_state(rows.fpa_unrated))
        if self.session.has("facility"):
            rows = _add(rows, credit.facilities(chunk))
            state = _state(rows.limit_unrated)
            rows = rows.mutate(limit_state=state, limit_used_state=state)
        return _add(rows, holdings.maturities(chunk)) if self.session.has("holding") else rows

    def _with_revenue(self, chunk: Chunk, rows: Table) -> Table:
        rows = _add(rows, income.party_fees(chunk, self._fees))
        rows = _add(rows, credit.loan_margin(chunk, self._loans))
        rows = rows.join(chunk.limits.select("as_of", "days_12m", "allowed"), "as_of")
        zero = exact.big(0)
        value = income.revenue(
            rows.margin.fill_null(zero),
            rows.loan_margin.fill_null(zero),
            rows.fee.fill_null(zero),
            rows.days_12m,
        )
        lack = ibis.greatest(rows.deposit_missing.fill_null(0), rows.lack_flows.fill_null(0)) > rows.allowed
        unpriced = (rows.unpriced.fill_null(0) > 0) | _yes(rows.loan_unpriced) | _yes(rows.fee_unrated)
        rows = rows.mutate(revenue_12m=value, revenue_12m_state=(lack | unpriced).cast("int8"))
        return chunk.keep("with_revenue", rows.drop("days_12m", "allowed"))

    def _with_partner(self, chunk: Chunk, rows: Table) -> Table:
        rows = _add(rows, partner.measures(chunk, self._volumes))
        joined = rows.join(chunk.limits.select("as_of", "allowed"), "as_of")
        short = joined.lack_flows.fill_null(0) > joined.allowed
        state = (short | _yes(joined.volume_unrated)).cast("int8")
        names = ("joint_volume_12m", "referrals_12m", "revenue_share_12m")
        return joined.mutate(**{f"{name}_state": state for name in names})

    def _derived(self, rows: Table) -> Table:
        """Add what follows from other columns: net assets, growth, families, tenure, maturity."""
        found = {"tenure_years": years(rows.as_of.delta(rows.opened, unit="day"))}
        if self.known("net_financial_assets"):
            found["net_financial_assets"] = rows.aum.fill_null(0) - rows.loan.fill_null(0)
            found["net_financial_assets_state"] = ibis.greatest(
                rows.aum_state.fill_null(0), rows.loan_state.fill_null(0)
            )
        if self.known("aum_growth_12m"):
            found["aum_growth_12m"] = balances.growth(rows.aum_avg_month, rows.aum_avg_base)
        coming = [rows[name] for name in ("account_maturity", "loan_maturity", "holding_maturity")
                  if name in rows.columns]  # fmt: skip
        found["next_maturity"] = ibis.least(*coming)
        return rows.mutate(**found)

    def _ranked(self, rows: Table) -> Table:
        """Add RFM inside persons and organisations, among the parties with accounts."""
        if not self.known("rfm"):
            return rows
        monetary = "revenue_12m" if self.known("revenue_12m") else "settlement_12m"
        states = ibis.greatest(rows.txn_count_12m_state.fill_null(0), rows[f"{monetary}_state"].fill_null(0))
        counts = (states == 0) & rows.opened.notnull()
        rows = rows.mutate(
            rfm_state=states,
            segment=rows.party_type == "PERSON",
            rfm_r=rows.recency_days,
            rfm_f=ibis.ifelse(counts, rows.txn_count_12m.fill_null(0), ibis.null("int64")),
            rfm_m=ibis.ifelse(counts, rows[monetary].fill_null(0), ibis.null("int64")),
        )
        return rfm.label(rows, "segment", recency="rfm_r", frequency="rfm_f", monetary="rfm_m")

    def _finished(self, rows: Table) -> Table:
        """Bring every measure to its type; what is not ok becomes null; parties without figures get zero."""
        columns = {"families": rows.families.fill_null(0)}
        for code, measure in MEASURES.items():
            value, state = self._one(rows, code)
            if measure.unit in _ZERO and code in rows.columns:
                value = value.fill_null(0)
            columns[code] = ibis.ifelse(state == 0, value, ibis.null(kind_of(code)))
            columns[f"{code}_state"] = state
        for name in ("aum_avg_base", *LACKS):
            columns[name] = (
                rows[name].cast("int64").fill_null(0) if name in rows.columns else ibis.null("int64")
            )
        return rows.select(*_KEY, "party_type", **columns)

    def _one(self, rows: Table, code: str) -> tuple[Table, Table]:
        kind = kind_of(code)
        if not self.known(code) or code not in rows.columns:
            return ibis.null(kind), ibis.literal(2, type="int8")
        state = rows[f"{code}_state"].fill_null(0) if f"{code}_state" in rows.columns else ibis.literal(0)
        return rows[code].cast(kind), state.cast("int8")


def years(days: Table) -> Table:
    """Return days ÷ 365.25 in 1e-4 years, half up."""
    return exact.div_half_up(days * 40_000, exact.small(1461), "int64")


def as_decimals(rows: Table) -> Table:
    """Turn the whole numbers of every measure into decimals."""
    columns = {
        code: exact.decimals(rows[code], places_of(code), _DECIMALS[measure.unit])
        for code, measure in MEASURES.items()
        if measure.unit in _DECIMALS
    }
    columns["aum_avg_base"] = exact.decimals(rows.aum_avg_base, 2, exact.MONEY)
    return rows.mutate(**columns)


def _add(rows: Table, more: Table) -> Table:
    """Left join on as_of and party, keeping each column once."""
    extra = [name for name in more.columns if name not in _KEY]
    return rows.left_join(more, _KEY).select(*rows.columns, *extra)


def _yes(flag: Table) -> Table:
    return flag.fill_null(ibis.literal(False))


def _state(flag: Table) -> Table:
    return _yes(flag).cast("int8")


def party_measures(view: View, as_of: date, *, session: Session | None = None) -> Table:
    """Return one row per party of one date: values (money in base currency) and states of every measure.

    The relation lives in the view's engine. Own-account transfers are those of the party itself; transfers inside
    a client unit are known to `insight.identify`, which passes them to `Measures.parties`.
    """
    live = session or Session(view, [as_of])
    return as_decimals(Measures(live).parties(live.chunk([as_of])))


def by_date(view: View, dates: Sequence[date]) -> Table:
    """Return `party_measures` of several dates in one pass (column ``as_of`` tells them apart)."""
    live = Session(view, dates)
    return as_decimals(Measures(live).parties(live.chunk(live.plan.dates)))
