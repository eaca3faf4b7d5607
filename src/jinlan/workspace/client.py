"""客户全景: header and overview of one unit on a date, its peek, trend and members; a member's manager sees his member."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.kernel.acts import ACTS
from jinlan.kernel.figures import column_unit, ratio
from jinlan.serving import selectors as serving
from jinlan.serving.selectors import TREND_COLUMNS, Published
from jinlan.workspace import trends
from jinlan.workspace.access import may_open, page
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.decisions import steps_of
from jinlan.workspace.influence import influence_of
from jinlan.workspace.measures import value_of
from jinlan.workspace.why import strip, why

if TYPE_CHECKING:
    from jinlan.clients.models import Unit
    from jinlan.serving.models import MemberResult, UnitResult

MEMBERS_SHOWN = 30
CARDS = ("aum", "deposit_avg_12m", "loan", "revenue_12m", "settlement_12m", "product_families")
MORE = ("aum_avg_12m", "net_financial_assets", "fpa", "limit", "limit_used", "overdue", "next_maturity", "tenure_years",
        "recency_days", "txn_count_12m", "aum_growth_12m", "rfm")  # fmt: skip
PARTNER_CARDS = ("joint_volume_12m", "revenue_share_12m", "referrals_12m", "aum", "loan", "revenue_12m")


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit that the actor may see, on the date that speaks for the page."""

    unit: Unit
    shown: Published
    query: str  # "?as_of=…" while the page is rewound


def asked(request: HttpRequest, actor: Actor, public_id: UUID) -> Asked:
    """Return what a page is about; 404 for what does not exist and for what is not the actor's."""
    shown = shown_date(request, actor)
    unit = clients.unit_of(actor, public_id=public_id)
    if unit is None or shown is None:
        raise Http404
    return Asked(unit, shown, f"?as_of={shown.as_of.isoformat()}" if shown.past else "")


@require_GET
@page("clients")
def client(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show one unit; only own members to the manager of members."""
    it = asked(request, actor, public_id)
    base = {
        "title": it.unit.name, "place": "clients", "unit": it.unit, "as_of_query": it.query, "shown": it.shown,
        "data_date": date_menu(request, actor, it.shown), "team": clients.team_of(actor, unit=it.unit, as_of=it.shown.as_of),
        "may_log": not it.shown.past and may_open(actor, "engagement-log"),
    }  # fmt: skip
    result = serving.unit_result(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    own = serving.member_results(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    if result is not None:
        return render(request, "workspace/client.html", base | _overview(request, actor, it, result, own))
    if own:
        return render(request, "workspace/client_member.html", base | _members_only(actor, own))
    history = serving.unit_history(actor, unit_id=it.unit.pk, until=it.shown.latest)
    if not history and actor.has("manager", "private_banker") and not base["team"]:
        raise Http404
    return render(request, "workspace/client_absent.html", base | {"history": history})


def _overview(
    request: HttpRequest, actor: Actor, it: Asked, result: UnitResult, own: dict[int, MemberResult]
) -> dict[str, Any]:
    history = serving.unit_history(actor, unit_id=it.unit.pk, until=it.shown.as_of)
    rows = trends.months_of(history, it.shown.month_ends, it.shown.as_of)
    members = clients.members_of(actor, unit=it.unit, as_of=it.shown.as_of)
    trend = request.GET.get("trend", "")
    names = {member.party.code: member.party.name for member in members if member.party}
    reasons = why(result, sees_secrets=actor.has("compliance"), names=names)
    root = next((m.party for m in members if m.membership.party_id == it.unit.root_party_id), None)
    return {
        "result": result, "why": reasons, "root": root,
        "steps": steps_of(actor, unit_id=it.unit.pk, until=it.shown.as_of if it.shown.past else None, why=reasons,
                          evaluated=result.run.started_at),
        "strip": strip(history, it.shown.as_of, it.shown.month_ends), "cards": _cards(result, rows),
        "more": [value_of(result.measures, code) for code in MORE if code in result.measures],
        "may_override": not it.shown.past and actor.has(*ACTS["strategy.override_tier"].roles),
        "secrets": serving.restricted_gates(actor, unit_id=it.unit.pk, as_of=it.shown.as_of),
        **influence_of(actor, result),
        **_trend(rows, trend if trend in TREND_COLUMNS else "aum", it),
        **_members(members, own, result, everything=request.GET.get("members") == "all"),
    }  # fmt: skip


def _cards(result: UnitResult, rows: list[Any]) -> list[dict[str, Any]]:
    codes = PARTNER_CARDS if result.kind == "PARTNER" else CARDS
    last = rows[-13:]
    return [
        {
            "value": value_of(result.measures, code),
            "spark": [row[code] for row in last] if code in TREND_COLUMNS else (),
            "change": _year_change(rows, code) if code in TREND_COLUMNS else None,
            "good": "none" if code == "loan" else "up",
        }
        for code in codes
    ]


def _year_change(rows: list[Any], code: str) -> Decimal | None:
    """Return the relative change against the row twelve months before the last one."""
    if len(rows) < 2:
        return None
    last = rows[-1]
    before = next((row for row in reversed(rows[:-1]) if (last["as_of"] - row["as_of"]).days >= 360), None)
    if before is None or last[code] is None or not before[code]:
        return None
    return ratio(last[code] - before[code], abs(before[code]))


def _trend(rows: list[Any], code: str, it: Asked) -> dict[str, Any]:
    return {
        "trend_code": code, "trend_title": trends.finding(rows, code), "trend_spec": trends.spec(rows, code),
        "trend_columns": trends.columns(), "trend_rows": len(rows), "unit": it.unit, "as_of_query": it.query,
    }  # fmt: skip


def _members(
    members: list[clients.Member], own: dict[int, MemberResult], result: UnitResult, *, everything: bool
) -> dict[str, Any]:
    shown = members if everything else members[:MEMBERS_SHOWN]
    lines = []
    for member in shown:
        figure = own.get(member.membership.party_id)
        lines.append({
            "member": member, "figure": figure, "indent": range(max(0, member.depth - 1)), "contested": _contested(member),
            "aum_share": ratio(figure.aum, result.aum) if figure and result.aum and result.aum > 0 else None,
        })  # fmt: skip
    known = [row.aum for row in own.values()] + [row.loan for row in own.values()]
    return {
        "members": lines,
        "member_count": len(members),
        "hidden": len(members) - len(shown),
        "member_unit": column_unit(known),
    }


def _contested(member: clients.Member) -> bool:
    """Tell whether sources that speak now put a member into different units; what is only computed never contests."""
    spoken = {
        claim.get("unit_id")
        for claim in member.membership.claims
        if claim.get("source") != "COMPUTED" and not claim.get("valid_to")
    }
    return len(spoken) > 1


def _members_only(actor: Actor, own: dict[int, MemberResult]) -> dict[str, Any]:
    parties = clients.parties_by_key(actor, party_ids=own)
    codes = [code for code in (*CARDS, *MORE) if any(code in row.measures for row in own.values())]
    return {
        "own": [
            {"party": parties.get(key), "row": row, "values": [value_of(row.measures, code) for code in codes]}
            for key, row in own.items()
        ],
    }  # fmt: skip


@require_GET
@page("clients")
def client_peek(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the essence of a unit in the side panel."""
    it = asked(request, actor, public_id)
    result = serving.unit_result(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    if result is None:
        raise Http404
    context = {
        "title": it.unit.name, "unit": it.unit, "result": result, "as_of_query": it.query, "shown": it.shown, "place": "clients",
        "why": why(result, sees_secrets=actor.has("compliance")), "team": clients.team_of(actor, unit=it.unit, as_of=it.shown.as_of),
        "values": [value_of(result.measures, code) for code in CARDS],
    }  # fmt: skip
    return panel(request, "workspace/_peek.html", context)


def panel(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Answer the side panel, or the same content as a page of its own when it was opened as a link."""
    if getattr(request, "htmx", False):
        return render(request, template, context)
    return render(request, "workspace/panel_page.html", context | {"panel_template": template})


@require_GET
@page("clients")
def client_trend(request: HttpRequest, public_id: UUID, code: str, *, actor: Actor) -> HttpResponse:
    """Show or download one measure over time."""
    it = asked(request, actor, public_id)
    if code not in TREND_COLUMNS:
        raise Http404
    history = serving.unit_history(actor, unit_id=it.unit.pk, until=it.shown.as_of)
    if not history:
        raise Http404
    rows = trends.months_of(history, it.shown.month_ends, it.shown.as_of)
    if request.GET.get("format") == "csv":
        response = HttpResponse(trends.as_csv(rows, code), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{code}-{it.shown.as_of.isoformat()}.csv"'
        return response
    context = {"title": _("走势"), "place": "clients"} | _trend(rows, code, it)
    return panel(request, "workspace/_trend.html", context)


@require_GET
@page("clients")
def client_members(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show all members of a unit that the actor sees whole."""
    it = asked(request, actor, public_id)
    result = serving.unit_result(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    if result is None:
        raise Http404
    members = clients.members_of(actor, unit=it.unit, as_of=it.shown.as_of)
    own = serving.member_results(actor, unit_id=it.unit.pk, as_of=it.shown.as_of)
    context = {
        "title": it.unit.name,
        "place": "clients",
        "unit": it.unit,
        "as_of_query": it.query,
        "result": result,
        "shown": it.shown,
    }
    return panel(
        request, "workspace/_members.html", context | _members(members, own, result, everything=True)
    )
