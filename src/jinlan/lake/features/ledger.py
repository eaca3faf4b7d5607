"""The statement of a month against the bank's general ledger: line by line, and where a gap lies (02 §2.1, 10 §10.6).

Interest is compared as accrued in the month, fees and VAT day by day in their own currency, operating cost with what nobody used beside
it. Expected loss, tax and capital are no lines of this ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from jinlan.lake.extracts.schema import MONTH_TOTALS
from jinlan.lake.features import asof, exact
from jinlan.lake.features.lines import DEPOSIT, LOAN
from jinlan.lake.features.session import Session

INCOME, EXPENSE, COST = MONTH_TOTALS
FEE_INCOME, FEE_EXPENSE, VAT = "FEE_INCOME", "FEE_EXPENSE", "VAT"
LINES = (INCOME, EXPENSE, FEE_INCOME, FEE_EXPENSE, VAT, COST)
Key = tuple[date, str, str]  # month, line, currency


@dataclass(frozen=True, slots=True)
class Place:
    """A day on which the two sides differ, in cents of the check's currency."""

    day: date
    ours: int
    ledger: int


@dataclass(frozen=True, slots=True)
class Check:
    """One line of one month in one currency, in cents; `ledger` None: the bank delivers no such total.

    `idle` is the part of operating cost that no client used; it is inside `ours`.
    """

    month: date
    line: str
    currency: str
    ours: int
    ledger: int | None
    tolerance: int = 0
    idle: int = 0
    places: tuple[Place, ...] = ()

    @property
    def gap(self) -> int | None:
        """Return ledger - ours; None where nothing was delivered."""
        return None if self.ledger is None else self.ledger - self.ours

    @property
    def holds(self) -> bool | None:
        """Tell whether the gap is within tolerance; None where nothing was delivered."""
        return None if self.gap is None else abs(self.gap) <= self.tolerance


def checks(session: Session, rows: pa.Table) -> list[Check]:
    """Compare the months of `rows` (`statement.account_months` of this session) with the ledger; ordered by month and line."""
    ledger = _ledger(session)
    found = [*_accrued(session, rows, ledger), *_cost(session, rows, ledger), *_fees(session, ledger)]
    return sorted(found, key=lambda one: (one.month, LINES.index(one.line), one.currency))


def _ledger(session: Session) -> dict[Key, dict[date, tuple[int, int]]]:
    """Return what the bank delivered: (total, tolerance) in cents by day."""
    found: dict[Key, dict[date, tuple[int, int]]] = defaultdict(dict)
    if session.has("gl_control"):
        plan = session.plan
        rows = session.view.snapshots("gl_control", plan.flows_from, plan.last)
        rows = rows.filter(rows.gl_class.isin(LINES)).select(
            "gl_class", "currency", day=rows.as_of_date, total=exact.cents(rows.total), tolerance=exact.cents(rows.tolerance.fill_null(0))
        )  # fmt: skip
        for row in session.con.to_pyarrow(rows).to_pylist():
            key = (row["day"].replace(day=1), row["gl_class"], row["currency"])
            found[key][row["day"]] = (int(row["total"]), int(row["tolerance"]))
    return found


def _months(session: Session) -> list[date]:
    return [one.first for one in session.plan.slices]


def _sums(rows: pa.Table, side: str | None, column: str) -> dict[date, int]:
    """Return month -> the sum of a line, of one side of the books or of all rows."""
    found: dict[date, int] = defaultdict(int)
    names = ("month", "side", column)
    for month, on, value in zip(*(rows[name].to_pylist() for name in names), strict=True):
        if side in (None, on):
            found[month] += value
    return found


def _total(days: Mapping[date, tuple[int, int]]) -> tuple[int | None, int]:
    """Return the month's total and tolerance; None without a row."""
    if not days:
        return None, 0
    return sum(total for total, _ in days.values()), sum(tolerance for _, tolerance in days.values())


def _accrued(
    session: Session, rows: pa.Table, ledger: Mapping[Key, dict[date, tuple[int, int]]]
) -> Iterable[Check]:
    for line, side in ((INCOME, LOAN), (EXPENSE, DEPOSIT)):
        ours = _sums(rows, side, "interest")
        for month in _months(session):
            total, tolerance = _total(ledger.get((month, line, session.base), {}))
            yield Check(month, line, session.base, ours.get(month, 0), total, tolerance)


def _cost(
    session: Session, rows: pa.Table, ledger: Mapping[Key, dict[date, tuple[int, int]]]
) -> Iterable[Check]:
    used, pools = _sums(rows, None, "cost"), _pools(session)
    for month in _months(session):
        total, tolerance = _total(ledger.get((month, COST, session.base), {}))
        idle = pools[month] - used.get(month, 0) if month in pools else 0
        yield Check(month, COST, session.base, used.get(month, 0) + idle, total, tolerance, idle)


def _pools(session: Session) -> dict[date, int]:
    """Return month -> what its activities cost in all, as far as the bank says so."""
    if not session.has("unit_cost"):
        return {}
    rows = asof.validity(session.view, "unit_cost", ("pool_cost",), asof.FOREVER)
    rows = rows.filter(rows.known_to == asof.FOREVER, rows.pool_cost.notnull())
    grouped = rows.group_by("period").aggregate(pool=exact.cents(rows.pool_cost).sum().cast(exact.BIG))
    found = session.con.to_pyarrow(grouped).to_pylist()
    return {date.fromisoformat(f"{row['period']}-01"): int(row["pool"]) for row in found}


def _fees(session: Session, ledger: Mapping[Key, dict[date, tuple[int, int]]]) -> Iterable[Check]:
    ours = _booked(session)
    lines = (FEE_INCOME, FEE_EXPENSE, VAT)
    currencies = {key[2] for key in (*ours, *ledger) if key[1] in lines}
    for month in _months(session):
        for line in lines:
            for currency in sorted(currencies):
                key = (month, line, currency)
                if key in ours or key in ledger:
                    yield _by_day(key, ours.get(key, {}), ledger.get(key, {}))


def _by_day(key: Key, ours: Mapping[date, int], ledger: Mapping[date, tuple[int, int]]) -> Check:
    total, tolerance = _total(ledger)
    days = sorted({*ours, *ledger})
    sides = [(day, ours.get(day, 0), ledger.get(day, (0, 0))) for day in days]
    places = tuple(Place(day, mine, told) for day, mine, (told, allowed) in sides if ledger and abs(told - mine) > allowed)  # fmt: skip
    return Check(*key, sum(ours.values()), total, tolerance, 0, places)


def _booked(session: Session) -> dict[Key, dict[date, int]]:
    """Return what the fees of the extract add up to by day, in cents of their own currency."""
    found: dict[Key, dict[date, int]] = defaultdict(dict)
    if not session.has("fee"):
        return found
    rows = session.view.events("fee", session.plan.flows_from, session.plan.last)
    amount, none = exact.cents(rows.amount), exact.big(0)
    sums: dict[str, Any] = {
        FEE_INCOME: ibis.ifelse(rows.amount > 0, amount, none), FEE_EXPENSE: ibis.ifelse(rows.amount < 0, -amount, none),
        VAT: exact.cents(rows.vat_amount.fill_null(0)),
    }  # fmt: skip
    grouped = rows.group_by("booking_date", "ccy").aggregate(
        **{name: value.sum().cast(exact.BIG) for name, value in sums.items()}
    )
    for row in session.con.to_pyarrow(grouped).to_pylist():
        for line in sums:
            if row[line]:
                found[row["booking_date"].replace(day=1), line, row["ccy"]][row["booking_date"]] = int(
                    row[line]
                )
    return found
