"""Clients of the demo bank that asked to be left alone: those on whom its files tell such a story."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jinlan.basics.actor import Actor
from jinlan.clients.models import Unit
from jinlan.domains.strategy.models import LeaveAlone
from jinlan.domains.strategy.services.charter_acts import leave_alone
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import scoped
from jinlan.site.demobank.stories import load_stories

STORY = "silence_not_before"
REASON = "客户年末封账，来电请我行下月再联系"


def install(actor: Actor, demo: Path) -> int:
    """Note the wishes in somebody's name, once; return how many there are."""
    story = load_stories(demo).get(STORY)
    if story is None:
        return 0
    with scoped(actor):
        wished = visible(actor, LeaveAlone).values("unit_id")
        units = visible(actor, Unit).filter(code__in=story.unit_ids).exclude(pk__in=wished).order_by("code")
        keys = list(units.values_list("public_id", flat=True))
    until = date.fromisoformat(story.expected["not_before"])
    for key in keys:
        leave_alone(actor=actor, unit=key, not_before=until, reason=REASON)
    return len(keys)
