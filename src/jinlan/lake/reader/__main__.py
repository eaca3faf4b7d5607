"""``python -m jinlan.lake.reader --lake DIR --socket PATH``: run the lake reader until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.basics.terminal import printed
from jinlan.lake.reader.server import QUESTION_SECONDS, Make, ReaderServer, plain


def main(arguments: list[str] | None = None, *, answerer: Make = plain) -> int:
    """Run the reader; return 1 with one sentence when it cannot listen.

    Args:
        arguments: of the command line.
        answerer: makes the answerer of each worker, of the lake's folder and its memory.
    """
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
            ReaderServer(lambda: answerer(given.lake, given.memory), seconds=given.seconds).serve(
                given.socket
            )
        )
    except Refused as error:
        sys.stderr.write(f"{printed(error)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
