"""名册: the list of units with its views, filters, search, matrix and totals; the palette's search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.clients.listing import SORTS, Listing
from jinlan.kernel.duties import ADMINISTRATORS
from jinlan.kernel.figures import column_unit
from jinlan.kernel.keyset import Cursor, decode, encode
from jinlan.kernel.pages import rail_for
from jinlan.kernel.reading import remembered
from jinlan.serving import matrix as grid
from jinlan.serving import selectors as serving
from jinlan.serving.selectors import Published
from jinlan.workspace import words
from jinlan.workspace.access import page
from jinlan.workspace.dates import date_menu, shown_date
from jinlan.workspace.query import DUE_DAYS, changed, chips_of, default_view, listing_of

if TYPE_CHECKING:
    from jinlan.serving.models import UnitResult


T = TypeVar("T")


@require_GET
@page("clients")
def client_list(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the list, or the matrix of the same rows."""
    listing, shown = listing_of(request, actor), shown_date(request, actor)
    context: dict[str, Any] = {
        "title": _("名册"),
        "place": "clients",
        "find_value": listing.text,
        "listing": listing,
    }
    if shown is None:
        first = serving.first_published(actor) if request.GET.get("as_of") else None
        return render(request, "workspace/clients_nothing.html", context | {"first": first})
    rows = grid.in_cell(clients.unit_list(actor, as_of=shown.as_of, listing=listing), listing.cell)
    context |= {
        "data_date": date_menu(request, actor, shown), "tabs": _tabs(request, actor, listing), "as_matrix": request.GET.get("as") == "matrix",
        "chips": chips_of(request, listing, _names(actor, listing)), "clear": _clear(request), "modes": _modes(request),
        "filters_url": f"{reverse('client-filters')}?{request.GET.urlencode()}", "filtered": _is_filtered(listing),
        "export_url": f"{reverse('client-export')}?{request.GET.urlencode()}",
    }  # fmt: skip
    if context["as_matrix"]:
        return render(
            request, "workspace/clients_matrix.html", context | _matrix(request, actor, rows, shown, listing)
        )
    return render(request, "workspace/clients.html", context | _table(request, actor, rows, shown, listing))


def _is_filtered(listing: Listing) -> bool:
    return listing != Listing(view=listing.view, sort=listing.sort)


def _names(actor: Actor, listing: Listing) -> dict[str, str]:
    """Return the names of the branch and the lead that a filter names."""
    names: dict[str, str] = {}
    if listing.branch:
        names["branch"] = clients.branch_name(actor, code=listing.branch)
    if listing.lead:
        names["lead"] = clients.employee_name(actor, code=listing.lead)
    return names


def _clear(request: HttpRequest) -> str:
    kept = {name: request.GET[name] for name in ("view", "as_of", "as", "sort") if name in request.GET}
    return request.path + ("?" + "&".join(f"{name}={value}" for name, value in kept.items()) if kept else "")


def _tabs(request: HttpRequest, actor: Actor, listing: Listing) -> list[dict[str, Any]]:
    views = [
        ("mine", _("我的")),
        ("all", _("全部")),
        ("borderline", _("新进与临界")),
        ("watch", _("观察与暂停")),
        ("decide", _("待决")),
    ]
    if default_view(actor) != "mine":
        views = views[1:]
    return [
        {
            "label": label,
            "url": changed(request, view=view, sort=None, cell=None),
            "current": view == listing.view,
        }
        for view, label in views
    ]


def _modes(request: HttpRequest) -> list[dict[str, Any]]:
    matrix = request.GET.get("as") == "matrix"
    return [
        {
            "label": _("列表"),
            "url": changed(request, **{"as": None}),
            "icon": "list-details",
            "current": not matrix,
        },
        {
            "label": _("矩阵"),
            "url": changed(request, **{"as": "matrix", "cell": None}),
            "icon": "layout-grid",
            "current": matrix,
        },
    ]


def _table(
    request: HttpRequest, actor: Actor, rows: QuerySet[UnitResult], shown: Published, listing: Listing
) -> dict[str, Any]:
    cursor = decode(request.GET.get("cursor", ""), SORTS[listing.sort])
    found = clients.page_of(actor, rows=rows, as_of=shown.as_of, listing=listing, cursor=cursor)
    sums = _remembered(actor, shown, listing, "totals", lambda: serving.totals(rows))
    unit = column_unit([sums[name] for name in ("aum", "deposit_avg_12m", "loan")] if not found.rows else
                       [value for row in found.rows for value in (row.result.aum, row.result.loan, row.result.deposit_avg_12m)])  # fmt: skip
    current = next(tab for tab in _tabs(request, actor, listing) if tab["current"])
    return {
        "rows": found.rows, "sums": sums, "unit": unit, "heads": _heads(request, listing, unit), "as_of_query": _as_of_query(shown),
        "pager": _pager(request, found, sums["count"]), "count": sums["count"], "tab_name": current["label"],
        "lone": _lone(actor, shown) if listing.view in {"mine", "all"} and not listing.text and actor.has("manager", "private_banker") else None,
    }  # fmt: skip


def _remembered(actor: Actor, shown: Published, listing: Listing, what: str, make: Callable[[], T]) -> T:
    """Keep what a whole bank's list adds up to; lists by coverage are always made afresh."""
    if listing.view == "mine" or listing.lead:
        return make()
    plain = replace(listing, sort="tier", size=0)
    return remembered(actor, f"{shown.entity}|{shown.run_id}|{shown.as_of}|{plain}|{what}", make)


def _as_of_query(shown: Published) -> str:
    return f"?as_of={shown.as_of.isoformat()}" if shown.past else ""


def _lone(actor: Actor, shown: Published) -> dict[str, Any] | None:
    """Return the members that the person sees without their unit, with names and the unit's header."""
    rows = clients.lone_members(actor, as_of=shown.as_of)
    if not rows:
        return None
    units = clients.named_units(actor, unit_ids={row.unit_id for row in rows}, as_of=shown.as_of)
    parties = clients.parties_by_key(actor, party_ids=[row.party_id for row in rows])
    found = [
        {"row": row, "party": parties.get(row.party_id), "unit": units[row.unit_id][0]}
        for row in rows
        if row.unit_id in units
    ]
    return {"rows": found, "unit": column_unit([row.aum for row in rows] + [row.loan for row in rows])}


def _heads(request: HttpRequest, listing: Listing, unit: str) -> list[dict[str, Any]]:
    """Return the columns: word, sort address, class; money columns name their unit."""
    columns = (
        ("name", _("客户"), "first", ""), ("tier", _("层级"), "", ""), ("score", _("得分"), "n", _("满分 100")), ("", _("同类排名"), "n", ""), ("", _("主办"), "", ""),
        ("aum", _("时点 AUM"), "n", unit), ("deposit", _("日均存款"), "n", unit), ("loan", _("贷款"), "n", unit),
        ("revenue", _("综合收入"), "n", unit), ("limit", _("授信 · 已用"), "n", unit),
        ("maturity", _("最近到期"), "n", ""), ("class", _("最差分类"), "", ""), ("overdue", _("逾期"), "n", unit),
    )  # fmt: skip
    ascending = {"name", "maturity"}
    return [
        {
            "word": word, "class": css, "under": under, "money": under == unit and bool(under), "url": changed(request, sort=sort) if sort else "",
            "sorted": ("ascending" if sort in ascending else "descending") if sort and sort == listing.sort else "",
        }
        for sort, word, css, under in columns
    ]  # fmt: skip


def _pager(request: HttpRequest, found: clients.Page, total: int) -> dict[str, Any]:
    def to(cursor: Cursor | None) -> str:
        if cursor is None:
            return ""
        return changed(request) + ("&" if "?" in changed(request) else "?") + "cursor=" + encode(cursor)

    first = found.before + 1 if found.rows else 0
    return {
        "first": first, "last": found.before + len(found.rows), "total": max(total, found.before + len(found.rows)),
        "prev_url": to(found.previous), "next_url": to(found.following), "first_url": changed(request) if found.before else "",
    }  # fmt: skip


def _matrix(
    request: HttpRequest, actor: Actor, rows: QuerySet[UnitResult], shown: Published, listing: Listing
) -> dict[str, Any]:
    cells, bounds = _remembered(actor, shown, listing, "matrix", lambda: grid.cells(rows))
    top = {key for cell in cells for key in cell.top}
    units = clients.named_units(actor, unit_ids=top, as_of=shown.as_of)
    shown_cells = [
        {
            "cell": cell, "units": [units[key][0] for key in cell.top if key in units],
            "url": changed(request, **{"as": None, "cell": cell.code}),
        }
        for cell in cells
    ]  # fmt: skip
    total = _remembered(actor, shown, listing, "totals", lambda: serving.totals(rows))["count"]
    return {
        "grid": [shown_cells[0:3], shown_cells[3:6], shown_cells[6:9]], "bounds": bounds, "count": total,
        "placed": sum(cell.units for cell in cells), "missing": total - sum(cell.units for cell in cells),
        "rows_words": [_("潜力高"), _("潜力中"), _("潜力低")], "columns_words": [_("价值低"), _("价值中"), _("价值高")],
        "potential": grid.POTENTIAL_BANDS, "as_of_query": _as_of_query(shown),
    }  # fmt: skip


@require_GET
@page("clients")
def client_filters(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the filter form; a page of its own without JavaScript."""
    shown, listing = shown_date(request, actor), listing_of(request, actor)
    context = {
        "title": _("筛选名册"), "place": "clients", "listing": listing, "kinds": words.KINDS.items(),
        "tiers": [(code or "none", look.word) for code, look in words.TIERS.items()],
        "states": [(code, look.word) for code, look in words.STATES.items() if code not in {"", "closed"}],
        "branches": clients.branches(actor), "due_days": DUE_DAYS,
        "leads": clients.lead_managers(actor, as_of=shown.as_of) if shown else [],
        "keep": [(name, request.GET[name]) for name in ("view", "as", "as_of", "q", "sort") if name in request.GET],
        "classes": [(code, look.word) for code, look in words.FIVE_TIER.items() if code > 1],
    }  # fmt: skip
    name = "workspace/_filters.html" if getattr(request, "htmx", False) else "workspace/filters.html"
    return render(request, name, context)


@require_GET
@page("design")
def find(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Answer the palette: units by name, pinyin, initials, former name or credit code, and places."""
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:60]
    may_read = actor.has(*words.ROLES) and not actor.roles <= set(ADMINISTRATORS)
    units = clients.find_units(actor, text=text) if text and may_read else []
    places = [place for place in rail_for(actor) if not text or text.lower() in str(place["label"]).lower()]
    return render(
        request, "workspace/_found.html", {"units": units, "places": places, "text": text, "place": "clients"}
    )
