"""Reading the record of acts: for the auditor and compliance, whose policies alone show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from jinlan.basics.actor import Actor
from jinlan.kernel.models import AuditBatch, AuditEntry
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import require_scope

SIZE = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a person, of a verb (or a room's verbs), about an object, older than an entry; "" and 0 = any."""

    person: str = ""
    verb: str = ""
    about: str = ""
    before: int = 0


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the record is sealed: entries and batches, when last, and the newest root (hex)."""

    rows: int
    batches: int
    at: datetime
    root: str


def chain(actor: Actor) -> Chain | None:
    """Return how far the record is sealed, None before the first time."""
    last = visible(actor, AuditBatch).defer("leaves").order_by("-number").first()
    if last is None:
        return None
    return Chain(
        visible(actor, AuditBatch).aggregate(n=Sum("rows"))["n"], last.number, last.sealed_at, last.root
    )


def entries(actor: Actor, wanted: Wanted) -> tuple[list[AuditEntry], int]:
    """Return up to `SIZE` entries, the newest first, and the key to go on before (0 when there are no older ones)."""
    if require_scope().actor.person_id != actor.person_id:
        raise RuntimeError("the record is read in the scope of who reads it")
    rows = AuditEntry.objects.filter(entity=actor.entity)
    if wanted.person:
        rows = rows.filter(username=wanted.person)
    if wanted.verb:
        rows = (
            rows.filter(verb=wanted.verb)
            if "." in wanted.verb
            else rows.filter(verb__startswith=wanted.verb + ".")
        )
    if wanted.about:
        rows = rows.filter(object_id=wanted.about)
    if wanted.before:
        rows = rows.filter(pk__lt=wanted.before)
    found = list(rows.order_by("-pk")[: SIZE + 1])
    return found[:SIZE], found[SIZE - 1].pk if len(found) > SIZE else 0
