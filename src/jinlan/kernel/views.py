"""Signing in and out, a person's preferences, and the pages of refusal and failure."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jinlan.basics.clock import now_utc
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.forms import SignInForm
from jinlan.kernel.middleware import ENROL
from jinlan.kernel.models import Person, RoleGrant
from jinlan.kernel.pages import COOKIE_AGE, RAIL_COOKIE, THEME_COOKIE, THEMES, home_of, signed_in
from jinlan.kernel.passkeys import has_factor
from jinlan.kernel.passwords import DUE, due
from jinlan.kernel.sessions import close_current, describe, where

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "pending_signin"  # in the session's data: a right password that waits for its code
WHY_OUT = {
    "idle": gettext_lazy("较长时间没有操作，已自动退出。请重新登录，会回到原来的页面。"),
    "too_long": gettext_lazy("本次登录已达到最长时间，已自动退出。请重新登录，会回到原来的页面。"),
    "ended": gettext_lazy("这个登录会话已在另一处结束。如果不是您本人操作，请联系安全管理员。"),
    "admin": gettext_lazy("这个登录会话已由安全管理员结束。"),
    "disabled": gettext_lazy("这个账号已停用，请联系安全管理员。"),
    "password": gettext_lazy("密码已更改，请用新密码登录。如果不是您本人更改，请联系安全管理员。"),
    "signed_out": gettext_lazy("已退出登录。"),
    "oidc": gettext_lazy("统一身份认证没有通过。请重试；持续出现时请联系安全管理员。"),
    "oidc_away": gettext_lazy("暂时联系不上统一身份认证。请稍后再试，或用行内账号登录。"),
    "oidc_unknown": gettext_lazy("统一身份认证已通过，但这里没有与之对应的有效账号。请联系安全管理员开通。"),
    "code": gettext_lazy("输入验证码的时间已过，请重新登录。"),
}


def demo_people() -> list[dict[str, str]]:
    """Return the demo sign-ins written beside the demo bank; empty when this is no demo."""
    path = Path(getattr(settings, "JINLAN_HOME", "var")) / "demo" / "staff.toml"
    if not getattr(settings, "JINLAN_DEMO", False) or not path.is_file():
        return []
    people = tomllib.loads(path.read_text("utf-8")).get("staff", [])
    roles = dict(RoleGrant.ROLES)
    return [
        {
            "username": str(p["username"]),
            "name": str(p.get("name", "")),
            "role": roles.get(str(p["role"]), ""),
        }
        for p in people
    ]


class SignIn(LoginView):
    """The sign-in page; nothing typed is lost on an error except the password."""

    template_name = "kernel/signin.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Return where a person wanted to go, "" for this very page: somebody signed in would be sent round for ever."""
        wanted: str = super().get_redirect_url()
        return "" if wanted == self.request.path else wanted

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo people, only in a demo, and why the last session ended."""
        why = WHY_OUT.get(self.request.GET.get("why", ""), "")
        return super().get_context_data(**kwargs) | {
            "demo_people": demo_people(), "why_out": why, "oidc": settings.JINLAN_OIDC is not None
        }  # fmt: skip

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or ask for the second factor first; nobody is signed in before both are right."""
        person = form.get_user()
        if form.cleaned_data["password"] == settings.JINLAN_DEMO_PASSWORD and not settings.JINLAN_DEMO:
            form.add_error(None, _("这是演示银行公开的密码，在这里不能使用。请联系安全管理员发一次性密码。"))
            return self.form_invalid(form)
        if person.one_time_until is not None and now_utc() >= person.one_time_until:
            form.add_error(None, _("这个一次性密码已过期。请联系安全管理员重新发一个。"))
            return self.form_invalid(form)
        return first_half(self.request, person, self.get_success_url(), by_password=True)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Record the failure; what was typed as a password is not kept."""
        username = str(form.data.get("username", ""))
        if username:
            audit_signin("", username, "failed", now_utc(), where=where(self.request))
        return super().form_invalid(form)


class SignOut(LogoutView):
    """Ends the session and records it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out."""
        person = request.user
        if isinstance(person, Person):
            close_current(request, "signed_out", now_utc())
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def first_half(
    request: HttpRequest, person: Person, target: str, *, by_password: bool, proved: bool = False
) -> HttpResponse:
    """Sign in, or ask for the second factor first, unless it was `proved` already; until then nobody is signed in."""
    if proved or not has_factor(person):
        return come_in(request, person, target, by_password=by_password, proved=proved)
    request.session.cycle_key()
    waiting = {"person": person.pk, "at": now_utc().isoformat(), "next": target, "by_password": by_password}
    request.session[PENDING] = waiting
    return redirect("signin-code")


def come_in(
    request: HttpRequest, person: Person, target: str, *, by_password: bool, proved: bool = False
) -> HttpResponse:
    """Open the session of somebody who proved himself, record it, and bring his own language and theme along."""
    at = now_utc()
    request.session.pop(PENDING, None)
    login(request, person, backend=BACKEND)
    describe(request)
    if by_password and due(person, at):
        request.session[DUE] = True
    if settings.JINLAN_SECOND_FACTOR == "required" and not proved and not has_factor(person):
        request.session[ENROL] = True
    audit_signin(person.entity, person.username, "succeeded", at, person_id=person.pk, where=where(request))
    response = HttpResponseRedirect(target)
    if person.locale in dict(settings.LANGUAGES) and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        _keep(response, settings.LANGUAGE_COOKIE_NAME, person.locale)
    if person.theme in THEMES and THEME_COOKIE not in request.COOKIES:
        _keep(response, THEME_COOKIE, person.theme)
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep language, theme or rail width: cookie for this browser, and the person's row when somebody is signed in."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    changed: dict[str, str] = {}
    if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, str(language))
        changed["locale"] = str(language)
    if (theme := request.POST.get("theme")) in THEMES:
        _keep(response, THEME_COOKIE, str(theme))
        changed["theme"] = str(theme)
    if (rail := request.POST.get("rail")) in {"narrow", "wide"}:
        _keep(response, RAIL_COOKIE, str(rail))
    if changed and request.user.is_authenticated:
        for name, value in changed.items():
            setattr(request.user, name, value)
        request.user.save(update_fields=list(changed))
    return response


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the first page of the rail, a stranger to the sign-in."""
    actor = signed_in(request)
    if actor is None:
        return redirect("signin")
    return redirect(home_of(actor)) if home_of(actor) else not_found(request)


def _plain(request: HttpRequest, status: int, title: str, text: str, way_out: str) -> HttpResponse:
    context = {
        "title": title,
        "text": text,
        "way_out": way_out,
        "home": reverse("home"),
        "show_reference": status == 500,
    }
    return render(request, "kernel/plain.html", context, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer what does not exist and what may not be seen with the same words."""
    return _plain(
        request,
        404,
        _("没有这个页面"),
        _("地址可能写错了，内容可能已移走，或不在您的查看范围内。"),
        _("回到首页"),
    )


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a refusal as if there were nothing."""
    return not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a request that cannot be read."""
    return _plain(
        request,
        400,
        _("这个请求读不懂"),
        _("地址里的参数不完整或格式不对，没有改动任何数据。"),
        _("回到首页"),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a form that was open for too long."""
    return _plain(
        request, 403, _("页面已过期"), _("为安全起见没有提交。请返回上一页，刷新后再试一次。"), _("回到首页")
    )


def failed(request: HttpRequest) -> HttpResponse:
    """Say what happened, what was kept and the reference; must work when nothing else does."""
    with translation.override(translation.get_language() or "zh-hans"):
        return _plain(
            request,
            500,
            _("出了点问题"),
            _("没有保存这次操作，已有的数据没有受影响。原因已记录。"),
            _("回到首页"),
        )


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG001 - axes' signature
    """Answer too many wrong passwords, and record it."""
    waiting = request.session.get(PENDING, {}).get("person")
    person = request.user if isinstance(request.user, Person) else Person.objects.filter(pk=waiting).first()
    if person is not None:
        audit_signin(
            person.entity, person.username, "locked", now_utc(), person_id=person.pk, where=where(request)
        )
    else:
        audit_signin("", str(request.POST.get("username", "")), "locked", now_utc(), where=where(request))
    return _plain(
        request,
        429,
        _("登录已暂停"),
        _("连续多次输错密码。请 15 分钟后再试，或联系安全管理员重发密码。"),
        _("回到登录页"),
    )
