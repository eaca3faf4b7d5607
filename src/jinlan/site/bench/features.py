"""Features: all measures of one date by Ibis against SQL by hand; a core of them against polars and pandas."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jinlan.basics.errors import Refused
from jinlan.lake.features import balances, exact, flows, holdings
from jinlan.lake.features.catalog import places_of
from jinlan.lake.features.measures import party_measures
from jinlan.lake.features.session import Session
from jinlan.lake.features.windows import CARRY, Plan, windows_of
from jinlan.site.bench.bank import Lake
from jinlan.site.bench.child import alone
from jinlan.site.bench.report import Report
from jinlan.site.bench.statements import STATEMENTS

GOAL = 1.3
# measure of the catalogue: column of the SQL written by hand
PAIRS = {
    "aum": "aum", "net_financial_assets": "net", "aum_avg_month": "avg_month", "aum_avg_ytd": "avg_ytd",
    "aum_avg_12m": "avg_12m", "deposit_avg_12m": "deposit_12m", "aum_growth_12m": "growth", "loan": "loan", "fpa": "fpa",
    "settlement_12m": "settlement", "txn_count_12m": "n", "recency_days": "recency", "revenue_12m": "revenue",
    "product_families": "families", "tenure_years": "tenure", "limit": "lim", "limit_used": "used", "overdue": "overdue",
    "next_maturity": "matures", "five_tier_worst": "worst", "joint_volume_12m": "volume", "referrals_12m": "referrals",
    "revenue_share_12m": "share", "rfm": "rfm",
}  # fmt: skip
# What the measures of one date read of the two big tables.
NEEDED = {
    "balance_daily": ("account_id", "as_of_date", "balance_base"),
    "transaction": ("account_id", "booking_date", "amount", "currency", "credit_debit_ind", "txn_type", "status",
                    "is_internal", "is_reversal", "counterparty_account_masked_hash"),
}  # fmt: skip


def needs(*names: str) -> None:
    """Refuse in one sentence when a tool to compare with is absent."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            raise Refused(
                "BENCH.TOOL", "缺少对比工具 %(name)s。", "请安装 requirements/test.txt 后重试。", name=name
            ) from None


def run(lake: Lake, report: Report) -> None:
    """Measure and print; the last month-end of the lake is the date."""
    needs("duckdb", "polars", "pandas")
    day = lake.month_ends(1)[0]
    report.say(f"\n== 指标 features · {day} ==")
    ours, hand = alone(by_features, lake, day), alone(by_hand, lake, day)
    report.say(
        f"全部指标(CPU 秒 / 时钟秒): Ibis {ours.cpu:.2f} / {ours.seconds:.2f},手写 SQL {hand.cpu:.2f} / {hand.seconds:.2f},{ours.answer.num_rows} 个客户"
    )
    different = differences(ours.answer, hand.answer)
    report.proof(f"{len(PAIRS)} 个指标逐户一致(不符的指标:{different or '无'})", not different)
    report.goal("Ibis ÷ 手写 SQL", ours.cpu / hand.cpu, GOAL)
    report.say(f"内存峰值: Ibis {ours.peak_mb:.0f} MB(起步 {ours.start_mb:.0f}),手写 SQL {hand.peak_mb:.0f} MB(起步 {hand.start_mb:.0f})")  # fmt: skip
    core_rows(lake, day, report)
    scanned_rows(lake, day, report)


def core_rows(lake: Lake, day: date, report: Report) -> None:
    """Print the core measures by three tools, as multiples of ours."""
    from jinlan.site.bench import frames

    ours = alone(core, lake, day)
    report.say(
        f"核心指标(年日均、结算量、笔数): Ibis {ours.cpu:.2f} / {ours.seconds:.2f},{ours.peak_mb:.0f} MB"
    )
    for name, work in (("polars", frames.by_polars), ("pandas", frames.by_pandas)):
        other = alone(work, lake, day)
        report.say(
            f"  {name}: {other.cpu:.2f} / {other.seconds:.2f}(Ibis ÷ {name} = {ours.cpu / other.cpu:.2f}),{other.peak_mb:.0f} MB"
        )
        report.proof(f"  {name} 合计一致", agree(ours.answer, other.answer))


def scanned_rows(lake: Lake, day: date, report: Report) -> None:
    """Print the bytes of the column chunks that a date needs beside the size of the whole tables."""
    plan, view = Plan([day]), lake.view()
    first = {"balance_daily": plan.rows_from, "transaction": plan.flows_from}
    for name, columns in NEEDED.items():
        files = view.files(name)
        kept = [one for one in files if month_of(one) >= f"{first[name]:%Y-%m}"]
        kept = [one for one in kept if name == "transaction" or month_of(one) <= f"{day:%Y-%m}"]
        needed, whole = chunk_bytes(kept, columns), sum(local(one).stat().st_size for one in files)
        report.say(
            f"{name}: 需读 {needed / 1e6:.2f} MB,整表 {whole / 1e6:.2f} MB({needed / whole:.1%});文件 {len(kept)}/{len(files)}"
        )


def local(uri: str) -> Path:
    """Return the path of a file of the lake."""
    return Path(uri.removeprefix("file://"))


def month_of(uri: str) -> str:
    """Return the month that a file's folder names."""
    return uri.partition("month=")[2][:7]


def chunk_bytes(files: Iterable[str], columns: tuple[str, ...]) -> int:
    """Return the compressed size of some columns in all row groups."""
    total = 0
    for one in files:
        meta = pq.ParquetFile(local(one)).metadata
        for group in range(meta.num_row_groups):
            chunks = [meta.row_group(group).column(place) for place in range(meta.num_columns)]
            total += sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema in columns)
    return total


def by_features(lake: Lake, day: date) -> pa.Table:
    """Return all measures of a date by the product's own way, from opening the lake to Arrow."""
    view = lake.view()
    try:
        return view.connect().to_pyarrow(party_measures(view, day))
    finally:
        view.close()


def by_hand(lake: Lake, day: date) -> pa.Table:
    """Return the same measures by SQL written by hand, with the same memory and threads."""
    import duckdb

    view = lake.view()
    con = duckdb.connect(config={"memory_limit": "1GB", "threads": 2, "preserve_insertion_order": False})
    try:
        for name in view.record.versions:
            files = ", ".join(f"'{one}'" for one in view.files(name))
            con.execute(f"create view \"{name}\" as select * from read_parquet([{files}], hive_partitioning=true, "  # noqa: S608
                        "union_by_name=true, hive_types_autocast=false)")  # fmt: skip
        for name, value in parameters(day).items():
            con.execute(f"set variable {name} = date '{value}'")
        for statement in STATEMENTS:
            con.execute(statement)
        return con.execute("select * from answer").to_arrow_table()
    finally:
        con.close()


def parameters(day: date) -> dict[str, date]:
    """Return the engine variables of the SQL written by hand."""
    mine = windows_of(day)
    return {
        "d": day, "y": mine.year[0], "bf": mine.base[0], "bl": mine.base[1], "ms": mine.month[0], "ys": mine.ytd[0],
        "rf": mine.base[0] - timedelta(days=CARRY), "ff": mine.two_years[0],
    }  # fmt: skip


def core(lake: Lake, day: date) -> dict[str, float]:
    """Return the totals of the core measures, computed by the features of the product alone."""
    view = lake.view()
    try:
        with Session(view, [day]) as session:
            chunk = session.chunk([day])
            sums = balances.party_sums(
                chunk, balances.account_windows(chunk, balances.account_slices(session))
            )
            averages = balances.measures(chunk, sums)
            moved = flows.measures(chunk, flows.account_flows(session), None, holdings.accounts(chunk))
            average = exact.decimals(averages.aum_avg_12m, 2, exact.MONEY).sum()
            found = session.con.to_pyarrow(averages.aggregate(average=average)).to_pylist()[0]
            volume = exact.decimals(moved.settlement_12m, 2, exact.MONEY).sum()
            found |= session.con.to_pyarrow(
                moved.aggregate(settlement=volume, count=moved.txn_count_12m.sum())
            ).to_pylist()[0]
            return {name: float(value) for name, value in found.items()}
    finally:
        view.close()


def agree(ours: dict[str, float], others: dict[str, float]) -> bool:
    """Tell whether totals agree to a millionth: frames add floats and do not round by client."""
    return all(abs(ours[name] - others[name]) <= 1e-6 * max(1.0, abs(ours[name])) for name in ours)


def differences(ours: pa.Table, hand: pa.Table) -> dict[str, int]:
    """Return measure -> number of clients for whom the two ways differ; a measure that is not ok is not compared."""
    mine = {row["party_id"]: row for row in ours.to_pylist()}
    theirs = {row["party"]: row for row in hand.to_pylist()}
    found = {"clients": len(set(mine) ^ set(theirs))}
    for code, column in PAIRS.items():
        least = 1.01 * 10.0 ** -places_of(code)  # floats in the SQL: one of the last place is rounding
        known = [key for key in mine.keys() & theirs.keys() if not mine[key][f"{code}_state"]]
        found[code] = sum(not _same(mine[key][code], theirs[key][column], least) for key in known)
    return {code: number for code, number in found.items() if number}


def _same(left: Any, right: Any, least: float) -> bool:
    if isinstance(left, Decimal) and right is not None:
        return abs(float(left) - float(right)) <= least
    return bool(left == right)
