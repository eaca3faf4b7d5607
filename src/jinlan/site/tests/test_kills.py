"""A night killed at any moment is finished by the next one, and nobody ever sees half of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

KILLS = int(os.environ.get("JINLAN_KILLS", "6"))  # 200 in the long proof

pytestmark = pytest.mark.xdist_group("kills")


def _harness(folder: Path, prefix: str, *options: str) -> dict[str, Any]:
    """Run the harness in a process of its own: it forks, which a test process with threads must not."""
    command = [
        sys.executable,
        "-m",
        "jinlan.site.tests.kill_nights",
        str(folder),
        "--prefix",
        prefix,
        *options,
    ]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_killed_nights_lose_nothing_double_nothing_and_publish_nothing_half(
    tmp_path: Path, database_name: str
) -> None:
    report = _harness(tmp_path, f"{database_name}_k", "--kills", str(KILLS))
    assert (report["kills"], report["violations"]) == (KILLS, [])
    assert report["kills_in_publish"] >= KILLS // 6  # some kills did hit a publication at work
    assert report["readings"] >= KILLS


def test_the_harness_catches_a_publication_in_pieces(tmp_path: Path, database_name: str) -> None:
    report = _harness(tmp_path, f"{database_name}_b", "--kills", "1", "--bug")
    assert report["violated"] > 0
