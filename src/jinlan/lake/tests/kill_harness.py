"""Kills the loader at random moments and proves that nothing is lost, doubled or seen half.

``python -m jinlan.lake.tests.kill_harness DIR [--kills 200] [--seed 1] [--bug]``

The parent only imports and forks, so that kills land in the work and not in the start of an interpreter or in an import. Each round
fills a fresh lake from the same deliveries: a loader is forked, killed after a random time, forked again, until the
lake is complete. A reader runs beside it all the time and looks again after each kill: what it sees must be
exactly what one of the deliveries left, by load. `--bug` plants the naive loader (append instead of replacing days,
no roll-back): the harness must catch it.
"""

from __future__ import annotations

import argparse
import gc
import glob
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import ibis.backends.duckdb  # noqa: F401  this and the data sets are else imported by the first work of every child
import pyarrow as pa
import pyarrow.dataset
from deltalake import CommitProperties, DeltaTable, write_deltalake

from jinlan.lake import delta, engines, load
from jinlan.lake.extracts.layout import lake_schema
from jinlan.lake.extracts.schema import TABLES
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.file_registry import FileRegistry
from jinlan.lake.view import LakeView

ACCOUNTS, DAYS = 100, 3
LATEST = 1.5  # lives of a load: a third of the timed kills come after the load that is due
ENOUGH = 60  # kills, among which each load must have had one
PAUSE = 0.05  # seconds between two readings beside the loader
MONEY = {"balance_daily": "balance_base", "transaction": "amount"}
Signature = list[list[str]]


@dataclass
class Report:
    """What a run of the harness found; `violations` must stay empty."""

    kills: int = 0
    rounds: int = 0
    loads_finished: int = 0
    kills_by_load: list[int] = field(
        default_factory=lambda: [0] * (DAYS + 1)
    )  # how many were finished at the kill
    kills_with_leftovers: int = 0  # kills after which some table stood ahead of the registry
    readings: int = 0
    violations: list[str] = field(default_factory=list)


def deliveries(source: Path) -> None:
    """Write a first day, later days, and a full delivery of master data that deletes a key."""
    bank.write(source, bank.first_day(ACCOUNTS))
    for step in range(1, DAYS):
        day = bank.FIRST + timedelta(days=step)
        tables = bank.next_day(day, ACCOUNTS, f"{100 + 10 * step}.00")
        if step == DAYS - 1:
            tables["party"] = [bank.party(f"P{n}") for n in range(2, ACCOUNTS + 1)]
        bank.write(source, tables, day=day)


def registry_of(folder: Path) -> FileRegistry:
    """Return the registry of a round's lake."""
    return FileRegistry(folder / "registry.json")


def run_loader(source: Path, folder: Path, *, bug: bool) -> list[float]:
    """Load everything and return the seconds that each load took; runs in a forked child."""
    if bug:
        delta.replace_days = _append_days  # type: ignore[assignment]
        load.recover = lambda lake, entity, registry: []  # type: ignore[assignment]
    reports = load.load_deliveries(
        source,
        lake=folder / "lake",
        registry=registry_of(folder),
        secret=bank.SECRET,
        memory_limit="256MB",
        threads=1,
    )
    return [sum(report.seconds.values()) for report in reports]


def _append_days(
    path: Path, schema: pa.Schema, batches: Any, *, predicate: str, metadata: dict[str, str]
) -> int:  # the planted bug
    reader = pa.RecordBatchReader.from_batches(schema, batches)
    commit = CommitProperties(custom_metadata=dict(metadata))
    write_deltalake(str(path), reader, mode="append", partition_by=["month"], commit_properties=commit)
    return DeltaTable(str(path)).version()


def signature(folder: Path, record: Any) -> Signature:
    """Return what a reader sees of a load: rows, distinct keys and sums of every table that it pins."""
    view = LakeView(folder / "lake", record, memory_limit="128MB", threads=1)
    parts = []
    try:
        for name in sorted(record.versions):  # one statement: a look costs less than what was killed
            schema = lake_schema(TABLES[name])
            rows, key = engines.parquet_relation(view.files(name), schema), engines.quoted(schema.names[0])
            total = f"sum({MONEY[name]})" if name in MONEY else "count(*)"
            parts.append(
                f"SELECT '{name}', count(*), count(DISTINCT concat({key}, as_of_date)), {total}::VARCHAR FROM {rows}"
            )
        found = engines.run(view.connect(), " UNION ALL ".join(parts))
        return sorted([str(one) for one in row] for row in found)
    finally:
        view.close()


def expected(source: Path, folder: Path, answer: Path) -> None:
    """Load once without a kill; note what each load leaves and how long it takes; runs in a forked child."""
    lives = run_loader(source, folder, bug=False)
    loads = registry_of(folder).loads(bank.ENTITY)
    answer.write_text(json.dumps({"right": [signature(folder, record) for record in loads], "lives": lives}))


def look(folder: Path) -> dict[str, Any]:
    """Return what a reader sees now, and which tables stand ahead of the registry."""
    loads = registry_of(folder).loads(bank.ENTITY)
    pinned = loads[-1].versions if loads else {}
    zone = folder / "lake" / bank.ENTITY / "lake"
    ahead = [
        path.name
        for path in zone.glob("*")
        if path.name not in pinned or not delta.is_at(path, pinned[path.name])
    ]
    return {"seen": seen(folder), "ahead": ahead, "loads": len(loads)}


def seen(folder: Path) -> list[Any]:
    """Return the number of finished loads and what a reader sees of the newest, nothing without any."""
    loads = registry_of(folder).loads(bank.ENTITY)
    return [[len(loads), signature(folder, loads[-1])]] if loads else []


class Reader:
    """A forked process that reads a round's lake beside the loader, again and again, and looks closer when it is asked."""

    def __init__(self, folder: Path) -> None:
        self.way, there = Pipe()
        self.child = fork(lambda: self._read(folder, there))
        there.close()

    def _read(self, folder: Path, way: Connection[Any, str]) -> None:
        self.way.close()  # so that the end of the harness is noticed
        beside: list[Any] = []
        while True:
            if not way.poll(PAUSE):
                beside += seen(folder)
            elif way.recv() == "end":
                return
            else:
                way.send({"beside": beside} | look(folder))
                beside = []

    def look(self) -> dict[str, Any] | None:
        """Return what was read since the last time and what is seen now; None when nobody can read."""
        try:
            self.way.send("look")
            found: dict[str, Any] = self.way.recv()
        except (EOFError, OSError):
            return None
        return found

    def end(self) -> None:
        """Let it end."""
        with suppress(OSError):
            self.way.send("end")
        finished(self.child)


def fork(work: Callable[[], None]) -> int:
    """Run `work` in a forked child and return its process id; the child never returns."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(code)


def finished(child: int) -> bool:
    """Wait for a child and tell whether it ended well."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def kill_after(child: int, due: Callable[[], bool]) -> bool:
    """Kill a child when it is due; return whether it was still running."""
    while not due():
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _moment(folder: Path, chance: random.Random, longest: float) -> Callable[[], bool]:
    """Return when to kill: half of the times at any moment of a load, half right after some table got a new commit.

    A load spends little of its time between its first commit and the flip of the registry, where a kill is worst.
    """
    deadline = time.monotonic() + chance.uniform(0, longest)
    if chance.random() < 0.5:
        return lambda: time.monotonic() >= deadline
    zone = folder / "lake" / bank.ENTITY / "lake"
    wanted = _commits(zone) + chance.randint(1, 4)
    return lambda: _commits(zone) >= wanted


def _commits(zone: Path) -> int:
    """Count the commits of all tables; a folder may go away meanwhile, which `Path.glob` does not bear."""
    return len(glob.glob("*/_delta_log/*.json", root_dir=zone))  # noqa: PTH207


def run(folder: Path, *, kills: int, seed: int = 1, bug: bool = False) -> Report:
    """Kill `kills` times and return what was seen."""
    chance, report = random.Random(seed), Report()
    source, answer = folder / "in", folder / "answer.json"
    deliveries(source)
    gc.freeze()  # what is here already need not be copied into every child
    if not finished(fork(lambda: expected(source, folder / "calm", answer))):
        raise RuntimeError("the calm load failed")
    calm = json.loads(answer.read_text())
    moments = _Moments(chance, calm["lives"], kills)
    while report.kills < kills and not (bug and report.violations):
        report.rounds += 1
        place, known = folder / f"round{report.rounds}", len(report.violations)
        _round(source, place, calm["right"], report, moments, bug=bug)
        if len(report.violations) == known:  # a lake that shows a fault is kept
            shutil.rmtree(place)
    if kills >= ENOUGH and 0 in report.kills_by_load[:DAYS]:
        report.violations.append(f"some load was never killed: {report.kills_by_load}")
    return report


@dataclass(frozen=True)
class _Moments:
    chance: random.Random
    lives: Sequence[float]  # seconds of each load without a kill
    kills: int


def _round(
    source: Path, folder: Path, right: Sequence[Signature], report: Report, moments: _Moments, *, bug: bool
) -> None:
    """Fill one fresh lake under kills; the last loader of the last round is left in peace."""
    folder.mkdir(parents=True)
    reader, loads = Reader(folder), 0
    while True:
        loader = fork(lambda: run_loader(source, folder, bug=bug))
        more = report.kills < moments.kills
        longest = LATEST * moments.lives[min(loads, DAYS - 1)]
        killed = more and kill_after(loader, _moment(folder, moments.chance, longest))
        if not killed and not finished_or_gone(loader):
            report.violations.append(f"{folder.name}: the loader did not finish after a kill")
        report.kills += killed
        found = reader.look()
        if found is None:
            report.violations.append(f"{folder.name}: nobody can read beside the loader or after a kill")
            break
        loads = found["loads"]
        report.kills_by_load[loads] += killed
        report.kills_with_leftovers += bool(killed and found["ahead"])
        _judge([*found["beside"], *found["seen"]], right, report, folder.name)
        if not killed:
            break
    reader.end()
    if loads != len(right):
        report.violations.append(f"{folder.name}: {loads} loads instead of {len(right)}")
    report.loads_finished += loads


def finished_or_gone(child: int) -> bool:
    """Wait for a child that may have been waited for already."""
    try:
        return finished(child)
    except ChildProcessError:
        return True


def _judge(seen: Sequence[Any], right: Sequence[Signature], report: Report, name: str) -> None:
    """What a reader saw under load n must be what n undisturbed deliveries leave."""
    for loads, found in seen:
        report.readings += 1
        if loads > len(right) or found != right[loads - 1]:
            report.violations.append(f"{name}: after {loads} loads a reader saw {found}")


def main() -> int:
    """Run the harness from the command line; 0 when nothing was violated (with --bug: when something was)."""
    parser = argparse.ArgumentParser(prog="python -m jinlan.lake.tests.kill_harness")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bug", action="store_true", help="plant the naive loader, which must be caught")
    given = parser.parse_args()
    report = run(given.folder, kills=given.kills, seed=given.seed, bug=given.bug)
    shown = asdict(report) | {"violations": report.violations[:5], "violated": len(report.violations)}
    sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
    return 0 if bool(report.violations) == given.bug else 1


if __name__ == "__main__":
    sys.exit(main())
