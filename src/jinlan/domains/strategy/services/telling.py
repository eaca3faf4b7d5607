"""Who hears of chapter 1's decisions: the lead manager of a client whose tier moved, and those who are called to a meeting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.clients import teams
from jinlan.clients.models import Unit
from jinlan.domains.strategy.models import Meeting, TierDecision
from jinlan.kernel.notices import notice_kind, notify
from jinlan.kernel.who import people_behind


def _moved(said: Mapping[str, Any]) -> str:
    words = dict(TierDecision.STEPS)
    return _("您主办的一户客户%(step)s，自 %(since)s 起：看原因与恢复的办法") % {
        "step": words.get(said["step"], said["step"]), "since": said["since"],
    }  # fmt: skip


MOVED = notice_kind("strategy.tier_moved", words=_moved, why=gettext_lazy("您是这户客户的主办"), icon="medal")
CALLED = notice_kind(
    "strategy.meeting_called", why=gettext_lazy("您是这次会议的委员"), icon="users",
    words=lambda said: _("您被邀请参加 %(day)s 的委员会会议 %(code)s") % said,
)  # fmt: skip


def tell_leads(actor: Actor, rows: Sequence[TierDecision], *, since: date | None) -> None:
    """Tell the leads of units whose tier moved, each once per step, with the two days beside each other.

    Args:
        actor: the review.
        rows: steps that are new, with their `as_of`.
        since: the month-end before, None for none.
    """
    units = dict(Unit.objects.filter(id__in=[row.unit_id for row in rows]).values_list("id", "public_id"))
    leads = teams.Leads(actor)
    coming = [(row, leads.on(row.unit_id, row.as_of)) for row in rows if row.unit_id in units]
    people = people_behind(actor.entity, (lead for _row, lead in coming))
    for row, lead in coming:
        if lead in people:
            page = reverse("client-between", kwargs={"public_id": units[row.unit_id]})
            url = f"{page}?from={since.isoformat()}&to={row.as_of.isoformat()}" if since else page
            key = f"{row.unit_id}:{row.step}:{row.since.isoformat()}"
            notify(
                MOVED, actor=actor, people=[people[lead]], key=key, url=url, step=row.step, since=row.since.isoformat()
            )  # fmt: skip


def tell_members(actor: Actor, meeting: Meeting, people: Iterable[int]) -> None:
    """Tell those who have a seat that they are called."""
    url = reverse("meeting", kwargs={"public_id": meeting.public_id})
    notify(
        CALLED, actor=actor, people=people, key=str(meeting.public_id), url=url, day=meeting.day.isoformat(), code=meeting.code
    )  # fmt: skip
