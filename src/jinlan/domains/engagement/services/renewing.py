"""The renewal clock of agreements: from the day on which talks are due until a renewal is signed, it is somebody's task."""

from __future__ import annotations

from datetime import timedelta

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.domains.engagement.models import Agreement
from jinlan.domains.engagement.selectors.agreements import to_renew
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import scoped
from jinlan.work.services import Wanted, close_tasks, open_tasks

RENEW = "renew_agreement"  # the kind of a task
BACK = timedelta(days=30)  # how far back the job looks for agreements that came to an end


def watch_renewals(*, actor: Actor) -> int:
    """Open a task for each agreement whose renewal is due, close those of agreements that were renewed or ended; return how many were opened."""
    today = business_date(actor.at)
    with scoped(actor, write=True):
        rows = visible(actor, Agreement).filter(to_renew(today)).order_by("ends_on", "id")
        opened = open_tasks(actor=actor, wanted=[_wanted(row) for row in rows], opened_on=today)
        over = visible(actor, Agreement).filter(state__in=("replaced", "ended"), ended_on__gte=today - BACK)
        outcomes = {_subject(row): "kept" if row.state == "replaced" else "withdrawn" for row in over}
        if outcomes:
            close_tasks(actor=actor, outcomes=outcomes)
    return opened


def _wanted(row: Agreement) -> Wanted:
    return Wanted(
        _subject(row), RENEW, row.unit_id, row.domain, row.branch_id, "manager", "商谈续签战略合作协议", {"agreement": str(row.public_id)}, row.ends_on
    )  # fmt: skip


def _subject(row: Agreement) -> str:
    return f"{RENEW}:{row.public_id}"
