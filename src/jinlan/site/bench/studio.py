"""The studio on 50,000 clients: a changed line, weight or table by stored measures, and a date whose measures are computed anew.

The stored clients are made up: fifty thousand rows as an evaluation stores them, with figures of every size. Seconds are those of the
processor, the clock's stand beside them: a page waits by the clock of its own machine, which here also serves the neighbours.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from jinlan.insight.asking.answers import Shelf, Studio
from jinlan.insight.asking.questions import DryRun
from jinlan.insight.identify import evaluate
from jinlan.insight.parsing import FOLDER, shipped
from jinlan.insight.results import UNITS
from jinlan.lake import results
from jinlan.lake.features.catalog import MEASURES
from jinlan.lake.reader.questions import Pin, Scope
from jinlan.site.bench.bank import Lake
from jinlan.site.bench.child import alone
from jinlan.site.bench.report import Report

CLIENTS = 50_000
CHANGED, ANEW = 2.0, 30.0  # goals, seconds
DAY = date(2026, 10, 31)
TIERS = ("HQ", "BRANCH", "KEY", "")
BASE = (FOLDER / "group.toml").read_text("utf-8")
TRIED: dict[str, tuple[tuple[str, str], ...]] = {
    "准入线": (("entry = 84", "entry = 86"),),
    "权重": (("weight = 0.35", "weight = 0.33"), ("weight = 0.25", "weight = 0.27")),
    "分值表": (("[10000000, 30]", "[12000000, 30]"),),
    "指标(已存)": (('measure = "fpa"', 'measure = "loan"'),),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one question cost."""

    what: str
    cpu: float
    seconds: float
    moved: int


def run(work: Path, report: Report, lake: Lake) -> None:
    """Measure and print."""
    report.say(f"\n== 标准工作室 studio · {CLIENTS:,} 户 ==")
    folder = store(work / "studio")
    for one in alone(ask_all, str(work / "studio"), folder, rounds=1).answer:
        report.say(f"{one.what}: CPU {one.cpu:.2f} s(时钟 {one.seconds:.2f} s),{one.moved} 户会变")
        if one.what in TRIED:
            report.goal(f"改{one.what}", one.cpu, CHANGED, " s")
    last = lake.month_ends(1)
    measured = alone(anew, lake, last, rounds=2)
    report.say(
        f"一天的指标重新计算: CPU {measured.cpu:.2f} s(时钟 {measured.seconds:.2f} s),{measured.answer} 户,内存峰值 {measured.peak_mb:.0f} MB"
    )
    report.goal("换指标,一天", measured.cpu, ANEW, " s")


def store(lake: Path) -> str:
    """Store fifty thousand groups as an evaluation would and return their folder."""
    dice = random.Random(20261031)  # noqa: S311
    detail = json.dumps({
        "gates": [{"code": "FIVE_TIER", "passed": True, "secret": False, "value": "1", "limit": "2", "detail": ""}],
        "facts": {"size": "LARGE", "ended": False, "listed": None}, "override": None,
    })  # fmt: skip
    rows = []
    for number in range(CLIENTS):
        size = 10 ** dice.uniform(3, 9.5)
        tier = TIERS[0] if size > 6e8 else TIERS[1] if size > 1.2e8 else TIERS[2] if size > 3e7 else ""
        rows.append(_row(number, tier, _measures(dice, size), detail))
    units = pa.Table.from_pylist(rows, UNITS)
    return results.write(
        lake, "BENCH", 1, DAY, units=units, members=pa.table({"unit_id": pa.array([], pa.string())})
    )


def _measures(dice: random.Random, size: float) -> str:
    found = {}
    for code, measure in MEASURES.items():
        near = size * dice.uniform(0.3, 1.5)
        text = {
            "money": f"{near:.2f}", "ratio": f"{dice.uniform(-0.4, 1):.8f}", "years": f"{dice.uniform(0, 25):.2f}",
            "date": "2027-01-31", "label": "555",
        }.get(measure.unit, str(dice.randint(1, 9)))  # fmt: skip
        found[code] = {"v": text, "s": "ok"}
    return json.dumps(found)


def _row(number: int, tier: str, measures: str, detail: str) -> dict[str, Any]:
    return {
        "as_of": DAY, "unit_id": f"G{number:06}", "kind": "GROUP", "root_party_id": f"P{number}", "root_source_key": f"S{number}",
        "branch_id": f"B{number % 40}", "score": None, "rank": None, "rank_n": None, "computed_tier": tier, "proposed_tier": None,
        "effective_tier": tier, "tier_state": "active" if tier else "none", "tier_since": None, "tier_source": "", "managed": bool(tier),
        "gates": "ok", "measures": measures, "detail": detail, "machine": "{}",
    }  # fmt: skip


def ask_all(lake: str, folder: str) -> list[Asked]:
    """Ask the studio's answerer as the lake reader does: first cold, then each change, then the sensitivity."""
    answerer = Studio(Path(lake), shelf=Shelf())
    found = [_timed("第一次(读入并评分)", lambda: _ask(answerer, folder, BASE))]
    for name, pairs in TRIED.items():
        body = BASE
        for old, new in pairs:
            body = body.replace(old, new, 1)
        found.append(_timed(name, partial(_ask, answerer, folder, body)))
    found.append(_timed("敏感度", lambda: _ask(answerer, folder, BASE, "sensitivity")))
    return found


def _ask(answerer: Studio, folder: str, body: str, part: str = "consequence") -> dict[str, Any]:
    scope = Scope(all=True, domains=(0, 1))
    return answerer.answer(DryRun(Pin("BENCH", 1, {}, "CNY"), folder, "GROUP", DAY, BASE, body, scope, part))


def _timed(what: str, work: Callable[[], dict[str, Any]]) -> Asked:
    began, used = time.perf_counter(), time.process_time()
    answer = work()
    return Asked(
        what, time.process_time() - used, time.perf_counter() - began, sum(answer.get("moves", {}).values())
    )


def anew(lake: Lake, dates: list[date]) -> int:
    """Evaluate one date from the lake, as for a measure that is stored nowhere; return how many clients it has."""
    view = lake.view()
    try:
        (one,) = evaluate(view, dates=dates, definitions=shipped())
        return int(one.units.num_rows)
    finally:
        view.close()
