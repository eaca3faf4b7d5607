"""Kills the loader at random moments and proves that nothing is lost, doubled or seen half.

``python -m jinlan.lake.tests.kill_harness DIR [--kills 200] [--seed 1] [--bug]``

The parent only imports and forks, so that kills land in the work and not in the start of an interpreter. Each round
fills a fresh lake from the same deliveries: a loader is forked, killed after a random time, forked again, until the
lake is complete. A reader runs beside it all the time and after each kill another one looks: what they see must be
exactly what one of the deliveries left, by load. `--bug` plants the naive loader (append instead of replacing days,
no roll-back): the harness must catch it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake

from jinlan.lake import delta, load
from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.file_registry import FileRegistry
from jinlan.lake.view import LakeView

ACCOUNTS, DAYS = 100, 3
Signature = list[list[str]]


@dataclass
class Report:
    """What a run of the harness found; `violations` must stay empty."""

    kills: int = 0
    rounds: int = 0
    loads_finished: int = 0
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


def run_loader(source: Path, folder: Path, *, bug: bool) -> None:
    """Load everything; runs in a forked child."""
    if bug:
        delta.replace_days = _append_days  # type: ignore[assignment]
        load.recover = lambda lake, entity, registry: []  # type: ignore[assignment]
    load.load_deliveries(
        source,
        lake=folder / "lake",
        registry=registry_of(folder),
        secret=bank.SECRET,
        memory_limit="256MB",
        threads=1,
    )


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
    try:
        found = []
        for name in sorted(record.versions):
            rows = view.table(name)
            key = rows[rows.columns[0]]
            money = {"balance_daily": "balance_base", "transaction": "amount"}.get(name)
            counts = rows.aggregate(
                n=rows.count(), keys=key.concat(rows.as_of_date.cast("string")).nunique(),
                total=rows[money].sum() if money else rows.count(),
            )  # fmt: skip
            row = view.connect().to_pyarrow(counts).to_pylist()[0]
            found.append([name, str(row["n"]), str(row["keys"]), str(row["total"])])
        return found
    finally:
        view.close()


def expected(source: Path, folder: Path, answer: Path) -> None:
    """Load once without a kill and note what each load leaves; runs in a forked child."""
    run_loader(source, folder, bug=False)
    registry = registry_of(folder)
    answer.write_text(json.dumps([signature(folder, record) for record in registry.loads(bank.ENTITY)]))


def look(folder: Path, answer: Path) -> None:
    """Note what a reader sees now and whether tables stand ahead of the registry; runs in a forked child."""
    loads = registry_of(folder).loads(bank.ENTITY)
    pinned = loads[-1].versions if loads else {}
    zone = folder / "lake" / bank.ENTITY / "lake"
    ahead = [
        path.name
        for path in zone.glob("*")
        if path.name not in pinned or not delta.is_at(path, pinned[path.name])
    ]
    seen = [[len(loads), signature(folder, loads[-1])]] if loads else []
    answer.write_text(json.dumps({"seen": seen, "ahead": ahead, "loads": len(loads)}))


def watch(folder: Path, answer: Path, stop: Path) -> None:
    """Read again and again beside the loader; runs in a forked child."""
    seen: list[Any] = []
    while not stop.exists():
        loads = registry_of(folder).loads(bank.ENTITY)
        if loads:
            seen.append([len(loads), signature(folder, loads[-1])])
        time.sleep(0.01)
    answer.write_text(json.dumps({"seen": seen}))


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
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _moment(folder: Path, chance: random.Random, longest: float) -> Callable[[], bool]:
    """Return when to kill: half of the times at any moment, half right after some table got a new commit.

    A load spends little of its time between its first commit and the flip of the registry, where a kill is worst.
    """
    deadline = time.monotonic() + chance.uniform(0, longest)
    if chance.random() < 0.5:
        return lambda: time.monotonic() >= deadline
    zone = folder / "lake" / bank.ENTITY / "lake"
    wanted = _commits(zone) + chance.randint(1, 3)
    return lambda: _commits(zone) >= wanted


def _commits(zone: Path) -> int:
    return sum(1 for _ in zone.glob("*/_delta_log/*.json"))


def run(folder: Path, *, kills: int, seed: int = 1, bug: bool = False) -> Report:
    """Kill `kills` times and return what was seen."""
    chance, report = random.Random(seed), Report()
    source, answer = folder / "in", folder / "answer.json"
    deliveries(source)
    began = time.monotonic()
    if not finished(fork(lambda: expected(source, folder / "calm", answer))):
        raise RuntimeError("the calm load failed")
    longest = (time.monotonic() - began) * 0.8
    right: list[Signature] = json.loads(answer.read_text())
    while report.kills < kills:
        report.rounds += 1
        _round(
            source, folder / f"round{report.rounds}", right, report, _Moments(chance, longest, kills), bug=bug
        )
    return report


@dataclass(frozen=True)
class _Moments:
    chance: random.Random
    longest: float
    kills: int


def _round(
    source: Path, folder: Path, right: Sequence[Signature], report: Report, moments: _Moments, *, bug: bool
) -> None:
    """Fill one fresh lake under kills; the last loader of the last round is left in peace."""
    folder.mkdir(parents=True)
    stop, seen, answer = folder / "stop", folder / "watch.json", folder / "look.json"
    watcher = fork(lambda: watch(folder, seen, stop))
    while True:
        loader = fork(lambda: run_loader(source, folder, bug=bug))
        more = report.kills < moments.kills
        killed = more and kill_after(loader, _moment(folder, moments.chance, moments.longest))
        if not killed and not finished_or_gone(loader):
            report.violations.append(f"{folder.name}: the loader did not finish after a kill")
        report.kills += killed
        if not finished(fork(lambda: look(folder, answer))):
            report.violations.append(f"{folder.name}: nobody can read after a kill")
            break
        found = json.loads(answer.read_text())
        report.kills_with_leftovers += bool(killed and found["ahead"])
        _judge(found["seen"], right, report, folder.name)
        if not killed:
            break
    stop.touch()
    if not finished(watcher):
        report.violations.append(f"{folder.name}: the reader beside the loader failed")
    else:
        _judge(json.loads(seen.read_text())["seen"], right, report, folder.name)
    if found["loads"] != len(right):
        report.violations.append(f"{folder.name}: {found['loads']} loads instead of {len(right)}")
    report.loads_finished += found["loads"]


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
