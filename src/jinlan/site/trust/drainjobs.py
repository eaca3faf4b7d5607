"""Jobs that take their time and leave one audit entry each, or one a step."""

from __future__ import annotations

from django.db import connection

from jinlan.basics.actor import Actor
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.jobs import job
from jinlan.kernel.working import Running
from jinlan.site.trust.asking import STEPS


def _leave(actor: Actor, key: str, seconds: float) -> None:
    audit(actor, "drain.effect", "job", key)
    with connection.cursor() as cursor:
        cursor.execute("select pg_sleep(%s)", [seconds])


@job("drain.once", title="drain")
def once(*, actor: Actor, number: int) -> None:
    """Be one transaction."""
    _leave(actor, f"{number}", 0.3)


@act("drain.step", title="drain", roles=("dept_head",))
def step(*, actor: Actor, number: int, place: int) -> None:
    """Be one step."""
    _leave(actor, f"{number}.{place}", 0.15)


@job("drain.steps", title="drain", steps=True)
def steps(*, actor: Actor, running: Running, number: int) -> None:
    """Be several steps."""
    for place in range(STEPS):
        running.progress(place, STEPS)
        step.once(f"{running.public_id.hex}:{place}", actor=actor, number=number, place=place)
