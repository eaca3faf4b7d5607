"""`./jinlan demo-bank OUT [--size] [--seed] [--daily]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to, how big, which seed, how many days after the history."""
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", choices=("tiny", "small", "medium", "large"), default="small")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument(
        "--daily",
        type=int,
        default=10,
        choices=range(1, 31),
        metavar="1-30",
        help="11 月的供数天数 / days of November",
    )


def run(options: argparse.Namespace) -> int:
    """Write the demo bank's extracts."""
    from jinlan.basics.errors import Refused
    from jinlan.site.demobank import write_demo_bank

    if options.out.exists() and any(options.out.iterdir()):
        raise Refused(
            "NOT_EMPTY", "目录 %(folder)s 不是空的。", "请给一个新目录,以免混入旧文件。", folder=options.out
        )
    write_demo_bank(
        options.out, size=options.size, seed=options.seed, daily=options.daily, progress=lambda text: print(text, flush=True)
    )  # fmt: skip
    sys.stdout.write(f"{options.out}\n")
    return 0
