"""Writing an agreement: the form of one entry, and what a measure that no figure shows has reached."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.ids import uuid7
from jinlan.clients import selectors as clients
from jinlan.domains.engagement import agreement_words as words
from jinlan.domains.engagement.rules.agreement import AGREEMENT, MEASURE, SHAPES
from jinlan.domains.engagement.rules.document import CURRENCIES, OWN, Entry
from jinlan.domains.engagement.selectors import agreements as reading
from jinlan.domains.engagement.selectors.plans import DRAFT, entries_of
from jinlan.domains.engagement.services.agreement_life import read_agreement_measure
from jinlan.domains.engagement.services.agreements import drop_agreement_entry, write_agreement_entry
from jinlan.kernel.forms import acted
from jinlan.kernel.scope import scoped
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import unit_in_sight
from jinlan.workspace.entry_forms import Desk, entry_page
from jinlan.workspace.plan_forms import choices_of
from jinlan.workspace.plan_reviews import ReadingForm


def back_to(public_id: UUID, number: int, section: str = "") -> str:
    """Return the address of an agreement with a client, at one of its sections."""
    address = f"{reverse('client-agreement', kwargs={'public_id': public_id})}?number={number}"
    return f"{address}#{section}" if section else address


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def entry(request: HttpRequest, public_id: UUID, code: str, *, actor: Actor) -> HttpResponse:
    """Write one entry of the draft, or take it out."""
    if code not in SHAPES:
        raise Http404
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        row = next((one for one in reading.agreements_of(actor, unit_id=unit.pk) if one.state == DRAFT), None)
        if row is None:
            raise Http404
        entries = entries_of(row)
        choices = _choices(actor, unit, entries)
    initial = {
        "owner": actor.employee,
        "side": "bank",
        "currency": "CNY",
        "since": row.starts_on,
        "due": row.ends_on,
    }
    return entry_page(request, actor, Desk(
        unit, row, AGREEMENT, entries, choices, _("战略合作协议"), words.KINDS, words.SECTIONS, words.FIELDS, words.HELP, write_agreement_entry,
        drop_agreement_entry, back=lambda section: back_to(public_id, row.number, section), initial=initial,
    ), code)  # fmt: skip


def _choices(actor: Actor, unit: Any, entries: list[Entry]) -> dict[str, list[tuple[str, Any]]]:
    return choices_of(actor, unit, entries) | {
        "branch": [(one.code, one.name) for one in clients.branches(actor)], "keeping": list(words.KEEPING.items()),
        "currency": [(code, code) for code in CURRENCIES],
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@doing("engagement-log")
def measure(request: HttpRequest, public_id: UUID, code: str, *, actor: Actor) -> HttpResponse:
    """Write down what a measure that people read has reached."""
    today = business_date(actor.at)
    with scoped(actor):
        unit = unit_in_sight(actor, public_id)
        row = reading.agreement_in_force(actor, unit_id=unit.pk)
        found = next((one for one in entries_of(row) if one.kind == MEASURE and str(one.key) == code and one.metric == OWN), None) if row else None  # fmt: skip
    if row is None or found is None:
        raise Http404
    form = ReadingForm(request.POST or None, initial={"key": str(uuid7()), "read_on": today})
    back = back_to(public_id, row.number, "MEASURES")
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        key = given.pop("key")
        if acted(form, lambda: read_agreement_measure.once(key, actor=actor, public_id=row.public_id, measure=found.key, **given)):  # fmt: skip
            messages.success(request, _("已登记"))
            return redirect(back)
    return render(request, "workspace/draft_form.html", {
        "title": found.text, "place": "clients", "unit": unit, "row": row, "form": form, "back": back, "crumb": _("战略合作协议"),
    }, status=422 if request.method == "POST" else 200)  # fmt: skip
