"""The register of managed units and of who belongs to them, kept by every publication."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from psycopg import sql

from jinlan.basics.ids import uuid7
from jinlan.clients.directory import Row
from jinlan.clients.models import CORPORATE, PERSONAL, Party, Unit
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
