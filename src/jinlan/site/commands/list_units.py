"""`./jinlan list --as-of DATE`."""

from __future__ import annotations

import argparse
import sys
from datetime import date


def configure(parser: argparse.ArgumentParser) -> None:
    """Date, known load, kind, format and the person who asks."""
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="DATE")
    parser.add_argument("--known-at", type=int, metavar="LOAD", help="只用到这一批供数 / as known at a load")
    parser.add_argument("--kind", choices=("HNW", "GROUP", "PARTNER"))
    parser.add_argument("--all", action="store_true", help="含未入册单元 / also units that are not managed")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
    parser.add_argument(
        "--as", dest="user", metavar="USER", help="以谁的身份(默认内审) / who asks (default: the auditor)"
    )


def run(options: argparse.Namespace) -> int:
    """Print the units that the person may see."""
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    with serving_database(home()):
        setup_django()
        from jinlan.site import jobs
        from jinlan.site.tables import render

        rows = jobs.list_rows(
            options.as_of,
            user=options.user,
            known_at=options.known_at,
            kind=options.kind,
            everything=options.all,
        )
    sys.stdout.write(render(rows, options.format))
    return 0
