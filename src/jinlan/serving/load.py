"""The only writer of published results. Runs inside the system's scope: readers see all of a publication or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from psycopg import sql

from jinlan.insight.gates import RESTRICTED
from jinlan.insight.totals import KindTotal
from jinlan.kernel.bulk import insert, stage, upsert
from jinlan.serving.models import (
    BankTotal,
    MemberResult,
    PublishedDate,
    RestrictedGate,
    Run,
    UnitResult,
    UnitTie,
)

RESULTS = (UnitResult, MemberResult, RestrictedGate, UnitTie)  # what a published date consists of

MONEY = "numeric(24, 2)"
# column of the published row -> measure
COLUMNS = {
    "aum": "aum", "aum_avg_12m": "aum_avg_12m", "deposit_avg_12m": "deposit_avg_12m", "loan": "loan",
    "revenue_12m": "revenue_12m", "settlement_12m": "settlement_12m", "limit": "limit", "limit_used": "limit_used",
    "overdue": "overdue", "growth": "aum_growth_12m",
}  # fmt: skip
UNIT_COLUMNS = {
    "entity": "text", "run_id": "bigint", "as_of": "date", "unit_id": "bigint", "domain": "smallint", "branch_id": "bigint",
    "kind": "text", "pinyin_key": "text", "score": "numeric(6, 2)", "rank": "int", "rank_n": "int", "computed_tier": "text",
    "proposed_tier": "text", "effective_tier": "text", "tier_level": "smallint", "tier_state": "text", "tier_since": "date",
    "tier_source": "text", "gates": "text", "managed": "boolean", **dict.fromkeys(COLUMNS, MONEY), "growth": "numeric(12, 8)",
    "potential": "numeric(6, 2)", "next_maturity": "date", "five_tier_worst": "smallint", "measures": "jsonb", "detail": "jsonb",
}  # fmt: skip
MEMBER_COLUMNS = {
    "entity": "text", "run_id": "bigint", "as_of": "date", "unit_id": "bigint", "party_id": "bigint", "domain": "smallint",
    "branch_id": "bigint", "unit_branch_id": "bigint", "measures": "jsonb", "aum": MONEY, "loan": MONEY, "revenue_12m": MONEY,
}  # fmt: skip
SECRET_COLUMNS = {
    "entity": "text", "run_id": "bigint", "as_of": "date", "unit_id": "bigint", "code": "text", "detail": "jsonb",
}  # fmt: skip
TIE_COLUMNS = {
    "entity": "text", "run_id": "bigint", "as_of": "date", "unit_id": "bigint", "domain": "smallint", "branch_id": "bigint",
    "role": "text", "party_id": "bigint", "other_unit_id": "bigint", "aum": MONEY, "loan": MONEY, "revenue_12m": MONEY,
}  # fmt: skip
CONTACT_COLUMNS = {
    "entity": "text", "unit_id": "bigint", "code": "text", "domain": "smallint", "branch_id": "bigint", "kind": "text",
    "executive": "boolean", "happened_on": "date", "minutes_on": "date", "two_way": "boolean", "client_side": "boolean", "employee": "text",
}  # fmt: skip
REQUEST_COLUMNS = {
    "entity": "text", "unit_id": "bigint", "code": "text", "domain": "smallint", "branch_id": "bigint", "kind": "text",
    "received_at": "timestamptz", "answered_at": "timestamptz", "settled_at": "timestamptz",
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
    base_currency: str = ""
    ties: Sequence[Mapping[str, Any]] = ()  # of `insight.results.TIES`
    replaces: bool = True  # False: adds rows of units that came new into management


def publish_day(
    entity: str,
    day: Day,
    units: Mapping[str, Place],
    parties: Mapping[str, Place],
    levels: Mapping[tuple[str, str], int],
) -> int:
    """Write the rows of one date and return how many units; `levels` maps (kind, tier) to its height."""
    if day.replaces:
        for model in RESULTS:
            model.objects.filter(entity=entity, as_of=day.as_of).delete()
    rows = [row for row in day.units if row["unit_id"] in units]
    members = (row for row in day.members if row["unit_id"] in units and row["party_id"] in parties)
    insert(
        "serving_unitresult",
        UNIT_COLUMNS,
        (_unit(entity, day, row, units[row["unit_id"]], levels) for row in rows),
    )
    insert(
        "serving_memberresult", MEMBER_COLUMNS,
        (_member(entity, day, row, units[row["unit_id"]], parties[row["party_id"]]) for row in members),
    )  # fmt: skip
    insert("serving_restrictedgate", SECRET_COLUMNS, _secrets(entity, day, rows, units))
    insert("serving_unittie", TIE_COLUMNS, _ties(entity, day, units, parties))
    if day.replaces:
        PublishedDate.objects.update_or_create(
            entity=entity,
            as_of=day.as_of,
            defaults={"run_id": day.run_id, "month_end": day.month_end, "base_currency": day.base_currency},
        )
    return len(rows)


def _ok(measures: Mapping[str, Mapping[str, Any]], code: str) -> str | None:
    one = measures.get(code)
    return one["v"] if one and one["s"] == "ok" else None


def _unit(
    entity: str, day: Day, row: Mapping[str, Any], place: Place, levels: Mapping[tuple[str, str], int]
) -> tuple[Any, ...]:
    measures, detail = json.loads(row["measures"]), json.loads(row["detail"])
    tier = row["effective_tier"] or ""
    return (
        entity, day.run_id, day.as_of, place.key, place.domain, place.branch, row["kind"], place.pinyin_key, row["score"],
        row["rank"], row["rank_n"], row["computed_tier"] or "", row["proposed_tier"], tier, levels.get((row["kind"], tier), 0),
        row["tier_state"], row["tier_since"], row["tier_source"] or "", row["gates"], row["managed"],
        *(_ok(measures, code) for code in COLUMNS.values()), _potential(detail), _ok(measures, "next_maturity"),
        _ok(measures, "five_tier_worst"), row["measures"], json.dumps(_neutral(detail), ensure_ascii=False),
    )  # fmt: skip


def _potential(detail: Mapping[str, Any]) -> Decimal | None:
    """Return the points of the potential family alone, null when none of its criteria has any."""
    found = [
        one
        for one in detail["criteria"]
        if one["family"].lower() == "potential" and one["points"] is not None
    ]
    weight = sum((Decimal(one["weight"]) for one in found), Decimal(0))
    points = sum((Decimal(one["weight"]) * Decimal(one["points"]) for one in found), Decimal(0))
    return round(points / weight, 2) if weight else None


def _neutral(detail: dict[str, Any]) -> dict[str, Any]:
    """Leave out secret gates; that a restriction holds is said in neutral words."""
    gates = detail["gates"]
    shown = [gate for gate in gates if not gate["secret"]]
    if any(gate["secret"] and gate["passed"] is False for gate in gates):
        shown.append(
            {"code": RESTRICTED, "passed": False, "secret": False, "value": "", "limit": "", "detail": ""}
        )
    return detail | {"gates": shown}


def _secrets(
    entity: str, day: Day, rows: Iterable[Mapping[str, Any]], units: Mapping[str, Place]
) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        if RESTRICTED in row["gates"]:
            for gate in json.loads(row["detail"])["gates"]:
                if gate["secret"] and gate["passed"] is False:
                    detail = json.dumps(gate, ensure_ascii=False)
                    yield (entity, day.run_id, day.as_of, units[row["unit_id"]].key, gate["code"], detail)


def _member(entity: str, day: Day, row: Mapping[str, Any], unit: Place, party: Place) -> tuple[Any, ...]:
    measures = json.loads(row["measures"])
    return (
        entity, day.run_id, day.as_of, unit.key, party.key, party.domain, party.branch, unit.branch, row["measures"],
        *(_ok(measures, code) for code in ("aum", "loan", "revenue_12m")),
    )  # fmt: skip


def _ties(
    entity: str, day: Day, units: Mapping[str, Place], parties: Mapping[str, Place]
) -> Iterator[tuple[Any, ...]]:
    """Return the ties to parties that the directory knows."""
    for row in day.ties:
        unit, other, group = (
            units.get(row["unit_id"]),
            parties.get(row["party_id"]),
            units.get(row["other_unit_id"] or ""),
        )
        if unit is not None and other is not None:
            yield (
                entity, day.run_id, day.as_of, unit.key, unit.domain, unit.branch, row["role"], other.key, group.key if group else None,
                row["aum"], row["loan"], row["revenue_12m"],
            )  # fmt: skip


def follow_homes(units: Mapping[int, int], parties: Mapping[int, int]) -> None:
    """Let published rows follow units and parties that moved to another branch (key -> new branch).

    The branch of a published row is not a fact of its date but the key of who answers for it now: the whole history goes along,
    so that the new branch can read it and the old one no longer does. The branch of the date stays in the lake.
    """
    moves = (
        ("serving_unitresult", "unit_id", "branch_id", units),
        ("serving_unittie", "unit_id", "branch_id", units),
        ("serving_memberresult", "unit_id", "unit_branch_id", units),
        ("serving_memberresult", "party_id", "branch_id", parties),
    )
    for table, key, column, moved in moves:
        if moved:
            stage({"key": "bigint", "branch": "bigint"}, moved.items(), table="moved")
            with connection.cursor() as cursor:
                cursor.execute(
                    f"update {table} r set {column} = m.branch from pg_temp.moved m "  # noqa: S608  names of our own
                    f"where r.{key} = m.key and r.{column} <> m.branch"
                )


def publish_contacts(entity: str, rows: Iterable[Mapping[str, Any]], units: Mapping[str, Place]) -> None:
    """Bring the contacts of managed units up to what the load knows; `rows` are `insight.contacts.CONTACTS`.

    What left the window, and what belongs to units that are managed no longer, goes; what did not change is not written.
    """
    values = (_contact(entity, row, units[row["unit_id"]]) for row in rows if row["unit_id"] in units)
    gone = sql.SQL("t.entity = {}").format(sql.Literal(entity))
    upsert("serving_unitcontact", CONTACT_COLUMNS, values, key=("entity", "unit_id", "code"), delete=gone)


def _contact(entity: str, row: Mapping[str, Any], place: Place) -> tuple[Any, ...]:
    return (
        entity, place.key, row["code"], place.domain, place.branch, row["kind"], row["executive"], row["happened_on"],
        row["minutes_on"], row["two_way"], row["client_side"], row["employee_id"] or "",
    )  # fmt: skip


def publish_requests(entity: str, rows: Iterable[Mapping[str, Any]], units: Mapping[str, Place]) -> None:
    """Bring the requests of managed units up to what the load knows; `rows` are `insight.requests.REQUESTS`."""
    values = (
        (
            entity, units[row["unit_id"]].key, row["code"], units[row["unit_id"]].domain, units[row["unit_id"]].branch, row["kind"],
            row["received_at"], row["answered_at"], row["settled_at"],
        )
        for row in rows if row["unit_id"] in units
    )  # fmt: skip
    gone = sql.SQL("t.entity = {}").format(sql.Literal(entity))
    upsert("serving_unitrequest", REQUEST_COLUMNS, values, key=("entity", "unit_id", "code"), delete=gone)


def totals_of(entity: str) -> dict[date, int]:
    """Return date -> the run that made its totals of the whole bank."""
    return dict(BankTotal.objects.filter(entity=entity).values_list("as_of", "run_id"))


def publish_totals(entity: str, as_of: date, run_id: int, found: Iterable[KindTotal]) -> None:
    """Write the totals of the whole bank on a date, in place of those that were there."""
    BankTotal.objects.filter(entity=entity, as_of=as_of).delete()
    BankTotal.objects.bulk_create(
        BankTotal(entity=entity, as_of=as_of, run_id=run_id, **asdict(one)) for one in found
    )


def published_units(entity: str) -> set[int]:
    """Return the keys of all units that have a published row."""
    return set(UnitResult.objects.filter(entity=entity).values_list("unit_id", flat=True).distinct())


def withdraw(units: Sequence[int]) -> None:
    """Take back every row of units that are managed on no date any more."""
    for model in RESULTS:
        model.objects.filter(unit_id__in=units).delete()


def close_publication(entity: str, run: Run, dates: Sequence[date]) -> None:
    """Name the latest date and withdraw dates that are no part of the history (yesterday's look inside a month)."""
    gone = PublishedDate.objects.filter(entity=entity).exclude(as_of__in=dates)
    for day in gone.values_list("as_of", flat=True):
        for model in (*RESULTS, BankTotal):
            model.objects.filter(entity=entity, as_of=day).delete()
    gone.delete()
    PublishedDate.objects.filter(entity=entity, latest=True).update(latest=False)
    PublishedDate.objects.filter(entity=entity, as_of=max(dates)).update(latest=True)
    run.status = "published"
