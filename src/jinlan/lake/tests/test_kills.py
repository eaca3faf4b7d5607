"""Killed at any moment, the next run finishes the work and a reader never sees half a delivery."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jinlan.lake.tests.kill_harness import DAYS

KILLS = int(os.environ.get("JINLAN_KILLS", "20"))  # 200 in the nightly proof


def _harness(folder: Path, *options: str) -> dict[str, Any]:
    """Run the harness in a process of its own: it forks, which a test process with threads must not."""
    command = [sys.executable, "-m", "jinlan.lake.tests.kill_harness", str(folder), *options]
    path = os.pathsep.join(filter(None, [*sys.path]))
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.xdist_group("kills")
def test_kills_lose_nothing_double_nothing_and_show_nothing_half(tmp_path: Path) -> None:
    report = _harness(tmp_path, "--kills", str(KILLS))
    assert (report["kills"], report["violations"]) == (KILLS, [])
    assert report["loads_finished"] == DAYS * report["rounds"]
    assert report["kills_with_leftovers"] >= KILLS // 5  # many kills did hit a half-written load
    assert report["readings"] >= 5  # readers did look in between, however busy the machine


@pytest.mark.xdist_group("kills")
def test_the_harness_catches_a_loader_that_appends(tmp_path: Path) -> None:
    report = _harness(tmp_path, "--kills", "6", "--bug")
    assert report["violated"] > 0
