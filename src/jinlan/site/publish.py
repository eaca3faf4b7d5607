"""Publishing a run: directory, results, decisions that wait, all in one transaction of the system's scope."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from jinlan.basics.actor import Actor
from jinlan.basics.clock import now_utc
from jinlan.basics.periods import is_month_end, tiers_compare_with
from jinlan.clients.coverage import sync_coverage
from jinlan.clients.models import Party, Unit, UnitMember
from jinlan.clients.register import sync_units
from jinlan.domains.strategy.services.definitions import definitions_of
from jinlan.insight import totals
from jinlan.insight.contacts import contacts
from jinlan.insight.requests import requests
from jinlan.kernel.audit import audit
from jinlan.kernel.bulk import patient
from jinlan.kernel.jobs import defer
from jinlan.kernel.scope import scoped
from jinlan.lake import results
from jinlan.lake.registry import LoadRecord
from jinlan.lake.view import LakeView
from jinlan.serving.load import (
    Day,
    Place,
    close_publication,
    follow_homes,
    publish_contacts,
    publish_day,
    publish_requests,
    publish_totals,
    published_units,
    totals_of,
    withdraw,
)
from jinlan.serving.models import PublishedDate, Run
from jinlan.site.history import Evaluated
from jinlan.site.intake import rows as state_rows
from jinlan.work.services import open_task

Rows = list[dict[str, Any]]
ASSIGNMENT = ("party_id", "unit_id", "employee_id", "role", "credit_share", "valid_from", "valid_to")
CONTROL, SPONSOR = "CONTROLLING_PERSON", "SPONSOR"
MEMBERSHIP = ["unit_id", "party_id", "source", "valid_from", "valid_to", "claims", "parent_party_id", "share"]


def publish(*, run: Run, dates: Sequence[Evaluated], load: LoadRecord, actor: Actor) -> dict[str, int]:
    """Publish the dates whose results changed and return how tiers moved."""
    entity = run.entity
    register = _register(dates)
    assignments = _assignments(load)
    with scoped(actor, write=True):
        patient()
        published = dict(PublishedDate.objects.filter(entity=entity).values_list("as_of", "run_id"))
        homes = dict(Unit.objects.filter(entity=entity).values_list("code", "branch_id"))
        definitions = definitions_of(entity, actor)
        members = memberships((one.as_of, _members(one, register, MEMBERSHIP)) for one in dates)
        before = dict(UnitMember.objects.filter(entity=entity).values_list("party_id", "branch_id"))
        units = sync_units(entity, _unit_rows(dates, register, load), members)
        sync_coverage(entity, assignments)
        places = {
            code: Place(unit.pk, unit.domain, unit.branch_id, unit.pinyin_key) for code, unit in units.items()
        }
        ties = {one.as_of: _ties(one, register) for one in dates}
        parties = _parties(entity, {row["party_id"] for rows in (members, *ties.values()) for row in rows})
        levels = {(one.kind, line.tier): one.level(line.tier) for one in definitions for line in one.lines}
        follow_homes(*_moved(homes, units, before, parties))
        withdraw([unit.pk for code, unit in units.items() if code not in register])
        there = published_units(entity)
        known = {code for code, unit in units.items() if unit.pk in there}
        days = (_day(one, register, ties[one.as_of], published, known, load.base_currency) for one in dates)
        counts = [publish_day(entity, day, places, parties, levels) for day in days]
        _publish_totals(entity, dates)
        spoken, asked = _said(load, members, assignments, dates[-1].as_of)
        publish_contacts(entity, spoken, places)
        publish_requests(entity, asked, places)
        run.changes = movements(dates, levels)
        _open_decisions(entity, dates[-1], places, actor)
        close_publication(entity, run, [one.as_of for one in dates])
        defer("strategy.review_month", actor=actor, key=f"run {run.pk}")
        defer("strategy.refresh_targets", actor=actor, key=f"run {run.pk}")
        defer("work.snapshot_indicators", actor=actor, key=f"run {run.pk}")
        run.counts = {"units": sum(counts), "managed": len(register), "dates": len(dates)}
        run.finished_at = now_utc()
        run.save()
        after = {"as_of": run.as_of, "load": load.load_id, **run.changes}
        audit(actor, "strategy.run_published", "run", run.pk, after=after)
    changes: dict[str, int] = run.changes
    return changes


def _moved(
    homes: Mapping[str, int],
    units: Mapping[str, Unit],
    before: Mapping[int, int],
    parties: Mapping[str, Place],
) -> tuple[dict[int, int], dict[int, int]]:
    """Return units and parties (key -> new branch) whose home is not what it was at the last publication."""
    unit_moves = {
        unit.pk: unit.branch_id
        for code, unit in units.items()
        if homes.get(code, unit.branch_id) != unit.branch_id
    }
    party_moves = {
        one.key: one.branch for one in parties.values() if before.get(one.key, one.branch) != one.branch
    }
    return unit_moves, party_moves


def _read(one: Evaluated, columns: Sequence[str] | None = None, only: Collection[str] | None = None) -> Rows:
    return _rows(results.read_units(settings.LAKE_DIR, one.folder, columns), only)


def _members(one: Evaluated, only: Collection[str], columns: Sequence[str] | None = None) -> Rows:
    return _rows(results.read_members(settings.LAKE_DIR, one.folder, columns), only)


def _rows(table: pa.Table, only: Collection[str] | None) -> Rows:
    """Turn a table into rows, of the units in `only`; the rest never becomes objects."""
    if only is not None:
        table = table.filter(pc.is_in(table["unit_id"], value_set=pa.array(sorted(only), pa.string())))
    rows: Rows = table.to_pylist()
    return rows


def _register(dates: Sequence[Evaluated]) -> set[str]:
    """Return every unit that is managed on any of the dates: its whole history is published."""
    found: set[str] = set()
    for one in dates:
        table = results.read_units(settings.LAKE_DIR, one.folder, ["unit_id", "managed"])
        found.update(table.filter(table["managed"])["unit_id"].to_pylist())
    return found


def _ties(one: Evaluated, only: Collection[str]) -> Rows:
    """Return the ties of the units in `only`; none for a date that was evaluated before they were written down."""
    table = results.read_ties(settings.LAKE_DIR, one.folder)
    return [] if table is None else _rows(table, only)


def _day(
    one: Evaluated,
    register: set[str],
    ties: Rows,
    published: Mapping[date, int],
    known: set[str],
    currency: str,
) -> Day:
    """Return what has to be written for a date: everything when its results changed, else units that are new."""
    fresh = published.get(one.as_of) != one.run_id
    wanted = register if fresh else register - known
    units, members = (_read(one, only=wanted), _members(one, wanted)) if wanted else ([], [])
    own = [row for row in ties if row["unit_id"] in wanted]
    return Day(one.as_of, is_month_end(one.as_of), one.run_id, units, members, currency, own, replaces=fresh)


def _publish_totals(entity: str, dates: Sequence[Evaluated]) -> None:
    """Write the totals of all clients on the dates that have none of their run yet; managed units alone are published."""
    there = totals_of(entity)
    for one in dates:
        if there.get(one.as_of) != one.run_id:
            rows = results.read_units(settings.LAKE_DIR, one.folder, list(totals.COLUMNS))
            publish_totals(entity, one.as_of, one.run_id, totals.totals(rows))


def memberships(days: Iterable[tuple[date, Rows]]) -> Rows:
    """Join the members of all dates into dated memberships: one that is no longer stated ends on the date it is missing.

    `current` tells the memberships of the newest date.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for as_of, rows in days:
        present = set()
        for row in rows:
            key = (row["unit_id"], row["party_id"])
            present.add(key)
            first = found.get(key)
            start = first["valid_from"] if first and first["valid_to"] is None else row["valid_from"] or as_of
            found[key] = {
                **row,
                "valid_from": start,
                "claims": json.loads(row["claims"] or "[]"),
                "seen": as_of,
            }
        for key, row in found.items():
            if key not in present and row["valid_to"] is None:
                row["valid_to"] = as_of
    newest = max((row["seen"] for row in found.values()), default=None)
    for row in found.values():
        row["current"] = row["seen"] == newest and (row["valid_to"] is None or row["valid_to"] > newest)
    return [row for row in found.values() if row["valid_to"] is None or row["valid_to"] > row["valid_from"]]


def _unit_rows(dates: Sequence[Evaluated], register: set[str], load: LoadRecord) -> Rows:
    """Return the newest row of every managed unit, with the person who controls it, if the bank says so."""
    newest: dict[str, dict[str, Any]] = {}
    for one in dates:
        newest |= {row["unit_id"]: row for row in _read(one, ["unit_id", "kind", "root_party_id"], register)}
    controllers = _controllers(load)
    return [{**row, "controller": controllers.get(row["root_party_id"], "")} for row in newest.values()]


def _controllers(load: LoadRecord) -> dict[str, str]:
    """Return company -> the natural person that controls it, by the party roles of the bank."""
    view = LakeView(settings.LAKE_DIR, load)
    try:
        if not view.has("party_role"):
            return {}
        rows = state_rows(view, "party_role", ("party_id", "role_code", "object_id", "valid_to"))
    finally:
        view.close()
    return {
        row["object_id"]: row["party_id"]
        for row in rows
        if row["role_code"] == CONTROL and row["valid_to"] is None
    }


def _assignments(load: LoadRecord) -> Rows:
    view = LakeView(settings.LAKE_DIR, load)
    try:
        return state_rows(view, "assignment", ASSIGNMENT) if view.has("assignment") else []
    finally:
        view.close()


def _said(load: LoadRecord, members: Rows, assignments: Rows, until: date) -> tuple[Rows, Rows]:
    """Return contacts with the managed units, and what these asked for, as the load knows both; nothing of what is not delivered."""
    sponsors = [row for row in assignments if row["role"] == SPONSOR and row["unit_id"]]
    view = LakeView(settings.LAKE_DIR, load)
    try:
        return contacts(view, members, sponsors, until).to_pylist(), requests(
            view, members, until
        ).to_pylist()
    finally:
        view.close()


def _parties(entity: str, codes: set[str]) -> dict[str, Place]:
    rows = Party.objects.filter(entity=entity, code__in=codes).values_list(
        "code", "id", "domain", "branch_id"
    )
    return {code: Place(key, domain, branch) for code, key, domain, branch in rows}


def movements(dates: Sequence[Evaluated], levels: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Count who entered, left, rose and fell, by effective tier, up to the last date (`tiers_compare_with`)."""
    found = {"entered": 0, "left": 0, "up": 0, "down": 0}
    since = tiers_compare_with(dates[-1].as_of, (one.as_of for one in dates))
    columns = ["unit_id", "kind", "effective_tier"]
    before, after = (
        (
            {
                row["unit_id"]: levels.get((row["kind"], row["effective_tier"] or ""), 0)
                for row in _read(one, columns)
            }
            for one in dates
            if one.as_of in (since, dates[-1].as_of)
        )
        if since
        else ({}, {})
    )
    for unit in before.keys() | after.keys():
        old, new = before.get(unit, 0), after.get(unit, 0)
        if old != new:
            found["entered" if not old else "left" if not new else "up" if new > old else "down"] += 1
    return found


def _open_decisions(entity: str, last: Evaluated, places: Mapping[str, Place], actor: Actor) -> None:
    """Open a task for every tier change that waits for the committee; one that is open already stays one."""
    columns = ["unit_id", "kind", "proposed_tier", "effective_tier", "computed_tier", "score", "tier_state"]
    for row in _read(last, columns, places.keys()):
        if row["proposed_tier"] is None:
            continue
        place = places[row["unit_id"]]
        open_task(
            actor=actor, entity=entity, subject=f"tier:{row['unit_id']}:{row['effective_tier']}>{row['proposed_tier']}", kind="tier",
            unit_id=place.key, domain=place.domain, branch_id=place.branch, role="dept_head", title="层级变更待委员会决定",
            detail={key: str(row[key] or "") for key in ("kind", "effective_tier", "proposed_tier", "computed_tier", "score", "tier_state")},
            opened_on=last.as_of,
        )  # fmt: skip
