"""今日: where a manager's day begins: what to do first and why, what waits, what changed in the own book."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.clients.history import waiting_for_team
from jinlan.domains.engagement import care_words, ledger_words
from jinlan.domains.engagement.selectors import ledger, pipeline, plans, timeline
from jinlan.domains.engagement.selectors.care import due_among
from jinlan.domains.engagement.selectors.rhythm import silent_among
from jinlan.domains.strategy import words as charter_words
from jinlan.domains.strategy.selectors import compliance, workload
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.serving import selectors as serving
from jinlan.work import acting, rules
from jinlan.work.selectors import own_tasks, task_of, waiting_for
from jinlan.workspace import words
from jinlan.workspace.access import doing, page
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.next_step import without_next_step

if TYPE_CHECKING:
    from jinlan.clients.models import Unit
    from jinlan.serving.models import UnitResult
    from jinlan.work.models import Task

TOP = 5
AHEAD = 7  # days of meetings and promises
SHOWN = 12  # tasks of a band, before somebody asks for all
SIGNALS = 6
PROMISES = 5  # of a side
MEETINGS = 12
DUE_DAYS = 30  # ahead, of maturities
BANDS: Mapping[int, Any] = {
    rules.OVERDUE: gettext_lazy("逾期的"), rules.TODAY: gettext_lazy("今天"), rules.WEEK: gettext_lazy("七天内"),
    rules.LATER: gettext_lazy("更晚"),
}  # fmt: skip
KINDS: Mapping[str, Any] = {
    "charter": gettext_lazy("应尽联系"),
    "request": gettext_lazy("诉求"),
    "introduce": gettext_lazy("移交后引见"),
    "renew_agreement": gettext_lazy("商谈续签战略合作协议"),
}
OTHER = "OTHER"  # of what the register says how long it takes


@dataclass(frozen=True, slots=True)
class Line:
    """A task with the client that it is about, why it comes now, and what it is worth."""

    task: Task
    unit: Unit | None
    result: UnitResult | None
    what: Any
    late: int  # days; 0 for what is not late
    minutes: int
    band: int


@require_GET
@page("today")
def today(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show a manager's day."""
    shown = shown_date(request, actor)
    context: dict[str, Any] = {
        "title": _("今日"), "place": "today", "data_date": date_menu(request, actor, shown, rewinds=False), "now": actor.at,
    }  # fmt: skip
    if shown is None:
        return render(request, "workspace/clients_nothing.html", context)
    day = shown.latest
    own = teams.own_units(actor, day=day)
    tasks, agreed = own_tasks(actor, units=own), _Agreed(actor)
    keys = own.union(
        row.unit_id for row in (*tasks, *agreed.meetings, *agreed.promises, *agreed.actions, *agreed.closing)
    )
    units = clients.units_by_key(actor, unit_ids=keys)
    results = {row.unit_id: row for row in serving.results_of(actor, as_of=day, unit_ids=keys)}
    mine = {key: row for key, row in results.items() if key in own}
    lines = sorted((_line(one, units, results, day) for one in tasks), key=lambda one: _place(one, day))
    put_off = [one for one in lines if one.task.snoozed_until and one.task.snoozed_until > day]
    ready = [one for one in lines if one not in put_off]
    return render(request, "workspace/today.html", context | {
        "shown": shown, "day": day, "top": ready[:TOP], "bands": _bands(ready[TOP:], everything=request.GET.get("show") == "all"),
        "put_off": put_off, "count": len(ready), "minutes": sum(one.minutes for one in ready[:TOP]), "waiting": len(waiting_for(actor)),
        "nominated": waiting_for_team(actor),
        "late": sum(one.band == rules.OVERDUE for one in ready), "choices": _choices(day), "units": len(own),
        "signals": _signals(units, list(mine.values()), day), "silent": _silent(actor, units, own),
        "care": _care(actor, units, own),
        **_load(actor, list(mine.values()), day), **agreed.shown(units),
        "unplanned": without_next_step(actor, mine, units),
    })  # fmt: skip


def _place(one: Line, day: date) -> tuple[Any, ...]:
    row = one.result
    return rules.order_of(
        one.task.due_on, day, row.tier_level if row else 0, row.revenue_12m if row else None
    )


def _line(task: Task, units: Mapping[int, Unit], results: Mapping[int, UnitResult], day: date) -> Line:
    what = str(task.detail.get("contact") or task.detail.get("answer") or "")
    look = charter_words.OWED.get(what)
    late = max(0, (day - task.due_on).days) if task.due_on else 0
    minutes = int(rule(f"TASK.MINUTES.{what if look else OTHER}", day).value)
    return Line(
        task, units.get(task.unit_id), results.get(task.unit_id), look.word if look else KINDS.get(task.kind, task.title), late, minutes,
        rules.band(task.due_on, day),
    )  # fmt: skip


def _bands(lines: Sequence[Line], *, everything: bool) -> list[dict[str, Any]]:
    found = []
    for band, word in BANDS.items():
        rows = [one for one in lines if one.band == band]
        shown = rows if everything else rows[:SHOWN]
        if rows:
            found.append({"word": word, "rows": shown, "count": len(rows), "hidden": len(rows) - len(shown)})
    return found


class _Agreed:
    """The own meetings, promises and plan actions of the week, by the clock."""

    def __init__(self, actor: Actor) -> None:
        self.today = business_date(actor.at)
        self.meetings = timeline.planned_with(
            actor, employee=actor.employee, until=actor.at + timedelta(days=AHEAD)
        )
        until = self.today + timedelta(days=AHEAD)
        self.promises = ledger.promises_with(actor, employee=actor.employee, until=until, today=self.today)
        self.actions = plans.own_actions(actor, employee=actor.employee, until=until, today=self.today)
        self.closing = pipeline.closing(actor, employee=actor.employee, until=until)

    def shown(self, units: Mapping[int, Unit]) -> dict[str, Any]:
        """Return what the page shows of them, with their clients."""
        for row in (*self.meetings, *self.promises, *self.actions, *self.closing):
            row.client = units.get(row.unit_id)
        sides = []
        for side, look in ledger_words.SIDES.items():
            rows = [row for row in self.promises if row.side == side]
            sides.append({"look": look, "rows": rows[:PROMISES], "hidden": max(0, len(rows) - PROMISES)})
        hidden = max(0, len(self.closing) - PROMISES)
        return {
            "now_day": self.today, "meetings": {"rows": self.meetings[:MEETINGS], "hidden": max(0, len(self.meetings) - MEETINGS)}, "promises": sides, "closing": {"rows": self.closing[:PROMISES], "hidden": hidden},
            "plan_actions": self.actions[:PROMISES], "plan_hidden": max(0, len(self.actions) - PROMISES),
        }  # fmt: skip


def _choices(day: date) -> list[tuple[str, Any]]:
    """Return the days to which a task may be put off at a touch."""
    monday = day + timedelta(days=7 - day.weekday())
    return [
        ((day + timedelta(days=1)).isoformat(), _("明天")), (monday.isoformat(), _("下周一")),
        ((day + timedelta(days=14)).isoformat(), _("两周后")),
    ]  # fmt: skip


def _load(actor: Actor, rows: Sequence[UnitResult], day: date) -> dict[str, Any]:
    """Return load and charter compliance of the own book."""
    tiers = [(actor.employee, row.effective_tier) for row in rows if row.effective_tier]
    load, about = workload.loads_of(tiers, day).get(actor.employee), compliance.measured(actor)
    return {
        "load": load, "load_state": words.LOADS[workload.state_of(load, day)] if load else None,
        "charter": compliance.compliance_of(actor, about) if about else None,
    }  # fmt: skip


def _signals(units: Mapping[int, Unit], rows: Sequence[UnitResult], day: date) -> list[dict[str, Any]]:
    """Return what the newest figures say of the own clients: overdue, a tier that moves, what matures; the largest first."""
    until = day + timedelta(days=DUE_DAYS)
    found: list[tuple[int, Decimal, UnitResult, str, Any]] = []
    for row in rows:
        if row.overdue:
            found.append((0, row.overdue, row, "overdue", row.overdue))
        if row.tier_state in ("proposed_up", "proposed_down"):
            found.append((1, row.revenue_12m or Decimal(0), row, row.tier_state, None))
        if row.next_maturity and day <= row.next_maturity <= until:
            found.append((2, row.aum or Decimal(0), row, "matures", row.next_maturity))
    found.sort(key=lambda one: (one[0], -one[1], one[2].unit_id))
    return [
        {"unit": units[row.unit_id], "what": what, "value": value}
        for _order, _size, row, what, value in found if row.unit_id in units
    ][:SIGNALS]  # fmt: skip


def _silent(actor: Actor, units: Mapping[int, Unit], own: Collection[int]) -> dict[str, Any]:
    """Return the own clients that are silent against their own rhythm, the farthest beyond it first."""
    rows = [row for row in silent_among(actor, units=own) if row.unit_id in units]
    shown = [{"unit": units[row.unit_id], "row": row} for row in rows[:SIGNALS]]
    return {"rows": shown, "hidden": len(rows) - len(shown)}


def _care(actor: Actor, units: Mapping[int, Unit], own: Collection[int]) -> dict[str, Any]:
    """Return whom of the own clients one remembers in the next days, the nearest first; whom one leaves alone stands among them."""
    found = [
        one for one in due_among(actor, units=own, today=business_date(actor.at)) if one.row.unit_id in units
    ]
    shown = [
        {
            "unit": units[one.row.unit_id], "row": one.row, "what": care_words.occasion(one.row.occasion, one.row.ordinal),
            "state": care_words.STATES["silent" if one.silent else one.row.state], "why": care_words.reasons(one.silent),
            "whom": one.row.person.name if one.row.person else "",
        }
        for one in found[:SIGNALS]
    ]  # fmt: skip
    return {"rows": shown, "hidden": len(found) - len(shown)}


@require_POST
@doing("today")
def snooze(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Let a task come up again on another day."""
    try:
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        until = date.min
    try:
        acting.snooze_task(actor=actor, public_id=public_id, until=until)
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        messages.error(request, str(refused))
    else:
        messages.info(request, _("到那天再提醒您"))
    return redirect("today")


class HandForm(forms.Form):
    """To whom a task goes, and why."""

    to = forms.ChoiceField(label=gettext_lazy("转交给"), required=False)
    reason = forms.CharField(label=gettext_lazy("说明"), max_length=200)

    def __init__(self, *args: Any, team: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["to"].choices = [
            ("", _("主办自己")),
            *((code, f"{name} {code}") for code, name in team.items()),
        ]
        dress(self)


@require_http_methods(["GET", "POST"])
@doing("today")
def hand(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give a task to somebody of the client's team."""
    with scoped(actor):
        task = task_of(actor, public_id=public_id)
        if task is None:
            raise Http404
        unit = clients.unit_by_key(actor, unit_id=task.unit_id)
        team = teams.team_on(actor, unit_id=task.unit_id, day=serving.known_until(actor))
    form = HandForm(request.POST or None, team=team, initial={"to": task.assignee})
    if request.method == "POST" and form.is_valid():
        to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
        try:
            acting.delegate_task(actor=actor, public_id=public_id, to=to, reason=reason)
        except Refused as refused:
            if isinstance(refused, ScopeDenied):
                raise
            refuse(form, refused)
        else:
            messages.info(request, _("已转交"))
            return redirect("today")
    context = {"title": _("转交待办"), "place": "today", "form": form, "task": task, "unit": unit}
    return render(
        request, "workspace/today_hand.html", context, status=422 if request.method == "POST" else 200
    )
