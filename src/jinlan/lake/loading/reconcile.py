"""Reconciliation: balances roll forward to the cent, jumps, missing days, totals of the general ledger (10 §10.4, 10.6).

Findings of level R load, but block official reports of their date.
"""

# ruff: noqa: S608  SQL of our own: names come from the schema, values pass `literal`
from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from jinlan.lake.extracts.schema import MONTH_TOTALS
from jinlan.lake.loading import lookups
from jinlan.lake.loading.bench import Bench
from jinlan.lake.loading.findings import RECONCILE, WARNING

CASH_FAMILIES = "('DEPOSIT')"  # accounts whose balance moves by their booked entries alone
_DAY = timedelta(days=1)
_ROWS_AT_ONCE = 1_000_000
_DATES_NAMED = 20
# General-ledger classes that the extract can add up. Balance classes are product families (closing balance of the
# day); profit-and-loss classes are the entries booked on the day.
_FLOWS = {
    "FEE_INCOME": ("fee", "booking_date", "ccy", "amount", "amount > 0"),
    "FEE_EXPENSE": ("fee", "booking_date", "ccy", "-amount", "amount < 0"),
    "VAT": ("fee", "booking_date", "ccy", "vat_amount", "true"),
    "INTEREST_EXPENSE": (
        "transaction", "booking_date", "currency", "amount",
        "txn_type = 'INTEREST' AND status = 'BOOK' AND credit_debit_ind = 'CRDT'",
    ),
    "INTEREST_INCOME": (
        "transaction", "booking_date", "currency", "amount",
        "txn_type = 'INTEREST' AND status = 'BOOK' AND credit_debit_ind = 'DBIT'",
    ),
}  # fmt: skip


def reconcile(bench: Bench) -> None:
    """Run every reconciliation that the delivered tables allow and note what does not agree."""
    both = bench.has("balance_daily") and bench.has("transaction")
    if both and not bench.staged.keys().isdisjoint({"balance_daily", "transaction"}):
        _roll_forward(bench)
    if "balance_daily" in bench.staged:
        _missing_days(bench)
    if "gl_control" in bench.staged:
        _ledger(bench)


def _roll_forward(bench: Bench) -> None:
    first = _days_to_check(bench)
    shape = "NULL::DATE AS day, 0::BIGINT AS breaks, 0::DECIMAL(38,2) AS gap, 0::BIGINT AS jumps"
    bench.make("x_breaks", f"SELECT {shape} WHERE false")
    rows = bench.staged["balance_daily"].rows if "balance_daily" in bench.staged else 0
    for start, end in windows(first, bench.last + _DAY, rows):
        bench.run(f"INSERT INTO x_breaks {_steps(bench, start, end)}")
    broken = bench.run("SELECT day, breaks, gap FROM x_breaks WHERE breaks > 0 ORDER BY day")
    for day, count, gap in broken[:_DATES_NAMED]:
        detail = f"{day} 有 {count} 个账户的余额与前日余额加当日发生额不符,最大差额 {gap}"
        bench.findings.add(
            "balance_daily", RECONCILE, "ROLL_FORWARD", int(str(count)), detail, "该日不得出具正式报表。"
        )
    rest = broken[_DATES_NAMED:]
    if rest:
        total = sum(int(str(row[1])) for row in rest)
        detail = f"另有 {len(rest)} 日余额不连续,{rest[0][0]} 至 {rest[-1][0]}"
        bench.findings.add(
            "balance_daily", RECONCILE, "ROLL_FORWARD", total, detail, "这些日期不得出具正式报表。"
        )
    jumps = int(str(bench.one("SELECT coalesce(sum(jumps), 0) FROM x_breaks")[0]))
    if jumps:
        detail = f"余额单日变动超过上月中位数 {bench.thresholds.jump} 倍"
        bench.findings.add("balance_daily", WARNING, "BALANCE_JUMP", jumps, detail, "请核对大额变动。")


def _days_to_check(bench: Bench) -> date:
    """Keep the days whose roll-forward this delivery can change in ``x_days`` and return the earliest."""
    span = f"SELECT unnest(generate_series(DATE '{bench.first}', DATE '{bench.last + _DAY}', INTERVAL 1 DAY))::DATE"
    parts = [f"{span} AS day"]
    if "transaction" in bench.staged:
        parts.append(f"SELECT DISTINCT booking_date FROM {bench.staged['transaction'].good}")
    bench.make(
        "x_days",
        f"SELECT DISTINCT day FROM ({' UNION ALL '.join(parts)}) WHERE day <= DATE '{bench.last + _DAY}'",
    )
    earliest = bench.one("SELECT min(day) FROM x_days")[0]
    return earliest if isinstance(earliest, date) else bench.first


def windows(first: date, last: date, rows: int) -> Iterator[tuple[date, date]]:
    """Yield runs of whole months from `first` to `last`, so short that `rows` over the whole stay bounded in each."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = min(months, max(1, _ROWS_AT_ONCE * months // max(1, rows)))
    start = first
    while start <= last:
        index = start.year * 12 + start.month - 1 + step
        end = min(last, date(index // 12, index % 12 + 1, 1) - _DAY)
        yield start, end
        start = end + _DAY


def _steps(bench: Bench, start: date, end: date) -> str:
    """Return the query of one window: per day the accounts that do not roll forward, and the jumps.

    An account without a row on the day before is checked only on the day it was opened.
    """
    before = (start.replace(day=1) - _DAY).replace(day=1)
    limits = bench.thresholds
    gap = (
        "abs(s.closing - coalesce(p.closing, CASE WHEN s.open_date = s.day THEN 0 END) - coalesce(n.net, 0))"
    )
    rolls = f"s.family IN {CASH_FAMILIES} AND {gap} > {limits.roll}"
    jump = f"abs(s.base - p.base) > {limits.jump} * m.middle AND m.middle > 0"
    known = lookups.accounts(bench)
    return f"""
        WITH balances AS (SELECT a.id, a.family, a.open_date, b.day, b.closing, b.base
                          FROM ({_balances(bench, start - _DAY, end)}) b JOIN {known} a USING (account_id)),
        middles AS (SELECT a.id, date_trunc('month', b.day) AS month, median(abs(b.base)) AS middle
                    FROM ({_balances(bench, before, end)}) b JOIN {known} a USING (account_id) GROUP BY ALL),
        nets AS (SELECT a.id, t.booking_date AS day,
                        sum(CASE WHEN t.credit_debit_ind = 'CRDT' THEN t.amount ELSE -t.amount END) AS net
                 FROM ({_entries(bench, start, end)}) t JOIN {known} a USING (account_id) GROUP BY ALL)
        SELECT s.day, count(*) FILTER (WHERE {rolls}), max(CASE WHEN {rolls} THEN {gap} END),
               count(*) FILTER (WHERE {jump})
        FROM balances s LEFT JOIN balances p ON p.id = s.id AND p.day = s.day - 1
        LEFT JOIN nets n ON n.id = s.id AND n.day = s.day
        LEFT JOIN middles m ON m.id = s.id AND m.month = date_trunc('month', s.day) - INTERVAL 1 MONTH
        WHERE s.day >= DATE '{start}' AND s.day IN (SELECT day FROM x_days)
        GROUP BY s.day"""


def _balances(bench: Bench, first: date, last: date) -> str:
    columns = "account_id, as_of_date AS day, closing_balance AS closing, balance_base AS base"
    between = f"as_of_date BETWEEN DATE '{first}' AND DATE '{last}'"
    parts = [f"SELECT {columns} FROM {bench.kept('balance_daily', first, last)}"]
    if "balance_daily" in bench.staged:
        parts.append(f"SELECT {columns} FROM {bench.staged['balance_daily'].good} WHERE {between}")
    return " UNION ALL ".join(parts)


def _entries(bench: Bench, first: date, last: date) -> str:
    columns = "account_id, booking_date, credit_debit_ind, amount"
    between = f"status = 'BOOK' AND booking_date BETWEEN DATE '{first}' AND DATE '{last}'"
    parts = [f"SELECT {columns} FROM {bench.kept('transaction', first)} WHERE {between}"]
    if "transaction" in bench.staged:
        parts.append(f"SELECT {columns} FROM {bench.staged['transaction'].good} WHERE {between}")
    return " UNION ALL ".join(parts)


def _missing_days(bench: Bench) -> None:
    """Say which days before this delivery have no balances although earlier ones do."""
    look = bench.first - timedelta(days=bench.thresholds.late_days)
    newest = bench.one(
        f"SELECT max(as_of_date) FROM {bench.kept('balance_daily', look, bench.first - _DAY)}"
    )[0]  # fmt: skip
    if not isinstance(newest, date) or newest == bench.first - _DAY:
        return
    missing = [str(newest + timedelta(days=step)) for step in range(1, (bench.first - newest).days)]
    detail = f"此前缺少 {len(missing)} 日供数:{'、'.join(missing)}"
    bench.findings.add(
        "balance_daily", WARNING, "MISSING_DAY", len(missing), detail, "补供后相关日期会重新计算。"
    )


def _ledger(bench: Bench) -> None:
    ledger = bench.staged["gl_control"]
    bench.make(
        "x_ledger", f"SELECT as_of_date AS day, gl_class, currency, total, tolerance FROM {ledger.good}"
    )
    bench.make("x_sums", f"SELECT * FROM ({_sums(bench)})")
    known = "SELECT DISTINCT gl_class FROM x_sums"
    later = ", ".join(literal_class(name) for name in MONTH_TOTALS)
    unmapped = bench.run(
        f"SELECT DISTINCT gl_class FROM x_ledger WHERE gl_class NOT IN ({known}) AND gl_class NOT IN ({later}) ORDER BY 1"
    )
    if unmapped:
        names = "、".join(str(row[0]) for row in unmapped)
        bench.findings.add(
            "gl_control", WARNING, "GL_UNCHECKED", len(unmapped), f"供数中没有可核对的总账类别:{names}"
        )
    gaps = bench.run(
        "SELECT l.day, l.gl_class, l.currency, l.total, coalesce(s.total, 0) FROM x_ledger l"
        " LEFT JOIN x_sums s ON s.day = l.day AND s.gl_class = l.gl_class AND s.currency = l.currency"
        f" WHERE l.gl_class IN ({known}) AND abs(l.total - coalesce(s.total, 0)) > coalesce(l.tolerance, 0)"
        " ORDER BY 1, 2, 3"
    )
    for day, name, currency, total, found in gaps[:_DATES_NAMED]:
        detail = f"{day} {name} {currency}:总账 {total},供数合计 {found}"
        bench.findings.add("gl_control", RECONCILE, "GL_GAP", 1, detail, "该日不得出具正式报表。")
    if len(gaps) > _DATES_NAMED:
        rest = len(gaps) - _DATES_NAMED
        bench.findings.add("gl_control", RECONCILE, "GL_GAP", rest, f"另有 {rest} 项总账核对不符")


def _sums(bench: Bench) -> str:
    """Return (day, gl_class, currency, total) of what the extract adds up to on the delivered days."""
    empty = "NULL::DATE AS day, ''::VARCHAR AS gl_class, ''::VARCHAR AS currency, 0::DECIMAL(38,2) AS total"
    parts = [f"SELECT {empty} WHERE false"]
    if bench.has("balance_daily") and bench.has("account"):
        parts.append(
            f"SELECT b.day, a.family, a.currency, sum(b.closing) FROM ({_balances(bench, bench.first, bench.last)}) b"
            f" JOIN {lookups.accounts(bench)} a ON a.account_id = b.account_id WHERE a.family IS NOT NULL GROUP BY ALL"
        )
    for name, (table, day, currency, amount, where) in _FLOWS.items():
        if bench.has(table):
            rows = [f"SELECT * FROM {bench.kept(table, bench.first)}"] if table in bench.versions else []
            if table in bench.staged:
                rows.append(f"SELECT * FROM {bench.staged[table].good}")
            columns = f"{day} AS day, {literal_class(name)} AS gl_class, {currency} AS currency, sum({amount}) AS total"
            parts.append(
                f"SELECT {columns} FROM ({' UNION ALL BY NAME '.join(rows)}) WHERE {where}"
                f" AND {day} BETWEEN DATE '{bench.first}' AND DATE '{bench.last}' GROUP BY ALL"
            )
    return " UNION ALL ".join(parts)


def literal_class(name: str) -> str:
    """Return a ledger class as an SQL text of fixed type."""
    return f"CAST('{name}' AS VARCHAR)"
