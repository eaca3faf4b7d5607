"""The nightly evaluation at a quarter, a half and all of a size's clients: time must grow as the transactions do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jinlan.insight import parsing
from jinlan.insight.identify import evaluate
from jinlan.site.bench.bank import Lake, build
from jinlan.site.bench.child import alone
from jinlan.site.bench.report import Report

SHARES = (0.25, 0.5, 1.0)
MONTHS = 6
GOAL = 1.25


def run(work: Path, scale: str, report: Report, whole: Lake | None = None) -> None:
    """Measure and print; `whole` is the bank of all clients when it stands already."""
    report.say(f"\n== 夜间评估 nightly · {MONTHS} 个月末 ==")
    found: list[tuple[float, int, float]] = []
    for share in SHARES:
        lake = whole if share == 1 and whole else build(work / f"share-{share:g}", scale, report.say, share)
        dates = lake.month_ends(MONTHS)
        measured = alone(units_of, lake, dates, rounds=2)
        rows = lake.count("transaction")
        found.append((share, rows, measured.cpu))
        report.say(f"{share:g}: CPU {measured.cpu:.2f} s(时钟 {measured.seconds:.2f} s),{rows} 笔交易,每百万笔 {measured.cpu / rows * 1e6:.2f} s,"
                   f"{measured.answer} 个单元·月末,内存峰值 {measured.peak_mb:.0f} MB")  # fmt: skip
    (_, first_rows, first), *_, (_, last_rows, last) = found
    for share, rows, seconds in found[1:]:
        report.say(f"  {share:g} ÷ 1/4: 时间 {seconds / first:.2f} 倍,交易 {rows / first_rows:.2f} 倍")
    report.goal("1/1 的时间 ÷ 由 1/4 线性外推", last / (first * last_rows / first_rows), GOAL)
    (_, half_rows, half) = found[1]
    slope = (
        (last - half) / (last_rows - half_rows) / ((half - first) / (half_rows - first_rows))
        if half > first
        else 0
    )
    report.say(f"边际(不含固定成本): 1/2→1/1 每笔 ÷ 1/4→1/2 每笔 = {slope:.2f}")


def units_of(lake: Lake, dates: list[date]) -> int:
    """Evaluate the dates and return how many rows of units came out."""
    view = lake.view()
    try:
        found = evaluate(view, dates=dates, definitions=parsing.shipped())
        return sum(one.units.num_rows for one in found)
    finally:
        view.close()
