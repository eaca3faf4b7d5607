"""`./jinlan sbom [FILE]`: writes the bill of materials (CycloneDX 1.6, JSON), to the terminal without a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Where it goes."""
    parser.add_argument("file", nargs="?", type=Path, help="写到哪里 / where it goes")


def run(options: argparse.Namespace) -> int:
    """Write it."""
    from jinlan.site import sbom

    made = sbom.text()
    if options.file is None:
        sys.stdout.write(made)
    else:
        options.file.write_text(made, encoding="utf-8")
    return 0
