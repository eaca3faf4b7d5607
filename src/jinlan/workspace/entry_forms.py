"""The form of one entry of a document: its fields follow from the shape of its kind, whatever the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from jinlan.basics.actor import Actor
from jinlan.basics.ids import uuid7
from jinlan.domains.engagement.rules.document import NUMBERS, Document, Entry
from jinlan.kernel.forms import acted, dress
from jinlan.workspace.engagement import DAY

Context = dict[str, Any]
LONG = ("text", "answer")


@dataclass(frozen=True)
class Desk:
    """A draft that somebody writes on: what may be chosen, what things are called, and the two acts that change it.

    `choices` are offered by field, `optional` are fields of a kind that may be left empty though the entry says them, `initial` is what
    a new entry holds at first.
    """

    unit: Any
    row: Any
    document: Document
    entries: Sequence[Entry]
    choices: Mapping[str, Sequence[tuple[str, Any]]]
    crumb: Any
    kinds: Mapping[str, Any]
    sections: Mapping[str, Any]
    fields: Mapping[str, Any]
    help: Mapping[str, Any]
    write: Any
    drop: Any
    back: Callable[[str], str]
    initial: Context
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class EntryForm(forms.Form):
    """One entry of a draft."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, kind: str, desk: Desk, held: Entry | None) -> None:
        super().__init__(
            data, initial={"key": str(uuid7()), "edition": desk.row.edition} | _initial(desk, kind, held)
        )
        shape, optional = desk.document.shapes[kind], desk.optional.get(kind, ())
        fields: Any = self.fields
        for name in shape.fields:
            fields[name] = _field(name, kind, name in shape.must and name not in optional, desk)
        dress(self)

    def said(self) -> Context:
        """Return what was said, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("key", "edition")}


def _initial(desk: Desk, kind: str, held: Entry | None) -> Context:
    if held is None:
        return desk.initial
    names = desk.document.shapes[kind].fields
    return {name: getattr(held, name) for name in names} | {
        name: f"{value.normalize():f}" for name in NUMBERS if (value := getattr(held, name)) is not None
    }  # fmt: skip


def _field(name: str, kind: str, required: bool, desk: Desk) -> forms.Field:
    helped = desk.help.get(f"{kind}.{name}", desk.help.get(name, ""))
    how: Context = {"label": desk.fields[name], "help_text": helped, "required": required}
    if name == "after":
        return forms.MultipleChoiceField(
            choices=list(desk.choices[name]), widget=forms.CheckboxSelectMultiple, **how
        )
    if name in desk.choices:
        offered = list(desk.choices[name])
        return forms.ChoiceField(choices=offered if required else [("", "—"), *offered], **how)
    if name == "mutual":
        return forms.BooleanField(**how)
    if name in ("since", "due"):
        return forms.DateField(widget=DAY, **how)
    widget = forms.Textarea(attrs={"rows": 2}) if name in LONG else forms.TextInput()
    return forms.CharField(max_length=300, widget=widget, **how)


class DropForm(forms.Form):
    """Taking an entry out, or another act on an edition of a draft."""

    key = forms.CharField(max_length=64)
    edition = forms.IntegerField()


def held_entry(request: HttpRequest, entries: Sequence[Entry], kind: str) -> Entry | None:
    """Return the entry that an address names; 404 for one that is not there."""
    if not (text := request.GET.get("entry", "")):
        return None
    found = next((one for one in entries if str(one.key) == text and one.kind == kind), None)
    if found is None:
        raise Http404
    return found


def entry_page(request: HttpRequest, actor: Actor, desk: Desk, kind: str) -> HttpResponse:
    """Show the form of an entry, write it, or take it out."""
    held = held_entry(request, desk.entries, kind)
    section = desk.document.shapes[kind].section
    back = desk.back(section)
    if request.method == "POST" and "drop" in request.POST and held is not None:
        return _dropped(request, actor, desk, held, back)
    form = EntryForm(request.POST or None, kind=kind, desk=desk, held=held)
    if request.method == "POST" and form.is_valid() and acted(form, lambda: desk.write.once(
        form.cleaned_data["key"], actor=actor, public_id=desk.row.public_id, edition=form.cleaned_data["edition"], kind=kind, said=form.said(),
        entry=held.key if held else None,
    )):  # fmt: skip
        messages.success(request, _("已保存"))
        return redirect(back)
    return render(request, "workspace/entry.html", {
        "title": desk.kinds[kind], "place": "clients", "unit": desk.unit, "row": desk.row, "form": form, "back": back, "held": held,
        "drop_key": str(uuid7()), "section": desk.sections[section], "crumb": desk.crumb,
    }, status=422 if request.method == "POST" else 200)  # fmt: skip


def _dropped(request: HttpRequest, actor: Actor, desk: Desk, held: Entry, back: str) -> HttpResponse:
    drop = DropForm(request.POST)
    if drop.is_valid() and acted(drop, lambda: desk.drop.once(
        drop.cleaned_data["key"], actor=actor, public_id=desk.row.public_id, edition=drop.cleaned_data["edition"], entry=held.key
    )):  # fmt: skip
        messages.success(request, _("已删去这一条"))
    for error in drop.non_field_errors():
        messages.error(request, str(error))
    return redirect(back)
