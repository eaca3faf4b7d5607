"""Proves promises in lanes: processes of their own, each with its own server and its own bank, that take the next promise from one queue.

Names of databases, sockets and folders cannot meet, since no two lanes share a server. What measures time waits until the
lanes are through, and is then proved by one of them alone.
"""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from jinlan.basics.clock import now_utc
from jinlan.site.bytecode import keep_bytecode
from jinlan.site.trust.report import Section, commit
from jinlan.site.trust.stage import say

if TYPE_CHECKING:
    from jinlan.site.trust.runner import Runner

# The longest first, of a night and of a quick run alike, so that no lane works long after the others.
LONGEST = ("P8", "P11", "P1", "P5", "P10", "P6", "P3", "P18", "P19", "P7", "P13", "P16", "P14", "P4", "P20", "P9", "P2", "P12", "P22", "P15", "P21")  # fmt: skip
ALONE = ("P17",)  # compares milliseconds
Settle = Callable[[str, list[Section]], None]


Way: TypeAlias = "Connection[list[Section], str]"
Life = Callable[[Way, "Order", int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """How a run proves."""

    full: bool
    seed: int
    folder: Path
    lanes: int
    life: Life


@dataclass(frozen=True, slots=True)
class Lane:
    """A process, and the way to it."""

    process: BaseProcess
    way: Connection[str, list[Section]]  # there go names, back come sections


def proved(runner: Runner, name: str, *, stamp: str) -> list[Section]:
    """Prove one promise; a proof that breaks is wrong and takes no other with it."""
    start = time.monotonic()
    try:
        found: Section | list[Section] = getattr(runner, name.lower())()
    except Exception:  # noqa: BLE001  whatever it is, the promise is not proved
        traceback.print_exc()
        return [_broken(name, f"the proof broke: {traceback.format_exc().strip().splitlines()[-1]}")]
    sections = found if isinstance(found, list) else [found]
    for section in sections:
        section.seconds = section.seconds or time.monotonic() - start
        section.run = f"{now_utc():%Y-%m-%d %H:%M} UTC, {stamp}"
    return sections


def _broken(name: str, line: str) -> Section:
    return Section(name, "was not proved", "nothing", 0, [line])


def serve(way: Way, order: Order, number: int) -> None:
    """Prove what is asked for until nothing more is: the life of a lane."""
    from jinlan.site.embedded import die_with_parent
    from jinlan.site.trust import arena as arenas
    from jinlan.site.trust.runner import Runner

    die_with_parent(signal.SIGTERM)()  # nobody would take its answer; its server ends with it
    folder = order.folder / f"lane{number}"
    folder.mkdir()
    stamp = f"{'full' if order.full else 'quick'}, seed {order.seed}, {commit()}"
    with arenas.served(folder / "home") as arena:
        runner = Runner(arena, folder, full=order.full, seed=order.seed)
        while name := asked(way):
            way.send(proved(runner, name, stamp=stamp))


def asked(way: Connection[Any, str]) -> str:
    """Return the next promise, "" when there is none or who asked is gone."""
    try:
        return way.recv()
    except EOFError:
        return ""


@contextmanager
def _started(order: Order) -> Iterator[list[Lane]]:
    context, lanes = multiprocessing.get_context("spawn"), list[Lane]()
    try:
        for number in range(order.lanes):
            here, there = context.Pipe()
            process = context.Process(
                target=order.life, args=(there, order, number), name=f"lane {number + 1}"
            )
            process.start()
            there.close()  # so that its end is noticed here
            lanes.append(Lane(process, here))
        yield lanes
    finally:
        for lane in lanes:
            lane.way.close()
        for lane in lanes:
            lane.process.join()


def run(promises: Sequence[str], order: Order, settle: Settle) -> None:
    """Prove the promises and settle each one's sections as soon as they are there; those whose lane died are settled as wrong."""
    late = [name for name in promises if name in ALONE] if order.lanes > 1 else []
    early = [name for name in promises if name not in late]
    if order.lanes > 1:
        early.sort(key=LONGEST.index)
    with _started(order) as lanes:
        alive = _shared(early, lanes, settle)
        for lane in alive[1:]:
            lane.way.close()  # alone means alone: its server ends
            lane.process.join()
        _shared(late, alive[:1], settle)


def _shared(names: list[str], lanes: list[Lane], settle: Settle) -> list[Lane]:
    """Let lanes take names until none is left; return the lanes that live."""
    queue, alive = list(names), list(lanes)
    busy: dict[Any, tuple[Lane, str]] = {}
    idle = list(lanes)
    while queue or busy:
        while idle and queue:
            lane, name = idle.pop(0), queue.pop(0)
            busy[lane.way] = lane, name
            _tell(lane, name)
        if not busy:
            break
        for way in wait(list(busy)):
            lane, name = busy.pop(way)
            try:
                sections = lane.way.recv()
                idle.append(lane)
            except (EOFError, OSError):
                alive.remove(lane)
                lane.process.join()
                sections = [_broken(name, f"its {lane.process.name} died with code {lane.process.exitcode}")]
            settle(name, sections)
    for name in queue:
        settle(name, [_broken(name, "no lane was left to prove it")])
    return alive


def _tell(lane: Lane, name: str) -> None:
    try:
        lane.way.send(name)
    except OSError:
        return  # it died: waiting for its answer tells so


def prove(
    promises: Sequence[str],
    *,
    full: bool,
    seed: int,
    lanes: int,
    keep: Callable[[list[Section]], object],
    life: Life = serve,
) -> bool:
    """Prove the promises; `keep` gets each one's sections as soon as they are there. Tell whether all held."""
    good = True

    def settle(name: str, sections: list[Section]) -> None:
        nonlocal good
        for one in sections:
            good = good and one.good
            wrong = f"wrong {len(one.wrong)}{f' ({one.wrong[0][:160]})' if one.wrong else ''}"
            caught = f"{one.canary} {'found' if one.caught else 'NOT FOUND'}" if one.canary else ""
            say(f"{name} {one.title}: {one.tried}, {wrong}, {one.seconds:.0f} s {caught}")
        keep(sections)

    with tempfile.TemporaryDirectory(prefix="jl-trust-", ignore_cleanup_errors=True) as folder:
        keep_bytecode()
        run(promises, Order(full, seed, Path(folder), max(1, min(lanes, len(promises))), life), settle)
    return good
