"""Proofs in a process of their own: those that start the whole product read their home once a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

OWN = {"DATABASE_URL", "DATABASE_OWNER_URL", "JINLAN_HOME", "JINLAN_OWNER", "DJANGO_SETTINGS_MODULE"}


def apart(module: str, folder: Path, **options: object) -> dict[str, Any]:
    """Run ``python -m module folder --option value …`` and return what its last line says, as JSON.

    When it says nothing of the kind, ``wrong`` holds the end of what it complained about.
    """
    env = {key: value for key, value in os.environ.items() if key not in OWN}
    command = [sys.executable, "-m", module, str(folder)]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    done = subprocess.run(
        command,
        env=env | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {"wrong": [f"the proof failed: {done.stderr[-300:]}"]}
    return found
