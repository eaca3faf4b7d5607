"""What units are called and who leads them, by the bank's codes: for lists that come from outside the serving tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.clients.models import Branch, Coverage, Party, Unit
from jinlan.clients.selectors import in_force
from jinlan.kernel.reading import visible


@dataclass(frozen=True, slots=True)
class Called:
    """A unit's name; `public_id` opens its page, None for one that nobody manages."""

    name: str
    public_id: UUID | None


def called(actor: Actor, *, roots: Mapping[str, str]) -> dict[str, Called]:
    """Return unit code -> name, for units in sight; one that is not managed is called as its root party.

    Args:
        actor: who reads.
        roots: unit code -> code of its root party.
    """
    units = visible(actor, Unit).filter(code__in=list(roots)).values_list("code", "name", "public_id")
    found = {code: Called(name, public_id) for code, name, public_id in units}
    left = {root: code for code, root in roots.items() if code not in found}
    parties = visible(actor, Party).filter(code__in=list(left)).values_list("code", "name")
    return found | {left[root]: Called(name, None) for root, name in parties}


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads a unit on a date."""

    code: str
    name: str


def leads_of(actor: Actor, *, codes: Sequence[str], as_of: date) -> dict[str, Lead]:
    """Return unit code -> its lead manager; units that nobody leads are left out."""
    rows = visible(actor, Coverage).filter(in_force(as_of), role="LEAD", unit__code__in=codes)
    named = rows.order_by("valid_from", "id").values_list("unit__code", "employee__code", "employee__name")
    return {unit: Lead(code, name) for unit, code, name in named}


def branch_names(actor: Actor, *, codes: Iterable[str]) -> dict[str, str]:
    """Return branch code -> name."""
    return dict(visible(actor, Branch).filter(code__in=list(codes)).values_list("code", "name"))


def branches_named(actor: Actor, *, keys: Iterable[int]) -> dict[int, str]:
    """Return branch key -> name."""
    return dict(visible(actor, Branch).filter(id__in=list(keys)).values_list("id", "name"))


def unit_keys_of(actor: Actor, *, codes: Iterable[str]) -> dict[str, int]:
    """Return unit code -> key, for managed units in sight."""
    return dict(visible(actor, Unit).filter(code__in=list(codes)).values_list("code", "id"))
