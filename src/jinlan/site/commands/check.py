"""`./jinlan check`: every static check that CI runs, in CI's order."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from jinlan.site.home import ROOT

BIN = Path(sys.executable).parent
CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("ruff", [str(BIN / "ruff"), "check", "src", "tests", "assets", "conftest.py"]),
    ("format", [str(BIN / "ruff"), "format", "--check", "src", "tests", "assets"]),
    ("djlint", [str(BIN / "djlint"), "src", "--lint", "--quiet"]),
    ("walls", [str(BIN / "lint-imports")]),
    ("mypy", [str(BIN / "mypy"), "src"]),
    ("migrations", [sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run", "-v", "1"]),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Optionally only some checks."""
    parser.add_argument("only", nargs="*", choices=[[], *[name for name, _ in CHECKS]])


def run(options: argparse.Namespace) -> int:
    """Run the checks; all of them, so that one run shows every finding."""
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "jinlan.site.settings", "PYTHONPATH": str(ROOT / "src")}
    failed = []
    for name, command in CHECKS:
        if options.only and name not in options.only:
            continue
        began = time.monotonic()
        code = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
        sys.stdout.write(f"{'ok  ' if code == 0 else 'FAIL'} {name} {time.monotonic() - began:.1f} s\n")
        sys.stdout.flush()
        failed += [name] if code else []
    return 1 if failed else 0
