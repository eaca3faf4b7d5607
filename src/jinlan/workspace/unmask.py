"""身份信息 on the client's page: masked for everybody in sight of the party; in plain after step-up, with a reason, recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.clients import unmask as vault
from jinlan.kernel.pages import signed_in
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.stepup import require
from jinlan.workspace.access import may_open, page
from jinlan.workspace.client import MEMBERS_SHOWN, asked, panel

Context = dict[str, Any]


class ReasonForm(forms.Form):
    """Why somebody wants to read plain values."""

    reason = forms.CharField(
        label=_("查看理由"),
        min_length=vault.REASON_LEAST,
        max_length=vault.REASON_MOST,
        help_text=_("写明用途，例如“核对开户证件”。理由、时间与您的姓名会记入审计。"),
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "off", "aria-describedby": "id_reason_error"}
        ),
        error_messages={
            "required": _("请写明理由。"),
            "min_length": _("至少写 5 个字。"),
            "max_length": _("最多写 200 个字。"),
        },
    )


@require_GET
@page("clients")
def identities(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the block of a client's page: each member in sight that the vault knows, masked."""
    it = asked(request, actor, public_id)
    members = clients.members_of(actor, unit=it.unit, as_of=it.shown.as_of)
    seen = [member.party for member in members if member.party is not None]
    shown = seen if request.GET.get("members") == "all" else seen[:MEMBERS_SHOWN]
    found = vault.masked(actor, party_ids=[party.pk for party in shown])
    context = {
        "title": _("身份信息"), "place": "clients", "unit": it.unit, "shown": it.shown, "as_of_query": it.query,
        "lines": [{"party": party, "facts": found[party.pk]} for party in shown if party.pk in found],
        "hidden": len(seen) - len(shown), "may_unmask": vault.may_unmask(actor),
    }  # fmt: skip
    return panel(request, "workspace/_identity_rows.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, public_id: UUID, party: UUID) -> HttpResponse:
    """Ask for the reason and, given one, show the plain values in this one answer."""
    actor = signed_in(request)
    if actor is None:
        return redirect_to_login(request.get_full_path())
    if not may_open(actor, "clients") or not vault.may_unmask(actor):
        raise Http404
    if ask := require(request):
        return ask
    form = ReasonForm(request.POST or None)
    try:
        context = _seen(actor, public_id, party) | {"form": form}
        if form.is_valid():
            context |= _plain(actor, party, form)
    except ScopeDenied:
        raise Http404 from None
    response = panel(request, "workspace/_identity.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _seen(actor: Actor, public_id: UUID, party_id: UUID) -> Context:
    """Return what the page shows before: unit and party, both in sight and belonging together, and the masked values."""
    with scoped(actor):
        unit = clients.unit_of(actor, public_id=public_id)
        party = vault.party_of(actor, public_id=party_id)
        if unit is None or party is None or not unit.members.filter(party=party).exists():
            raise Http404
        facts = vault.masked(actor, party_ids=[party.pk]).get(party.pk, [])
    return {"title": party.name, "place": "clients", "unit": unit, "party": party, "facts": facts}


def _plain(actor: Actor, party: UUID, form: ReasonForm) -> Context:
    """Return the plain values, or what the rule refuses at the form."""
    try:
        plain = vault.unmask_identity(actor=actor, party=party, reason=form.cleaned_data["reason"])
    except ScopeDenied:
        raise
    except Refused as refusal:
        form.add_error("reason", str(refusal))
        return {}
    return {"plain": plain, "reason": form.cleaned_data["reason"]}
