"""Reading versions: those of a kind, one of them, and the one that another is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.kernel.reading import visible

V = DefinitionVersion
PLANNERS = ("dept_head", "risk", "compliance", "auditor")  # who reads what is not approved yet


def versions(actor: Actor, *, kind: str = "") -> Sequence[DefinitionVersion]:
    """Return the versions that the actor may read, newest first: what is approved, to planners everything."""
    rows = visible(actor, V).order_by("kind", "-valid_from", "-id")
    rows = rows.filter(kind=kind) if kind else rows
    return list(rows if actor.has(*PLANNERS) else rows.filter(state=V.APPROVED))


def version_of(actor: Actor, *, public_id: UUID) -> DefinitionVersion | None:
    """Return one version, None when there is none for this actor."""
    row = visible(actor, V).filter(public_id=public_id).first()
    return row if row is not None and (row.state == V.APPROVED or actor.has(*PLANNERS)) else None


def in_force(actor: Actor, *, kind: str, on: date) -> DefinitionVersion | None:
    """Return the approved version that speaks for a kind on a day, None before its first."""
    return _newest(visible(actor, V).filter(kind=kind, valid_from__lte=on).exclude(valid_to__lte=on))


def version_before(actor: Actor, *, kind: str, day: date) -> DefinitionVersion | None:
    """Return the approved version of a kind that begins before a day, None for the first one."""
    return _newest(visible(actor, V).filter(kind=kind, valid_from__lt=day))


def _newest(rows: QuerySet[DefinitionVersion]) -> DefinitionVersion | None:
    return rows.filter(state=V.APPROVED).order_by("-valid_from", "-id").first()


def compared_with(actor: Actor, version: DefinitionVersion, *, on: date) -> DefinitionVersion | None:
    """Return what a version is compared with: the approved one before it, for a draft the one in force on a day."""
    if version.state == V.APPROVED:
        return version_before(actor, kind=version.kind, day=version.valid_from)
    return in_force(actor, kind=version.kind, on=on)
