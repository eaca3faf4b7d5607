"""The register of managed units: who belongs to them and who looks after them, kept by every publication."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from psycopg import sql

from jinlan.basics.ids import uuid7
from jinlan.clients.changes import Change, Line, overlaid
from jinlan.clients.directory import Row, ids
from jinlan.clients.models import CORPORATE, PERSONAL, Employee, LeadChange, Party, Unit
from jinlan.kernel.bulk import upsert
from jinlan.kernel.masking import mask_person
from jinlan.kernel.search import search_of

LIGHT = ("grams", "search_text")
UNIT_COLUMNS = {
    "entity": "text", "code": "text", "kind": "text", "domain": "smallint", "root_party_id": "bigint", "branch_id": "bigint",
    "name": "text", "controller_label": "text", "pinyin_key": "text", "grams": "varchar(8)[]", "search_text": "text",
    "public_id": "uuid", "member_branch_keys": "bigint[]",
}  # fmt: skip
MEMBER_COLUMNS = {
    "entity": "text", "unit_id": "bigint", "party_id": "bigint", "valid_from": "date", "domain": "smallint",
    "branch_id": "bigint", "unit_branch_id": "bigint", "source": "text", "valid_to": "date", "current": "boolean",
    "claims": "jsonb", "parent_party_id": "bigint", "share": "numeric(12, 8)",
}  # fmt: skip
COVERAGE_COLUMNS = {
    "entity": "text", "unit_id": "bigint", "party_id": "bigint", "employee_id": "bigint", "role": "text", "valid_from": "date",
    "domain": "smallint", "branch_id": "bigint", "credit_share": "numeric(12, 8)", "valid_to": "date",
}  # fmt: skip


def sync_units(entity: str, rows: Sequence[Row], members: Iterable[Row]) -> dict[str, Unit]:
    """Bring managed units and their dated members up to date and return the units by code.

    Args:
        entity: whose units.
        rows: unit_id, kind, root_party_id, controller (a person's code or "").
        members: rows of `insight.results.MEMBERS` with dates joined over all evaluated dates, and ``current``: whether the
            newest date has them. Rows whose parties the directory does not know are left out.
    """
    by_unit: dict[str, list[Row]] = {}
    for member in members:
        by_unit.setdefault(member["unit_id"], []).append(member)
    codes = {row["root_party_id"] for row in rows} | {row["controller"] for row in rows}
    codes |= {member["party_id"] for found in by_unit.values() for member in found}
    parties = {party.code: party for party in Party.objects.filter(entity=entity, code__in=codes)}
    known = [row for row in rows if row["root_party_id"] in parties]
    units = (_unit(entity, row, parties) for row in known)
    upsert(
        "clients_unit",
        UNIT_COLUMNS,
        units,
        key=("entity", "code"),
        at_birth=("public_id", "member_branch_keys"),
    )
    found = {unit.code: unit for unit in Unit.objects.filter(entity=entity).defer(*LIGHT)}
    upsert(
        "clients_unitmember", MEMBER_COLUMNS, _members(entity, found, by_unit, parties),
        key=("entity", "unit_id", "party_id", "valid_from"), delete=sql.SQL("t.entity = {}").format(entity),
    )  # fmt: skip
    return found


def _unit(entity: str, row: Row, parties: Mapping[str, Party]) -> tuple[Any, ...]:
    root, controller = parties[row["root_party_id"]], parties.get(row["controller"])
    search = search_of([root.name])  # members are found by their own rows, within each person's sight
    return (
        entity, row["unit_id"], row["kind"], PERSONAL if row["kind"] == "HNW" else CORPORATE, root.pk, root.branch_id, root.name,
        mask_person(controller.name) if controller else "", root.pinyin_key, search.grams, search.search_text, uuid7(), [],
    )  # fmt: skip


def _members(
    entity: str, units: Mapping[str, Unit], by_unit: Mapping[str, Sequence[Row]], parties: Mapping[str, Party]
) -> Iterator[tuple[Any, ...]]:
    for code, rows in by_unit.items():
        unit = units.get(code)
        for row in rows if unit is not None else ():
            party, parent = parties.get(row["party_id"]), parties.get(row["parent_party_id"] or "")
            if party is not None and unit is not None:
                yield (
                    entity, unit.pk, party.pk, row["valid_from"], party.domain, party.branch_id, unit.branch_id, row["source"],
                    row["valid_to"], row["current"], json.dumps(row["claims"]), parent.pk if parent else None, row["share"],
                )  # fmt: skip


def sync_coverage(entity: str, rows: Sequence[Row]) -> None:
    """Bring coverage up to the bank's assignments; those of units that nobody manages are not kept.

    A unit that the bank has named no team for (it was found by ownership, say) is looked after by the team of its root. What heads
    decided about leads is laid over it (`clients.changes`).
    """
    employees = ids(Employee, entity)
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(entity=entity).select_related("root_party").defer(*LIGHT)
    }
    codes = {row["party_id"] for row in rows if row["party_id"]}
    parties = {
        party.code: party for party in Party.objects.filter(entity=entity, code__in=codes).defer(*LIGHT)
    }
    orphans = _without_team(units, {row["unit_id"] for row in rows if row["unit_id"]})
    lines: dict[tuple[Any, ...], Line] = {}
    for row in rows:
        if row["employee_id"] not in employees or _empty(row["valid_from"], row["valid_to"]):
            continue
        party, unit = parties.get(row["party_id"] or ""), units.get(row["unit_id"] or "")
        led = [unit] if unit else orphans.get((party.code, party.domain), []) if party else []
        for about in [*led, *([party] if party else [])]:
            line = _covers(entity, row, employees[row["employee_id"]], about)
            lines[line[:6]] = line
    found = overlaid(lines.values(), _changes(entity, units.values(), employees))
    # Unit and party take turns in being null, so the key says which of the two it is about.
    for kind, place in (("unit_id", 1), ("party_id", 2)):
        columns = {
            name: type_
            for name, type_ in COVERAGE_COLUMNS.items()
            if name != ("party_id" if place == 1 else "unit_id")
        }
        picked = (
            tuple(line[: 3 - place] + line[3 - place + 1 :]) for line in found if line[place] is not None
        )
        upsert(
            "clients_coverage", columns, picked, key=("entity", kind, "employee_id", "role", "valid_from"),
            delete=sql.SQL("t.entity = {} and t.{} is not null").format(entity, sql.Identifier(kind)),
        )  # fmt: skip


def _without_team(units: Mapping[str, Unit], named: set[str]) -> dict[tuple[str, int], list[Unit]]:
    """Return (root's code, domain) -> units for which no assignment names the unit itself."""
    found: dict[tuple[str, int], list[Unit]] = {}
    for unit in units.values():
        if unit.code not in named:
            found.setdefault((unit.root_party.code, unit.domain), []).append(unit)
    return found


def _changes(entity: str, units: Iterable[Unit], employees: Mapping[str, int]) -> list[Change]:
    """Return what heads decided about the leads of managed units."""
    roots = {unit.pk: unit.root_party_id for unit in units}
    rows = LeadChange.objects.filter(entity=entity, withdrawn_at__isnull=True)
    return [
        Change(unit, roots[unit], employees[after], since)
        for unit, after, since in rows.values_list("unit_id", "after", "effective_on")
        if unit in roots and after in employees
    ]


def _covers(entity: str, row: Row, employee: int, about: Unit | Party) -> Line:
    unit, party = (about.pk, None) if isinstance(about, Unit) else (None, about.pk)
    return Line(
        entity, unit, party, employee, row["role"], row["valid_from"], about.domain, about.branch_id, row["credit_share"],
        row["valid_to"],
    )  # fmt: skip


def _empty(start: date, end: date | None) -> bool:
    return end is not None and end <= start
