"""委员会: meetings and what waits for them, one meeting with its agenda and minutes, one item with its case and its votes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.selectors import committee as meetings
from jinlan.domains.strategy.selectors import life
from jinlan.domains.strategy.services import committee as services
from jinlan.domains.strategy.services.minutes import minutes_of
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.reading import sees_whole_bank
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.stepup import fresh, require
from jinlan.serving import selectors as serving
from jinlan.workspace.access import doing, page
from jinlan.workspace.measures import typed
from jinlan.workspace.why import why

if TYPE_CHECKING:
    from jinlan.domains.strategy.models import AgendaItem, Meeting, Seat
    from jinlan.serving.models import UnitResult

SHOWN = 12  # lines of the worklist before "all"


@require_GET
@page("committee")
def committee(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the meetings, what the monthly review proposed, and what became of overrides."""
    _whole()
    rows, (looked, people) = life.worklist(actor), life.override_report(actor)
    everything = request.GET.get("show") == "all"
    return render(request, "workspace/committee.html", {
        "title": _("委员会"), "place": "committee", "meetings": meetings.meetings(actor), "may_call": actor.has(*services.CALLERS),
        "rows": rows if everything else rows[:SHOWN], "hidden": 0 if everything else max(0, len(rows) - SHOWN),
        "month": rows[0].row.as_of if rows else None, "looked": looked, "people": people,
    })  # fmt: skip


class MeetingForm(forms.Form):
    """Who meets when."""

    day = forms.DateField(
        label=gettext_lazy("会议日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    members = forms.MultipleChoiceField(label=gettext_lazy("委员"), widget=forms.CheckboxSelectMultiple)
    chair = forms.ChoiceField(label=gettext_lazy("主持人"))

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("members", "chair"):
            chosen: Any = self.fields[name]
            chosen.choices = people
        dress(self)


@require_http_methods(["GET", "POST"])
@doing("committee")
def new(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Call a meeting; a refusal stands at its field."""
    with scoped(actor):
        _whole()
        shown = serving.published(actor)
        today = shown.latest if shown and getattr(settings, "JINLAN_DEMO", False) else business_date(actor.at)
        found = meetings.people_with_roles(actor, on=today)
    if not actor.has(*services.CALLERS):
        raise Http404
    people = [(name, one.member.name) for name, one in found.items()]
    form = MeetingForm(
        request.POST or None,
        people=people,
        initial={"day": today, "chair": actor.username, "members": [*found]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.call_meeting(actor=actor, **form.cleaned_data)
        except Refused as refused:
            if isinstance(refused, ScopeDenied):
                raise
            refuse(form, refused)
        else:
            return redirect("meeting", public_id=made)
    context = {"title": _("召集会议"), "place": "committee", "form": form}
    return render(request, "workspace/meeting_new.html", context, status=422 if form.errors else 200)


@require_GET
@page("committee")
def meeting(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show one meeting: seats, agenda with results, minutes, and what its chair can do next."""
    return _meeting_page(request, actor, _meeting(actor, public_id))


def _meeting_page(
    request: HttpRequest, actor: Actor, row: Meeting, refused: Refused | None = None, text: str = ""
) -> HttpResponse:
    items = list(meetings.items(actor, meeting_id=row.pk))
    seats = meetings.seats(actor, meeting_id=row.pk)
    own = next((one for one in seats if one.person_id == actor.person_id), None)
    lines = [
        {"item": one, "voted": own is not None and any(ballot.seat_id == own.pk for ballot in one.ballots.all()),
         "said": len(one.ballots.all())}
        for one in items
    ]  # fmt: skip
    return render(request, "workspace/meeting.html", {
        "title": _("会议 %(code)s") % {"code": row.code}, "place": "committee", "row": row, "seats": seats, "lines": lines, "own": own,
        "chairs": row.chair_id == actor.person_id, "may_call": actor.has(*services.CALLERS), "proved": fresh(request),
        "minutes": text or row.minutes or minutes_of(row), "left": sum(not one.result for one in items), "refused": refused,
    }, status=422 if refused else 200)  # fmt: skip


@require_POST
@doing("committee")
def lead(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Build the agenda, open, keep the minutes, or close; a refusal is shown on the meeting's page."""
    say, text = request.POST.get("say", ""), request.POST.get("text", "")
    if say == "close" and (ask := require(request, back=reverse("meeting", kwargs={"public_id": public_id}))):
        return ask
    try:
        if say == "agenda":
            added = services.build_agenda(actor=actor, meeting=public_id)
            messages.info(request, _("议程已更新，新增 %(n)s 项") % {"n": added})
        elif say == "open":
            services.open_meeting(actor=actor, meeting=public_id)
        elif say == "minutes":
            services.write_minutes(actor=actor, meeting=public_id, text=text)
            messages.info(request, _("会议记录已保存"))
        elif say == "close":
            services.close_meeting(actor=actor, meeting=public_id)
        else:
            raise Http404
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        with scoped(actor):
            return _meeting_page(request, actor, _meeting(actor, public_id), refused, text)
    return redirect("meeting", public_id=public_id)


@require_GET
@page("committee")
def item(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show one item: the figures that are voted on, who must abstain and why, the vote, the result with its counts."""
    return _item_page(request, actor, _item(actor, public_id))


def _item_page(
    request: HttpRequest, actor: Actor, found: AgendaItem, refused: Refused | None = None
) -> HttpResponse:
    row = found.meeting
    seats = meetings.seats(actor, meeting_id=row.pk)
    own = next((one for one in seats if one.person_id == actor.person_id), None)
    cast_by = {one.seat_id: one for one in meetings.ballots(actor, item_id=found.pk)}
    unit = clients.unit_by_key(actor, unit_id=found.unit_id) if found.unit_id else None
    result, around = result_of(found), meetings.numbered(actor, meeting_id=row.pk)
    return render(request, "workspace/meeting_item.html", {
        "title": found.title, "place": "committee", "row": row, "item": found, "unit": unit, "case": found.case,
        "why": why(result) if result is not None and unit is not None else None, "result": result, "refused": refused,
        "seats": [_seat(found, one, cast_by.get(one.pk)) for one in seats], "may_vote": _may_vote(row, found, own, cast_by),
        "conflict": services.conflict_of(found, own) if own else "", "proved": fresh(request), "said": request.POST,
        "may_close": row.state == "open" and not found.result and row.chair_id == actor.person_id,
        "count": services.counted(found), "before": around.get(found.number - 1), "after": around.get(found.number + 1),
        "as_of_query": _as_of(found),
    }, status=422 if refused else 200)  # fmt: skip


def _seat(found: AgendaItem, seat: Seat, ballot: Any) -> dict[str, Any]:
    """Return a line of the votes; while the vote runs it tells only who voted."""
    away = ballot.conflict if ballot else services.conflict_of(found, seat)
    return {"seat": seat, "ballot": ballot, "open": not found.result, "away": away}


def _may_vote(row: Meeting, found: AgendaItem, own: Seat | None, cast_by: dict[int, Any]) -> bool:
    return row.state == "open" and not found.result and own is not None and own.pk not in cast_by


def _as_of(found: AgendaItem) -> str:
    day = found.case.get("as_of")
    return f"?as_of={day}" if day else ""


def result_of(found: AgendaItem) -> UnitResult | None:
    """Return the figures of a case as the reasons block reads them, None for an item without any."""
    case = found.case
    if "detail" not in case:
        return None
    detail = {name: value for name, value in case["detail"].items() if value is not None}
    since = date.fromisoformat(case["since"]) if case["since"] else None
    # Not the published row of today: what was voted on stays readable for good.
    shown = SimpleNamespace(
        kind=case["kind"], score=typed(case["score"], "score"), rank=case["rank"], rank_n=case["rank_n"], tier_state=case["state"],
        tier_level=case["level"], tier_since=since, tier_source=case["source"], effective_tier=case["before"],
        computed_tier=case["computed"], proposed_tier=case["after"], gates=case["gates_shown"], detail=detail,
    )  # fmt: skip
    return cast("UnitResult", shown)


@require_POST
@doing("committee")
def vote(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Take a ballot of who proved himself lately."""

    def cast_one(found: AgendaItem) -> None:
        services.cast_ballot(
            actor=actor, item=found.public_id, choice=request.POST.get("choice", ""), declares=bool(request.POST.get("declares")),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
        messages.info(request, _("您的票已记录"))

    return _done(request, actor, public_id, cast_one)


@require_POST
@doing("committee")
def close(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Let the chair close an item."""

    def close_one(found: AgendaItem) -> None:
        services.close_item(actor=actor, item=found.public_id, note=request.POST.get("note", ""))

    return _done(request, actor, public_id, close_one)


def _done(
    request: HttpRequest, actor: Actor, public_id: UUID, deed: Callable[[AgendaItem], None]
) -> HttpResponse:
    """Do something about an item, after a fresh proof of who does it; a refusal is shown on the item's page."""
    back = reverse("meeting-item", kwargs={"public_id": public_id})
    if ask := require(request, back=back):
        return ask
    with scoped(actor):
        found = _item(actor, public_id)
    try:
        deed(found)
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        with scoped(actor):
            return _item_page(request, actor, _item(actor, public_id), refused)
    return redirect(back)


def _whole() -> None:
    """Answer 404 to who sees one side of the wall only: meetings speak of both."""
    if not sees_whole_bank():
        raise Http404


def _meeting(actor: Actor, public_id: UUID) -> Meeting:
    _whole()
    row = meetings.meeting(actor, public_id=public_id)
    if row is None:
        raise Http404
    return row


def _item(actor: Actor, public_id: UUID) -> AgendaItem:
    _whole()
    found = meetings.item(actor, public_id=public_id)
    if found is None:
        raise Http404
    return found
