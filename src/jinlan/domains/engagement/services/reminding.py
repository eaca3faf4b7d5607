"""Owners hear of promises that come due, that are due today, and that are overdue: each once for each of the three."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.clock import business_date
from jinlan.basics.register import rule
from jinlan.domains.engagement.rules.promises import due_after, reminder
from jinlan.domains.engagement.selectors.ledger import open_promises
from jinlan.kernel.audit import audit
from jinlan.kernel.notices import notice_kind, notify
from jinlan.kernel.scope import scoped
from jinlan.kernel.who import people_behind


def _line(said: Mapping[str, Any]) -> str:
    words = {
        "soon": _("您负责的一项承诺 %(due)s 到期") % said, "today": _("您负责的一项承诺今天到期"),
        "overdue": _("您负责的一项承诺已于 %(due)s 到期，还没有结果") % said,
    }  # fmt: skip
    return words.get(str(said["when"]), str(said["due"]))


PROMISE_DUE = notice_kind(
    "engagement.promise_due", words=_line, why=gettext_lazy("您是这项承诺的负责人"), icon="clock"
)


def remind_promises(*, actor: Actor) -> dict[str, int]:
    """Tell owners of their promises; return how many stand in each of the three."""
    today = business_date(actor.at)
    calendar, days = (
        china((today.year - 1, today.year, today.year + 1)),
        int(rule("ENGAGE.REMIND", today).value),
    )
    counts = {"soon": 0, "today": 0, "overdue": 0}
    with scoped(actor, write=True):
        rows = list(open_promises(actor, until=due_after(today, days, calendar)))
        people = people_behind(actor.entity, (row.owner for row in rows))
        for row in rows:
            when = reminder(row.due_on, today, days, calendar)
            counts[when] += 1
            if row.owner in people:
                notify(
                    PROMISE_DUE, actor=actor, people=[people[row.owner]], key=f"{row.public_id.hex}:{row.due_on}:{when}",
                    url=reverse("promises-one", kwargs={"public_id": row.public_id}), when=when, due=row.due_on.isoformat(),
                )  # fmt: skip
        audit(actor, "engagement.promises_reminded", "promise", today, after=counts)
    return counts
