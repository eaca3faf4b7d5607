"""`./jinlan berka SRC OUT`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """The folder with the PKDD'99 files, and where the extracts go."""
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)


def run(options: argparse.Namespace) -> int:
    """Convert the PKDD'99 files into canonical extracts."""
    from jinlan.site.berka import convert

    sys.stdout.write(f"{convert(options.source, options.out)}\n")
    return 0
