"""`./jinlan worker [--threads N]`: one more worker for jobs, here or on another machine with the same database and keys."""

from __future__ import annotations

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """How many jobs at once."""
    parser.add_argument("--threads", type=int, default=2, help="同时进行的任务数 / jobs at once")


def run(options: argparse.Namespace) -> int:
    """Work until told to end (SIGTERM, Ctrl-C); `./jinlan start` has one of its own."""
    from jinlan.site.database import serving_database
    from jinlan.site.home import home
    from jinlan.site.worker import main

    with serving_database(home()):
        main(max(1, options.threads))
    return 0
