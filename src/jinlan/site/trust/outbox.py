"""P13: jobs are done exactly once in effect, whatever kills their workers and wherever the clock jumps.

Workers (real ones, forked, each with two threads) are killed by SIGKILL at random moments, their clocks are up to a year off
now and then, and their leases are short, so that workers overtake each other. Every job writes audit entries: one transaction one
entry, a job of steps one entry a step. In the end every job must be done, each entry be there once, and the poisonous ones with the dead.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection, connections

from jinlan.basics import clock
from jinlan.basics.actor import Actor
from jinlan.kernel import working
from jinlan.kernel.acts import ACTS, act
from jinlan.kernel.audit import audit
from jinlan.kernel.jobs import TASKS, defer, job
from jinlan.kernel.models import Person
from jinlan.kernel.payload import decode
from jinlan.kernel.scope import actor_for, scoped
from jinlan.site import worker
from jinlan.site.trust.arena import Admin
from jinlan.site.trust.bank import Bank

WHO = "dept"
STEPS, POISON_EVERY, AHEAD, LIFE = 4, 40, 60, (0.005, 0.25)
IN_WORK, START = 0.75, 5.0  # share of kills that wait for work, and how long they do (seconds)
TAKEN = "select coalesce(sum(attempts), 0) from kernel_job where name like 'trust.%'"
LEASE = timedelta(seconds=1)
CALM = 120.0  # seconds in which all must be done once nobody kills any more


@dataclass
class Found:
    """What was killed, and what was wrong."""

    kills: int = 0
    jobs: int = 0
    dead: int = 0
    jumps: int = 0
    wrong: list[str] = field(default_factory=list)


def _declare() -> None:
    if "trust.once" in TASKS:
        return

    @job("trust.once", title="trust", attempts=1_000)
    def once(*, actor: Actor, number: int) -> None:
        audit(actor, "trust.effect", "job", f"{number}")
        with connection.cursor() as cursor:
            cursor.execute("select pg_sleep(0.003)")

    @act("trust.step", title="trust", roles=("dept_head",))
    def step(*, actor: Actor, number: int, place: int) -> None:
        audit(actor, "trust.effect", "job", f"{number}.{place}")

    @job("trust.steps", title="trust", steps=True, attempts=1_000)
    def steps(*, actor: Actor, running: working.Running, number: int) -> None:
        for place in range(STEPS):
            running.progress(place, STEPS)
            step.once(f"{running.public_id.hex}:{place}", actor=actor, number=number, place=place)

    @job("trust.poison", title="trust", attempts=3)
    def poison(*, actor: Actor, number: int) -> None:
        audit(actor, "trust.effect", "job", f"{number}")
        os._exit(9)


def _forget() -> None:
    for name in ("trust.once", "trust.steps", "trust.poison"):
        TASKS.pop(name, None)
    ACTS.pop("trust.step", None)


def prove(bank: Bank, admin: Admin, *, kills: int, seed: int) -> Found:
    """Kill `kills` workers on the connected database, then let the rest be done in peace, and compare."""
    dice, found = random.Random(seed), Found()  # noqa: S311  a test's dice
    _declare()
    try:
        with (
            patch.object(working, "LEASE", LEASE),
            patch.object(working, "FIRST_WAIT", timedelta(milliseconds=50)),
        ):
            while found.kills < kills:
                _ask(bank, admin, found, dice)
                _kill(admin, found, dice)
            _rest(admin, found)
        _compare(admin, found)
    finally:
        _forget()
    return found


def _ask(bank: Bank, admin: Admin, found: Found, dice: random.Random) -> None:
    """Keep enough jobs waiting."""
    waiting = _count(
        admin, "select count(*) from kernel_job where name like 'trust.%' and state in ('waiting', 'running')"
    )
    if waiting > AHEAD // 2:
        return
    actor = actor_for(Person.objects.get(pk=bank.people[WHO]), clock.now_utc())
    with scoped(actor, write=True):
        for _one in range(AHEAD):
            found.jobs += 1
            kind = (
                "trust.poison"
                if found.jobs % POISON_EVERY == 0
                else dice.choice(("trust.once", "trust.steps"))
            )
            defer(kind, actor=actor, key=f"{found.jobs}", number=found.jobs)
    connections.close_all()  # a forked child must not share it


def _kill(admin: Admin, found: Found, dice: random.Random) -> None:
    """Let one or two workers live for a moment; mostly it begins when they have taken a job, since a busy machine starts them late."""
    before = _count(admin, TAKEN)
    crew = [_born(_jump(found, dice)) for _one in range(dice.choice((1, 1, 2)))]
    until = time.monotonic() + (START if dice.random() < IN_WORK else 0)
    while time.monotonic() < until and _count(admin, TAKEN) == before:
        time.sleep(0.002)
    for pid in crew:
        time.sleep(dice.uniform(*LIFE))
        _end(pid)
        found.kills += 1


def _jump(found: Found, dice: random.Random) -> timedelta:
    days = dice.choice((0, 0, 0, 0, 365, -365))
    found.jumps += bool(days)
    return timedelta(days=days)


def _born(jump: timedelta) -> int:
    """Fork a worker whose clock is off by `jump`; returns its process."""
    pid = os.fork()
    if pid:
        return pid
    try:
        connections.close_all()
        real = clock.now_utc

        def jumped() -> datetime:
            return real() + jump

        worker.now_utc, working.now_utc = jumped, jumped  # type: ignore[attr-defined]
        working.run.__defaults__ = (jumped,)
        worker.BEAT, worker.IDLE = 0.3, 0.02
        for name in [one for one in TASKS if not one.startswith("trust.")]:
            del TASKS[name]  # what the schedule wants is not what is counted here
        worker.Worker(threads=2).serve()
    finally:
        os._exit(0)


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _gone(pid: int) -> bool:
    """Tell whether a worker ended by itself; `_end` is not for one that did: its number may be another's by then."""
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def _rest(admin: Admin, found: Found) -> None:
    """Let workers that nobody kills do what is left; poison ends them, so they are begun anew."""
    deadline = time.monotonic() + CALM
    left = 1
    while left and time.monotonic() < deadline:
        pid, gone = _born(timedelta(0)), False
        until = time.monotonic() + 3
        while time.monotonic() < until and left and not gone:
            time.sleep(0.1)
            gone = _gone(pid)
            left = _count(
                admin,
                "select count(*) from kernel_job where name like 'trust.%' and state in ('waiting', 'running')",
            )
        if not gone:
            _end(pid)
    if left:
        found.wrong.append(f"{left} jobs are not done after {CALM:.0f} s without kills")


def _compare(admin: Admin, found: Found) -> None:
    """Every job done and every effect there once; poison dead and without effect."""
    rows = admin.execute(
        "select name, (args->>'number')::int, state from kernel_job where name like 'trust.%'"
    ).fetchall()
    wanted: dict[str, int] = {}
    for name, number, state in rows:
        right = "dead" if name == "trust.poison" else "done"
        if state != right:
            found.wrong.append(f"job {number} {name}: {state} instead of {right}")
        found.dead += state == "dead"
        if name == "trust.once":
            wanted[f"{number}"] = 1
        elif name == "trust.steps":
            wanted |= {f"{number}.{place}": 1 for place in range(STEPS)}
    entries: dict[str, int] = dict(
        admin.execute(
            "select object_id, count(*) from kernel_auditentry where verb = 'trust.effect' group by 1"
        ).fetchall()
    )
    found.wrong += [f"effect {key}: {entries.get(key, 0)} times" for key in wanted if entries.get(key) != 1]
    found.wrong += [f"effect {key} of what has none" for key in entries if key not in wanted]
    if len(rows) != found.jobs:
        found.wrong.append(f"{len(rows)} jobs of {found.jobs} that were asked for")


def _count(admin: Admin, query: str) -> int:
    row: Any = admin.execute(query).fetchone()
    return int(row[0])


@contextmanager
def done_apart() -> Iterator[None]:
    """A worker that marks a job as done in a transaction of its own, after the job's."""

    def apart(task: Any, running: working.Running, now: Any) -> None:
        actor = working._actor(running, now())
        args = decode(task.run, running.args)
        if task.steps:
            result = task.run(actor=actor, running=running, **args)
        else:
            with scoped(actor, write=True):
                result = task.run(actor=actor, **args)
        time.sleep(0.002)
        with scoped(actor, write=True):
            running.finish(now(), result)

    with patch.object(working, "_do", apart):
        yield
