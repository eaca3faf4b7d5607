"""时间线: everything that happened with a client, from all rooms, the newest first; routine things are folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.clients import teams
from jinlan.work.happened import ROUTINE, Asked, Event, what_happened
from jinlan.workspace import happened_words as said
from jinlan.workspace.access import page
from jinlan.workspace.engagement import unit_in_sight

SHOWN = 50  # events of a page
ALL = "ALL"  # kinds, the routine ones too
Place = tuple[datetime, str, int]


@require_GET
@page("clients")
def timeline(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show a page of a client's line of time; thirteen queries at most, however long it is."""
    unit = unit_in_sight(actor, public_id)
    kind, who = request.GET.get("kind", ""), request.GET.get("who", "")[:64].replace("\x00", "")
    kind = kind if kind in (ALL, *said.KINDS) else ""
    asked = Asked(unit.pk, SHOWN + 1, place_of(request.GET.get("before", "")), _asked_kinds(kind), who)
    found = what_happened(actor, asked)
    rows, more = found[:SHOWN], len(found) > SHOWN
    codes = sorted({code for one in rows for code in one.who} | ({who} if who else set()))
    names = teams.names_of_employees(actor, codes=codes)
    here = {name: value for name, value in (("kind", kind), ("who", who)) if value}
    return render(request, "workspace/timeline.html", {
        "title": _("时间线"), "place": "clients", "unit": unit, "kinds": _kinds(request.path, kind, who), "kind": kind, "who": who,
        "who_name": names.get(who, who), "groups": groups(rows, names, folded=kind in ("", ALL)), "people": [(code, names.get(code, code)) for code in codes],
        "older": f"{request.path}?{urlencode({**here, 'before': mark(rows[-1])})}" if more else "",
        "newest": f"{request.path}?{urlencode(here)}" if asked.before else "",
    })  # fmt: skip


def _asked_kinds(kind: str) -> frozenset[str]:
    """Return the kinds that are shown: what matters, unless all or one kind is asked for."""
    if kind == ALL:
        return frozenset()
    return frozenset((kind,)) if kind else frozenset(said.KINDS) - ROUTINE


def groups(rows: Sequence[Event], names: Mapping[str, str], *, folded: bool) -> list[dict[str, Any]]:
    """Return events in their order, those in a row that are routine together, folded unless a kind was asked for."""
    found = []
    for routine, some in groupby(rows, key=lambda one: folded and one.routine):
        events = [
            {"row": one, "look": said.KINDS[one.kind], "title": said.title(one), "when": said.when(one), "who": [names.get(code, code) for code in one.who]}
            for one in some
        ]  # fmt: skip
        found.append({"folded": routine and len(events) > 1, "events": events})
    return found


def mark(event: Event) -> str:
    """Return the place of an event as an address holds it."""
    return f"{event.at.isoformat()}~{event.source}~{event.key}"


def place_of(text: str) -> Place | None:
    """Return the place that an address holds, None for none or for one that is none."""
    try:
        at, source, key = text.split("~")
        found = datetime.fromisoformat(at), source[:20], int(key)
    except (ValueError, OverflowError):
        return None
    good = found[0].tzinfo is not None and source.isascii() and source.isalpha() and 0 <= found[2] < 2**63
    return found if good and 1 < found[0].year < 9999 else None


def _kinds(here: str, kind: str, who: str) -> list[dict[str, Any]]:
    def url(code: str) -> str:
        query = urlencode({name: value for name, value in (("kind", code), ("who", who)) if value})
        return f"{here}?{query}" if query else here

    every = [
        {"label": _("要紧的"), "url": url(""), "current": not kind},
        {"label": _("全部"), "url": url(ALL), "current": kind == ALL},
    ]
    return every + [
        {"label": look.word, "url": url(code), "current": code == kind} for code, look in said.KINDS.items()
    ]
