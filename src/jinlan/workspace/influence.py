"""影响价值: what a client moves without owning it, beside its own value and never added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinlan.basics.actor import Actor
from jinlan.clients import selectors as clients
from jinlan.kernel.figures import column_unit
from jinlan.kernel.reading import sees_whole_bank
from jinlan.serving.ties import VALUES, influence

if TYPE_CHECKING:
    from jinlan.serving.models import UnitResult

SHOWN = 12  # parties of a role, the largest first


def influence_of(actor: Actor, result: UnitResult) -> dict[str, Any]:
    """Return the rows of the card: the unit's own value first, then each role with the parties behind it."""
    found = influence(actor, unit_id=result.unit_id, as_of=result.as_of)
    ranked = {one.role: sorted(one.ties, key=lambda tie: -(tie.revenue_12m or 0))[:SHOWN] for one in found}
    shown = [tie for rows in ranked.values() for tie in rows]
    names = clients.parties_by_key(actor, party_ids=[tie.party_id for tie in shown])
    units = clients.named_units(
        actor, unit_ids={tie.other_unit_id for tie in shown if tie.other_unit_id}, as_of=result.as_of
    )
    rows: list[dict[str, Any]] = [
        {
            "role": one.role, "count": len(one.ties), "clients": one.clients, "sums": [getattr(one, name) for name in VALUES],
            "others": [
                {"tie": tie, "party": names.get(tie.party_id), "unit": units[tie.other_unit_id][0] if tie.other_unit_id in units else None}
                for tie in ranked[one.role]
            ],
            "more": len(one.ties) - len(ranked[one.role]),
        }
        for one in found
    ]  # fmt: skip
    own = [getattr(result, name) for name in VALUES]
    return {
        "influence": rows, "influence_own": own, "influence_whole": sees_whole_bank(),
        "influence_unit": column_unit([*own, *(value for row in rows for value in row["sums"])]),
    }  # fmt: skip
