"""The date a page speaks of: read from the address, shown top right, offered for rewinding."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.kernel.figures import day, speak_in
from jinlan.serving.selectors import Published, published

STALE_DAYS = 3  # newer data than this is expected; older data turns the date amber


def asked_date(request: HttpRequest) -> date | None:
    """Return the date asked for with `as_of`, None for none or one that cannot be read."""
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return None


def shown_date(request: HttpRequest, actor: Actor) -> Published | None:
    """Return the published date that a page shows, and let the page write money in its base currency."""
    entity = str(getattr(settings, "JINLAN_ENTITY", "") or "")
    shown = published(actor, entity=entity, as_of=asked_date(request))
    if shown:
        speak_in(shown.base_currency)
    return shown


def is_stale(shown: Published, actor: Actor) -> bool:
    """Tell whether the newest data is older than expected; the demo bank lives at its own date."""
    if getattr(settings, "JINLAN_DEMO", False):
        return False
    return shown.latest < business_date(actor.at) - timedelta(days=STALE_DAYS)


def date_menu(
    request: HttpRequest, actor: Actor, shown: Published | None, *, rewinds: bool = True
) -> dict[str, Any] | None:
    """Return what the as-of menu of the top bar needs; None while nothing is published."""
    if shown is None:
        return None
    menu: dict[str, Any] = {
        "date": shown.as_of, "latest": shown.latest, "first": shown.dates[-1], "past": shown.past,
        "stale": is_stale(shown, actor), "action": request.path, "now_url": _url(request, None),
        "shown": shown.as_of.isoformat() if shown.past else day(shown.as_of, business_date(actor.at)),
        "keep": [(name, value) for name, value in request.GET.items() if name not in {"as_of", "cursor"}],
    }  # fmt: skip
    if rewinds:
        menu["years"] = _years(request, shown)
    return menu


def _url(request: HttpRequest, as_of: date | None) -> str:
    query = request.GET.copy()
    for name in ("as_of", "cursor"):
        query.pop(name, None)
    if as_of is not None:
        query["as_of"] = as_of.isoformat()
    text = query.urlencode()
    return f"{request.path}?{text}" if text else request.path


def _years(request: HttpRequest, shown: Published) -> list[dict[str, Any]]:
    """Return the grid of years and months with an address for every published month-end."""
    ends = {(day.year, day.month): day for day in shown.month_ends}
    years = sorted({day.year for day in shown.month_ends}, reverse=True)
    grid = []
    for year in years:
        months = []
        for month in range(1, 13):
            end = ends.get((year, month))
            url = _url(request, end) if end else ""
            months.append(
                {
                    "number": month,
                    "url": url,
                    "iso": end.isoformat() if end else "",
                    "current": end == shown.as_of,
                }
            )
        grid.append({"year": year, "months": months})
    return grid
