"""Who asks: the signed-in person as an `Actor` at the instant of the request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from jinlan.basics.clock import now_utc
from jinlan.kernel.scope import actor_for


class ActorMiddleware:
    """Sets `request.actor`, None when nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Resolve the actor once; static files never come here."""
        person = request.user
        request.actor = actor_for(person, now_utc()) if person.is_authenticated else None  # type: ignore[attr-defined]
        return self.get_response(request)
