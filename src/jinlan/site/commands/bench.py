"""`./jinlan bench [PART …] [--scale …]`: performance ratios within one run; exit code 1 on a missed goal."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from jinlan.basics.errors import Refused

PARTS = ("features", "nightly", "web", "studio", "silence")


def configure(parser: argparse.ArgumentParser) -> None:
    """How big a bank, which parts."""
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{' '.join(PARTS)} (默认全部 / default: all)"
    )
    parser.add_argument("--scale", choices=("small", "medium", "large"), default="medium")
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="只做这一部分(可重复) / only this part"
    )


def run(options: argparse.Namespace) -> int:
    """Measure in a temporary folder, print, and say which goals were missed."""
    from jinlan.site.bench import bank, features, nightly, silence, studio, web
    from jinlan.site.bench.report import Report

    wanted, report = [*options.parts, *(options.only or [])] or PARTS, Report()
    if unknown := sorted(set(wanted) - set(PARTS)):
        raise Refused(
            "BENCH_PART", "没有这一部分:%(parts)s。", "可选 %(known)s。", parts=unknown, known=list(PARTS)
        )
    if "features" in wanted:
        features.needs("duckdb", "polars", "pandas")
    report.say(f"规模 {options.scale},处理器 {os.cpu_count()} 个,开始时负载 {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="jinlan-bench-") as folder:
        work = Path(folder)
        lake = None
        if {"features", "nightly", "studio"} & set(wanted):
            lake = bank.build(work / "whole", options.scale, report.say)
        if "features" in wanted and lake:
            features.run(lake, report)
        if "nightly" in wanted:
            nightly.run(work, options.scale, report, lake)
        if "studio" in wanted and lake:
            studio.run(work, report, lake)
        if "web" in wanted:
            web.run(work / "home", report)
        if "silence" in wanted:
            silence.run(report)
    report.say()
    for line in report.missed:
        report.say(f"未达标: {line}")
    report.say("目标全部达到。" if not report.missed else f"{len(report.missed)} 个目标未达到。")
    return 1 if report.missed else 0
