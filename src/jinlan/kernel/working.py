"""The worker's half of jobs: take one, run it, end it; and ask for what the schedule wants.

Times are passed in; the clock may jump. A lease is believed only when it ends within its own length from now, and a wait only
when it is no longer than a wait may be: a clock that was set back stops nothing, one that was set forward only makes another
worker try, whose attempt overtakes the first.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date, now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel.jobs import TASKS, Task, defer
from jinlan.kernel.kept import keep
from jinlan.kernel.models import Person
from jinlan.kernel.notices import holders, notice_kind, notify
from jinlan.kernel.outbox import Job
from jinlan.kernel.payload import decode
from jinlan.kernel.scope import actor_for, scoped, system_actor

log = logging.getLogger("jinlan.jobs")
LEASE = timedelta(seconds=60)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
TOLD_EVERY = 1.0  # seconds between two progress lines of a job


def _dead_words(said: Mapping[str, Any]) -> str:
    task = TASKS.get(said["job"])
    return _("后台任务“%(job)s”多次失败，已停止") % {"job": task.title if task else said["job"]}


DEAD = notice_kind(
    "kernel.job_dead",
    words=_dead_words,
    why=gettext_lazy("您发起了它，或您是系统管理员"),
    icon="alert-triangle",
)
_TAKE = """
update kernel_job set state = 'running', attempts = attempts + 1, taken_by = %(token)s, lease_until = %(lease)s, started_at = %(now)s
where id = (
  select id from kernel_job
  where (state = 'waiting' and (due_at <= %(now)s or made_at > %(soon)s or (attempts > 0 and due_at > %(longest)s)))
     or (state = 'running' and (lease_until < %(now)s or lease_until > %(lease)s + interval '5 seconds'))
  order by due_at, id for update skip locked limit 1)
returning id, public_id, person_id, entity, name, args, attempts
"""


class Lost(RuntimeError):
    """Another worker has this job now: whatever this attempt did is taken back."""


class Stopping(RuntimeError):
    """The worker was told to stop: a job of many steps goes on elsewhere, from where it was."""


@dataclass
class Running:
    """One attempt of a job; `token` names it."""

    pk: int
    public_id: UUID
    person: int
    entity: str
    name: str
    args: dict[str, Any]
    attempts: int
    token: UUID
    stopping: Callable[[], bool] = field(default=lambda: False)
    _told: float = 0.0

    def progress(self, done: int, total: int) -> None:
        """Say how far a job of many steps is, between two steps; at most once a second is written.

        Raises:
            Lost: another worker has it.
            Stopping: the worker ends.
        """
        if self.stopping():
            raise Stopping
        now = time.monotonic()
        if now - self._told < TOLD_EVERY and done < total:
            return
        self._told = now
        if not Job.door.filter(pk=self.pk, taken_by=self.token, state="running").update(
            done=done, total=total
        ):
            raise Lost

    def finish(self, at: datetime, result: Any) -> None:
        """Mark it done in the running scope of its person; raise `Lost` when another worker has it."""
        mine = Job.objects.filter(pk=self.pk, taken_by=self.token, state="running")
        if not mine.update(state="done", ended_at=at, result=result, error=""):
            raise Lost

    def end(self, state: str, at: datetime, error: str) -> None:
        """Leave it outside every scope: refused, dead, or waiting for another try."""
        values: dict[str, Any] = {"state": state, "error": error[:300]}
        if state == "waiting":
            values["due_at"] = at + _wait(self.attempts)
        else:
            values["ended_at"] = at
        Job.door.filter(pk=self.pk, taken_by=self.token, state="running").update(**values)

    def give_back(self, at: datetime) -> None:
        """Let another worker go on at once; this attempt does not count."""
        mine = Job.door.filter(pk=self.pk, taken_by=self.token, state="running")
        mine.update(state="waiting", due_at=at, attempts=self.attempts - 1)


def _wait(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: four times longer each, up to an hour, spread a little."""
    spread = secrets.SystemRandom().uniform(0.9, 1.1)  # so that what failed together is not tried together
    return min(FIRST_WAIT * 4 ** (attempts - 1) * spread, LONGEST_WAIT)


def take(now: datetime) -> Running | None:
    """Take the job that waits longest, None when none is due; outside every scope."""
    token = uuid4()
    values: dict[str, Any] = {"token": token, "now": now, "lease": now + LEASE, "soon": now + timedelta(minutes=1),
              "longest": now + LONGEST_WAIT * 1.2}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
    if row is None:
        return None
    pk, public_id, person, entity, name, args, attempts = row
    return Running(pk, public_id, person, entity, name, _loaded(args), attempts, token)


def _loaded(args: Any) -> dict[str, Any]:
    return dict(json.loads(args) if isinstance(args, str) else args)


def beat(tokens: Iterable[UUID], now: datetime) -> None:
    """Keep the leases of what still runs."""
    Job.door.filter(taken_by__in=list(tokens), state="running").update(lease_until=now + LEASE)


def run(running: Running, clock: Callable[[], datetime] = now_utc) -> str:
    """Run a job that was taken, and end it; returns its state now, "" when another worker has it or it was given back."""
    task = TASKS.get(running.name)
    if task is None or running.attempts > task.attempts:
        # Every worker that took it was killed: it may be what kills them.
        running.end("dead", clock(), "WORKER_KILLED" if task else f"UNKNOWN_JOB {running.name}")
        tell_of_the_dead(running, clock())
        return "dead"
    try:
        _do(task, running, clock)
    except Lost:
        return ""
    except Stopping:
        running.give_back(clock())
        return ""
    except Refused as refused:
        running.end("refused", clock(), keep(refused))
        return "refused"
    except Exception as error:  # noqa: BLE001  whatever a job raises must not end the worker
        return _failed(task, running, error, clock())
    return "done"


def _do(task: Task, running: Running, clock: Callable[[], datetime]) -> None:
    actor = _actor(running, clock())
    args = decode(task.run, running.args)
    if task.steps:
        asked = {"running": running} if "running" in inspect.signature(task.run).parameters else {}
        result = task.run(actor=actor, **asked, **args)
        with scoped(actor, write=True):
            running.finish(clock(), result)
        return
    with scoped(actor, write=True):
        running.finish(clock(), task.run(actor=actor, **args))


def _actor(running: Running, at: datetime) -> Actor:
    person = Person.objects.get(pk=running.person)
    return system_actor(running.entity, at) if person.technical else actor_for(person, at, purpose="job")


def _failed(task: Task, running: Running, error: Exception, at: datetime) -> str:
    """Wait for another try, or give up; what the error says stays in the log, for it may name clients."""
    reference = secrets.token_hex(4)
    log.error("job %s (%s) failed, reference %s", running.public_id, running.name, reference, exc_info=error)
    state = "dead" if running.attempts >= task.attempts else "waiting"
    running.end(state, at, f"{type(error).__name__} {reference}")
    if state == "dead":
        tell_of_the_dead(running, at)
    return state


def tell_of_the_dead(running: Running, at: datetime) -> None:
    """Tell who asked, and the system administrators, that a job was given up."""
    with scoped(system_actor(running.entity, at), write=True) as scope:
        people = holders(running.entity, ("system_admin",), business_date(at)) | {running.person}
        notify(
            DEAD, actor=scope.actor, people=people, key=f"{running.public_id}:{running.attempts}", url=f"/jobs/{running.public_id}",
            job=running.name,
        )  # fmt: skip


@contextmanager
def alone(what: str) -> Iterator[bool]:
    """Tell whether nobody else does `what` on this database until the block ends; a killed process holds nothing."""
    key = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [key])


def ask_for_due(now: datetime, seen: dict[tuple[str, str], datetime]) -> int:
    """Ask for every scheduled job whose moment has come, once a moment whatever number of workers; returns how many.

    Args:
        now: instant.
        seen: what this process has asked for, so that it does not ask the database each time.
    """
    asked = 0
    for entity in Person.objects.filter(technical=False).values_list("entity", flat=True).distinct():
        for task in TASKS.values():
            slot = task.schedule.slot(now) if task.schedule else None
            if slot is None or seen.get((entity, task.name)) == slot:
                continue
            defer(task.name, actor=system_actor(entity, now), key=slot.isoformat())
            seen[entity, task.name] = slot
            asked += 1
    return asked
