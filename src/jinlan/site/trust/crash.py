"""P11: kills of the loader and of whole nights, by the harnesses of their rooms. P12: kills of PostgreSQL under a writer."""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from jinlan.site.embedded import Embedded
from jinlan.site.home import Home
from jinlan.site.trust.arena import TEMPLATE, Arena

WRITERS = 2
BURST = 40  # rows that the canary's writer calls done before it commits them


@dataclass
class Kills:
    """What a kind of kills found."""

    kills: int = 0
    readings: int = 0
    wrong: list[str] = field(default_factory=list)
    canary: bool = False
    seconds: float = 0.0


def imports(folder: Path, arena: Arena, *, loader: int, nights: int, seed: int) -> tuple[Kills, Kills]:
    """Kill the loader and whole nights in processes of their own (they fork); each with its planted bug."""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "JINLAN_TEST_ADMIN_URL": arena.admin, "JINLAN_TEST_TEMPLATE": TEMPLATE,
    }  # fmt: skip
    found = []
    for module, kills, bug_kills in (
        ("jinlan.lake.tests.kill_harness", loader, 12),
        ("jinlan.site.tests.kill_nights", nights, 1),
    ):
        began, name = time.monotonic(), module.rpartition(".")[2]
        body = _harness(module, folder / name, env, kills, seed)
        bug = _harness(module, folder / f"{name}-bug", env, bug_kills, seed, "--bug")
        found.append(Kills(body.get("kills", 0), body.get("readings", 0), body.get("violations", ["the harness failed"]),
                           bool(bug.get("violated")), time.monotonic() - began))  # fmt: skip
    return found[0], found[1]


def _harness(
    module: str, folder: Path, env: dict[str, str], kills: int, seed: int, *options: str
) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        module,
        str(folder),
        "--kills",
        str(kills),
        "--seed",
        str(seed),
        *options,
    ]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    try:
        body: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"violations": [f"{module} failed: {done.stderr[-300:]}"]}
    return body


@dataclass
class Durable:
    """What kills of PostgreSQL found: acknowledged rows, those lost, seconds until it answers again."""

    kills: int = 0
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)
    recovery: list[float] = field(default_factory=list)
    canary: bool = False
    seconds: float = 0.0

    @property
    def median(self) -> float:
        """Return the median recovery in seconds."""
        return statistics.median(self.recovery) if self.recovery else 0.0


class Writer(threading.Thread):
    """Writes one row per transaction and notes it when the server has said that it is committed.

    The planted bug notes rows before they are committed.
    """

    def __init__(self, url: str, number: int, *, bug: bool) -> None:
        super().__init__(daemon=True)
        self.url, self.number, self.bug = url, number, bug
        self.noted: list[int] = []

    def run(self) -> None:
        """Write until the server is gone."""
        try:
            with psycopg.connect(self.url) as connection:
                row = connection.execute(
                    "select coalesce(max(n), 0) from written where writer = %s", [self.number]
                ).fetchone()
                connection.commit()
                last = int(row[0]) if row else 0
                while True:
                    rows = range(last + 1, last + 1 + (BURST if self.bug else 1))
                    for n in rows:
                        connection.execute(
                            "insert into written values (%s, %s, repeat('x', 200))", [self.number, n]
                        )
                        if self.bug:
                            self.noted.append(n)
                    connection.commit()
                    if not self.bug:
                        self.noted.append(rows[-1])
                    last = rows[-1]
        except psycopg.Error:
            return


def durable(folder: Path, *, kills: int, seed: int) -> Durable:
    """Kill a durable PostgreSQL's whole process group again and again under writers, then once for the canary."""
    dice, found, began = random.Random(seed), Durable(), time.monotonic()  # noqa: S311  a test's dice
    server = Embedded(Home(folder).make()).start()
    url = server.url("admin", "postgres")
    try:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("create table written (writer int, n int, filler text, primary key (writer, n))")
        for _ in range(kills):
            noted = _kill(server, url, dice.uniform(0.05, 0.6), found, bug=False)
            lost = _lost(url, noted)
            found.acknowledged += sum(len(rows) for rows in noted.values())
            found.wrong += [f"kill {found.kills}: {lost} acknowledged rows are gone"] if lost else []
        found.canary = any(_lost(url, _kill(server, url, 0.3, Durable(), bug=True)) for _ in range(5))
    finally:
        server.stop()
    found.seconds = time.monotonic() - began
    return found


def _kill(server: Embedded, url: str, after: float, found: Durable, *, bug: bool) -> dict[int, list[int]]:
    """Write, kill at a random moment, start again; return what each writer noted as committed."""
    writers = [Writer(url, number, bug=bug) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    time.sleep(after)
    assert server.process is not None  # noqa: S101
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    for writer in writers:
        writer.join(20)
    began = time.monotonic()
    server.start()
    found.kills += 1
    found.recovery.append(time.monotonic() - began)
    return {writer.number: writer.noted for writer in writers}


def _lost(url: str, noted: dict[int, list[int]]) -> int:
    with psycopg.connect(url) as reader:
        there = set(reader.execute("select writer, n from written").fetchall())
    return sum((number, n) not in there for number, rows in noted.items() for n in rows)
