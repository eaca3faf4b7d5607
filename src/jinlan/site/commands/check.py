"""`./jinlan check`: every static check that CI runs, in CI's order."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jinlan.site.bytecode import keep_bytecode
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

LONGEST = "mypy"
SIDE_BY_SIDE = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """Optionally only some checks."""
    parser.add_argument("only", nargs="*", choices=[[], *[name for name, _ in CHECKS]])


def timed(command: list[str], env: dict[str, str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run one check; return what it said, and how long it took."""
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done, time.monotonic() - began


def run(options: argparse.Namespace) -> int:
    """Run the checks; all of them, so that one run shows every finding. The long one begins first, beside the others."""
    keep_bytecode()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "jinlan.site.settings", "PYTHONPATH": str(ROOT / "src")}
    asked = {name: command for name, command in CHECKS if not options.only or name in options.only}
    failed = []
    with ThreadPoolExecutor(SIDE_BY_SIDE) as side:
        longest_first = sorted(asked, key=lambda name: name != LONGEST)
        running = {name: side.submit(timed, asked[name], env) for name in longest_first}
        for name in asked:
            done, seconds = running[name].result()
            sys.stdout.write(f"{done.stdout}{'FAIL' if done.returncode else 'ok  '} {name} {seconds:.1f} s\n")
            sys.stdout.flush()
            failed += [name] if done.returncode else []
    return 1 if failed else 0
