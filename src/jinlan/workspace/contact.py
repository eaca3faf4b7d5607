"""同意与触达: what a client's members agreed to, whether they may be contacted, and what is prepared for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.clients import unmask as vault
from jinlan.domains.compliance import selectors as compliance
from jinlan.domains.compliance import services, words
from jinlan.domains.compliance.contacts import SENDERS
from jinlan.kernel.forms import dress
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.resource.pages import with_query
from jinlan.work.preflight import Subject, glance
from jinlan.workspace.access import page
from jinlan.workspace.client import MEMBERS_SHOWN, asked, panel

if TYPE_CHECKING:
    from jinlan.clients.models import Party, Unit

Context = dict[str, Any]
CHOICES = [(code, words.PURPOSES[code]) for code in (*words.CONTACT, words.SERVICE)]
HISTORY = 50
WITHIN = (
    MinValueValidator(datetime(2000, 1, 1, tzinfo=UTC)),
    MaxValueValidator(datetime(2100, 1, 1, tzinfo=UTC)),
)


class AskForm(forms.Form):
    """May we contact: for what, by which channel, when."""

    purpose = forms.ChoiceField(label=gettext_lazy("目的"), choices=CHOICES)
    channel = forms.ChoiceField(label=gettext_lazy("渠道"), choices=list(words.CHANNELS.items()))
    at = forms.DateTimeField(
        label=gettext_lazy("时间"), required=False, help_text=gettext_lazy("不填即现在"), validators=WITHIN,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    offer = forms.BooleanField(label=gettext_lazy("含营销内容"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def member_in_sight(actor: Actor, public_id: UUID, party_id: UUID) -> tuple[Unit, Party]:
    """Return a client and one of its members, both in sight; 404 otherwise."""
    unit = clients.unit_of(actor, public_id=public_id)
    party = vault.party_of(actor, public_id=party_id)
    if unit is None or party is None or not unit.members.filter(party=party).exists():
        raise Http404
    return unit, party


@require_GET
@page("clients")
def contact(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show who of a client agreed to what, a line for each member in sight."""
    it = asked(request, actor, public_id)
    members = clients.members_of(actor, unit=it.unit, as_of=it.shown.as_of)
    seen = list({member.party.pk: member.party for member in members if member.party is not None}.values())
    shown = seen if request.GET.get("members") == "all" else seen[:MEMBERS_SHOWN]
    held = compliance.standings(actor, parties=shown, at=actor.at)
    purposes = (*words.CONTACT, *words.PROCESSING)
    context = {
        "title": _("同意与触达"), "place": "clients", "unit": it.unit, "shown": it.shown, "as_of_query": it.query,
        "purposes": [words.PURPOSES[code] for code in purposes], "hidden": len(seen) - len(shown),
        "lines": [
            {"party": party, "now": held[party.pk], "cells": [_cell(held[party.pk], code) for code in purposes]}
            for party in shown
        ],
    }  # fmt: skip
    return panel(request, "workspace/_contact_rows.html", context)


def _cell(now: compliance.Standing, purpose: str) -> Context:
    """Return what one member said of one purpose: where he agreed, where he took it back."""
    found: dict[str, list[str]] = {"given": [], "withdrawn": []}
    for (_purpose, channel, recipient), state in sorted(now.states.items()):
        if _purpose == purpose and state.entry is not None:
            found[state.entry.act].append(recipient or words.word(words.CHANNELS, channel))
    return {"title": words.PURPOSES[purpose], **found}


@require_GET
@page("clients")
def contact_member(request: HttpRequest, public_id: UUID, party: UUID, *, actor: Actor) -> HttpResponse:
    """Show what one member agreed to, the answer to "may we contact?", what is prepared, and all that was ever said."""
    unit, whom = member_in_sight(actor, public_id, party)
    now = compliance.standing(actor, party=whom, at=actor.at)
    contacts = compliance.contacts_of(actor, unit_id=unit.pk, party_id=whom.pk)
    context = {
        "title": whom.name, "place": "clients", "unit": unit, "party": whom, "now": now, "lines": compliance.lines_of(now),
        "history": compliance.ledger(actor, party=whom)[:HISTORY], "may_say": services.may_record(actor),
        "contacts": RESOURCES["contacts"].decorate(actor, contacts), "may_send": actor.has(*SENDERS),
        **_answer(request, actor, unit, whom),
    }  # fmt: skip
    return render(request, "workspace/contact.html", context)


def _answer(request: HttpRequest, actor: Actor, unit: Unit, whom: Party) -> Context:
    """Return the form and, when it was filled in, what the checks say; nothing is kept of it."""
    form = AskForm(request.GET if "purpose" in request.GET else None)
    if not form.is_valid():
        return {"form": form}
    given = form.cleaned_data
    subject = Subject(unit, whom, given["channel"], given["purpose"], given["at"], {"offer": given["offer"]})
    answers = glance(actor=actor, kind="message", subject=subject)
    return {
        "form": form, "answers": answers, "at": given["at"] or actor.at,
        "clear": not any(one.open for one in answers),
        "passes": [one.check for one in answers if one.open and one.verdict.colour == "red" and one.check.override],
        "prepare": with_query(
            "", unit=str(unit.public_id), party=str(whom.public_id), purpose=given["purpose"], channel=given["channel"],
            planned_at=request.GET.get("at", ""), offer="on" if given["offer"] else "",
        ),
    }  # fmt: skip
