"""Editing the brief of a planned meeting: which of its sentences are left out, and what is added to each part.

What a person cannot see he cannot leave out or put back: marks of sentences that only others are shown stay as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.ids import uuid7
from jinlan.domains.engagement.rules.briefing import PARTS
from jinlan.domains.engagement.services.briefing import edit_brief
from jinlan.kernel.forms import acted, dress
from jinlan.kernel.scope import scoped
from jinlan.workspace import brief_words as said
from jinlan.workspace.access import doing
from jinlan.workspace.brief import facts_of
from jinlan.workspace.brief_rules import Point, offered
from jinlan.workspace.client import asked
from jinlan.workspace.engagement import found_in_sight, lines

TEXTS = 2_000  # characters of the own sentences of one part


class BriefForm(forms.Form):
    """The sentences that are shown, those that are kept, and own ones by part, one a line."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    edition = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in PARTS:
            self.fields[f"own_{part}"] = forms.CharField(
                label=said.PARTS[part], required=False, max_length=TEXTS, widget=forms.Textarea(attrs={"rows": 2})
            )  # fmt: skip
        dress(self)

    def own(self) -> dict[str, list[str]]:
        """Return the own sentences by part."""
        return {part: lines(self.cleaned_data[f"own_{part}"]) for part in PARTS}


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def edit(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the brief of a meeting to be edited, and save it for all its readers."""
    with scoped(actor):
        row, unit = found_in_sight(actor, public_id)
        it = asked(request, actor, unit.public_id)
        points = offered(facts_of(actor, unit, as_of=it.shown.latest, meeting=public_id))
    form = BriefForm(request.POST) if request.method == "POST" else BriefForm(initial=_initial(row))
    kept = set(request.POST.getlist("kept")) if form.is_bound else {one.mark for one in points} - set(row.brief_out)  # fmt: skip
    back = f"{reverse('client-brief', kwargs={'public_id': unit.public_id})}?meeting={public_id}"
    if form.is_bound and form.is_valid() and _saved(actor, row, form, {one.mark for one in points}, kept):
        messages.success(request, _("会前要点已修改，看得到这次会面的同事都会看到"))
        return redirect(back)
    return render(request, "workspace/brief_edit.html", {
        "title": _("修改会前要点"), "place": "clients", "unit": unit, "row": row, "form": form, "back": back, "parts": _parts(points, form, kept),
    }, status=422 if form.is_bound else 200)  # fmt: skip


def _initial(row: Any) -> dict[str, Any]:
    own = {
        f"own_{part}": "\n".join(one["text"] for one in row.brief_own if one["part"] == part)
        for part in PARTS
    }
    return {"key": str(uuid7()), "edition": row.brief_edition, **own}


def _parts(points: Sequence[Point], form: BriefForm, kept: set[str]) -> list[dict[str, Any]]:
    """Return every part with the sentences that it offers and the field for own ones."""
    made = {part: list(rows) for part, rows in groupby(points, key=lambda one: one.part)}
    return [
        {
            "title": said.PARTS[part], "field": form[f"own_{part}"],
            "rows": [{"text": said.sentence(one), "mark": one.mark, "kept": one.mark in kept} for one in made.get(part, ())],
        }
        for part in PARTS
    ]  # fmt: skip


def _saved(actor: Actor, row: Any, form: BriefForm, shown: set[str], kept: set[str]) -> bool:
    out = sorted((set(row.brief_out) - shown) | (shown - kept))
    given = form.cleaned_data
    return acted(form, lambda: edit_brief.once(
        given["key"], actor=actor, public_id=row.public_id, out=out, own=form.own(), edition=given["edition"],
    ))  # fmt: skip
