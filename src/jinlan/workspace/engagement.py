"""互动与承诺: a client's card, its line of time, one interaction with its minutes, and a promise made outside of any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.ids import uuid7
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.domains.engagement import ledger_words as ledger
from jinlan.domains.engagement import rhythm_words
from jinlan.domains.engagement.selectors import roster, timeline
from jinlan.domains.engagement.selectors.attachments import files_of
from jinlan.domains.engagement.selectors.ledger import promises_by_interaction, promises_of
from jinlan.domains.engagement.selectors.rhythm import rhythms_of
from jinlan.domains.engagement.services.attachments import HEADS
from jinlan.domains.engagement.services.interactions import file_minutes
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.forms import acted, dress
from jinlan.kernel.intake.limits import limits_on
from jinlan.kernel.intake.take import ACCEPT
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.resource.pages import ResourcePage
from jinlan.kernel.scope import scoped
from jinlan.workspace.access import doing, page
from jinlan.workspace.client import panel
from jinlan.workspace.drawing import gaps

if TYPE_CHECKING:
    from jinlan.clients.models import Unit

Context = dict[str, Any]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def unit_in_sight(actor: Actor, public_id: UUID) -> Unit:
    """Return a client; 404 for one that is not the actor's."""
    unit = clients.unit_of(actor, public_id=public_id)
    if unit is None:
        raise Http404
    return unit


@require_GET
@page("clients")
def client_engagement(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show where the relation to a client stands: last contact, next plan, open promises of both sides."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    rows = [row for row in promises_of(actor, unit_id=unit.pk, today=today) if row.state == "made"]
    context: Context = {
        "title": _("互动与承诺"), "place": "clients", "unit": unit, "today": today,
        "stands": timeline.standing(actor, unit_id=unit.pk, now=actor.at, today=today), "may_write": actor.has(*ROLES),
        "sides": [{"look": look, "rows": _owned(actor, [row for row in rows if row.side == side])} for side, look in ledger.SIDES.items()],
    }  # fmt: skip
    return panel(request, "workspace/_engagement_rows.html", context)


def _owned(actor: Actor, rows: list[Any]) -> list[Any]:
    names = teams.names_of_employees(actor, codes=[row.owner for row in rows])
    for row in rows:
        row.owner_name = names.get(row.owner, row.owner)
    return rows


@require_GET
@page("clients")
def interactions(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the line of time of a client: planned first, then the newest; promises under each, and all open ones beside."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    kind = request.GET.get("kind", "")
    kind = kind if kind in ledger.KINDS else ""
    rows = timeline.dress(actor, timeline.line_of(actor, unit_id=unit.pk, kind=kind), today)
    here = request.path
    kinds = [{"label": _("全部"), "url": here, "current": not kind}]
    kinds += [
        {"label": look.word, "url": f"{here}?kind={code}", "current": code == kind}
        for code, look in ledger.KINDS.items()
    ]
    promises = _owned(
        actor, [row for row in promises_of(actor, unit_id=unit.pk, today=today) if row.state == "made"]
    )
    return render(request, "workspace/interactions.html", {
        "title": _("互动"), "place": "clients", "unit": unit, "kinds": kinds, "today": today, "may_write": actor.has(*ROLES), "now": actor.at,
        "planned": [row for row in rows if row.state == "planned"], "past": [row for row in rows if row.state != "planned"],
        "promises": promises, "kind": kind, "rhythms": rhythm_lines(actor, unit_id=unit.pk),
    })  # fmt: skip


def rhythm_lines(actor: Actor, *, unit_id: int) -> list[Context]:
    """Return a client's rhythm by channel as the page shows it, the gaps drawn for all of them together."""
    found = rhythms_of(actor, unit_id=unit_id)
    lines: list[Context] = []
    for channel, word in rhythm_words.CHANNELS.items():
        if row := found.get(channel):
            lines.append(
                {
                    "word": word,
                    "row": row,
                    "look": rhythm_words.STATES[row.suppressed or row.state],
                    "skipped": _skipped(row),
                }
            )
    if lines and lines[0]["row"].median is not None:
        whole = lines[0]["row"]
        lines[0]["drawn"] = gaps(whole.evidence["gaps"], whole.silent_days, whole.median, whole.limit_days)
    return lines


def _skipped(row: Any) -> list[Context]:
    skipped = row.evidence.get("skipped", {})
    return [
        {"word": word, "days": skipped[why]} for why, word in rhythm_words.REASONS.items() if why in skipped
    ]


class MinutesForm(forms.Form):
    """The minutes of a planned interaction."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    edition = forms.IntegerField(widget=forms.HiddenInput)
    minutes = forms.CharField(
        label=gettext_lazy("纪要"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("谈了什么、客户的原话、双方答应了什么；不写健康、信仰、家庭与证件号"),
    )  # fmt: skip
    needs = forms.CharField(
        label=gettext_lazy("客户的需求"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2}), help_text=gettext_lazy("一行一条")
    )  # fmt: skip
    next_on = forms.DateField(label=gettext_lazy("下次联系"), required=False, widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def lines(text: str) -> list[str]:
    """Return the lines of a text that say something."""
    return [one.strip() for one in text.splitlines() if one.strip()]


class InteractionPage(ResourcePage):
    """One interaction of the list: what was said and promised, and the form of its minutes."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Show it."""
        return show_interaction(request, self.actor, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """File its minutes."""
        form = MinutesForm(request.POST)
        if form.is_valid() and _filed(self.actor, public_id, form):
            messages.success(request, _("纪要已归档"))
            return redirect(self.url("one", public_id=public_id))
        with scoped(self.actor):
            return show_interaction(request, self.actor, public_id, form)


def _filed(actor: Actor, public_id: UUID, form: MinutesForm) -> bool:
    given = form.cleaned_data
    return acted(form, lambda: file_minutes.once(
        given["key"], actor=actor, public_id=public_id, minutes=given["minutes"], needs=lines(given["needs"]), next_on=given["next_on"],
        edition=given["edition"],
    ))  # fmt: skip


def found_in_sight(actor: Actor, public_id: UUID) -> tuple[Any, Unit]:
    """Return an interaction and its client; 404 for one that is not in the actor's sight."""
    found = timeline.interaction_of(actor, public_id=public_id)
    unit = clients.unit_by_key(actor, unit_id=found.unit_id) if found else None
    if found is None or unit is None:
        raise Http404
    return found, unit


def show_interaction(
    request: HttpRequest, actor: Actor, public_id: UUID, form: MinutesForm | None = None, refusals: Sequence[Context] = (),
) -> HttpResponse:  # fmt: skip
    """Show an interaction; with the form of its minutes as it was sent, or with files that were refused and why."""
    found, unit = found_in_sight(actor, public_id)
    today, resource = business_date(actor.at), RESOURCES["interactions"]
    (row,) = timeline.dress(actor, [found], today)
    begun = row.state == "planned" and row.starts_at <= actor.at
    initial = {"key": str(uuid7()), "edition": row.edition, "minutes": row.minutes}
    arriving = business_date(row.starts_at) == today and row.arrived_at is None
    actions = [
        one for one in resource.actions
        if one.allowed(actor) and one.when(row) and {"check-in": arriving, "admit-reader": row.inside}.get(one.name, True)
    ]  # fmt: skip
    return render(request, "workspace/interaction.html", {
        "title": row.subject, "place": "clients", "unit": unit, "row": row, "today": today, "may_write": actor.has(*ROLES), "now": actor.at,
        "form": (form or MinutesForm(initial=initial)) if begun and actor.has(*ROLES) else None,
        "promises": _owned(actor, promises_by_interaction(actor, keys=[row.pk], today=today).get(row.pk, [])),
        "actions": actions, "resource": resource, "readers": timeline.reader_names(row) if row.inside else [],
        "files": files_of(actor, interaction_id=row.pk), "refusals": refusals, "limits": limits_on(today), "accept": ACCEPT, "most": int(rule("ENGAGE.FILES", today).value),
        "may_withdraw_all": actor.has(*HEADS),
    }, status=422 if form or refusals else 200)  # fmt: skip


class PromiseForm(forms.Form):
    """A promise of either side."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    side = forms.ChoiceField(
        label=gettext_lazy("哪一方的承诺"), choices=[(code, look.word) for code, look in ledger.SIDES.items()]
    )
    what = forms.CharField(
        label=gettext_lazy("承诺什么"), max_length=300, help_text=gettext_lazy("写成可以核对的一件事")
    )
    due_on = forms.DateField(label=gettext_lazy("期限"), widget=DAY)
    owner = forms.ChoiceField(
        label=gettext_lazy("负责人"), help_text=gettext_lazy("由谁兑现，或由谁跟进客户的承诺")
    )
    person = forms.ChoiceField(label=gettext_lazy("客户方的人"), required=False)
    internal = forms.BooleanField(label=gettext_lazy("不向客户展示"), required=False)

    def __init__(self, data: Any, *, staff: list[Any], people: list[Any], me: str, today: date) -> None:
        super().__init__(data, initial={"key": str(uuid7()), "owner": me, "due_on": today})
        fields: Any = self.fields
        fields["owner"].choices = [(one.key, one.name) for one in staff]
        fields["person"].choices = [("", "—"), *roster.named(people)]
        dress(self)


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def promise(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Write down a promise that was made outside of a meeting, or in one whose minutes stand."""
    today = business_date(actor.at)
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        staff = roster.colleagues_of(actor, unit_id=unit.pk, on=today)
        people = roster.contacts_of(actor, unit_id=unit.pk, on=today)
    form = PromiseForm(request.POST or None, staff=staff, people=people, me=actor.employee, today=today)
    if request.method == "POST" and form.is_valid() and _promised(actor, public_id, form):
        messages.success(request, _("承诺已登记"))
        return redirect("client-interactions", public_id=public_id)
    return render(request, "workspace/promise_new.html", {
        "title": _("登记承诺"), "place": "clients", "unit": unit, "form": form,
    }, status=422 if request.method == "POST" else 200)  # fmt: skip


def _promised(actor: Actor, unit: UUID, form: PromiseForm) -> bool:
    given = dict(form.cleaned_data)
    key, person = given.pop("key"), given.pop("person")
    whom = UUID(person) if person else None
    return acted(form, lambda: make_promise.once(key, actor=actor, unit=unit, person=whom, **given))
