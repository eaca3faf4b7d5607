"""`./jinlan why UNIT --as-of DATE [--against DATE]`."""

from __future__ import annotations

import argparse
import sys
from datetime import date


def configure(parser: argparse.ArgumentParser) -> None:
    """Unit, date, known load, form and the person who asks."""
    parser.add_argument("unit", metavar="UNIT")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="DATE")
    parser.add_argument("--known-at", type=int, metavar="LOAD", help="只用到这一批供数 / as known at a load")
    parser.add_argument(
        "--against", type=date.fromisoformat, metavar="DATE", help="与另一天比较 / compare with another day"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument(
        "--as", dest="user", metavar="USER", help="以谁的身份(默认内审) / who asks (default: the auditor)"
    )


def run(options: argparse.Namespace) -> int:
    """Explain the tier in numbers and sources."""
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    with serving_database(home()):
        setup_django()
        from jinlan.site import jobs

        form = "json" if options.json else options.lang
        if options.against:
            text = jobs.compare(options.unit, options.against, options.as_of, user=options.user, form=form)
        else:
            text = jobs.explain(
                options.unit, options.as_of, user=options.user, known_at=options.known_at, form=form
            )
    sys.stdout.write(text.rstrip() + "\n")
    return 0
