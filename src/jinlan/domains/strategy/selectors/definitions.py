"""Reading the definition in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.domains.strategy.selectors.versions import in_force
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
    found = in_force(actor, kind=kind, on=on)
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
