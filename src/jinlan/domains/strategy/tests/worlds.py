"""A small published world for the committee: one group to fall, one household to rise, one group at a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jinlan.clients.models import Unit
from jinlan.clients.testing import Cast, the_cast
from jinlan.domains.strategy.services.definitions import install_definitions
from jinlan.kernel.scope import system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import Load, PublishedDate, Run, UnitResult

SEP, OCT = date(2026, 9, 30), date(2026, 10, 31)


@dataclass(frozen=True, slots=True)
class World:
    """The cast and the run that was published."""

    cast: Cast
    run: Run


def line(tier: str, value: str, entry: str, leave: str, *, inside: bool) -> dict[str, Any]:
    return {
        "tier": tier,
        "on": "score",
        "value": value,
        "entry": entry,
        "exit": leave,
        "up": 0,
        "down": 0,
        "in": inside,
    }


def detail(*lines: dict[str, Any]) -> dict[str, Any]:
    return {
        "criteria": [
            {"code": "A", "family": "SCALE", "measure": "deposit_avg_12m", "weight": "1", "raw": "50000000.00", "points": "61.2",
             "contribution": "61.20", "peer_points": "50.0", "peer_raw": "20000000.00", "reason": "11.20"},
        ],
        "for": ["A"], "against": [], "gates": [], "lines": list(lines), "override": None, "peers": 12, "rules": {},
        "definition": {"version": "2026.1", "sha256": "ab" * 32},
    }  # fmt: skip


def publish(run: Run, unit: Unit, as_of: date, **values: Any) -> None:
    """Publish one unit on one date."""
    UnitResult.objects.create(
        entity=ENTITY, run=run, as_of=as_of, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, kind=unit.kind,
        rank=3, rank_n=12,
        **({"gates": "ok", "measures": {}, "tier_since": SEP, "tier_source": "AUTOMATIC", "detail": detail()} | values),
    )  # fmt: skip


def published() -> World:
    """Make the cast, the shipped definitions and three published dates."""
    cast = the_cast()
    install_definitions(ENTITY, actor=system_actor(ENTITY, AT))
    with writing():
        load = Load.objects.create(entity=ENTITY, as_of=TODAY, status="loaded", started_at=AT, versions={})
        run = Run.objects.create(entity=ENTITY, as_of=TODAY, load=load, status="published", started_at=AT)
        for day in (SEP, OCT, TODAY):
            PublishedDate.objects.create(
                entity=ENTITY, as_of=day, run=run, month_end=day != TODAY, latest=day == TODAY
            )
        for day in (OCT, TODAY):
            publish(
                run, cast.group, day, effective_tier="BRANCH", tier_level=3, computed_tier="KEY", proposed_tier="KEY",
                tier_state="proposed_down", score=Decimal("61.20"), tier_source="APPROVED_LIST", tier_since=date(2021, 9, 15),
                detail=detail(line("BRANCH", "61.20", "70", "63", inside=False)),
            )  # fmt: skip
            publish(
                run, cast.household, day, effective_tier="PRIVATE", tier_level=1, computed_tier="ULTRA", proposed_tier="ULTRA",
                tier_state="proposed_up", score=Decimal("88.00"), detail=detail(line("ULTRA", "88.00", "85", "76", inside=True)),
            )  # fmt: skip
            publish(
                run, cast.other, day, effective_tier="KEY", tier_level=2, computed_tier="KEY", tier_state="active",
                score=Decimal("69.60"), detail=detail(line("BRANCH", "69.60", "70", "63", inside=False)),
            )  # fmt: skip
    return World(cast, run)
