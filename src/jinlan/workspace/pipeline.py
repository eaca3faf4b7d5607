"""商机漏斗: open opportunities by stage with what they come to; a card goes on by a button, a key or by being dragged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.basics.money import format_money
from jinlan.clients import selectors as clients
from jinlan.clients import teams
from jinlan.domains.engagement import pipeline_words as words
from jinlan.domains.engagement.resources.pipeline import owners
from jinlan.domains.engagement.rules.pipeline import LAST, Weight
from jinlan.domains.engagement.selectors import pipeline as reading
from jinlan.domains.engagement.services.pipeline import advance_opportunity
from jinlan.kernel.figures import currency, locale, money_text
from jinlan.kernel.resource.asking import Ask, read
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.workspace.access import doing, page
from jinlan.workspace.client import panel
from jinlan.workspace.engagement import unit_in_sight

Context = dict[str, Any]
SHOWN = 20  # cards of a stage; the list has all
MINE = "me"
KEPT = ("owner", "branch", "unit", "product")  # filters of the board


@require_GET
@page("pipeline")
def pipeline(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the board: one query sums all stages, one reads the cards; the number of queries does not grow with the rows."""
    resource, data = RESOURCES["opportunities"], request.GET.copy()
    if data.get("owner") == MINE:
        data["owner"] = actor.employee or "-"
    ask = _kept(read(resource, data, actor).with_(view="open", text=""))
    numbers = reading.numbers_on(actor, business_date(actor.at))
    rows = resource.listed(actor, ask)
    columns = reading.board(rows, numbers)
    found = resource.decorate(actor, reading.cards(rows, each=SHOWN))
    return render(request, "workspace/pipeline.html", {
        "title": _("商机漏斗"), "place": "pipeline", "numbers": numbers, "columns": [_column(one, found, ask) for one in columns],
        "total": _sums(reading.total(columns)), "count": sum(one.count for one in columns), "stale": sum(one.stale for one in columns),
        "may_write": actor.has(*advance_opportunity.roles), "filters": _filters(actor, ask), "owner": ask.value("owner"), "branch": ask.value("branch"),
        "unit": _unit(actor, ask), "me": actor.employee, "here": request.get_full_path(), "list_url": _list(ask), "narrowed": bool(ask.filters),
    })  # fmt: skip


def _kept(ask: Ask) -> Ask:
    return ask.with_(filters=tuple(one for one in ask.filters if one[0] in KEPT), sort="", cols=())


def _list(ask: Ask, **more: str) -> str:
    query = {name: ask.value(name) for name in KEPT if ask.value(name)} | {"view": "open"} | more
    return f"{reverse('opportunities')}?{urlencode(query)}"


def _unit(actor: Actor, ask: Ask) -> Context | None:
    try:
        found = clients.unit_of(actor, public_id=UUID(ask.value("unit"))) if ask.value("unit") else None
    except ValueError:
        return None
    return {"key": str(found.public_id), "name": found.name} if found else None


def _filters(actor: Actor, ask: Ask) -> Context:
    return {
        "owners": owners(actor), "branches": [(one.code, one.name) for one in clients.branches(actor, deepest=9)],
        "product": ask.value("product"), "products": list(words.PRODUCTS.items()),
    }  # fmt: skip


def _sums(weights: Mapping[str, Weight]) -> list[Context]:
    """Return sums by currency as they read: the bank's own first, none added to another."""
    order = sorted(weights.items(), key=lambda one: (one[0] != currency(), one[0]))
    return [
        {"code": code, "total": _money(one.total, code), "weighted": _money(one.weighted, code), "value": _money(one.value, code)}
        for code, one in order
    ]  # fmt: skip


def _money(amount: Decimal, code: str) -> str:
    """Return an amount in the unit that fits; one that is not in the bank's own currency names its own."""
    if code == currency():
        return money_text(amount)
    text = format_money(amount, locale=locale())
    return f"{code} {text}" if locale() == "en" else f"{text.removesuffix('元').strip()} {code}"


def _column(column: reading.Column, found: Sequence[Any], ask: Ask) -> Context:
    cards = [_card(row) for row in found if row.stage == column.stage]
    return {
        "row": column, "word": words.STAGES[column.stage], "sums": _sums(column.weights), "cards": cards, "hidden": column.count - len(cards),
        "url": _list(ask, stage=str(column.stage)), "stale_url": _list(ask, stage=str(column.stage), view="stale"),
        "next": words.STAGES.get(column.stage + 1, ""),
    }  # fmt: skip


def _card(row: Any) -> Context:
    lacks = [words.CRITERIA[one.code] for one in row.missing]
    urls = {
        name: reverse(f"opportunities-{page}", kwargs={"public_id": row.public_id})
        for name, page in (("one", "one"), ("back", "step-back"), ("win", "win-opportunity"))
    }
    return {
        "row": row, "amount": _money(row.amount, row.currency), "lacks": lacks[0] if lacks else "", "more": max(0, len(lacks) - 1),
        "last": row.stage == LAST, "key": str(uuid7()), **urls,
    }  # fmt: skip


@require_POST
@doing("pipeline-do")
def advance(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Let an opportunity go on by one stage; what is missing is said, and where to do it is where it leads."""
    with scoped(actor):
        if not reading.in_sight(actor, public_id=public_id):
            raise Http404
    back = request.POST.get("back", "")
    here = back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else reverse("pipeline")
    try:
        stage = int(request.POST.get("stage", ""))
        done = advance_opportunity.once(request.POST.get("key", "")[:64] or str(uuid7()), actor=actor, public_id=public_id, stage=stage)  # fmt: skip
    except ValueError:
        messages.error(request, _("请从页面上的按钮推进。"))
        return redirect(here)
    except ScopeDenied:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        if refused.code == "STAGE_UNMET":
            return redirect("opportunities-one", public_id=public_id)
        return redirect(here)
    messages.success(request, _("已推进到「%(stage)s」") % {"stage": words.STAGES[int(done["stage"])]})
    return redirect(here)


@require_GET
@page("clients")
def client_pipeline(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the open opportunities of a client, and what they come to."""
    unit, numbers = unit_in_sight(actor, public_id), reading.numbers_on(actor, business_date(actor.at))
    rows = reading.open_of(actor, unit_id=unit.pk)
    shown = reading.dress(actor, list(rows[:SHOWN]), numbers)
    names = teams.names_of_employees(actor, codes=[row.owner for row in shown])
    for row in shown:
        row.owner_name = names.get(row.owner, row.owner)
    columns = reading.board(rows, numbers)
    return panel(request, "workspace/_pipeline_rows.html", {
        "title": _("商机"), "place": "clients", "unit": unit, "may_write": actor.has(*advance_opportunity.roles),
        "lines": [_card(row) | {"stage": words.STAGES[row.stage]} for row in shown], "total": _sums(reading.total(columns)),
        "count": sum(one.count for one in columns),
    })  # fmt: skip
