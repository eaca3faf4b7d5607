"""The inbox of notices: one's own only; opening one marks it as read and leads to what it is about."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.kernel import notices
from jinlan.kernel.guards import own
from jinlan.kernel.scope import scoped

SIZE = 50


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
