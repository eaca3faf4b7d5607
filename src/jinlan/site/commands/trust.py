"""`./jinlan trust [--quick|--full] [--only P1 …] [--lanes N] [--out FILE]`: proves security promises and writes TRUST.md."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from jinlan.site.home import ROOT

PROMISES = tuple(f"P{number}" for number in range(1, 23))


def configure(parser: argparse.ArgumentParser) -> None:
    """How thorough, which promises, where to write."""
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="至多十分钟(默认) / ten minutes at most (default)")
    size.add_argument("--full", action="store_true", help="每晚的全量 / everything, for a night")
    parser.add_argument("--only", choices=PROMISES, nargs="+", help="只证明这些承诺 / only these promises")
    parser.add_argument("--seed", type=int, default=1, help="随机种子 / the seed of the bank and the dice")
    parser.add_argument(
        "--lanes",
        type=int,
        default=min(2, os.cpu_count() or 1),
        help="同时证明几项 / how many promises at a time",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "TRUST.md", help="报告 / where the report goes")


def run(options: argparse.Namespace) -> int:
    """Prove, write the report; 1 when something was wrong or a planted hole was not found."""
    from jinlan.site.trust import lanes, report

    def keep(found: list[report.Section]) -> None:
        sections = report.kept(options.out.with_suffix(".json"), found)
        options.out.write_text(report.text(sections), encoding="utf-8")

    good = lanes.prove(
        tuple(options.only or PROMISES), full=options.full, seed=options.seed, lanes=options.lanes, keep=keep
    )
    print(
        f"{options.out}: {'全部承诺成立 / every promise held' if good else '有承诺不成立 / NOT every promise held'}"
    )
    return 0 if good else 1
