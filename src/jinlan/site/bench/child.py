"""One piece of work in a process of its own: its seconds and the memory it needed at its peak.

Ratios are made of processor seconds: by the clock they would mean the neighbours on a shared machine.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Best of the rounds: `cpu` seconds of all threads, `seconds` by the clock; memory at the peak and before."""

    cpu: float
    seconds: float
    peak_mb: float
    start_mb: float
    answer: Any


def alone(work: Callable[..., Any], *arguments: Any, rounds: int = ROUNDS) -> Measured:
    """Run `work(*arguments)` some times in a fresh process; it must be importable and its answer picklable."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_measured, work, arguments, rounds).result()


def _measured(work: Callable[..., Any], arguments: tuple[Any, ...], rounds: int) -> Measured:
    start, answer = _status("VmRSS"), None
    cpu, seconds = float("inf"), float("inf")
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        answer = work(*arguments)
        cpu, seconds = min(cpu, time.process_time() - used), min(seconds, time.perf_counter() - began)
    return Measured(cpu, seconds, _status("VmHWM"), start, answer)


def _status(name: str) -> float:
    """Return a figure of this process in MB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))
