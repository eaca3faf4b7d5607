"""A version of the service charter on its page: its text, what it changes, and the steps that it takes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.domains.strategy.rules.charter_text import parse_charter
from jinlan.domains.strategy.selectors import versions as select
from jinlan.domains.strategy.services import versions as services
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.workspace.charter import changes
from jinlan.workspace.dates import shown_date

if TYPE_CHECKING:
    from jinlan.domains.strategy.models import DefinitionVersion

OPEN = ("draft", "review", "committee")  # states that can still be withdrawn


def steps(actor: Actor, row: DefinitionVersion, on: date) -> dict[str, bool]:
    """Return what this person may do to a version now, and whether it is the one in force on a day."""
    author, speaks = actor.has(*services.AUTHORS), select.in_force(actor, kind=row.kind, on=on)
    return {
        "speaks": speaks is not None and speaks.pk == row.pk,
        "edits": row.state == row.DRAFT and author, "withdraws": row.state in OPEN and author,
        "reviews": row.state == row.REVIEW and actor.has(*services.REVIEWERS) and actor.username != row.author,
    }  # fmt: skip


def version(request: HttpRequest, actor: Actor, row: DefinitionVersion) -> HttpResponse:
    """Show a version, or save a draft that was changed; a text that cannot be read is said and kept on the page."""
    if request.method == "GET":
        return shown(request, actor, row, row.body)
    body = request.POST.get("text", "").replace("\r\n", "\n")
    edition = request.POST.get("edition", "")
    try:
        services.edit_version(
            actor=actor, public_id=row.public_id, body=body, edition=int(edition) if edition.isdigit() else 0,
            purpose=request.POST.get("purpose", ""),
        )  # fmt: skip
    except Refused as refused:
        if isinstance(refused, ScopeDenied):
            raise
        return shown(
            request, actor, row, body, refused=refused, status=409 if refused.code == "VERSION_MOVED" else 422
        )
    messages.info(request, _("草稿已保存"))
    return redirect("definition", public_id=row.public_id)


def shown(
    request: HttpRequest,
    actor: Actor,
    row: DefinitionVersion,
    body: str,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page of a version of the charter."""
    with scoped(actor):
        published = shown_date(request, actor)
        today = published.as_of if published else row.valid_from
        base = select.compared_with(actor, row, on=today)
        said: list[Any] = []
        if base is not None and refused is None:
            said = [
                {"kind": "changed", "text": text}
                for text in changes(parse_charter(base.body), parse_charter(body))
            ]
        return render(request, "workspace/charter_version.html", {
            "title": f"{row.kind} {row.version}", "place": "definitions", "row": row, "base": base, "said": said, "body": body,
            "refused": refused, "purpose": request.POST.get("purpose", row.purpose), "edition": request.POST.get("edition", row.edition),
            **steps(actor, row, today),
        }, status=status)  # fmt: skip
