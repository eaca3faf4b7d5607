"""`./jinlan nightly --as-of DATE`."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from jinlan.site.console import ProgressLine


def configure(parser: argparse.ArgumentParser) -> None:
    """Up to which date."""
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="DATE")


def run(options: argparse.Namespace) -> int:
    """Evaluate what is missing or touched up to the date, and publish."""
    from jinlan.site.database import serving_database, setup_django
    from jinlan.site.home import home

    with serving_database(home()):
        setup_django()
        from jinlan.site import jobs

        with ProgressLine() as line:
            summary = jobs.evaluate_and_publish(options.as_of, progress=line.show)
    sys.stdout.write(summary + "\n")
    return 0
