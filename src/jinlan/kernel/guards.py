"""What the kernel's own pages share: who may open them, whose page it is, and where one leads on to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from jinlan.kernel.models import Person
from jinlan.kernel.pages import signed_in
from jinlan.kernel.scope import ScopeDenied

View = Callable[..., HttpResponse]


form_page = require_http_methods(["GET", "HEAD", "POST"])


def own(*roles: str) -> Callable[[View], View]:
    """Guard a view: sign in first, then one of the roles if any are named; refusals of acts become a sentence."""

    def guarded(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = signed_in(request)
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if roles and not actor.has(*roles):
                raise Http404
            try:
                return view(request, *args, actor=actor, **kwargs)
            except ScopeDenied:
                raise Http404 from None

        return inner

    return guarded


def me(request: HttpRequest) -> Person:
    """Return the signed-in person."""
    if not isinstance(request.user, Person):
        raise Http404
    return request.user


def target_of(request: HttpRequest, default: str) -> str:
    """Return where a page leads on to, never to another site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else reverse(default)
