"""The page of 名册 (the list with its date, its matrix, and members seen without their unit), and the palette's search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.kernel.duties import ADMINISTRATORS
from jinlan.kernel.figures import column_unit
from jinlan.kernel.pages import rail_for
from jinlan.kernel.resource.asking import Ask
from jinlan.kernel.resource.pages import ListPage
from jinlan.serving import matrix as grid
from jinlan.serving import selectors as serving
from jinlan.serving.selectors import Published
from jinlan.workspace import words
from jinlan.workspace.access import page
from jinlan.workspace.clients import OWN_BOOK, kept, shown
from jinlan.workspace.dates import date_menu


class ClientsPage(ListPage):
    """The list of a date, or the matrix of the same rows."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it; before anything was published, say so."""
        ask = self.ask()
        found = shown(self.actor, ask)
        if found is None:
            first = serving.first_published(self.actor) if ask.value("as_of") else None
            return self.show("workspace/clients_nothing.html", {"first": first, "find_value": ask.text})
        if ask.value("as") == "matrix":
            return self._matrix(ask, found)
        return super().get(request)

    def more(self, ask: Ask, rows: Any, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the date menu, the way to the matrix, and a member's manager's own members."""
        found = shown(self.actor, ask)
        assert found is not None  # noqa: S101  `get` has looked
        mine = ask.view in {"mine", "all"} and not ask.text and self.actor.has(*OWN_BOOK)
        lone = _lone(self.actor, found) if mine else None
        return {
            "data_date": date_menu(self.request, self.actor, found), "modes": self._modes(matrix=False), "find_value": ask.text,
            "as_of_query": _as_of_query(found), "lone": lone, "above": "workspace/_lone.html" if lone else "",
            "empty_part": "workspace/_list_empty.html", "ask": ask, "filtered": bool(context["chips"]),
        }  # fmt: skip

    def _modes(self, *, matrix: bool) -> list[dict[str, Any]]:
        """Return the two ways to show the rows; a cell is a part of the list only."""
        ways = ((_("列表"), "list-details", None, False), (_("矩阵"), "layout-grid", "matrix", True))
        return [
            {"label": label, "icon": mark, "current": matrix == own, "url": self._changed({"as": value} | ({"cell": None} if own else {}))}
            for label, mark, value, own in ways
        ]  # fmt: skip

    def _changed(self, changes: Mapping[str, str | None]) -> str:
        """Return this address with values set (None: taken out), from its beginning."""
        query: QueryDict = self.request.GET.copy()
        query.pop("cursor", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        text = query.urlencode()
        return f"{self.url()}?{text}" if text else self.url()

    def _matrix(self, ask: Ask, found: Published) -> HttpResponse:
        rows = self.resource.listed(self.actor, ask)
        cells, bounds = kept(self.actor, ask, "matrix", lambda: grid.cells(rows))
        units = clients.named_units(
            self.actor, unit_ids={key for cell in cells for key in cell.top}, as_of=found.as_of
        )
        shown_cells = [
            {"cell": cell, "units": [units[key][0] for key in cell.top if key in units], "url": self._changed({"as": None, "cell": cell.code})}
            for cell in cells
        ]  # fmt: skip
        total, placed = self.resource.summary(self.actor, ask, rows).count, sum(cell.units for cell in cells)
        return self.show("workspace/clients_matrix.html", self.bar(ask) | {
            "grid": [shown_cells[0:3], shown_cells[3:6], shown_cells[6:9]], "bounds": bounds, "count": total, "placed": placed, "missing": total - placed,
            "rows_words": [_("潜力高"), _("潜力中"), _("潜力低")], "columns_words": [_("价值低"), _("价值中"), _("价值高")],
            "potential": grid.POTENTIAL_BANDS, "as_of_query": _as_of_query(found), "modes": self._modes(matrix=True), "find_value": ask.text,
            "data_date": date_menu(self.request, self.actor, found), "ask": ask, "filtered": bool(ask.filters),
        })  # fmt: skip


def _as_of_query(found: Published) -> str:
    return f"?as_of={found.as_of.isoformat()}" if found.past else ""


def _lone(actor: Actor, found: Published) -> dict[str, Any] | None:
    """Return the members that the person sees without their unit, with names and the unit's header."""
    rows = clients.lone_members(actor, as_of=found.as_of)
    if not rows:
        return None
    units = clients.named_units(actor, unit_ids={row.unit_id for row in rows}, as_of=found.as_of)
    parties = clients.parties_by_key(actor, party_ids=[row.party_id for row in rows])
    lines = [
        {"row": row, "party": parties.get(row.party_id), "unit": units[row.unit_id][0]}
        for row in rows
        if row.unit_id in units
    ]
    return {"rows": lines, "unit": column_unit([row.aum for row in rows] + [row.loan for row in rows])}


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
