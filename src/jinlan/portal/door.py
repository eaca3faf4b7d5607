"""The portal's host: its own addresses, its own cookies, its own people. On every other host nothing of it answers.

`PortalHost` stands before everything else. On the portal's host it leaves a request no cookie but the portal's, so whatever
stands behind it finds nobody of the bank signed in; `Principals` stands last and lets nobody to a page but a principal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.urls import reverse, set_urlconf

from jinlan.basics.clock import now_utc
from jinlan.kernel.middleware import go
from jinlan.kernel.pages import THEME_COOKIE
from jinlan.portal import sessions
from jinlan.portal.models import PortalSession
from jinlan.portal.signing import due

Answer = Callable[[HttpRequest], HttpResponse]
URLS = "jinlan.portal.urls"
OPEN = frozenset({"signin", "preferences"})  # addresses that answer a stranger
OPEN_WHILE_DUE = frozenset({"password", "signout", "preferences"})


def at_portal(request: HttpRequest) -> bool:
    """Tell whether a request came for the portal."""
    return getattr(request, "urlconf", None) == URLS


def session_of(request: HttpRequest) -> PortalSession | None:
    """Return the session in which a principal is signed in, None for a stranger and on every other host."""
    return getattr(request, "portal_session", None)


def _asked_for(request: HttpRequest) -> bool:
    try:
        name, _port = split_domain_port(request.get_host())
    except DisallowedHost:  # whoever refuses it stands further in
        return False
    return bool(settings.JINLAN_PORTAL_HOST) and name == settings.JINLAN_PORTAL_HOST


class PortalHost:
    """Parts the portal's requests from the bank's people's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        if not _asked_for(request):
            return self.get_response(request)
        request.urlconf = URLS
        set_urlconf(URLS)  # also for what answers before an address is looked up
        sent = request.COOKIES
        request.COOKIES = {
            name: sent[name]
            for name in (settings.JINLAN_PORTAL_COOKIE, settings.LANGUAGE_COOKIE_NAME, THEME_COOKIE)
            if name in sent
        }
        if settings.JINLAN_PORTAL_CSRF_COOKIE in sent:
            request.COOKIES[settings.CSRF_COOKIE_NAME] = sent[settings.JINLAN_PORTAL_CSRF_COOKIE]
        return self._with_own_cookies(self.get_response(request))

    @staticmethod
    def _with_own_cookies(response: HttpResponse) -> HttpResponse:
        """Give the forms' token the portal's own cookie."""
        token = response.cookies.pop(settings.CSRF_COOKIE_NAME, None)
        if token is not None:
            response.set_cookie(
                settings.JINLAN_PORTAL_CSRF_COOKIE,
                token.value,
                max_age=settings.CSRF_COOKIE_AGE,
                httponly=True,
                samesite="Strict",
                secure=bool(settings.CSRF_COOKIE_SECURE),
            )
        return response


class Principals:
    """On the portal's host: finds who is signed in, and shows everybody else to the sign-in page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the session up afresh; what is shown to a principal is kept nowhere."""
        if not at_portal(request):
            return self.get_response(request)
        found, why = sessions.current(request, now_utc())
        request.portal_session, request.portal_why = found, why  # type: ignore[attr-defined]
        response = self.get_response(request)
        if found is not None:
            response.headers.setdefault("Cache-Control", "private, no-store")
        elif (
            settings.JINLAN_PORTAL_COOKIE in request.COOKIES
            and settings.JINLAN_PORTAL_COOKIE not in response.cookies
        ):
            sessions.forget(response)
        return response

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Stand before every page that exists; what does not exist is answered alike for everybody."""
        if not at_portal(request) or request.resolver_match is None:
            return None
        name, session = request.resolver_match.url_name, session_of(request)
        if session is None:
            return None if name in OPEN else shown_to_sign_in(request, request.portal_why)  # type: ignore[attr-defined]
        if due(session.principal, now_utc()) and name not in OPEN_WHILE_DUE:
            return redirect("password")
        return None


def shown_to_sign_in(request: HttpRequest, why: str) -> HttpResponse:
    """Lead a stranger to the sign-in page, which says why his session is over."""
    return go(request, reverse("signin") + (f"?{urlencode({'why': why})}" if why else ""))
