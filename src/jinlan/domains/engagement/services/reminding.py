"""Owners hear of promises and plan actions before, on and after their day; whoever meets a client hears that the brief is ready."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Protocol

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.register import rule
from jinlan.domains.engagement.rules.promises import due_after, reminder
from jinlan.domains.engagement.selectors.dated import meetings_ahead
from jinlan.domains.engagement.selectors.ledger import open_promises
from jinlan.domains.engagement.selectors.plans import open_actions
from jinlan.kernel.audit import audit
from jinlan.kernel.notices import Kind, notice_kind, notify
from jinlan.kernel.scope import scoped
from jinlan.kernel.who import people_behind


class Due(Protocol):
    """Reads what is open and due up to a day; each row has an owner and a day."""

    def __call__(self, actor: Actor, *, until: date) -> Iterable[Any]:
        """Return the rows."""


def _line(said: Mapping[str, Any]) -> str:
    words = {
        "soon": _("您负责的一项承诺 %(due)s 到期") % said, "today": _("您负责的一项承诺今天到期"),
        "overdue": _("您负责的一项承诺已于 %(due)s 到期，还没有结果") % said,
    }  # fmt: skip
    return words.get(str(said["when"]), str(said["due"]))


PROMISE_DUE = notice_kind(
    "engagement.promise_due", words=_line, why=gettext_lazy("您是这项承诺的负责人"), icon="clock"
)


def _action_line(said: Mapping[str, Any]) -> str:
    words = {
        "soon": _("客户计划中您负责的一项行动 %(due)s 到期") % said, "today": _("客户计划中您负责的一项行动今天到期"),
        "overdue": _("客户计划中您负责的一项行动已于 %(due)s 到期，还没有结果") % said,
    }  # fmt: skip
    return words.get(str(said["when"]), str(said["due"]))


ACTION_DUE = notice_kind(
    "engagement.plan_action_due", words=_action_line, why=gettext_lazy("您是这项行动的负责人"), icon="target"
)
BRIEF_READY = notice_kind(
    "engagement.brief_ready", words=lambda said: _("您 %(when)s 的会面：会前要点已备好") % said, why=gettext_lazy("您参加这次会面"), icon="calendar"
)  # fmt: skip


def remind_promises(*, actor: Actor) -> dict[str, int]:
    """Tell owners of their promises; return how many stand in each of the three."""
    return _remind(
        actor, PROMISE_DUE, open_promises, "promises-one", "engagement.promises_reminded", "promise"
    )


def remind_actions(*, actor: Actor) -> dict[str, int]:
    """Tell owners of the actions of plans that no promise stands behind; return how many stand in each of the three."""
    return _remind(
        actor, ACTION_DUE, open_actions, "plan-actions-one", "engagement.actions_reminded", "plan_action"
    )


def _remind(actor: Actor, kind: Kind, due: Due, address: str, verb: str, thing: str) -> dict[str, int]:
    """Tell the owners of what is due, once for each of the three and each day agreed on."""
    today = business_date(actor.at)
    calendar, days = (
        china((today.year - 1, today.year, today.year + 1)),
        int(rule("ENGAGE.REMIND", today).value),
    )
    counts = {"soon": 0, "today": 0, "overdue": 0}
    with scoped(actor, write=True):
        rows = list(due(actor, until=due_after(today, days, calendar)))
        people = people_behind(actor.entity, (row.owner for row in rows))
        for row in rows:
            when = reminder(row.due_on, today, days, calendar)
            counts[when] += 1
            if row.owner in people:
                notify(
                    kind, actor=actor, people=[people[row.owner]], key=f"{row.public_id.hex}:{row.due_on}:{when}",
                    url=reverse(address, kwargs={"public_id": row.public_id}), when=when, due=row.due_on.isoformat(),
                )  # fmt: skip
        audit(actor, verb, thing, today, after=counts)
    return counts


def announce_briefs(*, actor: Actor) -> int:
    """Tell whoever meets a client between now and the end of tomorrow that the brief is ready; return how many meetings there are.

    The brief itself is made when it is read, so that it is never older than its reader. A meeting behind the wall is announced to nobody.
    """
    with scoped(actor, write=True):
        rows = meetings_ahead(actor, until=business_date(actor.at) + timedelta(days=1))
        people = people_behind(actor.entity, (code for row, _unit in rows for code in row.staff))
        for row, unit in rows:
            notify(
                BRIEF_READY, actor=actor, people=[people[code] for code in row.staff if code in people], key=f"{row.public_id.hex}:{row.starts_at:%m%d%H%M}",
                url=f"{reverse('client-brief', kwargs={'public_id': unit})}?meeting={row.public_id}",
                when=f"{row.starts_at.astimezone(SHANGHAI):%m-%d %H:%M}",
            )  # fmt: skip
        audit(actor, "engagement.briefs_announced", "interaction", business_date(actor.at), after={"meetings": len(rows)})  # fmt: skip
    return len(rows)
