"""Reading kept dry runs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import Trial
from jinlan.kernel.reading import visible

HEAVY = ("figures", "body", "base_body")


def trials(actor: Actor, *, kind: str, limit: int = 50) -> Sequence[Trial]:
    """Return the kept dry runs of a kind, newest first, without what is heavy."""
    return list(visible(actor, Trial).filter(kind=kind).defer(*HEAVY).order_by("-made_at", "-id")[:limit])


def chosen(actor: Actor, *, public_ids: Sequence[UUID]) -> Sequence[Trial]:
    """Return kept dry runs whole, in the order in which they are named."""
    found = {row.public_id: row for row in visible(actor, Trial).filter(public_id__in=public_ids)}
    return [found[one] for one in dict.fromkeys(public_ids) if one in found]
