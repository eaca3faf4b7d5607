"""The calendar that a person's own program reads: meetings, promises and tasks of his, by the rights that he has at that moment.

It leaves the house, so an entry says the kind, the client's code and where to read on. No name, no subject, nothing behind the wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI, business_date, now_utc
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.domains.engagement import ledger_words as ledger
from jinlan.domains.engagement.selectors.dated import meetings_between, promises_due
from jinlan.domains.strategy import words as charter_words
from jinlan.kernel import calendar_keys
from jinlan.kernel.calendar_views import root_of
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.sessions import where
from jinlan.work.selectors import own_tasks
from jinlan.workspace.ical import Entry, calendar_text

if TYPE_CHECKING:
    from jinlan.clients.models import Unit

RETRY = "900"  # seconds


@require_safe
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a calendar program that knows the secret; everything else is as good as absent."""
    at, caller = now_utc(), where(request)
    if calendar_keys.too_often("WRONG", caller, at, count=False):
        return _later()
    found = calendar_keys.reader_of(code, at)
    if found is None:
        calendar_keys.too_often("WRONG", caller, at)
        raise Http404
    if calendar_keys.too_often("READS", code, at):
        return _later()
    person, actor = found
    try:
        with translation.override(person.locale), scoped(actor):
            text = calendar_text(entries_of(actor, root=root_of(request)), name=_("金兰日程"))
    except ScopeDenied:
        raise Http404 from None
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers={
        "Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="jinlan.ics"', "X-Robots-Tag": "noindex",
    })  # fmt: skip


def _later() -> HttpResponse:
    return HttpResponse(
        status=429, content_type="text/plain; charset=utf-8", headers={"Retry-After": RETRY, "Cache-Control": "no-store"}
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Span:
    """The days that a calendar shows."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)


def entries_of(actor: Actor, *, root: str) -> list[Entry]:
    """Return what stands in the calendar of an actor, inside his scope; who stands in has the tasks of the absent, as on Today."""
    today = business_date(actor.at)
    back, ahead = (int(rule(f"CALENDAR.{name}", today).value) for name in ("BACK", "AHEAD"))
    span = _Span(today - timedelta(days=back), today + timedelta(days=ahead))
    meetings = meetings_between(actor, employee=actor.employee, since=span.since, until=span.until)
    promises = promises_due(actor, employee=actor.employee, since=span.first, until=span.last)
    tasks = [
        one for one in own_tasks(actor, units=teams.own_units(actor, day=today))
        if one.due_on is not None and span.first <= one.due_on <= span.last
    ]  # fmt: skip
    units = clients.units_by_key(actor, unit_ids={one.unit_id for one in (*meetings, *promises, *tasks)})
    length = timedelta(minutes=int(rule("ENGAGE.LENGTH", today).value))
    return [
        *_meetings(meetings, units, root, length),
        *_promises(promises, units, root),
        *_tasks(tasks, units, root),
    ]


def _title(what: Any, unit: Unit) -> str:
    return f"{what} {unit.code}"


def _meetings(rows: list[Any], units: dict[int, Unit], root: str, length: timedelta) -> Iterator[Entry]:
    for row in rows:
        if row.unit_id in units:
            yield Entry(
                f"interaction-{row.public_id}@jinlan", _title(ledger.KINDS[row.kind].word, units[row.unit_id]), row.starts_at,
                row.ends_at or row.starts_at + length, root + reverse("interactions-one", args=[row.public_id]),
                row.changed_at or row.made_at, row.edition - 1, row.state == "cancelled",
            )  # fmt: skip


def _promises(rows: list[Any], units: dict[int, Unit], root: str) -> Iterator[Entry]:
    words = {"bank": _("我行承诺到期"), "client": _("客户承诺到期")}
    for row in rows:
        if row.unit_id in units:
            yield Entry(
                f"promise-{row.public_id}@jinlan", _title(words[row.side], units[row.unit_id]), row.due_on, None,
                root + reverse("promises-one", args=[row.public_id]), row.changed_at or row.made_at, row.edition - 1,
            )  # fmt: skip


def _tasks(rows: list[Any], units: dict[int, Unit], root: str) -> Iterator[Entry]:
    for row in rows:
        if row.unit_id in units:
            unit = units[row.unit_id]
            yield Entry(
                f"task-{row.public_id}@jinlan", _title(_task_word(row.detail), unit), row.due_on, None,
                root + reverse("client", args=[unit.public_id]), datetime.combine(row.opened_on, time(), SHANGHAI),
            )  # fmt: skip


def _task_word(detail: Any) -> Any:
    """Return what kind of contact or answer a task asks for, in a word of ours: its title may hold words of somebody."""
    look = charter_words.OWED.get(str(detail.get("contact") or detail.get("answer") or ""))
    return _("待办：%(what)s") % {"what": look.word} if look else _("待办")
