"""为什么那天是、后来不是: two days of one client side by side, on one page that prints."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.selectors.between import TwoDays, two_days
from jinlan.insight.between import Change, Way
from jinlan.kernel import figures
from jinlan.lake.features.catalog import MEASURES
from jinlan.serving import selectors as serving
from jinlan.workspace import studio, words
from jinlan.workspace.access import page
from jinlan.workspace.client import Asked, asked
from jinlan.workspace.dates import date_menu
from jinlan.workspace.measures import plain, typed
from jinlan.workspace.why import why

SEEN = Decimal("0.05")  # points: less is shown as none


@require_GET
@page("clients")
def between(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show why a client had a tier on one day and not on another, and what would bring it back."""
    it = asked(request, actor, public_id)
    first, last = _days(request, actor, it)
    found = two_days(actor, unit=it.unit, before=first, after=last, name=studio.named)
    if found is None:
        raise Http404
    secrets = actor.has("compliance")
    return render(request, "workspace/between.html", {
        "title": it.unit.name, "place": "clients", "unit": it.unit, "shown": it.shown, "as_of_query": it.query,
        "data_date": date_menu(request, actor, it.shown, rewinds=False), "found": found, "dates": it.shown.dates,
        "sides": [{"row": row, "why": why(row, sees_secrets=secrets)} for row in (found.before, found.after)],
        "changes": [_change(found, one) for one in found.changes], "ways": None if found.ways is None else [_way(found, one) for one in found.ways],
        "gap": None if found.before.score is None or found.after.score is None else found.after.score - found.before.score,
        "sentence": _sentence(found),
    })  # fmt: skip


def _days(request: HttpRequest, actor: Actor, it: Asked) -> tuple[date, date]:
    """Return the two days asked for; else the last one on which the tier changed and the one before it."""
    days = [_day(request.GET.get(name, "")) for name in ("from", "to")]
    if days[0] and days[1]:
        return min(days[0], days[1]), max(days[0], days[1])
    history = serving.unit_history(actor, unit_id=it.unit.pk, until=it.shown.as_of)
    if not history:
        raise Http404
    moved = [
        (one["as_of"], other["as_of"])
        for one, other in pairwise(history)
        if one["effective_tier"] != other["effective_tier"]
    ]
    if moved:
        return moved[-1]
    return history[-2 if len(history) > 1 else -1]["as_of"], history[-1]["as_of"]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _names(found: TwoDays) -> dict[str, str]:
    return studio.criterion_names(found.law) if found.law else {}


def _change(found: TwoDays, one: Change) -> dict[str, Any]:
    unit = MEASURES[one.measure].unit if one.measure in MEASURES else "score"
    return {
        "name": _names(found).get(one.code, one.code), "raw_before": _raw(one.raw_before, unit), "raw_after": _raw(one.raw_after, unit),
        "points_before": _points(one.points_before), "points_after": _points(one.points_after), "change": one.change,
    }  # fmt: skip


def _raw(text: str | None, unit: str) -> str:
    return plain(typed(text, unit), unit)


def _points(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _way(found: TwoDays, one: Way) -> dict[str, Any]:
    unit = MEASURES[one.measure].unit
    return {
        "name": _names(found).get(one.code, one.code),
        "now": _raw(one.now, unit),
        "needed": _raw(one.needed, unit),
    }


def _sentence(found: TwoDays) -> str:
    """Say in one or two sentences what happened between the days."""
    old, new = found.before, found.after
    values = {
        "before": old.as_of.isoformat(), "after": new.as_of.isoformat(), "old": words.look(words.TIERS, old.effective_tier).word,
        "new": words.look(words.TIERS, new.effective_tier).word,
    }  # fmt: skip
    if old.effective_tier == new.effective_tier:
        text = _("%(before)s 与 %(after)s 都是“%(new)s”。") % values
    else:
        text = _("%(before)s 为“%(old)s”，%(after)s 为“%(new)s”。") % values
    strongest = [one for one in found.changes if abs(one.change) >= SEEN]
    if not strongest or old.score is None or new.score is None:
        return text
    causes = figures.listed(
        f"{_names(found).get(one.code, one.code)} {figures.signed(one.change, 1)}" for one in strongest[:3]
    )
    gap = " " if figures.locale() == "en" else ""
    return (
        text
        + gap
        + _("总分 %(gap)s 分，主要来自 %(causes)s。")
        % {"gap": figures.signed(new.score - old.score, 1), "causes": causes}
    )
