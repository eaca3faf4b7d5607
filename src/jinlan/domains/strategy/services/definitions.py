"""Business verbs of the definition: installing the shipped criteria, reading what is in force for the nightly run."""

from __future__ import annotations

from collections.abc import Sequence

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import DefinitionVersion
from jinlan.domains.strategy.rules import charter_text
from jinlan.insight.definition import Definition
from jinlan.insight.parsing import FOLDER, parse
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import scoped
from jinlan.lake.extracts.schema import UNIT_KINDS


def install_definitions(entity: str, *, actor: Actor, bodies: Sequence[str] = ()) -> int:
    """Store criteria for kinds that the entity has none of yet (default: the shipped ones); return how many.

    A stored version never changes.
    """
    texts = bodies or [(FOLDER / f"{kind.lower()}.toml").read_text("utf-8") for kind in UNIT_KINDS]
    with scoped(actor, write=True):
        have = set(DefinitionVersion.objects.filter(entity=entity).values_list("kind", flat=True))
        fresh = [(text, one) for text in texts if (one := parse(text)).kind not in have]
        for text, one in fresh:
            DefinitionVersion.objects.create(
                entity=entity,
                kind=one.kind,
                version=one.version,
                valid_from=one.valid_from,
                body=text,
                sha256=one.sha256,
                state=DefinitionVersion.APPROVED,
            )
            name = f"{one.kind} {one.version}"
            audit(actor, "strategy.definition_installed", "definition", name, after={"sha256": one.sha256})
        return len(fresh)


def install_charter(entity: str, *, actor: Actor, body: str = "") -> bool:
    """Store the service charter (default: the shipped one) where the entity has none yet, and tell whether it did."""
    text = body or charter_text.shipped()
    one = charter_text.parse_charter(text)
    with scoped(actor, write=True):
        if DefinitionVersion.objects.filter(entity=entity, kind=charter_text.KIND).exists():
            return False
        DefinitionVersion.objects.create(
            entity=entity, kind=charter_text.KIND, version=one.version, valid_from=one.valid_from, body=text, sha256=one.sha256,
            state=DefinitionVersion.APPROVED,
        )  # fmt: skip
        name = f"{charter_text.KIND} {one.version}"
        audit(actor, "strategy.definition_installed", "definition", name, after={"sha256": one.sha256})
        return True


def definitions_of(entity: str, actor: Actor) -> list[Definition]:
    """Return every approved version of every kind of unit, as the run reads them."""
    with scoped(actor):
        versions = DefinitionVersion.objects.filter(
            entity=entity, state=DefinitionVersion.APPROVED, kind__in=UNIT_KINDS
        ).order_by("kind", "valid_from")
        return [parse(body) for body in versions.values_list("body", flat=True)]
