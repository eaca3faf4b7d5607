"""The page of one's own keys for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel import stepup, tokens
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.guards import form_page, me, own


class TokenForm(forms.Form):
    """A new key: for which program, for how long, and whether it may change things."""

    name = forms.CharField(label=gettext_lazy("给哪个程序用"), max_length=60)
    days = forms.IntegerField(
        label=gettext_lazy("有效天数"), min_value=1, max_value=tokens.LONGEST, initial=90
    )
    writes = forms.BooleanField(label=gettext_lazy("可以办理业务（否则只读）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


@form_page
@own()
def own_tokens(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List one's live keys, make one (shown this once) and end one."""
    if ask := stepup.require(request):
        return ask
    person = me(request)
    if request.method == "POST" and request.POST.get("end"):
        if tokens.end(person, _key(request.POST["end"]), actor.at):
            messages.success(request, _("密钥已结束，使用它的程序立即失效。"))
        return redirect("account-tokens")
    form, made = TokenForm(request.POST or None), None
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = tokens.make(
                person, name=given["name"], days=given["days"], reads_only=not given["writes"], at=actor.at
            )
        except Refused as refused:
            refuse(form, refused)
    context = {
        "title": _("程序密钥"), "rows": tokens.of(person, actor.at), "form": TokenForm() if made else form, "made": made,
    }  # fmt: skip
    return render(request, "account/tokens.html", context)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
