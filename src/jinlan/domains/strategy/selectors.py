"""Reading the definition in force."""

from __future__ import annotations

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.kernel.reading import visible


def definition(actor: Actor, *, kind: str, version: str) -> DefinitionVersion | None:
    """Return one version of the criteria of a kind of unit."""
    return visible(actor, DefinitionVersion).filter(kind=kind, version=version).first()
