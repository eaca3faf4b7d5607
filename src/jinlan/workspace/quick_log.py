"""记一笔: one field becomes a draft, the draft becomes an interaction; on the phone, under a minute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients import selectors as clients
from jinlan.domains.engagement import ledger_words as ledger
from jinlan.domains.engagement.rules.kept_log import moment_of
from jinlan.domains.engagement.rules.quick_log import Draft, parse
from jinlan.domains.engagement.rules.quick_names import Known
from jinlan.domains.engagement.selectors import roster
from jinlan.domains.engagement.services.interactions import log_interaction, plan_interaction
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.serving import selectors as serving
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import DAY, lines, unit_in_sight

if TYPE_CHECKING:
    from jinlan.clients.models import Unit

Context = dict[str, Any]
PROMISES, MEMBERS, SUBJECT = 8, 30, 60
MORNING = time(10)  # of a day without an hour
_FIRST = re.compile(r"[，,。；;！!？?\n]|\.\s")


@dataclass(frozen=True, slots=True)
class Around:
    """Whom the note is about, and who may have taken part."""

    actor: Actor
    unit: Unit
    people: list[Known]
    staff: list[Known]
    members: list[tuple[str, str]]
    home: str  # the member that a note is about where the whole is not the actor's
    today: date


class LogForm(forms.Form):
    """The draft, every part of it open to change."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    minutes = forms.CharField(
        label=gettext_lazy("纪要"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("方式"),
        widget=forms.RadioSelect,
        choices=[(code, look.word) for code, look in ledger.KINDS.items()],
    )
    starts_at = forms.DateTimeField(
        label=gettext_lazy("时间"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )  # fmt: skip
    subject = forms.CharField(label=gettext_lazy("主题"), max_length=200)
    people = forms.MultipleChoiceField(
        label=gettext_lazy("客户参加人"), required=False, widget=forms.CheckboxSelectMultiple
    )
    staff = forms.MultipleChoiceField(
        label=gettext_lazy("我行参加人"), required=False, widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label=gettext_lazy("其他同事的工号"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("用空格分开"),
    )
    party = forms.ChoiceField(label=gettext_lazy("关于"), required=False)
    needs = forms.CharField(
        label=gettext_lazy("客户的需求"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 2}), help_text=gettext_lazy("一行一条")
    )  # fmt: skip
    next_on = forms.DateField(label=gettext_lazy("下次联系"), required=False, widget=DAY)
    client_began = forms.BooleanField(label=gettext_lazy("由客户发起"), required=False)
    inside = forms.BooleanField(label=gettext_lazy("含内幕信息，只有参加人与合规可见"), required=False)
    anyway = forms.BooleanField(label=gettext_lazy("有冲突，仍然安排"), required=False)

    clash = False  # the plan stands against another one

    def __init__(self, data: Any, *, around: Around, initial: Context | None = None) -> None:
        super().__init__(data, initial=initial)
        fields: Any = self.fields
        fields["people"].choices = roster.named(around.people)
        fields["staff"].choices = [(one.key, one.name) for one in around.staff]
        fields["party"].choices = [("", _("整个客户")), *around.members]
        dress(self)
        fields["kind"].widget.attrs["class"] = "form-check-input"

    def moment(self) -> datetime | None:
        """Return when it is, as typed or as read; None for what is no instant."""
        return (self.cleaned_data if self.is_bound else self.initial).get("starts_at")

    def said(self) -> Context:
        """Return what both acts take."""
        given = self.cleaned_data
        codes = [*given["staff"], *re.split(r"[\s,，、;；]+", given["others"])]
        return {
            "kind": given["kind"], "starts_at": given["starts_at"], "subject": given["subject"], "people": given["people"],
            "staff": [code for code in codes if code], "party": UUID(given["party"]) if given["party"] else None, "inside": given["inside"],
        }  # fmt: skip


class PromiseRow(forms.Form):
    """One promise of the draft; without words it is none."""

    side = forms.ChoiceField(
        label=gettext_lazy("哪一方"), choices=[(code, look.word) for code, look in ledger.SIDES.items()]
    )
    what = forms.CharField(label=gettext_lazy("承诺什么"), max_length=300, required=False)
    due_on = forms.DateField(label=gettext_lazy("期限"), required=False, widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean(self) -> Context:
        """Ask for a day where something is promised."""
        given: Context = super().clean() or {}
        if given.get("what") and not given.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("请写明期限。"))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def log(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Take a note: read it into a draft, then keep the draft."""
    with scoped(actor):
        around = surroundings(actor, public_id)
    context: Context = {
        "title": _("记一笔"),
        "place": "clients",
        "unit": around.unit,
        "text": "",
        "now": actor.at,
    }
    if request.method != "POST":
        return render(request, "workspace/log.html", context)
    text = request.POST.get("minutes", "").replace("\0", "")[:20_000]
    if request.POST.get("step") != "keep":
        given = _given(request)
        if "key" in given and already(actor, given["key"]):
            messages.success(request, _("这一笔先前已经记下，没有再记一次。"))
            return redirect("client-interactions", public_id=public_id)
        return render(
            request,
            "workspace/log.html",
            context | _read(around, text, given),
            status=200 if text.strip() else 422,
        )
    form, rows = LogForm(request.POST, around=around), _rows(request)
    valid = [form.is_valid(), *(row.is_valid() for row in rows)]
    if all(valid) and _kept(around, form, rows):
        ahead = form.cleaned_data["starts_at"] > actor.at
        messages.success(request, _("已登记为计划") if ahead else _("已记下"))
        return redirect("client-interactions", public_id=public_id)
    clash = form.clash or bool(request.POST.get("anyway"))
    return render(
        request,
        "workspace/log.html",
        context | {"form": form, "rows": rows, "text": text, "clash": clash},
        status=422,
    )


def already(actor: Actor, key: str) -> bool:
    """Tell whether a note was written down under a key, as held or as a plan."""
    return any(one.done(key, actor=actor) for one in (log_interaction, plan_interaction))


def _given(request: HttpRequest) -> Context:
    """Return what a draft begins with beside its text: the key that it has already, and what a kept note says for itself."""
    said = request.POST
    found: Context = {}
    if key := _uuid(said.get("key", "")):
        found["key"] = str(key)
    if said.get("kept_kind") in ledger.KINDS:
        found["kind"] = said["kept_kind"]
    if at := moment_of(said.get("kept_at", "")):
        found["starts_at"] = at
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def surroundings(actor: Actor, public_id: UUID) -> Around:
    """Return whom a note of a client is about; inside a scope; 404 for a client that is not the actor's."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    shown = serving.published(actor)
    members = [
        one.party for one in clients.members_of(actor, unit=unit, as_of=today) if one.party is not None
    ][:MEMBERS]
    whole = shown is None or serving.unit_result(actor, unit_id=unit.pk, as_of=shown.as_of) is not None
    return Around(
        actor, unit, roster.contacts_of(actor, unit_id=unit.pk, on=today), roster.colleagues_of(actor, unit_id=unit.pk, on=today),
        [(str(one.public_id), one.name) for one in members], "" if whole or not members else str(members[0].public_id), today,
    )  # fmt: skip


def draft_of(around: Around, text: str) -> Draft:
    """Return what is read in a text about a client."""
    calendar = china((around.today.year, around.today.year + 1))
    return parse(
        text,
        today=around.today,
        calendar=calendar,
        people=around.people,
        staff=around.staff,
        me=around.actor.employee,
    )


def subject_of(text: str) -> str:
    """Return what a note is called: its first clause."""
    return _FIRST.split(text.strip())[0].strip()[:SUBJECT]


def _read(around: Around, text: str, given: Context) -> Context:
    """Return the draft of a text as a form, and what was read where."""
    if not text.strip():
        return {"text": text, "missing": True}
    draft = draft_of(around, text)
    rows = [
        PromiseRow(prefix=f"p{place}", initial={"side": one.side, "what": one.what, "due_on": one.due_on})
        for place, one in enumerate(draft.promises[: PROMISES - 1])
    ]
    rows.append(PromiseRow(prefix=f"p{len(rows)}"))
    names = {one.key: one.name for one in (*around.people, *around.staff)}
    return {
        "text": text, "form": LogForm(None, around=around, initial=_initial(around, text, draft) | given), "rows": rows, "chips": _chips(text, draft),
        "unclear": [{"text": one.text, "names": [names[key] for key in one.keys]} for one in draft.unclear],
    }  # fmt: skip


def _initial(around: Around, text: str, draft: Draft) -> Context:
    me = around.actor.employee
    return {
        "key": str(uuid7()), "minutes": text, "kind": draft.kind.value if draft.kind else "VISIT", "starts_at": _moment(around, draft),
        "subject": subject_of(text), "people": [one.keys[0] for one in draft.people],
        "staff": [*[me] * any(one.key == me for one in around.staff), *(one.keys[0] for one in draft.staff)], "party": around.home,
        "needs": "\n".join(one.value for one in draft.needs), "next_on": draft.next_on.value if draft.next_on else None,
        "client_began": draft.begun_by is not None, "inside": draft.inside is not None,
    }  # fmt: skip


def _moment(around: Around, draft: Draft) -> datetime:
    """Return when it was: now, where neither day nor hour is said of today."""
    day = draft.on.value if draft.on else around.today
    if draft.at:
        return datetime.combine(day, draft.at.value, SHANGHAI)
    now = around.actor.at.astimezone(SHANGHAI).replace(second=0, microsecond=0)
    return now if day == around.today else datetime.combine(day, MORNING, SHANGHAI)


def _chips(text: str, draft: Draft) -> list[Context]:
    """Return what was read, each with the words that say it."""
    single = (
        (_("方式"), draft.kind), (_("日期"), draft.on), (_("时间"), draft.at), (_("客户发起"), draft.begun_by), (_("下次联系"), draft.next_on),
        (_("内幕信息"), draft.inside),
    )  # fmt: skip
    found = [(word, one) for word, one in single if one is not None]
    many: list[tuple[str, Any]] = [(_("客户参加人"), one) for one in draft.people]
    many += [(_("我行参加人"), one) for one in draft.staff]
    many += [(_("需求"), one) for one in draft.needs]
    many += [(_("我行承诺") if one.side == "bank" else _("客户承诺"), one) for one in draft.promises]
    return [{"word": word, "text": text[one.start : one.end]} for word, one in (*found, *many)]


def _rows(request: HttpRequest) -> list[PromiseRow]:
    count = sum(f"p{place}-what" in request.POST for place in range(PROMISES))
    return [PromiseRow(request.POST, prefix=f"p{place}") for place in range(count)]


def _kept(around: Around, form: LogForm, rows: list[PromiseRow]) -> bool:
    """Write it down, as held or as a plan; False with the refusal in the form."""
    given, said = form.cleaned_data, form.said()
    promises = [dict(row.cleaned_data) for row in rows if row.cleaned_data.get("what")]
    actor, unit = around.actor, around.unit.public_id
    try:
        if given["starts_at"] > actor.at:
            plan_interaction.once(
                given["key"], actor=actor, unit=unit, notes=given["minutes"], anyway=given["anyway"], promises=promises, **said
            )  # fmt: skip
        else:
            log_interaction.once(
                given["key"], actor=actor, unit=unit, minutes=given["minutes"], needs=lines(given["needs"]), next_on=given["next_on"],
                begun_by="client" if given["client_began"] else "bank", promises=promises, **said,
            )  # fmt: skip
    except ScopeDenied:
        raise
    except Refused as refused:
        refuse(form, refused)
        form.clash = refused.code in ("INTERACTION_CLASH", "INTERACTION_AWAY")
        return False
    return True
