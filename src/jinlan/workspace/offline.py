"""Logs that were written without a network: the key they are sealed with, sending each once, reading one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.rules.kept_log import KeptLog, read_kept, says_all
from jinlan.domains.engagement.services.interactions import log_interaction
from jinlan.kernel.letters import letter_key, open_letter, owner_mark
from jinlan.kernel.scope import scoped
from jinlan.workspace.access import doing
from jinlan.workspace.quick_log import already, draft_of, subject_of, surroundings

if TYPE_CHECKING:
    from jinlan.clients.models import Unit

SEVERAL = 5  # clients that are offered where a name says not which


@require_GET
@doing("engagement-log")
def key(request: HttpRequest, *, actor: Actor) -> JsonResponse:
    """Give one's own public key, the mark of one's letters, and a token for the page that came without a network."""
    mine = letter_key(actor)
    return JsonResponse(
        {"owner": owner_mark(actor), "name": mine.name, "point": mine.point, "token": get_token(request)}
    )


@require_POST
@doing("engagement-log")
def send(request: HttpRequest, *, actor: Actor) -> JsonResponse:
    """Take a log over: write it down where it says all, else say what is still asked of the person; the same log once."""
    try:
        return JsonResponse(_sent(request, actor))
    except Refused as refused:
        return _no(refused)


@require_POST
@doing("engagement-log")
def reopen(request: HttpRequest, *, actor: Actor) -> JsonResponse:
    """Read a log back to the person who wrote it, to be changed or confirmed."""
    try:
        log, note = _note(request, actor)
        if already(actor, str(log)):
            return JsonResponse({"state": "logged"})
        with scoped(actor):
            units = _units(actor, note)
    except Refused as refused:
        return _no(refused)
    said = {"client": note.client, "unit": str(note.unit or ""), "kind": note.kind, "text": note.text}
    at = note.at.strftime("%Y-%m-%dT%H:%M") if note.at else ""
    draft = _draft(units[0]) if len(units) == 1 else ""
    return JsonResponse({"state": "open", "note": said | {"at": at}, "draft": draft})


def _no(refused: Refused) -> JsonResponse:
    return JsonResponse({"state": "refused", "code": refused.code, "words": str(refused)}, status=422)


def _note(request: HttpRequest, actor: Actor) -> tuple[UUID, KeptLog]:
    """Return id and content of a letter.

    Raises:
        Refused: LETTER_KEY, LETTER_SHUT.
    """
    said = request.POST
    try:
        log = UUID(said.get("id", ""))
        text = open_letter(
            actor, name=said.get("name", ""), sealed=said.get("sealed", ""), about=f"log {log}"
        )
        return log, read_kept(text)
    except ValueError:
        raise Refused("LETTER_SHUT", "这封暂存内容打不开。", "它已损坏，请重新写一份后删除这一份。") from None


def _sent(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    log, note = _note(request, actor)
    if already(actor, str(log)):
        return {"state": "logged"}
    with scoped(actor):
        units = _units(actor, note)
        if not units:
            raise Refused("LOG_CLIENT", "没有找到这位客户，或不在您的名下。", "请修改客户的名称或编号。")
        if len(units) > 1 or not _named(units[0], note):
            offered = [{"name": one.name, "draft": _draft(one)} for one in units]
            return {"state": "confirm", "units": offered, "words": _("请选择这是哪位客户。")}
        around = surroundings(actor, units[0].public_id)
        plain = says_all(note, draft_of(around, note.text), actor.at)
    if not plain or note.at is None:
        return {"state": "confirm", "draft": _draft(units[0])}
    log_interaction.once(
        str(log), actor=actor, unit=units[0].public_id, kind=note.kind, starts_at=note.at, subject=subject_of(note.text),
        minutes=note.text, party=UUID(around.home) if around.home else None,
    )  # fmt: skip
    return {"state": "logged"}


def _units(actor: Actor, note: KeptLog) -> list[Unit]:
    """Return the clients that a note may be about: the one that it names exactly, else the few that its words find."""
    if note.unit:
        unit = clients.unit_of(actor, public_id=note.unit)
        return [unit] if unit else []
    if not note.client:
        return []
    found = clients.unit_called(actor, text=note.client)
    return found if len(found) == 1 else (found or clients.find_units(actor, text=note.client, limit=SEVERAL))


def _named(unit: Unit, note: KeptLog) -> bool:
    return bool(note.unit) or note.client.casefold() in (unit.name.casefold(), unit.code.casefold())


def _draft(unit: Unit) -> str:
    return reverse("client-log", kwargs={"public_id": unit.public_id})
