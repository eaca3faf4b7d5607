"""The only writer of published results. Runs inside the system's scope: readers see all of a publication or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jinlan.insight.gates import RESTRICTED
from jinlan.serving.models import MemberResult, PublishedDate, RestrictedGate, Run, UnitResult

BATCH = 2_000
COLUMNS = {
    "aum": "aum", "aum_avg_12m": "aum_avg_12m", "deposit_avg_12m": "deposit_avg_12m", "loan": "loan",
    "revenue_12m": "revenue_12m", "settlement_12m": "settlement_12m", "limit": "limit", "limit_used": "limit_used",
    "overdue": "overdue", "growth": "aum_growth_12m",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit or party stands in the directory: its key, side of the wall, home branch, sort key."""

    key: int
    domain: int
    branch: int
    pinyin_key: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One evaluated date to publish: rows of `insight.results.UNITS` and `MEMBERS` of managed units."""

    as_of: date
    month_end: bool
    run_id: int
    units: Sequence[Mapping[str, Any]]
    members: Sequence[Mapping[str, Any]]
    replaces: bool = True  # False: adds rows of units that came new into management


def publish_day(entity: str, day: Day, units: Mapping[str, Place], parties: Mapping[str, Place], levels: Mapping[tuple[str, str], int]) -> int:
    """Write the rows of one date and return how many units; `levels` maps (kind, tier) to its height."""
    if day.replaces:
        for model in (UnitResult, MemberResult, RestrictedGate):
            model.objects.filter(entity=entity, as_of=day.as_of).delete()
    rows = [row for row in day.units if row["unit_id"] in units]
    UnitResult.objects.bulk_create((_unit(entity, day, row, units, levels) for row in rows), batch_size=BATCH)
    members = [row for row in day.members if row["unit_id"] in units and row["party_id"] in parties]
    MemberResult.objects.bulk_create((_member(entity, day, row, units, parties) for row in members), batch_size=BATCH)
    RestrictedGate.objects.bulk_create(_secrets(entity, day, rows, units), batch_size=BATCH)
    if day.replaces:
        PublishedDate.objects.update_or_create(
            entity=entity, as_of=day.as_of, defaults={"run_id": day.run_id, "month_end": day.month_end}
        )
    return len(rows)


def _ok(measures: Mapping[str, Mapping[str, Any]], code: str) -> str | None:
    one = measures.get(code)
    return one["v"] if one and one["s"] == "ok" else None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _unit(
    entity: str, day: Day, row: Mapping[str, Any], units: Mapping[str, Place], levels: Mapping[tuple[str, str], int]
) -> UnitResult:
    place, measures, detail = units[row["unit_id"]], json.loads(row["measures"]), json.loads(row["detail"])
    maturity, worst = _ok(measures, "next_maturity"), _ok(measures, "five_tier_worst")
    potential = [one for one in detail["criteria"] if one["family"].lower() == "potential" and one["points"] is not None]
    weight = sum((Decimal(one["weight"]) for one in potential), Decimal(0))
    points = sum((Decimal(one["weight"]) * Decimal(one["points"]) for one in potential), Decimal(0))
    return UnitResult(
        entity=entity, run_id=day.run_id, as_of=day.as_of, unit_id=place.key, domain=place.domain, branch_id=place.branch,
        kind=row["kind"], pinyin_key=place.pinyin_key, score=row["score"], rank=row["rank"], rank_n=row["rank_n"],
        computed_tier=row["computed_tier"] or "", proposed_tier=row["proposed_tier"], effective_tier=row["effective_tier"] or "",
        tier_level=levels.get((row["kind"], row["effective_tier"] or ""), 0), tier_state=row["tier_state"],
        tier_since=row["tier_since"], tier_source=row["tier_source"] or "", gates=row["gates"],
        **{column: _decimal(_ok(measures, code)) for column, code in COLUMNS.items()},
        potential=round(points / weight, 2) if weight else None, next_maturity=maturity and date.fromisoformat(maturity),
        five_tier_worst=int(worst) if worst else None, measures=measures, detail=_neutral(detail),
    )  # fmt: skip


def _neutral(detail: dict[str, Any]) -> dict[str, Any]:
    """Leave out secret gates; that a restriction holds is said in neutral words."""
    gates = detail["gates"]
    shown = [gate for gate in gates if not gate["secret"]]
    if any(gate["secret"] and gate["passed"] is False for gate in gates):
        shown.append({"code": RESTRICTED, "passed": False, "secret": False, "value": "", "limit": "", "detail": ""})
    return detail | {"gates": shown}


def _secrets(entity: str, day: Day, rows: Iterable[Mapping[str, Any]], units: Mapping[str, Place]) -> list[RestrictedGate]:
    return [
        RestrictedGate(
            entity=entity, run_id=day.run_id, as_of=day.as_of, unit_id=units[row["unit_id"]].key, code=gate["code"], detail=gate
        )
        for row in rows
        if RESTRICTED in row["gates"]
        for gate in json.loads(row["detail"])["gates"]
        if gate["secret"] and gate["passed"] is False
    ]


def _member(
    entity: str, day: Day, row: Mapping[str, Any], units: Mapping[str, Place], parties: Mapping[str, Place]
) -> MemberResult:
    unit, party, measures = units[row["unit_id"]], parties[row["party_id"]], json.loads(row["measures"])
    return MemberResult(
        entity=entity, run_id=day.run_id, as_of=day.as_of, unit_id=unit.key, party_id=party.key, domain=party.domain,
        branch_id=party.branch, unit_branch_id=unit.branch, measures=measures,
        **{code: _decimal(_ok(measures, code)) for code in ("aum", "loan", "revenue_12m")},
    )  # fmt: skip


def close_publication(entity: str, run: Run, dates: Sequence[date]) -> None:
    """Name the latest date and withdraw dates that are no part of the history (yesterday's look inside a month)."""
    gone = PublishedDate.objects.filter(entity=entity).exclude(as_of__in=dates)
    for day in gone.values_list("as_of", flat=True):
        for model in (UnitResult, MemberResult, RestrictedGate):
            model.objects.filter(entity=entity, as_of=day).delete()
    gone.delete()
    PublishedDate.objects.filter(entity=entity, latest=True).update(latest=False)
    PublishedDate.objects.filter(entity=entity, as_of=max(dates)).update(latest=True)
    run.status = "published"
