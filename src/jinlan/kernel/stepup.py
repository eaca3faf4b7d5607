"""Step-up: before something delicate, a signed-in person proves once more that it is him.

A view asks ``if ask := require(request): return ask`` before it looks at anything. What demands this answers GET at the
same address, so that the confirmation page can lead back to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jinlan.kernel import otp, passkeys
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.middleware import go
from jinlan.kernel.models import Person
from jinlan.kernel.sessions import where

INSTANT = "step_up"  # in the session's data
WITHIN = 300


def fresh(request: HttpRequest, within: int = WITHIN) -> bool:
    """Tell whether the person proved himself less than `within` seconds before this request."""
    proved: str = request.session.get(INSTANT, "")
    at: datetime = request.actor.at  # type: ignore[attr-defined]
    return bool(proved) and timedelta(0) <= at - datetime.fromisoformat(proved) < timedelta(seconds=within)


def require(request: HttpRequest, within: int = WITHIN, back: str = "") -> HttpResponse | None:
    """Return None when the person proved himself lately, else the way to the page that asks him to.

    `back` is where that page leads on to, this very address by default; it answers GET.
    """
    if fresh(request, within):
        return None
    return go(request, f"{reverse('account-confirm')}?{urlencode({'next': back or request.get_full_path()})}")


def confirm(request: HttpRequest, person: Person, password: str, code: str) -> bool:
    """Check password and, when enrolled, code; a success renews the session's key, both are recorded and failures counted."""
    at: datetime = request.actor.at  # type: ignore[attr-defined]
    return _confirmed(request, person, proved(request, person, password, code, at), at)


def confirm_with_passkey(request: HttpRequest, person: Person, answer: str) -> bool:
    """Check a passkey's answer, as `confirm`: it is two factors in one, since its user was verified."""
    at: datetime = request.actor.at  # type: ignore[attr-defined]
    return _confirmed(request, person, passkey_is_good(request, person, answer, "confirm", at), at)


def _confirmed(request: HttpRequest, person: Person, good: bool, at: datetime) -> bool:
    if good:
        request.session[INSTANT] = at.isoformat()
        request.session.cycle_key()
    outcome = "step_up_succeeded" if good else "step_up_failed"
    audit_signin(person.entity, person.username, outcome, at, person_id=person.pk, where=where(request))
    return good


def proved(request: HttpRequest, person: Person, password: str, code: str, at: datetime) -> bool:
    """Tell whether password and, when enrolled, code are right; wrong ones count as wrong sign-ins do."""
    if not password_is_right(request, person, password):
        return False
    return not passkeys.has_factor(person) or code_is_good(request, person, code, at)


def password_is_right(request: HttpRequest, person: Person, password: str) -> bool:
    """Check a password again; a wrong one counts as a wrong sign-in does."""
    return authenticate(request, username=person.username, password=password) is not None


def code_is_good(request: HttpRequest, person: Person, code: str, at: datetime) -> bool:
    """Use up a code of the second factor; a wrong one counts as a wrong password does."""
    who = {"username": person.username}
    if not AxesProxyHandler.is_allowed(request, who):
        request.axes_locked_out = True  # type: ignore[attr-defined]
        return False
    kind = otp.use(person, code, at)
    if not kind:
        AxesProxyHandler.user_login_failed(sender=__name__, credentials=who, request=request)
    if kind == "recovery":
        audit_signin(
            person.entity,
            person.username,
            "recovery_code_used",
            at,
            person_id=person.pk,
            where=where(request),
        )
    return bool(kind)


def passkey_is_good(
    request: HttpRequest, person: Person, answer: str, purpose: passkeys.Purpose, at: datetime
) -> bool:
    """Use up the challenge of a passkey; a wrong answer counts as a wrong password does, a cloned key is recorded."""
    who = {"username": person.username}
    if not AxesProxyHandler.is_allowed(request, who):
        request.axes_locked_out = True  # type: ignore[attr-defined]
        return False
    outcome = passkeys.use(request.session, person, answer, purpose, at)
    if outcome != "good":
        AxesProxyHandler.user_login_failed(sender=__name__, credentials=who, request=request)
    if outcome == "cloned":
        audit_signin(
            person.entity, person.username, "passkey_cloned", at, person_id=person.pk, where=where(request)
        )
    return outcome == "good"


class CodeForm(forms.Form):
    """A code of the second factor."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        help_text=_("验证器上的六位数字；验证器不在手边时，可用一个恢复码。"),
        widget=forms.TextInput(
            attrs={"class": "form-control", "autocomplete": "one-time-code", "inputmode": "text"}
        ),
        error_messages={"required": _("请填写。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-describedby"] = f"id_{name}_error"


class ConfirmForm(CodeForm):
    """The password again, and a code from those who have a second factor."""

    password = forms.CharField(
        label=_("密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
        error_messages={"required": _("请填写。")},
    )
    field_order = ("password", "code")

    def __init__(self, *args: Any, second_factor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not second_factor:
            del self.fields["code"]
