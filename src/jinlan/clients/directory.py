"""Keeping the directory in step with the bank: branches, staff, parties.

Every function runs inside the system's scope and is set-based; rows come as mappings with the bank's own codes. Units, their
members and teams: `clients.register`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinlan.basics.ids import uuid7
from jinlan.clients.models import CORPORATE, PERSONAL, Branch, Employee, Party, Unit
from jinlan.kernel.bulk import upsert
from jinlan.kernel.search import search_of

Row = Mapping[str, Any]
BATCH = 5_000
PARTY_COLUMNS = {
    "entity": "text", "code": "text", "party_type": "text", "domain": "smallint", "branch_id": "bigint", "status": "text",
    "name": "text", "name_en": "text", "former_name": "text", "uscc": "text", "region_code": "text", "industry_code": "text",
    "org_size": "text", "pinyin_key": "text", "grams": "varchar(8)[]", "search_text": "text",
    "public_id": "uuid", "restricted": "boolean", "erased": "boolean", "unit_keys": "bigint[]", "unit_branch_keys": "bigint[]",
}  # fmt: skip
PARTY_AT_BIRTH = ("public_id", "restricted", "erased", "unit_keys", "unit_branch_keys")


def domain_of(party_type: str) -> int:
    """Return the side of the wall: persons and their trusts are personal, everything else corporate."""
    return PERSONAL if party_type in {"PERSON", "TRUST"} else CORPORATE


def ids(model: type[Branch | Employee | Party | Unit], entity: str) -> dict[str, int]:
    """Return bank code -> key of every row of an entity."""
    return dict(model.objects.filter(entity=entity).values_list("code", "id"))


def sync_branches(entity: str, rows: Sequence[Row]) -> None:
    """Bring the branch tree up to date; parents follow in a second pass, as rows may come in any order."""
    columns = {
        "entity": "text", "code": "text", "level": "smallint", "name": "text", "valid_from": "date", "valid_to": "date",
    }  # fmt: skip
    found = [
        (entity, row["branch_id"], row["level"] or 1, row["name"], row["valid_from"], row["valid_to"])
        for row in rows
    ]
    upsert("clients_branch", columns, found, key=("entity", "code"))
    known = ids(Branch, entity)
    parents = [(entity, row["branch_id"], known.get(row["parent_id"] or "")) for row in rows]
    upsert(
        "clients_branch",
        {"entity": "text", "code": "text", "parent_id": "bigint"},
        parents,
        key=("entity", "code"),
    )


def sync_employees(entity: str, rows: Sequence[Row], names: Mapping[str, str]) -> None:
    """Bring staff up to date; a name that is not delivered again stays."""
    columns = {
        "entity": "text", "code": "text", "name": "text", "branch_id": "bigint", "position": "text", "active": "boolean",
    }  # fmt: skip
    branches = ids(Branch, entity)
    before = dict(Employee.objects.filter(entity=entity).values_list("code", "name"))
    found = [
        (
            entity,
            row["employee_id"],
            names.get(row["employee_id"]) or before.get(row["employee_id"], ""),
            branches[row["branch_id"]],
            row["position"] or "",
            row["leave_date"] is None,
        )
        for row in rows
        if row["branch_id"] in branches
    ]
    upsert("clients_employee", columns, found, key=("entity", "code"))


def sync_parties(entity: str, rows: Sequence[Row], names: Mapping[str, Row]) -> None:
    """Bring parties up to date; `rows` are lake states, `names` what the vault columns of this load say of them."""
    branches = ids(Branch, entity)
    for start in range(0, len(rows), BATCH):
        part = [row for row in rows[start : start + BATCH] if row["home_branch_id"] in branches]
        codes = [row["party_id"] for row in part]
        old = {party.code: party for party in Party.objects.filter(entity=entity, code__in=codes)}
        upsert(
            "clients_party", PARTY_COLUMNS, _parties(entity, part, names, old, branches), key=("entity", "code"),
            at_birth=PARTY_AT_BIRTH,
        )  # fmt: skip


def _parties(
    entity: str,
    rows: Sequence[Row],
    names: Mapping[str, Row],
    old: Mapping[str, Party],
    branches: Mapping[str, int],
) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        known = old.get(row["party_id"])
        yield (
            entity, row["party_id"], row["party_type"], domain_of(row["party_type"]), branches[row["home_branch_id"]],
            row["party_status"], *_named(row, names.get(row["party_id"], {}), known),
            uuid7(), False, False, [], [],
        )  # fmt: skip


def _named(row: Row, said: Row, old: Party | None) -> tuple[Any, ...]:
    """Return the name columns; an erased party stays without a name whatever is delivered again."""
    if old is not None and old.erased:
        said = {}
    name = said.get("name_zh") or said.get("name_en") or (old.name if old else row["party_id"])
    english = said.get("name_en") or (old.name_en if old else "")
    former = said.get("former_name") or (old.former_name if old else "")
    number = said.get("id_no") if row["party_type"] != "PERSON" and row["id_type"] == "USCC" else None
    uscc = number or (old.uscc if old else "")
    if old is not None and (name, english, former, uscc) == (
        old.name,
        old.name_en,
        old.former_name,
        old.uscc,
    ):
        found = (old.pinyin_key, old.grams, old.search_text)
    else:
        search = search_of([name, former, english], [uscc])
        found = (search.pinyin_key, search.grams, search.search_text)
    plain = (row["region_code"] or "", row["industry_code"] or "", row["org_size"] or "")
    return (name, english, former, uscc, *plain, *found)


def sync_merges(entity: str, merges: Mapping[str, str]) -> None:
    """Note merged party numbers: the old row points to the one that stands for it."""
    known = ids(Party, entity) if merges else {}
    pairs = [(known[old], known[new]) for old, new in merges.items() if old in known and new in known]
    for old, new in pairs:
        Party.objects.filter(pk=old).exclude(merged_into_id=new).update(merged_into_id=new)
