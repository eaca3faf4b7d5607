"""The way to the bank's identity provider and back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jinlan.basics.clock import now_utc
from jinlan.kernel import oidc
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.guards import target_of
from jinlan.kernel.models import Person
from jinlan.kernel.sessions import where
from jinlan.kernel.views import first_half


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the provider."""
    known = oidc.provider()
    if known is None:
        raise Http404
    try:
        return HttpResponseRedirect(oidc.begin(request.session, known, target_of(request, "home"), now_utc()))
    except oidc.Untrue as untrue:
        return _refused(request, untrue)


@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Take in whoever comes back with the provider's word, when he is known and active here."""
    known, at = oidc.provider(), now_utc()
    if known is None:
        raise Http404
    try:
        said = oidc.finish(request.session, known, request.GET.dict(), at)
    except oidc.Untrue as untrue:
        return _refused(request, untrue)
    person = Person.objects.filter(username=said.username, is_active=True, technical=False).first()
    if person is None:
        audit_signin("", said.username, "oidc_unknown", at, where=where(request))
        return redirect(f"{reverse('signin')}?why=oidc_unknown")
    return first_half(request, person, said.target, by_password=False, proved=said.mfa)


def _refused(request: HttpRequest, untrue: oidc.Untrue) -> HttpResponse:
    audit_signin("", "", "oidc_refused", now_utc(), where=where(request), why=untrue.code)
    return redirect(f"{reverse('signin')}?why={'oidc_away' if untrue.code == 'AWAY' else 'oidc'}")
