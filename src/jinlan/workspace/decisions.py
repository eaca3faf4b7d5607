"""The steps of a tier's life on the client's page, and the letter or the points for a talk that go with one."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.domains.strategy.rules.letters import Told  # fmt: skip
from jinlan.domains.strategy.rules.letters import letter as text_of
from jinlan.domains.strategy.selectors import life
from jinlan.kernel import figures
from jinlan.workspace import words
from jinlan.workspace.access import page
from jinlan.workspace.why import Why

if TYPE_CHECKING:
    from jinlan.domains.strategy.models import TierDecision


def steps_of(
    actor: Actor, *, unit_id: int, until: date | None, why: Why, evaluated: datetime | None
) -> list[dict[str, Any]]:
    """Return the steps up to a day, the newest first, each with its evidence in a sentence.

    Args:
        actor: who reads.
        unit_id: whose tier.
        until: the day shown; None: those to come as well.
        why: the names of the criteria.
        evaluated: when the figures shown were evaluated: what a committee decided later waits for the next time.
    """
    names = {force.code: force.name for force in why.forces}
    rows = life.decisions_of_unit(actor, unit_id=unit_id)
    return [
        {
            "row": row, "evidence": evidence(row, names),
            "waits": bool(row.meeting_code and evaluated and row.made_at > evaluated),
        }
        for row in rows
        if until is None or row.since <= until
    ]  # fmt: skip


def evidence(row: TierDecision, names: dict[str, str]) -> str:
    """Say what a step rests on; nothing where there is nothing to say."""
    said = row.evidence
    parts = [str(said["note"])] if said.get("note") else []
    if said.get("score"):
        parts.append(_("总分 %(score)s") % {"score": said["score"]})
    for code, text in (("for", _("支持：%(names)s")), ("against", _("拖累：%(names)s"))):
        known = [names[one] for one in said.get(code) or () if one in names]
        if known:
            parts.append(text % {"names": figures.listed(known)})
    if said.get("gates"):
        failed = [str(words.word(words.GATES, code.removesuffix("?"))) for code in said["gates"]]
        parts.append(_("未通过：%(names)s") % {"names": figures.listed(failed)})
    if said.get("reason_code"):
        parts.append(
            f"{words.word(words.OVERRIDE_REASONS, said['reason_code'])} · {said.get('evidence', '')}"
        )
    return " · ".join(parts)


@require_GET
@page("clients")
def letter(request: HttpRequest, public_id: UUID, *, actor: Actor) -> HttpResponse:
    """Show the letter of a step, or the points for the talk; there is none where nothing may be said."""
    row = life.decision(actor, public_id=public_id)
    unit = clients.unit_by_key(actor, unit_id=row.unit_id) if row else None
    if unit is None or row is None or not row.letter:
        raise Http404
    told = Told(
        client=unit.name, before=_tier(row.before), after=_tier(row.after), since=row.since.isoformat(), by=row.meeting_code,
        bank=str(getattr(settings, "JINLAN_BANK_NAME", "")),
    )  # fmt: skip
    text = text_of(row.letter, row.step, get_language() or "", told)
    if not text:
        raise Http404
    title = words.word(words.LETTERS, row.letter)
    context = {"title": title, "place": "clients", "unit": unit, "row": row, "text": text}
    return render(request, "workspace/letter.html", context)


def _tier(code: str) -> str:
    return str(words.look(words.TIERS, code).word)
