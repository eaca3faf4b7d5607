"""Reading files of interactions: those of one, how many of several, and what a hand-over lists."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from jinlan.basics.actor import Actor
from jinlan.domains.engagement.models import Attachment
from jinlan.kernel.reading import visible


def files_of(actor: Actor, *, interaction_id: int) -> list[Attachment]:
    """Return the files of an interaction, withdrawn ones too, in the order in which they came."""
    return list(visible(actor, Attachment).filter(interaction_id=interaction_id).order_by("id"))


def file_counts(actor: Actor, *, keys: Collection[int]) -> dict[int, int]:
    """Return key of an interaction -> how many files it has; one query."""
    rows = visible(actor, Attachment).filter(interaction_id__in=list(keys), withdrawn_at=None)
    return dict(rows.values_list("interaction_id").annotate(files=Count("id")).order_by())
