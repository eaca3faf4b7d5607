"""附件: handing files in on an interaction's page, and taking one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.services.attachments import attach_file, open_attachment
from jinlan.domains.engagement.services.whom import ROLES
from jinlan.kernel.intake.door import FIELD, HandedIn, takes_files
from jinlan.kernel.intake.limits import limits_on
from jinlan.kernel.intake.out import given_out
from jinlan.kernel.intake.take import take
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.workspace.access import doing
from jinlan.workspace.engagement import found_in_sight, show_interaction


@takes_files(*ROLES)
@require_POST
@doing("engagement-log")
def attach(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Take files for an interaction: each is looked at and kept, or refused, by itself."""
    with scoped(actor):
        found_in_sight(actor, public_id)  # before anything is unpacked
    refusals, kept = [], 0
    for file in request.FILES.getlist(FIELD):
        try:
            kept += _kept(actor, public_id, file)
        except ScopeDenied:
            raise
        except Refused as refused:
            refusals.append({"name": _shown(file), "why": str(refused)})
    if kept:
        messages.success(request, _("已上传 %(count)s 个附件") % {"count": kept})
    if kept and not refusals:
        return redirect("interactions-one", public_id=public_id)
    refusals = refusals or [{"name": "", "why": _("请先选择文件，再上传。")}]
    with scoped(actor):
        return show_interaction(request, actor, public_id, refusals=refusals)


def _kept(actor: Actor, public_id: UUID, file: Any) -> int:
    limits = limits_on(business_date(actor.at))
    content = file.content() if isinstance(file, HandedIn) else file.read()
    attach_file(actor=actor, public_id=public_id, file=take(str(file.name), content, limits))
    return 1


def _shown(file: Any) -> str:
    return "".join(one for one in str(file.name) if one.isprintable())[:60]


@require_GET
@doing("clients")
def content(_request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Give a file out, to be kept and never to be shown."""
    opened = open_attachment(actor=actor, public_id=public_id)
    return given_out(opened.name, opened.content)
