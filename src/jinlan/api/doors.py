"""Who asks: a signed-in browser (with its CSRF token for what changes something), or a program with a person's key."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.kernel import tokens
from jinlan.kernel.pages import signed_in

SAFE = ("GET", "HEAD", "OPTIONS")


def allowed(actor: Actor | None, roles: frozenset[str]) -> Actor | None:
    """Return the actor; who may not use an address is told that there is none."""
    if actor is not None and roles and not actor.has(*roles):
        raise Http404
    return actor


class SessionDoor(APIKeyCookie):
    """The session's cookie."""

    param_name = "sessionid"

    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__(csrf=False)  # checked below, for a signed-in browser only
        self.roles = roles

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Return whose session it is."""
        actor = signed_in(request)
        if actor is None:
            return None
        found = allowed(actor, self.roles)
        self.csrf = True
        self._get_key(request)
        return found


class TokenDoor(HttpBearer):
    """A program's key."""

    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__()
        self.roles = roles

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return whom the key stands for; a key that only reads is no key for what changes something."""
        actor = tokens.actor_of(token, now_utc(), writes=request.method not in SAFE)
        return allowed(actor, self.roles)


def doors(roles: frozenset[str]) -> list[Any]:
    """Return both doors for people with one of the roles; the program's key counts when it is shown."""
    return [TokenDoor(roles), SessionDoor(roles)]
