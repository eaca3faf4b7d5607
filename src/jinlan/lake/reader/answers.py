"""Answering questions: scope first, then the pinned view, then a few rows."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from jinlan.basics.errors import Refused
from jinlan.basics.periods import add_months, month_start
from jinlan.lake.engines import Table
from jinlan.lake.extracts.layout import lake_key
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.features.catalog import MEASURES
from jinlan.lake.features.session import AUM_FAMILIES
from jinlan.lake.features.windows import DAY
from jinlan.lake.reader.questions import (
    CORPORATE,
    PERSONAL,
    ROW_LIMIT,
    Accounts,
    MeasureHistory,
    Pin,
    Ping,
    Question,
    Rows,
    Scope,
    SourceRows,
    rows_to_wire,
)
from jinlan.lake.reader.sources import DEPOSITS, MAKERS, Asked, Source
from jinlan.lake.registry import LoadRecord
from jinlan.lake.view import LakeView

_ENTITY = re.compile(r"[A-Za-z0-9_-]{1,16}")
_VIEWS_KEPT = 3
_HISTORY_MONTHS = 36
_PERSONAL_TYPES = ("PERSON", "TRUST")


class Answerer:
    """One worker's answers. Keeps a few pinned views open; not shared between threads."""

    def __init__(self, lake: Path, *, memory_limit: str = "512MB", threads: int = 1) -> None:
        """Open nothing yet."""
        self._lake = lake
        self._memory_limit, self._threads = memory_limit, threads
        self._views: OrderedDict[tuple[str, int], LakeView] = OrderedDict()
        self.current: LakeView | None = None

    def answer(self, question: Question) -> dict[str, Any]:
        """Return the answer as JSON values.

        Raises:
            Refused: LAKE_QUESTION, LAKE_MEASURE, LAKE.ABSENT.
        """
        if isinstance(question, Ping):
            return {"ready": True}
        self.current = self._view(question.record)
        try:
            if isinstance(question, SourceRows):
                return {"sources": [rows_to_wire(rows) for rows in self._sources(self.current, question)]}
            if isinstance(question, MeasureHistory):
                return {"rows": rows_to_wire(_history(self.current, question))}
            return {"rows": rows_to_wire(_accounts(self.current, question))}
        finally:
            self.current = None

    def _sources(self, view: LakeView, question: SourceRows) -> list[Rows]:
        if question.measure not in MAKERS:
            raise _no_measure(question.measure)
        absent = [name for name in MEASURES[question.measure].needs if not view.has(name)]
        if absent:
            raise Refused(
                "LAKE.ABSENT", "该指标未知:没有供数 %(tables)s。", "请在供数中加入该表。", tables=absent
            )
        asked = _asked(view, question.as_of, question.parties, question.peers, question.scope)
        if not asked.parties:
            return []
        return [_rows(view, source, question.limit) for source in MAKERS[question.measure](asked)]

    def _view(self, pin: Pin) -> LakeView:
        """Return the view of a finished load; the compliance zone does not exist for this process."""
        if not _ENTITY.fullmatch(pin.entity):
            raise Refused("LAKE_QUESTION", "法人代码无效。")
        key = (pin.entity, pin.load_id)
        if key in self._views:
            self._views.move_to_end(key)
            return self._views[key]
        versions = {
            name: number
            for name, number in pin.versions.items()
            if name in TABLES and TABLES[name].zone == "lake"
        }
        some_day = date.min  # readers pin by version, the date of the load plays no part
        record = LoadRecord(
            pin.load_id, pin.entity, some_day, None, 0, 0, "", some_day, versions, pin.base_currency
        )
        view = LakeView(self._lake, record, memory_limit=self._memory_limit, threads=self._threads)
        self._views[key] = view
        while len(self._views) > _VIEWS_KEPT:
            self._views.popitem(last=False)[1].close()
        return view

    def close(self) -> None:
        """Release every view."""
        while self._views:
            self._views.popitem()[1].close()


def _no_measure(measure: str) -> Refused:
    return Refused("LAKE_MEASURE", "没有指标 %(measure)s 的来源。", "请在指标目录中选择。", measure=measure)


def _asked(
    view: LakeView, as_of: date, parties: tuple[str, ...], peers: tuple[str, ...], scope: Scope
) -> Asked:
    return Asked(view, as_of, within(view, as_of, parties, scope), peers)


def within(view: LakeView, as_of: date, parties: tuple[str, ...], scope: Scope) -> tuple[str, ...]:
    """Drop the parties that the scope does not let through: neither named in it nor of its data domains."""
    named = tuple(party for party in parties if scope.all or party in set(scope.parties))
    if not {PERSONAL, CORPORATE} <= set(scope.domains):
        return _in_domains(view, as_of, named, scope.domains)
    return named


def _in_domains(
    view: LakeView, as_of: date, parties: tuple[str, ...], domains: tuple[int, ...]
) -> tuple[str, ...]:
    if not parties or not domains or not view.has("party"):
        return ()
    rows = view.state("party", as_of).select("party_id", "party_type")
    found = view.connect().to_pyarrow(rows.filter(rows.party_id.isin(parties))).to_pylist()
    domain = {
        row["party_id"]: PERSONAL if row["party_type"] in _PERSONAL_TYPES else CORPORATE for row in found
    }
    return tuple(party for party in parties if domain.get(party) in domains)


def _rows(view: LakeView, source: Source, limit: int) -> Rows:
    """Read some rows of a source, count all of them and add up the figure's column by currency."""
    con = view.connect()
    count = source.rows.count()
    total = int(con.to_pyarrow(count).as_py())
    names = dict.fromkeys(
        [*source.order, *(key for key in lake_key(TABLES[source.table]) if key in source.columns)]
    )
    order = [
        source.rows[name[1:]].desc() if name.startswith("-") else source.rows[name].asc() for name in names
    ]
    shown = con.to_pyarrow(
        source.rows.order_by(order).limit(max(0, min(limit, ROW_LIMIT))).select(*source.columns)
    )
    return _answer(view, source.table, shown, total, _sums(view, source) if total else {}, source.note)


def _sums(view: LakeView, source: Source) -> dict[str, Decimal]:
    if not source.value:
        return {}
    rows = source.rows
    currency = rows[source.currency] if source.currency else ibis.literal("")
    summed = rows.group_by(currency=currency).aggregate(value=rows[source.value].sum())
    found = view.connect().to_pyarrow(summed.order_by("currency")).to_pylist()
    return {str(row["currency"] or ""): Decimal(row["value"] or 0) for row in found}


def _answer(
    view: LakeView,
    table: str,
    shown: pa.Table,
    total: int,
    sums: dict[str, Decimal] | None = None,
    note: str = "",
) -> Rows:
    kinds = tuple(_kind(field.type) for field in shown.schema)
    rows = (
        tuple(zip(*(column.to_pylist() for column in shown.columns), strict=True)) if shown.num_rows else ()
    )
    return Rows(
        table, view.record.versions[table], tuple(shown.schema.names), kinds, rows, total, sums or {}, note
    )  # fmt: skip


def _kind(kind: pa.DataType) -> str:
    tests: tuple[tuple[str, Callable[[pa.DataType], bool]], ...] = (
        ("money", pa.types.is_decimal), ("date", pa.types.is_date), ("ts", pa.types.is_timestamp),
        ("bool", pa.types.is_boolean), ("int", pa.types.is_integer),
    )  # fmt: skip
    return next((name for name, test in tests if test(kind)), "text")


def _accounts(view: LakeView, question: Accounts) -> Rows:
    """Accounts with family, balance of the day (carried forward when missing) and worst class of their loans."""
    asked = _asked(view, question.as_of, question.parties, (), question.scope)
    rows = asked.accounts
    rows = rows.select(
        "party_id", "account_id", "product_code", "family", "currency", "status", "open_date", "close_date",
        "maturity_date", "interest_rate",
    )  # fmt: skip
    day = asked.balance_day() if view.has("balance_daily") else None
    if day is not None:
        balances = view.snapshot("balance_daily", day).select("account_id", "closing_balance", "balance_base")
        rows = _beside(rows, balances, "closing_balance", "balance_base")
    if view.has("loan"):
        loans = asked.loans()
        loans = loans.group_by("account_id").aggregate(
            outstanding=loans.outstanding.sum().cast("decimal(24, 2)"), five_tier=loans.five_tier.max()
        )
        rows = _beside(rows, loans, "outstanding", "five_tier")
    size = rows.balance_base.fill_null(0) if day is not None else ibis.literal(0)
    order = [(rows.status == "CLOSED").asc(), size.desc(), rows.account_id.asc()]
    total = int(view.connect().to_pyarrow(rows.count()).as_py())
    shown = view.connect().to_pyarrow(rows.order_by(order).limit(max(0, min(question.limit, ROW_LIMIT))))
    note = "" if day in (None, question.as_of) else f"{question.as_of} 没有供数,余额为 {day}。"
    return _answer(view, "account", shown, total, None, note)


def _beside(rows: Table, others: Table, *columns: str) -> Table:
    """Put columns of at most one other row beside each account."""
    joined = rows.left_join(others, "account_id")
    return joined.select(*rows.columns, *columns)


def _history(view: LakeView, question: MeasureHistory) -> Rows:
    """Return (day, currency, value): daily for balances, monthly for flows (first of month) and loans (month-ends)."""
    first = max(question.first, add_months(month_start(question.last), -_HISTORY_MONTHS))
    asked = _asked(view, question.last, question.parties, question.peers, question.scope)
    maker = _SERIES.get(question.measure)
    if maker is None:
        raise _no_measure(question.measure)
    table, value, made = maker
    if not view.has(table):
        raise Refused("LAKE.ABSENT", "该指标未知:没有供数 %(tables)s。", "请在供数中加入该表。", tables=table)
    rows = made(asked, first, question.last)
    series = rows.group_by("day", "currency").aggregate(value=rows[value].sum().cast("decimal(38, 2)"))
    shown = view.connect().to_pyarrow(series.order_by("day", "currency").select("day", "currency", "value"))
    return _answer(view, table, shown, shown.num_rows)


def _balance_series(families: tuple[str, ...]) -> Callable[[Asked, date, date], Table]:
    def make(asked: Asked, first: date, last: date) -> Table:
        rows = asked.balances(first, last, families)
        return rows.select("balance_base", day="as_of_date", currency=ibis.literal(""))

    return make


def _settlement_series(asked: Asked, first: date, last: date) -> Table:
    rows = asked.settlement(first, last)
    return rows.select("value", "currency", day=rows.booking_date.truncate("M"))


def _fee_series(asked: Asked, first: date, last: date) -> Table:
    rows = asked.of_parties(asked.view.events("fee", first, last))
    return rows.select("amount", currency="ccy", day=rows.booking_date.truncate("M"))


def _volume_series(asked: Asked, first: date, last: date) -> Table:
    rows = asked.of_parties(asked.view.events("partner_volume", first, last))
    return rows.select("joint_volume", currency="ccy", day=rows.booking_date.truncate("M"))


def _loan_series(value: str) -> Callable[[Asked, date, date], Table]:
    def make(asked: Asked, first: date, last: date) -> Table:
        ends, day = [last], month_start(last) - DAY
        while day >= first:
            ends.append(day)
            day = month_start(day) - DAY
        parts = []
        for end in ends:
            rows = Asked(asked.view, end, tuple(asked.parties)).loans()
            parts.append(rows.select(value, "currency", day=ibis.literal(end)))
        return parts[0] if len(parts) == 1 else ibis.union(*parts, distinct=False)

    return make


_SERIES: dict[str, tuple[str, str, Callable[[Asked, date, date], Table]]] = {
    "aum": ("balance_daily", "balance_base", _balance_series(AUM_FAMILIES)),
    "deposit_avg_12m": ("balance_daily", "balance_base", _balance_series(DEPOSITS)),
    "settlement_12m": ("transaction", "value", _settlement_series),
    "revenue_12m": ("fee", "amount", _fee_series),
    "joint_volume_12m": ("partner_volume", "joint_volume", _volume_series),
    "loan": ("loan", "outstanding", _loan_series("outstanding")),
    "overdue": ("loan", "overdue", _loan_series("overdue")),
}
for _average in ("aum_avg_month", "aum_avg_ytd", "aum_avg_12m", "aum_growth_12m"):
    _SERIES[_average] = _SERIES["aum"]
