"""Pages of the portal: sign-in, sign-out, one's own password, and whom one acts for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jinlan.basics.clock import now_utc
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.guards import form_page
from jinlan.kernel.passwords import profile
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.sessions import where
from jinlan.portal import sessions, signing
from jinlan.portal.door import session_of, shown_to_sign_in
from jinlan.portal.forms import OwnPasswordForm, SignInForm
from jinlan.portal.models import PortalPrincipal, PortalSession
from jinlan.portal.selectors import actor_of, name_hash, represented

WHY_OUT = {
    "idle": gettext_lazy("较长时间没有操作，已自动退出。请重新登录。"),
    "too_long": gettext_lazy("本次登录已达到最长时间，已自动退出。请重新登录。"),
    "disabled": gettext_lazy("这个账号已停用，请联系您的客户经理。"),
    "password": gettext_lazy("密码已更改，请用新密码登录。如果不是您本人更改，请联系您的客户经理。"),
    "signed_out": gettext_lazy("已退出登录。"),
}


def _session(request: HttpRequest) -> PortalSession:
    found = session_of(request)
    if found is None:
        raise Http404
    return found


@never_cache
@form_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; who is known and who is not gets the same words after the same time."""
    if session_of(request) is not None:
        return redirect("home")
    form = SignInForm(request.POST or None)
    if form.is_valid():
        known_as = name_hash(form.cleaned_data["email"])
        principal, at = signing.principal_named(known_as), now_utc()
        try:
            right = signing.is_right(request, known_as, principal, form.cleaned_data["password"])
        except signing.Paused:
            return _paused(request, principal)
        if not right or principal is None:
            _failed(request, principal)
            form.add_error(None, _("邮箱或密码不对。请检查后重试；连续 8 次不成功会暂停登录 15 分钟。"))
        elif principal.one_time_until is not None and at >= principal.one_time_until:
            form.add_error(None, _("这个一次性密码已过期。请联系您的客户经理重新开通。"))
        else:
            return _come_in(request, principal)
    why = WHY_OUT.get(request.GET.get("why", ""), "")
    return render(request, "portal/signin.html", {"title": _("登录客户门户"), "form": form, "why_out": why})


def _come_in(request: HttpRequest, principal: PortalPrincipal) -> HttpResponse:
    at = now_utc()
    PortalPrincipal.door.filter(pk=principal.pk).update(last_sign_in=at)
    rotate_token(request)  # a form that was opened before is not sent as him
    response = redirect("home")
    sessions.keep(response, sessions.begin(request, principal, at))
    sessions.note(principal, "succeeded", at, where(request))
    return response


def _failed(request: HttpRequest, principal: PortalPrincipal | None, outcome: str = "failed") -> None:
    if principal is None:  # what was typed may be anything, and is not kept
        audit_signin("", "", f"portal_{outcome}", now_utc(), where=where(request))
    else:
        sessions.note(principal, outcome, now_utc(), where(request))


def _paused(request: HttpRequest, principal: PortalPrincipal | None) -> HttpResponse:
    _failed(request, principal, "locked")
    request.axes_locked_out = False  # type: ignore[attr-defined]  # answered here, in the portal's words
    context = {
        "title": _("登录已暂停"),
        "text": _("连续多次输错密码。请 15 分钟后再试，或联系您的客户经理。"),
        "way_out": _("回到登录页"),
        "home": "/",
    }
    return render(request, "kernel/plain.html", context, status=429)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.close(_session(request), "signed_out", now_utc())
    response = shown_to_sign_in(request, "signed_out")
    sessions.forget(response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show whom the principal acts for and who looks after it."""
    principal = _session(request).principal
    try:
        found = represented(actor_of(principal, now_utc()))
    except ScopeDenied:  # ended this very moment
        raise Http404 from None
    return render(
        request, "portal/home.html", {"title": _("首页"), "principal": principal, "represented": found}
    )


@form_page
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; the old one is asked for, and a wrong one counts as a wrong sign-in."""
    session, at = _session(request), now_utc()
    principal = session.principal
    form = OwnPasswordForm(request.POST or None, person=principal)
    if form.is_valid():
        try:
            right = signing.is_right(request, principal.match_hash, principal, form.cleaned_data["old"])
        except signing.Paused:
            return _paused(request, principal)
        if right:
            response = redirect("home")
            sessions.keep(response, signing.change(request, session, form.cleaned_data["new"], at))
            return response
        _failed(request, principal)
        form.add_error("old", _("现在的密码不对。"))
    context = {"title": _("更改密码"), "form": form, "profile": profile(), "due": signing.due(principal, at)}
    return render(request, "portal/password.html", context | {"principal": principal})
