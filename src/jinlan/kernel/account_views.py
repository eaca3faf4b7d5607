"""Pages about oneself: confirming, password, second factor, sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.kernel import otp, passkeys, passwords, stepup
from jinlan.kernel import sessions as rules
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.guards import form_page, me, own, target_of
from jinlan.kernel.models import Person
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.views import PENDING, come_in

CODE_MINUTES = 5  # a right password waits this long for its code


@form_page
def signin_code(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of somebody whose password was right a moment ago."""
    at, waiting = now_utc(), request.session.get(PENDING)
    if not waiting or at - datetime.fromisoformat(waiting["at"]) >= timedelta(minutes=CODE_MINUTES):
        request.session.pop(PENDING, None)
        return redirect(f"{reverse('signin')}?why=code")
    person = Person.objects.filter(pk=waiting["person"], is_active=True).first()
    if person is None:
        return redirect("signin")
    answer = request.POST.get("passkey", "")
    form = stepup.CodeForm(request.POST if request.method == "POST" and not answer else None)
    if answer:
        if stepup.passkey_is_good(request, person, answer, "signin", at):
            return come_in(request, person, waiting["next"], by_password=waiting["by_password"])
        _note(request, person, "passkey_failed", at)
    elif form.is_valid():
        if stepup.code_is_good(request, person, form.cleaned_data["code"], at):
            return come_in(request, person, waiting["next"], by_password=waiting["by_password"])
        _note(request, person, "code_failed", at)
        form.add_error("code", _("验证码不对或已经用过。请等验证器显示下一个。"))
    context = {
        "title": _("登录验证"),
        "form": form if otp.enrolled(person) else None,
        "passkey_failed": bool(answer),
    }
    return render(request, "account/signin_code.html", context | _passkey(request, person, "signin", at))


def _passkey(request: HttpRequest, person: Person, purpose: passkeys.Purpose, at: datetime) -> dict[str, Any]:
    """Return what a page needs to ask for one of a person's passkeys; nothing when he has none."""
    if not passkeys.available() or not passkeys.enrolled(person):
        return {}
    return {"passkey_options": passkeys.options_to_use(request.session, person, purpose, at)}


@form_page
@own()
def confirm(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Ask a signed-in person to prove himself once more, then lead on."""
    person, target, answer = me(request), target_of(request, "account"), request.POST.get("passkey", "")
    data = request.POST if request.method == "POST" and not answer else None
    form = stepup.ConfirmForm(data, second_factor=otp.enrolled(person))
    if answer and stepup.confirm_with_passkey(request, person, answer):
        return HttpResponseRedirect(target)
    if form.is_valid():
        given = form.cleaned_data
        if stepup.confirm(request, person, given["password"], given.get("code", "")):
            return HttpResponseRedirect(target)
        form.add_error(None, _("没有通过。请检查后重试；连续 8 次不成功会暂停 15 分钟。"))
    only_passkey = passkeys.enrolled(person) and not otp.enrolled(person)
    context = {
        "title": _("请确认是您本人"),
        "form": None if only_passkey else form,
        "next": target,
        "passkey_failed": bool(answer),
    }
    return render(request, "account/confirm.html", context | _passkey(request, person, "confirm", actor.at))


@require_GET
@own()
def account(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show what one's own account is and what can be changed about it."""
    person = me(request)
    context = {"title": _("我的账号"), "person": person, "second_factor": otp.enrolled(person),
               "codes_left": otp.codes_left(person), "passkeys": len(passkeys.of(person)), "sees_people": actor.has("security_admin"),
               "has_calendar": actor.has(*BUSINESS)}  # fmt: skip
    return render(request, "account/account.html", context)


@form_page
@own()
def password(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Change one's own password; the old one is asked for, and a wrong one counts as a wrong sign-in."""
    person, profile = me(request), passwords.profile()
    form = passwords.PasswordForm(request.POST or None, person=person)
    if form.is_valid():
        if stepup.password_is_right(request, person, form.cleaned_data["old"]):
            passwords.change(request, person, form.cleaned_data["new"], actor.at)
            messages.success(request, _("密码已更改，其他设备上的登录都已结束。"))
            return redirect("account")
        form.add_error("old", _("现在的密码不对。"))
    context = {
        "title": _("更改密码"),
        "form": form,
        "profile": profile,
        "due": passwords.DUE in request.session,
    }
    return render(request, "account/password.html", context)


@form_page
@own()
def second_factor(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Enrol an authenticator or remove it; asks for step-up at the door."""
    if ask := stepup.require(request):
        return ask
    person, what = me(request), request.POST.get("do", "")
    form = stepup.CodeForm(request.POST if what == "confirm" else None)
    if what == "begin":
        otp.begin(person, actor.at)
        return redirect("account-second-factor")
    if what == "remove":
        return _remove(request, person, actor.at)
    if form.is_valid():
        if codes := otp.confirm(person, form.cleaned_data["code"], actor.at):
            _note(request, person, "second_factor_added", actor.at)
            return render(request, "account/recovery_codes.html", {"title": _("恢复码"), "codes": codes})
        form.add_error("code", _("验证码不对。请核对密钥与手机时间，再输入当前显示的六位数字。"))
    key = otp.waiting_key(person)
    context: dict[str, Any] = {"title": _("两步验证"), "form": form, "enrolled": otp.enrolled(person), "codes_left": otp.codes_left(person),
               "key": " ".join(key[n : n + 4] for n in range(0, len(key), 4)),
               "address": otp.address_of(person, key) if key else ""}  # fmt: skip
    return render(request, "account/second_factor.html", context)


@form_page
@own()
def own_passkeys(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List one's own passkeys, add one, remove one; asks for step-up at the door."""
    if ask := stepup.require(request):
        return ask
    person, what = me(request), request.POST.get("do", "")
    if what == "remove":
        return _remove_passkey(request, person, actor.at)
    if (answer := request.POST.get("passkey", "")) and passkeys.available():
        name = request.POST.get("name", "").replace("\0", "").strip() or rules.device(
            request.headers.get("user-agent", "")
        )
        if passkeys.add(request.session, person, answer, name, actor.at):
            _note(request, person, "passkey_added", actor.at)
            messages.success(request, _("通行密钥已添加，下次登录时可以用它。"))
            return redirect("account-passkeys")
        messages.error(request, _("没有添加：浏览器的回答不能用。请再试一次。"))
    rows = passkeys.of(person)
    context: dict[str, Any] = {"title": _("通行密钥"), "rows": rows, "available": passkeys.available(),
                               "full": len(rows) >= passkeys.MOST}  # fmt: skip
    if passkeys.available():
        context["passkey_options"] = passkeys.options_to_add(request.session, person, actor.at)
    return render(request, "account/passkeys.html", context)


def _remove_passkey(request: HttpRequest, person: Person, at: datetime) -> HttpResponse:
    try:
        key = UUID(request.POST.get("passkey_id", ""))
    except ValueError:
        raise Http404 from None
    if not passkeys.remove(person, key):
        raise Http404
    _note(request, person, "passkey_removed", at)
    messages.success(request, _("通行密钥已移除。"))
    return redirect("account-passkeys")


def _remove(request: HttpRequest, person: Person, at: datetime) -> HttpResponse:
    if otp.remove(person):
        _note(request, person, "second_factor_removed", at)
        messages.success(request, _("两步验证已移除。"))
    return redirect("account")


def _note(request: HttpRequest, person: Person, outcome: str, at: datetime) -> None:
    audit_signin(person.entity, person.username, outcome, at, person_id=person.pk, where=rules.where(request))


@require_GET
@own()
def sessions(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List one's own live sessions."""
    with scoped(actor):
        rows = rules.own_sessions(actor)
    context = {"title": _("登录会话"), "rows": rows, "here": request.session.get(rules.ROW)}
    return render(request, "account/sessions.html", context)


@require_POST
@own()
def end_one(request: HttpRequest, session: UUID, *, actor: Actor) -> HttpResponse:
    """End one of one's own sessions."""
    try:
        rules.end_session(actor=actor, session=session)
    except Refused as refusal:
        if isinstance(refusal, ScopeDenied) or refusal.code == "SESSION_ABSENT":
            raise Http404 from None
        raise
    messages.success(request, _("会话已结束。"))
    return redirect("account-sessions")


@require_POST
@own()
def end_others(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """End all of one's own sessions but this one."""
    count = rules.end_other_sessions(actor=actor, keep=int(request.session[rules.ROW]))
    messages.success(request, _("已结束其他 %(n)s 个会话。") % {"n": count})
    return redirect("account-sessions")
