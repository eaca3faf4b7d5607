"""What every page shares: theme, rail, the signed-in person, the reference number of a request."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext

from jinlan.basics.actor import Actor
from jinlan.kernel.figures import listed
from jinlan.kernel.letters import owner_mark
from jinlan.kernel.models import RoleGrant
from jinlan.kernel.references import REFERENCE

THEME_COOKIE, RAIL_COOKIE = "jl_theme", "jl_rail"
FOUND_IN = "clients"  # the place that the search of the top bar leads to
THEMES = ("auto", "light", "dark")
COOKIE_AGE = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A place in the rail: `key` is its letter after g; `allowed` decides who sees it."""

    name: str
    label: Any
    url_name: str
    icon: str
    key: str
    allowed: Callable[[Actor], bool]
    order: int = 50


_rail: dict[str, RailEntry] = {}


def register_rail(entry: RailEntry) -> None:
    """Add a place to the rail; called in `AppConfig.ready` of the floor that has the page."""
    _rail[entry.name] = entry


def rail_for(actor: Actor) -> list[dict[str, Any]]:
    """Return the places that this person may open, in order."""
    entries = sorted(
        (entry for entry in _rail.values() if entry.allowed(actor)), key=lambda entry: entry.order
    )
    return [
        {"name": e.name, "label": e.label, "url": reverse(e.url_name), "icon": e.icon, "key": e.key}
        for e in entries
    ]


def home_of(actor: Actor) -> str:
    """Return the address of the first page of a person's rail, "" when there is none."""
    places = rail_for(actor)
    return str(places[0]["url"]) if places else ""


def signed_in(request: HttpRequest) -> Actor | None:
    """Return the actor of a request, None when nobody is signed in (also while an error page is made)."""
    return getattr(request, "actor", None)


def role_names(actor: Actor) -> str:
    """Return the words for a person's roles."""
    return listed(gettext(word) for code, word in RoleGrant.ROLES if code in actor.roles)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what the base template needs; it asks the database for nothing."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    actor = signed_in(request)
    rail = rail_for(actor) if actor else []
    return {
        "bank_name": getattr(settings, "JINLAN_BANK_NAME", ""),
        "theme": theme if theme in THEMES else "auto",
        "narrow_rail": request.COOKIES.get(RAIL_COOKIE) == "narrow",
        "html_lang": "en" if (get_language() or "").startswith("en") else "zh-Hans",
        "actor": actor,
        "owner_mark": owner_mark(actor) if actor else "",
        "role_names": role_names(actor) if actor else "",
        "rail": rail,
        "finds": any(place["name"] == FOUND_IN for place in rail),
        "reference": getattr(request, "reference", ""),
    }


class ReferenceMiddleware:
    """Gives every request a short number that stands on error pages and in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Number the request and keep answers with client data out of shared caches."""
        reference = request.reference = secrets.token_hex(4)  # type: ignore[attr-defined]
        REFERENCE.set(
            reference
        )  # until the next request of this thread: Django writes its line after the last middleware
        response = self.get_response(request)
        response.headers["X-Reference"] = reference
        if signed_in(request) or "Authorization" in request.headers:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
