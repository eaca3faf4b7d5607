"""Writing a plan: the form of one entry, the days of a draft, what the client may see, a review, a reading."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.ids import uuid7
from jinlan.domains.engagement import ledger_words
from jinlan.domains.engagement import plan_words as words
from jinlan.domains.engagement.rules.document import (
    ACTION,
    METRICS,
    OBJECTIVE,
    OWN,
    PRODUCTS,
    STANDINGS,
    Entry,
)
from jinlan.domains.engagement.rules.plan import PLAN, SHAPES, shareable, shown_to_client
from jinlan.domains.engagement.selectors import plans as reading
from jinlan.domains.engagement.selectors import roster
from jinlan.domains.engagement.services.plans import (
    drop_plan_entry,
    set_plan_term,
    share_plan,
    write_plan_entry,
)
from jinlan.kernel.forms import acted, dress
from jinlan.kernel.scope import scoped
from jinlan.serving import selectors as serving
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import DAY, unit_in_sight
from jinlan.workspace.entry_forms import Desk, DropForm, entry_page
from jinlan.workspace.measures import measure_name
from jinlan.workspace.plan import goal_line
from jinlan.workspace.plan_grid import members_seen

Context = dict[str, Any]
MEMBERS = 200
BEGUN = {OBJECTIVE: ("baseline", "since")}  # left out: where the newest figures stand


def choices_of(actor: Actor, unit: Any, entries: list[Entry]) -> dict[str, list[tuple[str, Any]]]:
    """Return what the fields of an entry may be chosen from, read in the actor's scope."""
    today = business_date(actor.at)
    shown = serving.published(actor)
    members = members_seen(actor, unit, shown.latest if shown else today)
    return {
        "owner": roster.named(roster.colleagues_of(actor, unit_id=unit.pk, on=today)),
        "person": roster.named(roster.contacts_of(actor, unit_id=unit.pk, on=today)),
        "member": [(key, name) for key, name, _party in members[:MEMBERS]],
        "objective": [(str(one.key), one.text) for one in entries if one.kind == OBJECTIVE],
        "after": [(str(one.key), one.text) for one in entries if one.kind == ACTION],
        "metric": [(code, words.BY_HAND if code == OWN else measure_name(code)) for code in METRICS],
        "product": [(code, words.PRODUCTS[code]) for code in PRODUCTS], "standing": [(code, words.STANDINGS[code].word) for code in STANDINGS],
        "side": [(code, look.word) for code, look in ledger_words.SIDES.items()],
    }  # fmt: skip


def _draft(actor: Actor, unit: Any) -> Any:
    found = next(
        (row for row in reading.plans_of(actor, unit_id=unit.pk) if row.state == reading.DRAFT), None
    )
    if found is None:
        raise Http404
    return found


def plan_that_holds(actor: Actor, unit: Any) -> Any:
    """Return the plan in force; 404 where there is none."""
    found = reading.plan_in_force(actor, unit_id=unit.pk)
    if found is None:
        raise Http404
    return found


def back_to(public_id: UUID, number: int, section: str = "") -> str:
    """Return the address of a version of a plan, at one of its sections."""
    address = f"{reverse('client-plan', kwargs={'public_id': public_id})}?version={number}"
    return f"{address}#{section}" if section else address


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def entry(request: HttpRequest, public_id: UUID, code: str, *, actor: Actor) -> HttpResponse:
    """Write one entry of the draft, or take it out."""
    if code not in SHAPES:
        raise Http404
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        row = _draft(actor, unit)
        entries = reading.entries_of(row)
        choices = choices_of(actor, unit, entries)
    given = {
        name: request.GET[name][:64] for name in ("member", "product", "objective") if name in request.GET
    }
    return entry_page(request, actor, Desk(
        unit, row, PLAN, entries, choices, _("客户计划"), words.KINDS, words.SECTIONS, words.FIELDS, words.HELP, write_plan_entry, drop_plan_entry,
        back=lambda section: back_to(public_id, row.number, section), initial={"owner": actor.employee, "side": "bank"} | given, optional=BEGUN,
    ), code)  # fmt: skip


class TermForm(forms.Form):
    """The days of a plan."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    edition = forms.IntegerField(widget=forms.HiddenInput)
    starts_on = forms.DateField(label=gettext_lazy("第一天"), widget=DAY)
    ends_on = forms.DateField(label=gettext_lazy("最后一天"), widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def term(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give a draft other days."""
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        row = _draft(actor, unit)
    form = TermForm(request.POST or None, initial={"key": str(uuid7()), "edition": row.edition, "starts_on": row.starts_on, "ends_on": row.ends_on})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        key = given.pop("key")
        if acted(form, lambda: set_plan_term.once(key, actor=actor, public_id=row.public_id, **given)):
            return redirect(back_to(public_id, row.number))
    return form_page(request, unit, row, form, _("计划期间"))


def form_page(
    request: HttpRequest, unit: Any, row: Any, form: forms.Form, title: str, **more: Any
) -> HttpResponse:
    """Show a form of a plan, beside its objectives where they are given."""
    return render(request, "workspace/draft_form.html", {
        "title": title, "crumb": _("客户计划"), "place": "clients", "unit": unit, "row": row, "form": form, "back": back_to(unit.public_id, row.number), **more,
    }, status=422 if request.method == "POST" else 200)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@doing("clients")
def share(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Choose field by field what the client may see of the draft; beside it stands what he would see."""
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        rows = reading.plans_of(actor, unit_id=unit.pk)
        row = next((one for one in rows if one.state == reading.DRAFT), None) or plan_that_holds(actor, unit)
    may = row.state == reading.DRAFT and actor.has(*share_plan.roles)
    if request.method == "POST":
        if not may:
            raise Http404
        form = DropForm(request.POST)
        if form.is_valid() and acted(form, lambda: share_plan.once(
            form.cleaned_data["key"], actor=actor, public_id=row.public_id, edition=form.cleaned_data["edition"], shared=request.POST.getlist("shared"),
        )):  # fmt: skip
            messages.success(request, _("已保存"))
            return redirect("client-plan-share", public_id=public_id)
        for error in form.non_field_errors():
            messages.error(request, str(error))
        return redirect("client-plan-share", public_id=public_id)
    with scoped(actor):
        return render(request, "workspace/plan_share.html", _shared(actor, unit, row) | {"may": may})


def _shared(actor: Actor, unit: Any, row: Any) -> Context:
    entries = reading.entries_of(row)
    allowed, chosen = shareable(entries), set(row.shared)
    lines = []
    for one in entries:
        names = [name for name in SHAPES[one.kind].shown if f"{one.key}.{name}" in allowed]
        if names:
            lines.append({"kind": words.KINDS[one.kind], "text": one.text, "boxes": [
                {"value": f"{one.key}.{name}", "word": words.FIELDS[name], "on": f"{one.key}.{name}" in chosen} for name in names
            ]})  # fmt: skip
    return {
        "title": _("给客户看的共赢计划"), "place": "clients", "unit": unit, "row": row, "lines": lines, "key": str(uuid7()),
        "preview": preview(actor, unit, row), "chosen": len(chosen), "all": len(allowed),
    }  # fmt: skip


def preview(actor: Actor, unit: Any, row: Any) -> list[Context]:
    """Return what a client sees of a plan, entry by entry, in words; the portal shows the same."""
    today = business_date(actor.at)
    entries = reading.entries_of(row)
    goals = {one.entry.key: goal_line(one) for one in reading.goals_of(actor, row, today=today)}
    kept = {one.entry: one for one in reading.actions_of(actor, unit_id=unit.pk, today=today)}
    people = {one.key: one.name for one in roster.contacts_of(actor, unit_id=unit.pk, on=today)}
    owners = dict(roster.named(roster.colleagues_of(actor, unit_id=unit.pk, on=today)))
    found = []
    for one, names in shown_to_client(entries, row.shared):
        said = {name: _shown(one, name, goals, kept, people, owners) for name in names}
        found.append({"kind": words.KINDS[one.kind], "text": said.pop("text", ""), "facts": [(words.FIELDS[name], value) for name, value in said.items() if value], "goal": goals.get(one.key) if "progress" in names else None})  # fmt: skip
    return found


def _shown(one: Entry, name: str, goals: Any, kept: Any, people: Any, owners: Any) -> str:
    if name == "progress":
        return ""
    if name == "state":
        return str(words.ACTIONS[kept[one.key].look].word) if one.key in kept else ""
    value = getattr(one, name)
    if name in ("baseline", "target"):
        return str(goals[one.key][name])
    tables: Any = {
        "owner": owners,
        "person": people,
        "side": {code: str(look.word) for code, look in ledger_words.SIDES.items()},
    }
    return str(tables[name].get(value, value)) if name in tables else str(value)
