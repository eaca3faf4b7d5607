"""Reading the definition in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.insight.definition import Definition
from jinlan.insight.parsing import parse
from jinlan.kernel.figures import locale
from jinlan.kernel.reading import visible
from jinlan.lake.extracts.schema import UNIT_KINDS

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


@lru_cache(maxsize=64)
def _parsed(body: str) -> Definition:
    return parse(body)


def tier_names(actor: Actor) -> Mapping[str, str]:
    """Return what every tier is called in the reader's language, by the newest version that has it."""
    bodies = (
        visible(actor, DefinitionVersion)
        .filter(kind__in=UNIT_KINDS, state=V.APPROVED)
        .order_by("valid_from", "id")
    )
    chinese = locale() == "zh"
    return {
        line.tier: line.zh if chinese else line.en
        for body in bodies.values_list("body", flat=True)
        for line in _parsed(body).lines
    }


def definition_before(actor: Actor, *, kind: str, day: date) -> DefinitionVersion | None:
    """Return the approved version of a kind that speaks just before a day, None for the first one."""
    rows = visible(actor, DefinitionVersion).filter(kind=kind, state=V.APPROVED, valid_from__lt=day)
    return rows.order_by("-valid_from", "-id").first()
