"""``python -m jinlan.lake.reader --lake DIR --socket PATH``: run the lake reader until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.basics.terminal import printed
from jinlan.lake.reader.server import QUESTION_SECONDS, ReaderServer


def main(arguments: list[str] | None = None) -> int:
    """Run the reader; return 1 with one sentence when it cannot listen."""
    parser = argparse.ArgumentParser(prog="python -m jinlan.lake.reader")
    parser.add_argument("--lake", type=Path, required=True, help="folder of the lake")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to listen on")
    parser.add_argument("--memory", default="512MB", help="memory of each of the two workers")
    parser.add_argument(
        "--seconds", type=float, default=QUESTION_SECONDS, help="longest time for one question"
    )
    given = parser.parse_args(arguments)
    try:
        asyncio.run(
            ReaderServer(given.lake, memory_limit=given.memory, seconds=given.seconds).serve(given.socket)
        )
    except Refused as error:
        sys.stderr.write(f"{printed(error)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
