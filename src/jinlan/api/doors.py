"""Who asks: a signed-in browser (with its CSRF token for what changes something), or a program with a person's key."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.kernel import tokens
from jinlan.kernel.pages import signed_in
from jinlan.kernel.resource.declare import Resource
from jinlan.kernel.resource.doing import row_of
from jinlan.kernel.scope import scoped

SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """What a door checks of whom it lets in, before a body is looked at: his roles, and the row that he would act on."""

    def __init__(self, roles: frozenset[str], acts_on: Resource | None) -> None:
        self.roles, self.acts_on = roles, acts_on

    def allowed(self, request: HttpRequest, actor: Actor | None) -> Actor | None:
        """Return the actor; who may not use an address is told that there is none."""
        if actor is None:
            return None
        if not actor.has(*self.roles):
            raise Http404
        if self.acts_on is not None and request.resolver_match is not None:
            with scoped(actor):
                row_of(self.acts_on, actor, request.resolver_match.kwargs["public_id"])
        return actor


class SessionDoor(APIKeyCookie):
    """The session's cookie."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, guard: Guard) -> None:
        super().__init__(csrf=False)  # checked below, for a signed-in browser only
        self.guard = guard

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Return whose session it is."""
        actor = signed_in(request)
        if actor is None:
            return None
        found = self.guard.allowed(request, actor)
        if check_csrf(request):
            raise HttpError(403, "CSRF")
        return found


class TokenDoor(HttpBearer):
    """A program's key."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self.guard = guard

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return whom the key stands for; a key that only reads is no key for what changes something."""
        actor = tokens.actor_of(token, now_utc(), writes=request.method not in SAFE)
        return self.guard.allowed(request, actor)


def doors(roles: frozenset[str], acts_on: Resource | None = None) -> list[Any]:
    """Return both doors for people with one of the roles, who see the row; the program's key counts when it is shown."""
    guard = Guard(roles, acts_on)
    return [TokenDoor(guard), SessionDoor(guard)]
