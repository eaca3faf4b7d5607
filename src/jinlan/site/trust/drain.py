"""P19: the product is told to end (SIGTERM) again and again under load, and nobody loses anything.

``python -m jinlan.site.trust.drain DIR [--seed 1] [--stops 5]`` prints JSON; a process of its own, for the home is read once a process.

The whole product runs from a home of its own, with its own PostgreSQL. Some ask for pages and write rows all the time; some requests are
held by a lock in the database until the signal has been sent, so that they are under way for certain. Every request under way must
be answered whole and well, every answer that begins must end, and after the next start every job must have been done once. The
planted hole is a kill (SIGKILL) of the web processes, which cannot wait for anybody.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg

from jinlan.basics.clock import now_utc
from jinlan.site.database import create, migrate, setup_django
from jinlan.site.embedded import Embedded
from jinlan.site.home import SAMPLE, Home
from jinlan.site.trust.apart import PATIENCE, apart, free_port, started
from jinlan.site.trust.arena import statement
from jinlan.site.trust.asking import STEPS, Asked, Caller

ROOMS = f"{SAMPLE},jinlan.site.trust.drainroom.DrainRoom"
WHO, UNITS = "dept", 12
CALLERS, HELD, ONCE, LONG = (
    4,
    3,
    6,
    2,
)  # a stop: callers all the time, requests under way for certain, jobs of each kind
SURE = 0.5  # seconds before the signal: what was sent by then is under way
RUNNING = "select count(*) from kernel_job where name like 'drain.%' and state = 'running'"
WAITING = "select count(*) from pg_locks where not granted and relation = 'gifts_gift'::regclass"


@dataclass
class Found:
    """What was ended, what was asked, and what was wrong."""

    stops: int = 0
    requests: int = 0
    held: int = 0
    jobs: int = 0
    running: int = 0  # that were being done when the signal came
    unanswered: int = 0  # requests that came too late: no byte of an answer, and nothing done twice when they were sent again
    outcomes: dict[str, int] = field(default_factory=dict)
    stopping: list[float] = field(default_factory=list)
    starting: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    canary: bool = False


class Product:
    """The product in a home of its own, with people, a program's key, and callers."""

    def __init__(self, place: Home, seed: int) -> None:
        self.place, self.dice = place, random.Random(seed)  # noqa: S311  a test's dice
        self.found = Found()
        self.server = Embedded(place)
        self.process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.token, self.unit, self.person = self._filled(seed)
        self.acknowledged: list[str] = []  # of requests that were held
        self.callers = [Caller(self.port, self.token, self.unit, number) for number in range(CALLERS)]

    def _filled(self, seed: int) -> tuple[str, str, int]:
        """Make the bank of a seed and a program's key; the server is ended afterwards."""
        self.server.start()
        os.environ |= {"DATABASE_URL": self.server.url("app"), "JINLAN_ENTITY": "", "JINLAN_DEMO": "0"}
        create(self.server)
        migrate(self.server.url("owner"), self.server.url("app"))
        setup_django()
        from jinlan.kernel import tokens
        from jinlan.kernel.models import Person
        from jinlan.site.trust import bank

        made = bank.build(seed, UNITS)
        person = Person.objects.get(pk=made.people[WHO])
        key = tokens.make(person, name="drain", days=1, reads_only=False, at=now_utc())
        with psycopg.connect(self.server.url("admin"), autocommit=True) as admin:
            admin.execute("delete from kernel_webhook")
        self._rest()
        self.server.stop()
        return key.text, str(next(iter(made.unit_ids.values()))), person.pk

    def _rest(self) -> None:
        from django.db import connections

        connections.close_all()

    def start(self) -> None:
        """Start it, and note how long that takes."""
        began = time.monotonic()
        own = ("DATABASE_", "DJANGO_", "JINLAN_TEST")
        env = {key: value for key, value in os.environ.items() if not key.startswith(own)}
        self.process = started(env, self.place.path, self.port)
        self.found.starting.append(time.monotonic() - began)

    def ask_for_jobs(self) -> None:
        """Ask for jobs, some of one transaction and some of steps."""
        from jinlan.kernel.jobs import defer
        from jinlan.kernel.models import Person
        from jinlan.kernel.scope import actor_for, scoped

        actor = actor_for(Person.objects.get(pk=self.person), now_utc())
        with scoped(actor, write=True):
            for name in ("drain.once",) * ONCE + ("drain.steps",) * LONG:
                self.found.jobs += 1
                defer(name, actor=actor, key=f"{self.found.jobs}", number=self.found.jobs)
        self._rest()

    def stop(self, *, harsh: bool = False) -> None:
        """Hold some requests, tell the product to end, let them go, and wait; `harsh` kills the web processes instead."""
        assert self.process is not None  # noqa: S101
        born = descendants(self.process.pid)
        held = [Caller(self.port, self.token, self.unit, 1000 + self.found.held + one) for one in range(HELD)]
        self._wait_for(1, RUNNING, "a job that is being done")
        with psycopg.connect(self.server.url("admin")) as admin:
            admin.execute("lock table gifts_gift in share row exclusive mode")
            asks = [threading.Thread(target=one.write, daemon=True) for one in held]
            for one in asks:
                one.start()
            self._wait_for(HELD, WAITING, "requests that wait in the database")
            row: Any = admin.execute(RUNNING).fetchone()
            self.found.running += int(row[0])
            told = time.monotonic()
            if harsh:
                kill(born)
            self.process.send_signal(signal.SIGTERM)
            time.sleep(self.dice.uniform(0.2, 1.0))
            try:
                admin.commit()
            except psycopg.Error:
                self.found.wrong.append("the database went away before those that it served")
        for one in asks:
            one.join(PATIENCE)
        self._ended(told, born)
        self.found.held += HELD
        self.acknowledged += [what for one in held for what in one.acknowledged]
        self.found.wrong += [
            f"under way for certain: {ask.outcome}"
            for one in held
            for ask in one.asked
            if ask.outcome != "201"
        ]
        for caller in (*self.callers, *held):
            self._judge(caller.taken(), told)

    def _wait_for(self, count: int, query: str, what: str) -> None:
        """Wait until the database counts so many."""
        deadline = time.monotonic() + PATIENCE
        with psycopg.connect(self.server.url("admin"), autocommit=True) as admin:
            while time.monotonic() < deadline:
                row: Any = admin.execute(statement(query)).fetchone()
                if int(row[0]) >= count:
                    return
                time.sleep(0.02)
        self.found.wrong.append(f"{what} did not come about")

    def _ended(self, told: float, born: list[int]) -> None:
        assert self.process is not None  # noqa: S101
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
            self.found.wrong.append("the product does not end")
        self.found.stopping.append(time.monotonic() - told)
        self.found.stops += 1
        if code != 0:
            self.found.wrong.append(f"ended with code {code}")
        left = [pid for pid in born if Path(f"/proc/{pid}").exists()]
        self.found.wrong += [f"{len(left)} processes are left behind"] if left else []

    def _judge(self, asked: list[Asked], told: float) -> None:
        for one in asked:
            self.found.requests += 1
            self.found.outcomes[one.outcome] = self.found.outcomes.get(one.outcome, 0) + 1
            if one.outcome == "half" or one.outcome.startswith("5"):
                self.found.wrong.append(f"{one.what}: {one.outcome}")
            if one.outcome == "silent" and one.sent < told - SURE:
                self.found.wrong.append(
                    f"{one.what}: sent {told - one.sent:.1f} s before the signal and never answered"
                )

    def compare(self) -> None:
        """Let the jobs come to their end, send again what was not answered, and count the effects."""
        query = (
            "select count(*) from kernel_job where name like 'drain.%' and state in ('waiting', 'running')"
        )
        with psycopg.connect(self.server.url("admin"), autocommit=True) as admin:
            deadline, left = time.monotonic() + PATIENCE, 1
            while left and time.monotonic() < deadline:
                time.sleep(0.3)
                row: Any = admin.execute(query).fetchone()
                left = int(row[0])
            self._jobs(admin)
            for caller in self.callers:
                caller.enough.set()
                caller.join(PATIENCE)
                self.found.unanswered += caller.again()
            rows = admin.execute(
                "select what, count(*) from gifts_gift where what like 'drain-%' group by 1"
            ).fetchall()
        there: dict[str, int] = {str(what): int(count) for what, count in rows}
        self.found.wrong += [f"{what}: written {count} times" for what, count in there.items() if count > 1]
        told = [what for caller in self.callers for what in caller.acknowledged]
        self.found.wrong += [
            f"{what}: acknowledged and not there" for what in (*told, *self.acknowledged) if what not in there
        ]

    def _jobs(self, admin: psycopg.Connection[Any]) -> None:
        jobs = admin.execute(
            "select name, (args->>'number')::int, state from kernel_job where name like 'drain.%'"
        ).fetchall()
        effects = Counter(
            str(row[0])
            for row in admin.execute(
                "select object_id from kernel_auditentry where verb = 'drain.effect'"
            ).fetchall()
        )
        wanted: Counter[str] = Counter()
        for name, number, state in jobs:
            self.found.wrong += [f"job {number} {name}: {state}"] if state != "done" else []
            wanted.update(
                [f"{number}"] if name == "drain.once" else [f"{number}.{place}" for place in range(STEPS)]
            )
        self.found.wrong += [f"effect {key}: {effects[key]} times" for key in wanted if effects[key] != 1]
        if len(jobs) != self.found.jobs or set(effects) - set(wanted):
            self.found.wrong.append(f"{len(jobs)} jobs of {self.found.jobs} that were asked for")


def descendants(root: int) -> list[int]:
    """Return the processes that a process of ours started, and those that they started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry.name))
        except (OSError, ValueError, IndexError):
            continue
    found, rest = [], [root]
    while rest:
        children = parents.get(rest.pop(), [])
        found += children
        rest += children
    return found


def kill(born: list[int]) -> None:
    """Kill the web processes among those that we started."""
    for pid in born:
        try:
            if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def drain(folder: Path, *, stops: int, seed: int) -> Found:
    """Run P19 in a home of its own."""
    os.environ |= {"JINLAN_HOME": str(folder), "JINLAN_ROOMS": ROOMS, "PYTHONWARNINGS": "ignore"}
    product = Product(Home(folder).make(), seed)
    try:
        product.start()
        for caller in product.callers:
            caller.start()
        for _stop in range(stops):
            product.ask_for_jobs()
            time.sleep(product.dice.uniform(0.0, 0.5))
            product.stop()
            product.start()
        product.compare()
        honest = replace(
            product.found, outcomes=dict(product.found.outcomes), wrong=list(product.found.wrong)
        )
        product.ask_for_jobs()
        product.stop(harsh=True)
        lost = product.found.wrong[len(honest.wrong) :]
        honest.canary = any("under way" in one for one in lost)
    finally:
        for caller in product.callers:
            caller.enough.set()
        if product.process is not None and product.process.poll() is None:
            product.process.terminate()
            product.process.wait(PATIENCE)
    return honest


def prove(folder: Path, *, stops: int, seed: int) -> Found:
    """Run the proof in a process of its own."""
    return Found(**apart(__name__, folder, stops=stops, seed=seed))


def main() -> int:
    """Run it and print what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stops", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = drain(options.folder.resolve(), stops=options.stops, seed=options.seed)
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 1 if found.wrong or not found.canary else 0


if __name__ == "__main__":
    sys.exit(main())
