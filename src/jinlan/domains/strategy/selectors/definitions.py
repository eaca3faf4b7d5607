"""Reading the definition in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.insight.parsing import parse
from jinlan.kernel.reading import visible

V = DefinitionVersion


def definition(actor: Actor, *, kind: str, version: str) -> DefinitionVersion | None:
    """Return one approved version of the criteria of a kind of unit."""
    return visible(actor, DefinitionVersion).filter(kind=kind, version=version, state=V.APPROVED).first()


@dataclass(frozen=True, slots=True)
class Ladder:
    """The tiers of a kind of unit, best first, by the version in force."""

    version: str
    tiers: tuple[str, ...]


def ladder(actor: Actor, *, kind: str, on: date) -> Ladder | None:
    """Return the tiers in force for a kind on a day, None before its first version."""
    rows = (
        visible(actor, DefinitionVersion)
        .filter(kind=kind, state=V.APPROVED, valid_from__lte=on)
        .exclude(valid_to__lte=on)
    )
    found = rows.order_by("-valid_from", "-id").first()
    if found is None:
        return None
    return Ladder(found.version, tuple(line.tier for line in parse(found.body).lines))


def definition_before(actor: Actor, *, kind: str, day: date) -> DefinitionVersion | None:
    """Return the approved version of a kind that speaks just before a day, None for the first one."""
    rows = visible(actor, DefinitionVersion).filter(kind=kind, state=V.APPROVED, valid_from__lt=day)
    return rows.order_by("-valid_from", "-id").first()
