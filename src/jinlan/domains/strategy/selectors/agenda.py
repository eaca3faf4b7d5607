"""What a meeting could be asked: versions that wait for it, tiers that are proposed, units at a line, overrides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.clients import teams
from jinlan.clients.models import Coverage, Unit, UnitMember
from jinlan.clients.selectors import in_force
from jinlan.domains.strategy.models import DefinitionVersion, Override, TierDecision
from jinlan.kernel.reading import visible
from jinlan.serving import selectors as serving

if TYPE_CHECKING:
    from jinlan.serving.models import UnitResult

STILL = ("suspended", "closed")  # states in which nothing is to be weighed


def versions_waiting(actor: Actor) -> list[DefinitionVersion]:
    """Return the versions that wait for a committee, oldest first."""
    rows = visible(actor, DefinitionVersion).filter(state=DefinitionVersion.COMMITTEE)
    return list(rows.order_by("changed_at", "id"))


def tiers_waiting(actor: Actor, *, as_of: date) -> list[UnitResult]:
    """Return the results with a proposed change that no committee decided since, those to lose their tier first."""
    rows = (
        serving.results(actor, as_of=as_of).filter(proposed_tier__isnull=False).exclude(tier_state__in=STILL)
    )
    decided = visible(actor, TierDecision).filter(source=TierDecision.COMMITTEE, since__gte=as_of)
    rows = rows.exclude(unit_id__in=decided.values("unit_id"))
    return sorted(rows, key=lambda row: (row.tier_state != "proposed_down", -row.tier_level, row.unit_id))


def borderline_units(actor: Actor, *, as_of: date, margin: Decimal, most: int) -> list[UnitResult]:
    """Return the results with nothing proposed that lie at most `margin` points from a line that could move them, nearest first."""
    rows = (
        serving.results(actor, as_of=as_of).filter(proposed_tier__isnull=True).exclude(tier_state__in=STILL)
    )
    found = []
    for row in rows.exclude(tier_source="OVERRIDE"):
        gap = min(gaps(row.detail.get("lines", ())), default=None)
        if gap is not None and gap <= margin:
            found.append((gap, row.unit_id, row))
    return [row for _, _, row in sorted(found, key=lambda one: one[:2])[:most]]


def gaps(lines: Iterable[Mapping[str, Any]]) -> list[Decimal]:
    """Return how far the lines that could move a unit are: the exit of those it is in, the entry of those it is not."""
    return [
        abs(Decimal(one["value"]) - Decimal(one["exit"] if one["in"] else one["entry"]))
        for one in lines
        if one.get("value") is not None and one.get("entry") is not None
    ]


def overrides_ending(actor: Actor, *, as_of: date, days: int) -> list[Override]:
    """Return the overrides in force that end within some days, the first to end first."""
    rows = visible(actor, Override).filter(valid_from__lte=as_of, expires__gt=as_of)
    return list(rows.filter(expires__lte=as_of + timedelta(days=days)).order_by("expires", "id"))


def team_codes(actor: Actor, *, unit: Unit, on: date) -> list[str]:
    """Return the codes of everybody who looks after a unit or one of its members on a day, in whatever role, and who stands in for them."""
    members = visible(actor, UnitMember).filter(in_force(on), unit=unit).values("party_id")
    rows = visible(actor, Coverage).filter(in_force(on)).filter(Q(unit=unit) | Q(party_id__in=members))
    team, away = set(rows.values_list("employee__code", flat=True)), teams.deputies_on(actor, day=on)
    return sorted(team | {away[code].code for code in team if code in away})
