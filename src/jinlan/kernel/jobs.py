"""Jobs: work that runs after the transaction that asked for it, exactly once in effect.

A room declares one where its rule is, and an act asks for it in its own transaction::

    @job("gifts.thank", title=_("致谢"))
    def thank(*, actor: Actor, gift: UUID) -> dict[str, Any]: ...

    defer("gifts.thank", actor=actor, key=str(gift), gift=gift)

It runs in one transaction in the scope of who asked, with his rights of that moment, and is marked done in that same
transaction: a worker that is killed leaves nothing, and the next one begins anew. A job with `steps` opens its own scopes, step by
step, and makes each step once by `Act.once` or a key of its own. A `Refused` ends a job; any other error is tried again, later and
later, until it is put with the dead ones. See docs/decisions/0014-jobs.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.ids import uuid7
from jinlan.kernel.outbox import Job
from jinlan.kernel.payload import decode
from jinlan.kernel.scope import scoped

Run = Callable[..., Any]


class Schedule(Protocol):
    """When a job runs by itself."""

    def slot(self, at: datetime) -> datetime:
        """Return the newest moment at or before `at` for which it runs."""

    def following(self, slot: datetime) -> datetime:
        """Return the moment after one."""

    def words(self) -> str:
        """Return when it runs, in words."""


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes of the day."""

    minutes: int

    def slot(self, at: datetime) -> datetime:
        """Return the beginning of the running span."""
        minute = (at.hour * 60 + at.minute) // self.minutes * self.minutes
        return at.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)

    def following(self, slot: datetime) -> datetime:
        """Return the moment after one."""
        return slot + timedelta(minutes=self.minutes)

    def words(self) -> str:
        """Return when it runs, in words."""
        return ngettext("每 %(n)s 分钟", "每 %(n)s 分钟", self.minutes) % {"n": self.minutes}


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, at a time of the bank's zone."""

    at: time

    def slot(self, at: datetime) -> datetime:
        """Return today's moment, yesterday's before it."""
        here = at.astimezone(ZoneInfo(settings.TIME_ZONE))
        today = datetime.combine(here.date(), self.at, here.tzinfo)
        return today if today <= at else today - timedelta(days=1)

    def following(self, slot: datetime) -> datetime:
        """Return the moment after one."""
        return slot + timedelta(days=1)

    def words(self) -> str:
        """Return when it runs, in words."""
        return _("每天 %(at)s") % {"at": f"{self.at:%H:%M}"}


@dataclass(frozen=True, slots=True)
class Task:
    """A kind of job; see `job`."""

    name: str
    title: Any
    run: Run
    steps: bool
    attempts: int
    schedule: Schedule | None


TASKS: dict[str, Task] = {}


def job(
    name: str, *, title: Any, steps: bool = False, attempts: int = 5, schedule: Schedule | None = None
) -> Callable[[Run], Run]:
    """Declare a job.

    Args:
        name: ``room.verb``, unique.
        title: what pages call it (translated).
        steps: it is called outside every scope and gets `running` (`kernel.working.Running`) if it takes it: for work of many transactions, or
            with the world outside.
        attempts: how often it is tried before it is dead.
        schedule: it runs by itself, as the system of every entity.

    The function takes `actor` and the keyword arguments that `defer` was given; what it returns must be JSON and hold no client's data.
    """

    def declare(run: Run) -> Run:
        if name in TASKS:
            raise ValueError(f"job {name} is declared twice")
        TASKS[name] = Task(name, title, run, steps, attempts, schedule)
        return run

    return declare


def defer(name: str, *, actor: Actor, key: str = "", due: datetime | None = None, **args: Any) -> UUID:
    """Ask for a job in the running transaction of `actor`, or in one of its own; it is there exactly when that commits.

    Args:
        name: of a declared job.
        actor: who asks; the job runs in his name.
        key: the same person's job of the same name and key is asked for once; without one every call is another job.
        due: not before this instant.
        args: JSON, dates, decimals and UUIDs by the job's own signature.

    Returns:
        Its public id; that of the first one for a key that is known.

    Raises:
        Refused: PAYLOAD, the arguments do not fit.
    """
    decode(TASKS[name].run, args)
    plain: Mapping[str, Any] = json.loads(json.dumps(args, cls=DjangoJSONEncoder))
    made = uuid7()
    with scoped(actor, write=True):
        # The clock, not the actor's instant: that one may lie in the past, and waiting is measured by the clock.
        now = now_utc()
        row = Job(
            public_id=made, entity=actor.entity, person_id=actor.person_id, name=name, key=key or made.hex, args=plain,
            made_at=now, due_at=due or now,
        )  # fmt: skip
        Job.objects.bulk_create([row], ignore_conflicts=True)
        if not key:
            return made
        known = Job.objects.filter(person_id=actor.person_id, name=name, key=key)
        found: UUID = known.values_list("public_id", flat=True).get()
        return found
