"""The page of one's own calendar subscriptions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel import calendar_keys, stepup, tokens
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.forms import dress, refuse
from jinlan.kernel.guards import form_page, me, own


class CalendarForm(forms.Form):
    """A new subscription: where it is used, and for how long."""

    name = forms.CharField(
        label=gettext_lazy("在哪里用"), max_length=60, help_text=gettext_lazy("例如「手机日历」")
    )
    days = forms.IntegerField(label=gettext_lazy("有效天数"), min_value=1)

    def __init__(self, data: Any = None, *, longest: int) -> None:
        super().__init__(data, initial={"days": longest})
        fields: Any = self.fields
        fields["days"].max_value = longest
        fields["days"].widget.attrs["max"] = longest
        dress(self)


@form_page
@own(*BUSINESS)
def own_calendars(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """List one's live subscriptions with their last reading, make one (its address is shown this once) and end one."""
    if ask := stepup.require(request):
        return ask
    person, longest = me(request), calendar_keys.longest(actor.at)
    if request.method == "POST" and request.POST.get("end"):
        if tokens.end(person, _key(request.POST["end"]), actor.at, tokens.CALENDAR):
            messages.success(request, _("订阅已结束，日历里的内容不再更新。"))
        return redirect("account-calendars")
    form, address = CalendarForm(request.POST or None, longest=longest), ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = calendar_keys.make(person, name=given["name"], days=given["days"], at=actor.at)
        except Refused as refused:
            refuse(form, refused)
        else:
            path = reverse("calendar-feed", kwargs={"code": made.text})
            address, form = f"{root_of(request)}{path}", CalendarForm(longest=longest)
    return render(request, "account/calendars.html", {
        "title": _("日历订阅"), "rows": tokens.of(person, actor.at, tokens.CALENDAR), "form": form, "address": address,
    })  # fmt: skip


def root_of(request: HttpRequest) -> str:
    """Return the address under which people reach this product: the one that is set, else the one that was asked."""
    return settings.JINLAN_BASE_URL or f"{request.scheme}://{request.get_host()}"


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
