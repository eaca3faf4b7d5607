"""Who asks: the signed-in person as an `Actor` at the instant of the request, or nobody and why."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from jinlan.basics.clock import now_utc
from jinlan.kernel.models import Person
from jinlan.kernel.passkeys import has_factor
from jinlan.kernel.passwords import DUE
from jinlan.kernel.scope import actor_for
from jinlan.kernel.sessions import current

Answer = Callable[[HttpRequest], HttpResponse]
ENROL = "enrol"  # in the session's data: the bank asks for a second factor and this person has none yet
BY_ADDRESS = "/calendar/"  # what lies there opens by the secret in its address; whether a session has ended is nothing to it
OPEN_WHILE_DUE = ("account-password", "signout", "preferences")
OPEN_WHILE_ENROLLING = (*OPEN_WHILE_DUE, "account-second-factor", "account-passkeys", "account-confirm")


class ActorMiddleware:
    """Sets `request.actor`, None when nobody is signed in; a session that has ended is shown out.

    Sessions and people are looked at afresh for every request, so what was ended, disabled or granted a moment ago
    holds now.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Resolve the actor once; static files never come here."""
        at = now_utc()
        person, why = current(request, at)
        secret = request.path.startswith(BY_ADDRESS)
        if why and not secret:
            return show_out(request, why)
        # Found with its session in one query; Django's own look-up is not needed any more.
        request.user = person or AnonymousUser()
        request.actor = actor_for(person, at) if person else None  # type: ignore[attr-defined]
        if secret:
            return self.get_response(request)
        if request.session.get(DUE) and request.path not in {reverse(name) for name in OPEN_WHILE_DUE}:
            return go(request, reverse("account-password"))
        if request.session.get(ENROL) and person and self._must_enrol(request, person):
            return go(request, reverse("account-second-factor"))
        return self.get_response(request)

    @staticmethod
    def _must_enrol(request: HttpRequest, person: Person) -> bool:
        """Tell whether nothing else opens before a second factor is set up."""
        if has_factor(person):
            del request.session[ENROL]
            return False
        return request.path not in {reverse(name) for name in OPEN_WHILE_ENROLLING}


def show_out(request: HttpRequest, why: str) -> HttpResponse:
    """Forget the session and lead to the sign-in page, which says why and leads back."""
    request.session.flush()
    request.user, request.actor = AnonymousUser(), None  # type: ignore[attr-defined]
    page = page_of(request)
    return go(request, f"{reverse('signin')}?{urlencode({'why': why} | ({'next': page} if page else {}))}")


def page_of(request: HttpRequest) -> str:
    """Return the address of the page that a person looks at, also when only a part of it was asked for."""
    if request.headers.get("HX-Request"):
        try:
            shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        except ValueError:  # no address at all
            return ""
        return shown.path + (f"?{shown.query}" if shown.query else "")
    return request.get_full_path() if request.method == "GET" else ""


def go(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page, the whole page also when only a part of it was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
