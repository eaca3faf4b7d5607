"""组合均衡: how work is spread over lead managers and branches, and what would even it out; each proposal is for a head to accept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.basics.register import rule
from jinlan.clients import leads, teams
from jinlan.clients import selectors as clients
from jinlan.domains.strategy import words
from jinlan.domains.strategy.rules.balance import Proposal
from jinlan.domains.strategy.selectors import balance as select
from jinlan.domains.strategy.selectors.trials import chosen, trials
from jinlan.kernel.acts import ACTS, perform
from jinlan.kernel.figures import listed
from jinlan.kernel.reading import sees_whole_bank
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.serving.selectors import Published
from jinlan.workspace.access import doing, page
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.words import LADDERS

Context = dict[str, Any]
SHOWN = 20  # managers before somebody asks for all
ACT = "strategy.assign_lead"


@require_GET
@page("balance")
def balance(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show loads by branch and manager, proposals and what was decided; with a kept dry run, as its definition would have it."""
    return _page(request, actor)


def _page(
    request: HttpRequest, actor: Actor, *, refused: Refused | None = None, at: str = ""
) -> HttpResponse:
    shown = shown_date(request, actor)
    context: Context = {
        "title": _("组合均衡"), "place": "department", "data_date": date_menu(request, actor, shown, rewinds=False), "refused": refused,
    }  # fmt: skip
    if shown is None:
        return render(request, "workspace/clients_nothing.html", context, status=422 if refused else 200)
    tried = _trial(request, actor)
    found = select.spread(actor, as_of=shown.latest, trial=tried)
    everything = request.GET.get("show") == "all"
    proposals = _proposals(actor, found, request)
    at = at if any(str(one["unit"].public_id) == at for one in proposals) else ""
    names = leads.branch_names(actor, codes={code for one in found.people.values() for code in one.path})
    return render(request, "workspace/balance.html", context | {
        "shown": shown, "tried": tried, "trials": _offered(actor), "may": actor.has(*ACTS[ACT].roles) and tried is None,
        "available": rule("WORKLOAD.AVAILABLE", shown.latest).value, "over": rule("WORKLOAD.OVER", shown.latest).value,
        "spare": rule("WORKLOAD.SPARE", shown.latest).value,
        "books": [_book(one, names) for one in (found.books if everything else found.books[:SHOWN])],
        "hidden": 0 if everything else max(0, len(found.books) - SHOWN), "managers": len(found.books),
        "counts": {state: sum(one.state == state for one in found.books) for state in ("OVER", "FIT", "SPARE")},
        "branches": [{"row": one, "name": names.get(one.code, one.code)} for one in found.branches],
        "proposals": proposals, "at": at, "stuck": _stuck(actor, found), "day": _day(shown), "key": uuid7().hex,
        "coming": _coming(actor, shown),
    }, status=422 if refused else 200)  # fmt: skip


def _day(shown: Published) -> str:
    """Return the first day on which another lead can take effect."""
    return (shown.latest + timedelta(days=1)).isoformat()


def _trial(request: HttpRequest, actor: Actor) -> Any:
    """Return the kept dry run that the address names; what is none, or out of sight, is no page."""
    if not (text := request.GET.get("trial", "")):
        return None
    try:
        rows = chosen(actor, public_ids=[UUID(text)])
    except ValueError:
        rows = []
    if not rows:
        raise Http404
    return rows[0]


def _offered(actor: Actor) -> list[Any]:
    """Return the kept dry runs of all kinds; for whole-bank eyes."""
    if not sees_whole_bank():
        return []
    return [one for kind in LADDERS for one in trials(actor, kind=kind, limit=8)]


def _book(one: select.Book, names: Any) -> Context:
    return {
        "row": one, "branch": names.get(one.person.path[-1], "") if one.person.path else "",
        "tiers": [(tier, one.tiers[tier]) for ladder in LADDERS.values() for tier in ladder if tier in one.tiers],
        "outside": one.tiers.get("", 0),
    }  # fmt: skip


def _proposals(actor: Actor, found: select.Spread, request: HttpRequest) -> list[Context]:
    moves = found.found.proposals
    named = clients.named_units(
        actor, unit_ids=[found.keys[one.client.code] for one in moves], as_of=found.as_of
    )
    decided = {row.unit_id for row in select.lead_changes(actor, since=found.as_of)}
    lines = []
    for one in moves:
        key = found.keys[one.client.code]
        if key in named and key not in decided:
            unit = named[key][0]
            typed = request.POST if request.POST.get("unit") == str(unit.public_id) else {}
            lines.append({
                "row": one, "unit": unit, "look": words.MOVES[one.why], "giver": found.people.get(one.giver), "takers": _takers(one, found),
                "typed": typed,
            })  # fmt: skip
    return lines


def _takers(one: Proposal, found: select.Spread) -> list[Context]:
    return [
        {
            "row": taker,
            "person": found.people[taker.code],
            "why": listed(str(words.TAKERS[code]) for code in taker.reasons),
        }
        for taker in one.takers
    ]


def _stuck(actor: Actor, found: select.Spread) -> list[Context]:
    keys = [found.keys[client.code] for client, _why in found.found.stuck]
    units = clients.named_units(actor, unit_ids=keys, as_of=found.as_of)
    return [
        {"unit": units[key][0], "look": words.MOVES[why], "tier": client.tier, "lead": found.people.get(client.lead)}
        for key, (client, why) in zip(keys, found.found.stuck, strict=True) if key in units
    ]  # fmt: skip


def _coming(actor: Actor, shown: Published) -> list[Context]:
    rows = select.lead_changes(actor, since=shown.latest)
    names = teams.names_of_employees(actor, codes=[code for row in rows for code in (row.before, row.after)])
    units = clients.named_units(actor, unit_ids={row.unit_id for row in rows}, as_of=shown.latest)
    return [
        {"row": row, "unit": units[row.unit_id][0], "before": names.get(row.before, row.before), "after": names.get(row.after, row.after)}
        for row in rows if row.unit_id in units
    ]  # fmt: skip


@require_POST
@doing("balance")
def accept(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Accept a proposal, with the lead and the day that the head chose; a refusal stands at the proposal, nothing typed is lost."""
    payload = {name: request.POST.get(name, "") for name in ("unit", "after", "effective_on", "reason")}
    try:
        perform(actor=actor, act=ACT, payload=payload, key=request.POST.get("key", "")[:64] or uuid7().hex)
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        with scoped(actor):
            return _page(request, actor, refused=refused, at=payload["unit"])
    messages.success(request, _("已决定，自 %(day)s 起由新主办负责。") % {"day": payload["effective_on"]})
    return redirect(reverse("balance"))
