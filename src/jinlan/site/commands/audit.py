"""`./jinlan audit seal|verify [--roots FILE]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """`seal` chains what is not sealed yet; `verify` checks all of it against the roots kept outside the database."""
    parser.add_argument("what", choices=("seal", "verify"))
    parser.add_argument(
        "--roots", type=Path, metavar="FILE", help="核对用的根文件副本 / a copy of the roots to verify with"
    )


def run(options: argparse.Namespace) -> int:
    """Seal or verify; exit 1 when something was touched, and name the first of it."""
    from jinlan.basics.errors import Refused
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    if options.roots is not None and (options.what == "seal" or not options.roots.is_file()):
        raise Refused(
            "NO_ROOTS",
            "不能用根文件 %(path)s。",
            "请给 `audit verify` 一个已有的根文件副本。",
            path=options.roots,
        )
    with serving_database(home()):
        setup_django()
        from jinlan.kernel.trail import roots_file

        roots = options.roots or roots_file()
        return _seal(roots) if options.what == "seal" else _verify(roots)


def _seal(roots: Path) -> int:
    from jinlan.basics.clock import now_utc
    from jinlan.kernel.scope import system_actor
    from jinlan.kernel.sealing import seal
    from jinlan.site.jobs import entity

    done = seal(system_actor(entity(), now_utc()), roots)
    sys.stdout.write(
        f"封存 {done.rows} 条,{done.batches} 批 / sealed {done.rows} entries in {done.batches} batches\n"
    )
    if done.waiting:
        sys.stdout.write(
            "有事务正在写入,余下的下次封存 / a transaction is still writing; the rest follows next time\n"
        )
    return 0


def _verify(roots: Path) -> int:
    from jinlan.basics.clock import now_utc
    from jinlan.kernel.scope import console_actor
    from jinlan.kernel.sealing import verify
    from jinlan.site.jobs import entity

    verdict = verify(console_actor(entity(), now_utc()), roots)
    sys.stdout.write(
        f"无误 {verdict.rows} 条,{verdict.batches} 批 / {verdict.rows} entries, {verdict.batches} batches right\n"
    )
    if verdict.finding is None:
        return 0
    sys.stdout.write(f"发现:{verdict.finding}。 / first finding: {verdict.finding.what}\n")
    return 1
