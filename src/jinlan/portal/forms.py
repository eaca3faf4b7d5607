"""Forms of the portal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jinlan.kernel.forms import dress
from jinlan.kernel.passwords import PasswordForm
from jinlan.portal import signing


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = forms.CharField(
        label=_("邮箱"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class OwnPasswordForm(PasswordForm):
    """A principal's own password."""

    def problems(self, new: str) -> list[str]:
        """Return what is wrong with the new password."""
        return signing.problems(new, self.person)
