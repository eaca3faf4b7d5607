"""团队: who looks after a client in which role since when, what of it is missing or about to change; and when leads rotate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.register import rule
from jinlan.clients import history, leads, teams
from jinlan.clients.history import Leading, Spell
from jinlan.domains.engagement import team_words as words
from jinlan.domains.engagement.resources.team import TeamProposals
from jinlan.domains.engagement.rules.team import LEAD, missing_corners, rotates_on
from jinlan.domains.engagement.services.team import propose_team
from jinlan.kernel.looks import Look
from jinlan.workspace.access import may_open, page
from jinlan.workspace.engagement import unit_in_sight

Context = dict[str, Any]
SHOWN = 200  # leads that a page names
ROTATION = {
    "over": Look(gettext_lazy("已超期"), "red", "alert-triangle"), "soon": Look(gettext_lazy("将到期"), "amber", "clock"), "later": Look(gettext_lazy("未到期"), "plain"),
}  # fmt: skip


@require_GET
@page("clients")
def team(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the team of a client: now, what comes, what was; by the days on which scope itself runs."""
    unit, today = unit_in_sight(actor, public_id), business_date(actor.at)
    spells = history.spells_of(actor, unit_id=unit.pk)
    now = [one for one in spells if one.on(today)]
    deputies = teams.deputies_on(actor, day=today)
    looked = history.looked_after(actor, unit_id=unit.pk, on=today)
    proposals = TeamProposals().decorate(actor, history.open_proposals(actor, unit_id=unit.pk))
    return render(request, "workspace/team.html", {
        "title": _("服务团队"), "place": "clients", "unit": unit, "today": today, "may": actor.has(*propose_team.roles),
        "roles": [_role(code, spells, now, deputies) for code in words.ROLES],
        "missing": [_("或").join(str(words.ROLES[role].word) for role in sorted(corner)) for corner in missing_corners(one.role for one in now)],
        "coming": [one for one in spells if one.since > today], "past": _past(spells, today), "proposals": proposals,
        "members": [one for one in looked if one.managers], "by_lead": sum(not one.managers for one in looked),
        "lead": next((one.code for one in now if one.role == LEAD), ""),
    })  # fmt: skip


def _role(
    code: str, spells: Sequence[Spell], now: Sequence[Spell], deputies: dict[str, teams.Deputy]
) -> Context:
    held = [one for one in now if one.role == code]
    return {
        "code": code,
        "people": [{"row": one, "since": history.began(spells, one), "deputy": deputies.get(one.code)} for one in held],
    }  # fmt: skip


def _past(spells: Sequence[Spell], today: date) -> list[Spell]:
    return sorted(
        (one for one in spells if one.until is not None and one.until <= today),
        key=lambda one: one.since,
        reverse=True,
    )


@require_GET
@page("rotation")
def rotation(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show by month which leads have to rotate: those who are over their time, and those of the coming months."""
    today, everything = business_date(actor.at), request.GET.get("show") == "all"
    years, ahead = int(rule("ROTATION.YEARS", today).value), int(rule("ROTATION.AHEAD", today).value)
    rows = [_due(one, today, years, ahead) for one in history.leading(actor, on=today)]
    near = [one for one in rows if everything or one["state"] != "later"]
    names = leads.branches_named(actor, keys={one["row"].branch_id for one in near[:SHOWN]})
    for one in near[:SHOWN]:
        one["branch"] = names.get(one["row"].branch_id, "")
    months = [
        {"month": month, "rows": list(found)}
        for month, found in groupby(near[:SHOWN], key=lambda one: f"{one['due']:%Y-%m}")
    ]
    return render(request, "workspace/rotation.html", {
        "title": _("轮岗日历"), "place": "balance", "years": years, "ahead": ahead, "months": months, "today": today, "all": everything,
        "hidden": max(0, len(near) - SHOWN), "may": actor.has(*propose_team.roles), "may_book": may_open(actor, "hand-over-book"), "count": len(rows),
        "counts": {state: sum(one["state"] == state for one in rows) for state in ROTATION},
    })  # fmt: skip


def _due(one: Leading, today: date, years: int, ahead: int) -> Context:
    due = rotates_on(one.since, years)
    state = "over" if due <= today else "soon" if due <= today + timedelta(days=ahead) else "later"
    return {"row": one, "due": due, "state": state, "look": ROTATION[state]}
