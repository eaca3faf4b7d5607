"""服务章程: what every tier is promised and how far it is kept; and on a client's page, what this client is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.basics.register import rule
from jinlan.clients import selectors as clients
from jinlan.domains.strategy import words as charter_words
from jinlan.domains.strategy.rules.charter_differences import charter_differences
from jinlan.domains.strategy.rules.charter_text import CONTACTS, Charter, Promise
from jinlan.domains.strategy.selectors import charter as reading
from jinlan.domains.strategy.selectors import compliance
from jinlan.kernel.acts import ACTS
from jinlan.kernel.figures import locale
from jinlan.serving import selectors as serving
from jinlan.workspace import words
from jinlan.workspace.access import page
from jinlan.workspace.client import asked, panel
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.indicators import may_see

Context = dict[str, Any]
SHOWN = 12  # branches and managers, before somebody asks for all
MISSES = 6


@require_GET
@page("charter")
def charter(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the charter in force as a matrix, what it changed, and how far it is kept by branch and manager."""
    shown = shown_date(request, actor)
    on = shown.latest if shown else actor.at.date()
    found, about = reading.charter_in_force(actor, on), compliance.measured(actor)
    context: Context = {
        "title": _("服务章程"), "place": "charter", "data_date": date_menu(request, actor, shown, rewinds=False), "charter": found, "measures": may_see(actor),
    }  # fmt: skip
    if found is not None:
        before, to_come = reading.charter_before(actor, found), reading.charter_to_come(actor, on)
        context |= {
            "name": found.zh if locale() == "zh" else found.en, "lines": [_line(found, one) for one in found.promises],
            "contacts": [charter_words.CONTACTS[kind].word for kind in CONTACTS], "risk": _risk(found), "minutes": rule("CHARTER.MINUTES", on).value,
            "before": before, "changes": changes(before, found), "to_come": to_come, "coming": changes(found, to_come),
        }  # fmt: skip
    return render(request, "workspace/charter.html", context | _kept(request, actor, about))


def _kept(request: HttpRequest, actor: Actor, about: compliance.Measured | None) -> Context:
    if about is None:
        return {"about": None}
    everything = request.GET.get("lines") == "all"
    whole, answers = compliance.compliance_of(actor, about), _answers(actor, about)
    tables = [
        {"title": title, "first": first, "filter": name, "lines": lines if everything else lines[:SHOWN], "hidden": 0 if everything else max(0, len(lines) - SHOWN)}
        for title, first, name, lines in (
            (_("按机构"), _("机构"), "branch", compliance.compliance_by_branch(actor, about)),
            (_("按客户经理"), _("到期日的主办"), "lead", compliance.compliance_by_lead(actor, about)),
        )
    ]  # fmt: skip
    return {
        "about": about,
        "whole": whole,
        "answers": answers,
        "excused": whole.excused + sum(one["figure"].excused for one in answers),
        "tables": tables,
        "unmeasured": _unmeasured(about),
    }


def _answers(actor: Actor, about: compliance.Measured, unit_id: int | None = None) -> list[Context]:
    """Return each kind of answer with how many came in time; [] when nothing was asked for."""
    found = compliance.attainment_of(actor, about, unit_id=unit_id)
    return [
        {"look": charter_words.ANSWERS[kind], "figure": figure} for kind, figure in found.items() if figure.owed or figure.excused
    ]  # fmt: skip


def _unmeasured(about: compliance.Measured) -> list[Context]:
    return [
        {"contact": charter_words.CONTACTS[kind].word, "why": charter_words.UNMEASURED[about.unmeasured[kind]]}
        for kind in CONTACTS if kind in about.unmeasured
    ]  # fmt: skip


def _line(found: Charter, one: Promise) -> Context:
    """Return one row of the matrix."""
    return {
        "promise": one, "days": [one.contacts.get(kind) for kind in CONTACTS], "services": _services(found, one),
        "roles": [str(words.TEAM_ROLES[role]) for role in one.roles], "authority": charter_words.AUTHORITIES[one.price_authority],
    }  # fmt: skip


def _services(found: Charter, one: Promise) -> list[str]:
    named = {each.code: each.zh if locale() == "zh" else each.en for each in found.services}
    return [named[code] for code in one.services]


def _risk(found: Charter) -> list[Context]:
    return [
        {"grade": grade, "contact": charter_words.CONTACTS[kind].word, "days": days}
        for grade, row in sorted(found.risk.items()) for kind, days in row.items()
    ]  # fmt: skip


def changes(before: Charter | None, after: Charter | None) -> list[str]:
    """Return what a version changes of another, in words."""
    if before is None or after is None:
        return []
    services = {
        one.code: one.zh if locale() == "zh" else one.en for each in (before, after) for one in each.services
    }

    def name(what: str, code: str) -> object:
        if what == "tier":
            return words.look(words.TIERS, code).word
        return services.get(code, code) if what == "service" else words.look(words.FIVE_TIER, int(code)).word

    return [str(one.text) for one in charter_differences(before, after, name)]


@require_GET
@page("clients")
def client_charter(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show what one client is promised, when the next contact of each kind is due, and what was missed."""
    it, about = asked(request, actor, public_id), compliance.measured(actor)
    day = about.as_of if about else it.shown.latest
    result = serving.unit_result(actor, unit_id=it.unit.pk, as_of=day)
    if result is None:
        raise Http404
    context: Context = {
        "title": _("服务章程"), "place": "clients", "unit": it.unit, "shown": it.shown, "about": about, "result": result,
    }  # fmt: skip
    promise = about.charter.promise(result.kind, result.effective_tier) if about else None
    if about is not None:
        context |= _owed(actor, about, it.unit.pk, result) | {"promise": promise}
    if about is not None and promise is not None:
        team = clients.team_of(actor, unit=it.unit, as_of=day)
        context |= _line(about.charter, promise) | {"team": _team(promise.roles, team)}
    return panel(request, "workspace/_charter_rows.html", context)


def _owed(actor: Actor, about: compliance.Measured, unit_id: int, result: Any) -> Context:
    missed = compliance.misses(actor, about, unit_id=unit_id)
    asks = actor.has(*ACTS["strategy.excuse_obligation"].roles)
    first = compliance.excusable_since(about) if asks else date.max
    spoken = compliance.spoken(actor, about, unit_id=unit_id)
    standings = compliance.standings(
        actor, about, unit_id=unit_id, kind=result.kind, tier=result.effective_tier, grade=result.five_tier_worst,
        last=spoken.last,
    )  # fmt: skip
    return {
        "figure": compliance.compliance_of(actor, about, unit_id=unit_id), "answers": _answers(actor, about, unit_id),
        "standings": [
            {"row": one, "look": charter_words.CONTACTS[one.kind], "why_not": charter_words.UNMEASURED.get(one.why_not, "")}
            for one in standings
        ],
        "misses": [
            {
                "row": row, "word": charter_words.OWED[row.kind].word, "excuse": charter_words.EXCUSES.get(row.excuse_code, ""),
                "may_excuse": row.due_on >= first,
            }
            for row in missed[:MISSES]
        ],
        "more": max(0, len(missed) - MISSES),
        "uncounted": [
            {"row": one, "word": charter_words.CONTACTS[one.kind].word, "why": charter_words.UNCOUNTED[one.why]}
            for one in spoken.uncounted
        ],
        "quiet": compliance.left_alone(actor, unit_id=unit_id, on=about.as_of),
        "may_quiet": actor.has(*ACTS["strategy.leave_alone"].roles),
    }  # fmt: skip


def _team(roles: Sequence[str], team: Sequence[Any]) -> list[Context]:
    """Return for each role that must be named who holds it, nobody for one that is missing."""
    return [
        {"role": words.TEAM_ROLES[role], "names": [one.employee.name for one in team if one.role == role]}
        for role in roles
    ]
