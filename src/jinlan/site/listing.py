"""`list` and `why`: what a named person may know of a date, as known now or at a load; every question is audited."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.errors import Refused
from jinlan.clients.models import Unit
from jinlan.domains.strategy.services.decisions import decisions_of
from jinlan.domains.strategy.services.definitions import definitions_of
from jinlan.domains.strategy.services.overrides import overrides_of
from jinlan.insight import explain
from jinlan.insight.definition import Definition
from jinlan.insight.explain import Explanation
from jinlan.insight.gates import RESTRICTED
from jinlan.insight.tiers import Decided, Override
from jinlan.kernel.audit import audit
from jinlan.kernel.scope import LakeScope, lake_scope, scoped, system_actor
from jinlan.lake import results
from jinlan.lake.features.catalog import MEASURES
from jinlan.lake.registry import LoadRecord
from jinlan.serving.models import Run
from jinlan.serving.registry import DatabaseRegistry
from jinlan.site.history import Evaluated, fingerprint, holds, plan, refuse_future, stored

PERSONAL, CORPORATE = 0, 1
COLUMNS = (
    "unit_id", "kind", "root_source_key", "computed_tier", "effective_tier", "score", "rank", "gates", "tier_state",
    "proposed_tier", "tier_since", "tier_source", "managed",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """The results of a date that speak at a load."""

    load: LoadRecord
    found: Evaluated
    run_id: int


def domain_of(kind: str) -> int:
    """Return the data domain of a kind of unit."""
    return PERSONAL if kind == "HNW" else CORPORATE


def at(entity: str, as_of: date, known_at: int | None) -> Answer:
    """Return the stored results of a date as known at a load; evaluate them when nobody has asked before."""
    system = system_actor(entity, now_utc())
    registry = DatabaseRegistry()
    load = registry.latest(entity) if known_at is None else registry.pinned(entity, known_at)
    if load is None:
        raise Refused(
            "LIST.NO_LOAD", "法人 %(entity)s 还没有装载供数。", "请先 ./jinlan load DIR。", entity=entity
        )
    definitions, overrides = definitions_of(entity, system), overrides_of(entity, system)
    decisions = decisions_of(entity, system)
    marks, loads = partial(fingerprint, definitions, overrides, decisions), registry.loads(entity)
    refuse_future([one for one in loads if one.load_id <= load.load_id], as_of)
    known = stored(entity, system)
    good = [
        one
        for one in known
        if one.as_of == as_of and holds(one, load=load, loads=loads, definitions=marks(as_of))
    ]
    if good:
        return Answer(load, good[-1], good[-1].run_id)
    return _evaluated(entity, as_of, load, known, loads, marks, (definitions, overrides, decisions))


def _evaluated(
    entity: str, as_of: date, load: LoadRecord, known: Sequence[Evaluated], loads: Sequence[LoadRecord], marks: Callable[[date], str],
    said: tuple[Sequence[Definition], Sequence[Override], Sequence[Decided]],
) -> Answer:  # fmt: skip
    """Evaluate a date that nobody asked for yet; `said` are definitions, overrides and decisions."""
    system, (definitions, overrides, decisions) = system_actor(entity, now_utc()), said
    # The engine takes seconds to import, and most questions never need it.
    from jinlan.insight.identify import evaluate
    from jinlan.lake.view import LakeView

    todo = plan(known, load=load, loads=loads, marks=marks, as_of=as_of)
    if not todo.todo:
        raise Refused("LIST.EARLY", "%(as_of)s 早于最早的供数。", "请给一个有数据的日期。", as_of=as_of)
    with scoped(system, write=True):
        run = Run.objects.create(
            entity=entity, as_of=as_of, load_id=load.load_id, status="asked", started_at=now_utc(),
            definitions={one.kind: {"version": one.version, "sha256": one.sha256} for one in definitions},
        )  # fmt: skip
    prior = results.read_units(settings.LAKE_DIR, todo.prior) if todo.prior else None
    view = LakeView(settings.LAKE_DIR, load)
    try:
        for one in evaluate(
            view, dates=todo.todo, definitions=definitions, overrides=overrides, decisions=decisions, prior=prior
        ):  # fmt: skip
            folder = results.write(
                settings.LAKE_DIR, entity, run.pk, one.as_of, units=one.units, members=one.members, ties=one.ties
            )  # fmt: skip
            last = Evaluated(one.as_of, folder, load.load_id, marks(one.as_of))
            run.files[one.as_of.isoformat()] = last.body()
    finally:
        view.close()
    run.finished_at = now_utc()
    with scoped(system, write=True):
        run.save(update_fields=["files", "finished_at"])
    return Answer(load, last, run.pk)


def open_gates(row: dict[str, Any], scope: LakeScope) -> str:
    """Return the gates column: compliance reads the real codes, everybody else the neutral words."""
    if not scope.secret or RESTRICTED not in row["gates"]:
        return str(row["gates"])
    failed = [gate["code"] for gate in json.loads(row["detail"])["gates"] if gate["passed"] is False]
    return ",".join(failed)


Sight = Callable[[dict[str, Any]], bool]


def sight_of(scope: LakeScope, entity: str, folder: str) -> Sight:
    """Return whether a row of UNITS is in sight, by the rules of the published rows.

    A managed unit counts where it is at home now, not where it was on the date. A unit that is not in the directory is in sight
    when every one of its members is.
    """
    if scope.entity != entity:
        return lambda _row: False
    if scope.whole:
        return lambda _row: True
    with scoped(system_actor(entity, now_utc())):
        homes = dict(Unit.objects.filter(entity=entity).values_list("code", "branch__code"))
    members: dict[str, set[str]] = {}
    if scope.parties:
        for row in results.read_members(settings.LAKE_DIR, folder, ["unit_id", "party_id"]).to_pylist():
            if row["unit_id"] not in homes:
                members.setdefault(row["unit_id"], set()).add(row["party_id"])

    def seen(row: dict[str, Any]) -> bool:
        unit, domain = row["unit_id"], domain_of(row["kind"])
        if scope.sees_unit(unit, domain, homes.get(unit, row["branch_id"])):
            return True
        inside = members.get(unit, set())
        return bool(inside) and all((party, domain) in scope.parties for party in inside)

    return seen


def list_units(
    *,
    actor: Actor,
    entity: str,
    as_of: date,
    known_at: int | None = None,
    kind: str | None = None,
    everything: bool = False,
) -> list[dict[str, Any]]:
    """Return the units in sight, best first inside their kind, with tiers, score, rank, gates and measures as text."""
    scope = lake_scope(actor)
    answer = at(entity, as_of, known_at)
    in_sight = sight_of(scope, entity, answer.found.folder)
    rows = results.read_units(settings.LAKE_DIR, answer.found.folder).to_pylist()
    seen = [
        row
        for row in rows
        if (kind is None or row["kind"] == kind) and (everything or row["managed"]) and in_sight(row)
    ]
    seen.sort(key=lambda row: (row["kind"], row["rank"] is None, row["rank"] or 0, row["unit_id"]))
    with scoped(actor):
        asked = {
            "as_of": as_of,
            "load": answer.load.load_id,
            "kind": kind,
            "all": everything,
            "units": len(seen),
        }
        audit(actor, "strategy.list_read", "list", as_of.isoformat(), after=asked)
    return [_shown(row, scope) for row in seen]


def _shown(row: dict[str, Any], scope: LakeScope) -> dict[str, Any]:
    shown: dict[str, Any] = {name: row[name] for name in COLUMNS}
    shown["gates"] = open_gates(row, scope)
    for name in ("score", "tier_since"):
        shown[name] = None if row[name] is None else str(row[name])
    measures = json.loads(row["measures"])
    for code in MEASURES:
        one = measures.get(code)
        shown[code] = None if one is None else one["v"] if one["s"] == "ok" else one["s"]
    return shown


@dataclass(frozen=True, slots=True)
class Judged:
    """A stored row of one unit in somebody's sight, with the definition by which it was judged."""

    row: dict[str, Any]
    members: list[dict[str, Any]]
    definition: Definition
    answer: Answer
    secret: bool


def judged(*, actor: Actor, entity: str, unit: str, as_of: date, known_at: int | None = None) -> Judged:
    """Return a unit's stored row on a date; the reading is recorded.

    Raises:
        Refused: UNIT.ABSENT when there is no such unit on that date, or it is out of the person's sight: one answer.
    """
    scope = lake_scope(actor)
    answer = at(entity, as_of, known_at)
    units, members = results.read_unit(settings.LAKE_DIR, answer.found.folder, unit)
    rows = [row for row in units.to_pylist() if sight_of(scope, entity, answer.found.folder)(row)]
    if not rows:
        raise Refused(
            "UNIT.ABSENT",
            "没有客户单元 %(unit)s。",
            "请核对编号与日期;`./jinlan list` 列出可见的单元。",
            unit=unit,
        )
    with scoped(actor):
        audit(
            actor,
            "strategy.unit_explained",
            "unit",
            unit,
            after={"as_of": as_of, "load": answer.load.load_id},
        )
    used = json.loads(rows[0]["detail"])["definition"]["sha256"]
    versions = definitions_of(entity, system_actor(entity, now_utc()))
    definition = next(one for one in versions if one.sha256 == used)
    return Judged(rows[0], members.to_pylist(), definition, answer, scope.secret)


def why(
    *, actor: Actor, entity: str, unit: str, as_of: date, known_at: int | None = None
) -> tuple[Explanation, Answer]:
    """Explain a unit's tier on a date, and say which run and load the answer comes from; raises as `judged`."""
    it = judged(actor=actor, entity=entity, unit=unit, as_of=as_of, known_at=known_at)
    return explain.why(it.row, it.members, it.definition, secret=it.secret), it.answer
