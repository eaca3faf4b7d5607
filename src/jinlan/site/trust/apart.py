"""Proofs in a process of their own: those that start the whole product read their home once a process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

OWN = {"DATABASE_URL", "DATABASE_OWNER_URL", "JINLAN_HOME", "JINLAN_OWNER", "DJANGO_SETTINGS_MODULE"}


PATIENCE = 90.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def started(env: Mapping[str, str], home: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the product as a person does, and return when it answers; what it says goes to ``home/start.log``."""
    command = [sys.executable, "-m", "jinlan.site.cli", "start", "--port", str(port), "--no-demo"]
    with (home / "start.log").open("ab") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    began = time.monotonic()
    while not _answers(port):
        if process.poll() is not None or time.monotonic() - began > PATIENCE:
            process.kill()
            raise RuntimeError(f"the product does not start: {(home / 'start.log').read_text()[-400:]}")
        time.sleep(0.05)
    return process


def _answers(port: int) -> bool:
    with (
        suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/signin", timeout=5) as answer,
    ):
        return bool(answer.status == 200)
    return False


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
