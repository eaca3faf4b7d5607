"""Forms of the kernel: how every form looks, and signing in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from jinlan.basics.errors import Refused
from jinlan.kernel.scope import ScopeDenied


def dress(form: forms.BaseForm) -> None:
    """Give every field the product's look, our words when it is empty, and its error to screen readers."""
    for name, field in form.fields.items():
        field.widget.attrs["class"] = _look(field.widget)
        field.widget.attrs["aria-describedby"] = f"id_{name}_error"
        field.error_messages["required"] = _("请填写。")


def _look(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def refuse(form: forms.BaseForm, refused: Refused) -> None:
    """Show a refusal at the field that it is about, or above all."""
    name = str(refused.params.get("field", ""))
    form.add_error(name if name in form.fields else None, str(refused))


def acted(form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Do something for a valid form; False with the refusal in the form. What is out of sight stays so (`ScopeDenied`)."""
    try:
        act()
    except ScopeDenied:
        raise
    except Refused as refused:
        refuse(form, refused)
        return False
    return True


class SignInForm(AuthenticationForm):
    """User name and password, in the product's words."""

    error_messages = {
        "invalid_login": _("用户名或密码不对。请检查后重试；连续 8 次不成功会暂停登录 15 分钟。"),
        "inactive": _("这个账号已停用，请联系安全管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["password"].label = _("密码")
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        dress(self)
