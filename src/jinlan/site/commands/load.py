"""`./jinlan load DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused
from jinlan.site.console import ProgressLine


def configure(parser: argparse.ArgumentParser) -> None:
    """Where the deliveries are, how to read them, and the reason of an approved correction."""
    parser.add_argument("source", type=Path, help="供数目录 / folder with deliveries")
    parser.add_argument("--mapping", type=Path, help="映射文件(TOML) / mapping of this source")
    parser.add_argument(
        "--correct",
        metavar="REASON",
        help="更正已装载的日期:以 --as 的名义提交复核 / ask that loaded days may be replaced",
    )
    parser.add_argument(
        "--as", dest="user", metavar="USER", help="谁提交(系统管理员) / who asks (a system administrator)"
    )


def run(options: argparse.Namespace) -> int:
    """Load every delivery under the folder; exit 1 when one was held, rejected or refused."""
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    with serving_database(home()):
        setup_django()
        from jinlan.site import jobs

        try:
            with ProgressLine() as line:
                reports = jobs.load(options.source, mapping=options.mapping, progress=line.show)
        except Refused as refused:
            if refused.code != "LOAD.CORRECTION" or not (options.correct and options.user):
                raise
            corrections: Any = refused.params["corrections"]
            for page in jobs.ask_to_correct(options.user, corrections, options.correct):
                sys.stdout.write(f"已提交复核,批准后再装载一次 / waits for a second person: {page}\n")
            return 1
    for report in reports:
        seconds = sum(report.seconds.values())
        sys.stdout.write(f"{report.status:<10} {report.label}  {report.message}  {seconds:.1f} s\n")
        for check in report.checks:
            sys.stdout.write(
                f"  {check.level} {check.table} {check.code} ×{check.count}  {check.detail} {check.hint}\n"
            )
    return 0 if all(report.status in {"loaded", "unchanged", "incomplete"} for report in reports) else 1
