"""Minutes of a meeting as text, from nothing but its facts."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from jinlan.domains.strategy.models import AgendaItem, Ballot, Meeting, Seat
from jinlan.kernel.figures import listed


def minutes_of(meeting: Meeting) -> str:
    """Return the minutes: who was there, what was asked, what came of it and why, who abstained because of a conflict."""
    return "\n".join(_lines(meeting))


def _lines(meeting: Meeting) -> Iterator[str]:
    seats = sorted(meeting.seats.all(), key=lambda one: (one.role != Seat.CHAIR, one.pk))
    yield _("战略客户委员会 %(code)s 会议记录") % {"code": meeting.code}
    yield _("日期：%(day)s　主持：%(chair)s") % {"day": meeting.day.isoformat(), "chair": meeting.chair_name}
    yield _("席位：%(names)s") % {"names": listed(one.person_name for one in seats)}
    voted = {one.seat_id for one in Ballot.objects.filter(item__meeting=meeting)}
    absent = [one.person_name for one in seats if one.pk not in voted]
    if absent:
        yield _("未投票：%(names)s") % {"names": listed(absent)}
    for item in meeting.items.order_by("number"):
        yield ""
        yield from _item(item)


def _item(item: AgendaItem) -> Iterator[str]:
    kind, title = item.get_kind_display(), item.title
    yield _("%(n)s. [%(kind)s] %(title)s") % {"n": item.number, "kind": kind, "title": title}
    if not item.result:
        yield _("　未形成决议，留待下次会议。")
        return
    said = {"result": item.get_result_display(), **item.counts}
    yield (
        _(
            "　表决：%(result)s（同意 %(votes_for)s，反对 %(votes_against)s，弃权 %(abstained)s，回避 %(conflicted)s；席位 %(seats)s）"
        )
        % said
    )
    away = [
        one.seat.person_name
        for one in item.ballots.select_related("seat").order_by("seat_id")
        if one.conflict
    ]
    if away:
        yield _("　回避：%(names)s") % {"names": listed(away)}
    yield _("　理由：%(note)s") % {"note": item.result_note}
    for one in item.decisions.all():
        yield _("　层级决定：%(step)s，自 %(since)s 起") % {
            "step": one.get_step_display(),
            "since": one.since.isoformat(),
        }
