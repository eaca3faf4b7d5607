"""The inbox of notices: one's own only; opening one marks it as read and leads to what it is about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.kernel import notices
from jinlan.kernel.audit import audit_signin
from jinlan.kernel.figures import listed
from jinlan.kernel.forms import dress
from jinlan.kernel.guards import form_page, me, own
from jinlan.kernel.mailing import may_be_written_to, possible
from jinlan.kernel.scope import scoped

SIZE = 50


class AddressForm(forms.Form):
    """Where one's notices are mailed to; empty for nowhere."""

    email = forms.EmailField(label=gettext_lazy("邮箱"), required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def clean_email(self) -> str:
        """Refuse what is not of the bank's own domains."""
        address: str = self.cleaned_data["email"]
        if address and not may_be_written_to(address):
            raise forms.ValidationError(
                _("只能填写本行的邮箱：%(domains)s。")
                % {"domains": listed(sorted(settings.JINLAN_MAIL_DOMAINS)) or _("系统管理员还没有登记")}
            )
        return address


@form_page
@own()
def own_address(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Keep or change where one's notices are mailed to, recorded."""
    person = me(request)
    form = AddressForm(request.POST if request.method == "POST" else None, initial={"email": person.email})
    if form.is_valid():
        person.email = form.cleaned_data["email"]
        person.save(update_fields=["email"])
        audit_signin(person.entity, person.username, "address_changed", actor.at, person_id=person.pk)
        messages.success(request, _("通知邮箱已保存。"))
        return redirect("account")
    return render(
        request, "account/email.html", {"title": _("通知邮箱"), "form": form, "possible": possible()}
    )


@require_GET
@own()
def inbox(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Show the newest notices; ``before`` goes on from one."""
    before = request.GET.get("before", "")
    with scoped(actor):
        rows = notices.own(actor)
        if before.isdecimal() and len(before) < 19:
            rows = rows.filter(id__lt=int(before))
        found = list(rows[: SIZE + 1])
        lines = [notices.line(row) for row in found[:SIZE]]
        context = {
            "title": _("通知"), "lines": lines, "unread": notices.unread(actor),
            "older": found[SIZE - 1].pk if len(found) > SIZE else None,
        }  # fmt: skip
        return render(request, "kernel/notices.html", context)


@require_GET
@own()
def count(request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Answer the number on the bell."""
    with scoped(actor):
        return render(request, "kernel/_bell.html", {"unread": notices.unread(actor)})


@require_POST
@own()
def opened(_request: HttpRequest, notice: UUID, *, actor: Actor) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    with scoped(actor, write=True):
        row = notices.own(actor).filter(public_id=notice).first()
        if row is None:
            raise Http404
        notices.mark_read(actor, notice)
    safe = url_has_allowed_host_and_scheme(row.url, allowed_hosts=None)
    return redirect(row.url if row.url and safe else "notices")


@require_POST
@own()
def all_read(_request: HttpRequest, *, actor: Actor) -> HttpResponse:
    """Mark all as read."""
    with scoped(actor, write=True):
        notices.mark_read(actor)
    return redirect("notices")
