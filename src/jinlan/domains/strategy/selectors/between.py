"""Why a client had a tier on one day and not on another, and what would bring it back (01 §1.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Words
from jinlan.clients.models import Unit
from jinlan.domains.strategy.selectors.definitions import definition
from jinlan.insight import between
from jinlan.insight.definition import Definition
from jinlan.insight.differences import Naming, chinese, differences
from jinlan.insight.parsing import loose
from jinlan.serving import selectors as serving

if TYPE_CHECKING:
    from jinlan.serving.models import UnitResult


@dataclass(frozen=True, slots=True)
class TwoDays:
    """Two published assessments of one client, what moved between them, and the ways to the tier that he would want."""

    before: UnitResult
    after: UnitResult
    changes: Sequence[between.Change]
    versions: Sequence[Words]  # what the later version of the criteria says differently
    law: Definition | None  # by which the later day was judged; None when it is not kept
    goal: str
    ways: Sequence[between.Way] | None


def two_days(
    actor: Actor, *, unit: Unit, before: date, after: date, name: Naming = chinese
) -> TwoDays | None:
    """Compare the published results that speak for two days; None when the actor sees none for one of them."""
    found = [_result(actor, unit, day) for day in (before, after)]
    if found[0] is None or found[1] is None:
        return None
    old, new = found[0], found[1]
    laws = [_law(actor, unit.kind, row) for row in (old, new)]
    law = laws[1]
    goal = between.goal(law, old.effective_tier, new.effective_tier) if law else ""
    return TwoDays(
        old, new, between.changes(old.detail, new.detail), [one.text for one in differences(laws[0], law, name)] if laws[0] and law else [],
        law, goal, _ways(law, unit, new, goal) if law and goal else None,
    )  # fmt: skip


def _result(actor: Actor, unit: Unit, day: date) -> UnitResult | None:
    shown = serving.published(actor, as_of=day)
    return serving.unit_result(actor, unit_id=unit.pk, as_of=shown.as_of) if shown else None


def _law(actor: Actor, kind: str, row: UnitResult) -> Definition | None:
    version = str((row.detail.get("definition") or {}).get("version", ""))
    kept = definition(actor, kind=kind, version=version)
    return loose(kept.body) if kept else None


def _ways(law: Definition, unit: Unit, row: UnitResult, tier: str) -> list[between.Way] | None:
    """Return the ways; a client who is stopped by a gate has none by his figures."""
    if row.tier_state in ("suspended", "closed") or "facts" not in row.detail:
        return None
    stored: dict[str, Any] = {
        "unit_id": unit.code, "root_party_id": "", "root_source_key": None, "branch_id": None, "measures": row.measures, "detail": row.detail,
    }  # fmt: skip
    return between.ways(law, stored, tier)
