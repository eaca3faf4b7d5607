"""What the system does by itself in the kernel: it seals the audit and clears away what is over."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.kernel.jobs import Daily, Every, job
from jinlan.kernel.outbox import Job, Notice
from jinlan.kernel.scope import scoped
from jinlan.kernel.sealing import seal
from jinlan.kernel.trail import roots_file

KEEP_JOBS, KEEP_NOTICES = timedelta(days=30), timedelta(days=180)
KEEP_SCHEDULED = timedelta(days=2)  # what the schedule did without trouble: some run every minute


@job("kernel.seal", title=gettext_lazy("封存审计"), steps=True, attempts=1, schedule=Every(10))
def seal_audit(*, actor: Actor) -> dict[str, Any]:
    """Seal what was written since the last time: so much of the record can be lost to a superuser at most."""
    return {"rows": seal(actor, roots_file()).rows}


@job("kernel.tidy", title=gettext_lazy("清理到期的记录"), steps=True, schedule=Daily(time(3, 30)))
def tidy(*, actor: Actor) -> dict[str, Any]:
    """Drop ended jobs, old notices and sessions that nobody can use any more."""
    with scoped(actor, write=True):
        old, quiet = (
            Q(ended_at__lt=actor.at - KEEP_JOBS),
            Q(ended_at__lt=actor.at - KEEP_SCHEDULED, state="done"),
        )
        own = Q(person_id=actor.person_id)
        jobs, _each = Job.objects.filter(old | (quiet & own), entity=actor.entity).delete()
        notices, _each = Notice.objects.filter(entity=actor.entity, at__lt=actor.at - KEEP_NOTICES).delete()
    sessions, _each = Session.objects.filter(expire_date__lt=actor.at).delete()
    return {"jobs": jobs, "notices": notices, "sessions": sessions}
