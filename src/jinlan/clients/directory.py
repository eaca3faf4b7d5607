"""Keeping the directory in step with the bank: branches, staff, parties, units, members, coverage.

Every function runs inside the system's scope and is set-based; rows come as mappings with the bank's own codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from jinlan.clients.models import CORPORATE, PERSONAL, Branch, Coverage, Employee, Party, Unit, UnitMember
from jinlan.clients.names import Search, search_of
from jinlan.kernel.masking import mask_person

Row = Mapping[str, Any]
BATCH = 2_000
PARTY_FIELDS = [
    "party_type", "domain", "branch", "status", "name", "name_en", "former_name", "uscc", "region_code", "industry_code",
    "org_size", "pinyin_key", "grams", "search_text",
]  # fmt: skip


def domain_of(party_type: str) -> int:
    """Return the side of the wall: persons and their trusts are personal, everything else corporate."""
    return PERSONAL if party_type in {"PERSON", "TRUST"} else CORPORATE


def ids(model: type[Branch | Employee | Party | Unit], entity: str) -> dict[str, int]:
    """Return bank code -> key of every row of an entity."""
    return dict(model.objects.filter(entity=entity).values_list("code", "id"))


def sync_branches(entity: str, rows: Sequence[Row]) -> None:
    """Bring the branch tree up to date; parents follow in a second pass, as rows may come in any order."""
    found = [
        Branch(entity=entity, code=row["branch_id"], level=row["level"] or 1, name=row["name"], valid_from=row["valid_from"],
               valid_to=row["valid_to"])
        for row in rows
    ]  # fmt: skip
    Branch.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["entity", "code"], update_fields=["level", "name", "valid_from", "valid_to"]
    )
    known = {branch.code: branch for branch in Branch.objects.filter(entity=entity)}
    for row in rows:
        known[row["branch_id"]].parent = known.get(row["parent_id"] or "")
    Branch.objects.bulk_update(known.values(), ["parent"], batch_size=BATCH)


def sync_employees(entity: str, rows: Sequence[Row], names: Mapping[str, str]) -> None:
    """Bring staff up to date; a name that is not delivered again stays."""
    branches = ids(Branch, entity)
    before = dict(Employee.objects.filter(entity=entity).values_list("code", "name"))
    found = [
        Employee(entity=entity, code=row["employee_id"], name=names.get(row["employee_id"]) or before.get(row["employee_id"], ""),
                 branch_id=branches[row["branch_id"]], position=row["position"] or "", active=row["leave_date"] is None)
        for row in rows
        if row["branch_id"] in branches
    ]  # fmt: skip
    Employee.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["entity", "code"], update_fields=["name", "branch", "position", "active"],
        batch_size=BATCH,
    )  # fmt: skip


def sync_parties(entity: str, rows: Sequence[Row], names: Mapping[str, Row]) -> None:
    """Bring parties up to date; `rows` are lake states, `names` what the vault columns of this load say of them."""
    branches = ids(Branch, entity)
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        before = Party.objects.filter(entity=entity, code__in=[row["party_id"] for row in part]).in_bulk(field_name="id")
        old = {party.code: party for party in before.values()}
        found = [
            _party(entity, row, names.get(row["party_id"], {}), old.get(row["party_id"]), branches)
            for row in part
            if row["home_branch_id"] in branches
        ]
        Party.objects.bulk_create(
            found, update_conflicts=True, unique_fields=["entity", "code"], update_fields=PARTY_FIELDS
        )


def _party(entity: str, row: Row, said: Row, old: Party | None, branches: Mapping[str, int]) -> Party:
    name = said.get("name_zh") or said.get("name_en") or (old.name if old else row["party_id"])
    english = said.get("name_en") or (old.name_en if old else "")
    former = said.get("former_name") or (old.former_name if old else "")
    organisation = row["party_type"] != "PERSON"
    uscc = (said.get("id_no") if organisation and row["id_type"] == "USCC" else None) or (old.uscc if old else "")
    search = search_of([name, former, english], [uscc])
    return Party(
        entity=entity, code=row["party_id"], party_type=row["party_type"], domain=domain_of(row["party_type"]),
        branch_id=branches[row["home_branch_id"]], status=row["party_status"], name=name, name_en=english or "",
        former_name=former or "", uscc=uscc or "", region_code=row["region_code"] or "", industry_code=row["industry_code"] or "",
        org_size=row["org_size"] or "", pinyin_key=search.pinyin_key, grams=search.grams, search_text=search.text,
    )  # fmt: skip


def sync_merges(entity: str, merges: Mapping[str, str]) -> None:
    """Note merged party numbers: the old row points to the one that stands for it."""
    known = ids(Party, entity)
    for old, new in merges.items():
        if old in known and new in known:
            Party.objects.filter(id=known[old]).update(merged_into_id=known[new])


def sync_units(entity: str, rows: Sequence[Row], members: Iterable[Row]) -> dict[str, Unit]:
    """Bring managed units and their present members up to date and return the units by code.

    `rows`: unit_id, kind, root_party_id, controller (a person's code or ""). `members`: UNITS' member rows of the
    latest date. Rows whose parties the directory does not know are left out.
    """
    by_unit: dict[str, list[Row]] = {}
    for member in members:
        by_unit.setdefault(member["unit_id"], []).append(member)
    codes = {row["root_party_id"] for row in rows} | {row["controller"] for row in rows}
    codes |= {member["party_id"] for found in by_unit.values() for member in found}
    parties = {party.code: party for party in Party.objects.filter(entity=entity, code__in=codes)}
    units = [_unit(entity, row, by_unit.get(row["unit_id"], []), parties) for row in rows if row["root_party_id"] in parties]
    for start in range(0, len(units), BATCH):
        Unit.objects.bulk_create(
            units[start : start + BATCH], update_conflicts=True, unique_fields=["entity", "code"],
            update_fields=["root_party", "branch", "name", "controller_label", "pinyin_key", "grams", "search_text"],
        )  # fmt: skip
    known = {unit.code: unit for unit in Unit.objects.filter(entity=entity).defer("grams", "search_text")}
    _sync_members(entity, {code: known[code] for code in by_unit if code in known}, by_unit, parties)
    return known


def _unit(entity: str, row: Row, members: Sequence[Row], parties: Mapping[str, Party]) -> Unit:
    root = parties[row["root_party_id"]]
    controller = parties.get(row["controller"])
    search = _search(root, [parties[one["party_id"]] for one in members if one["party_id"] in parties])
    return Unit(
        entity=entity, code=row["unit_id"], kind=row["kind"], domain=PERSONAL if row["kind"] == "HNW" else CORPORATE,
        root_party=root, branch_id=root.branch_id, name=root.name, pinyin_key=root.pinyin_key, grams=search.grams,
        search_text=search.text, controller_label=mask_person(controller.name) if controller else "",
    )  # fmt: skip


def _search(root: Party, members: Sequence[Party]) -> Search:
    """A unit is found by the names of its root and of every member."""
    lines = dict.fromkeys(line for party in (root, *members) for line in party.search_text.split("\n") if line)
    grams = sorted({gram for party in (root, *members) for gram in party.grams})
    return Search(root.pinyin_key, grams, "\n".join(lines))


def _sync_members(entity: str, units: Mapping[str, Unit], by_unit: Mapping[str, Sequence[Row]], parties: Mapping[str, Party]) -> None:
    """Replace open memberships by what holds now; memberships that ended keep their row with its end."""
    UnitMember.objects.filter(unit_id__in=[unit.pk for unit in units.values()]).delete()
    found = []
    for code, unit in units.items():
        for row in by_unit[code]:
            party = parties.get(row["party_id"])
            if party is not None:
                parent = parties.get(row["parent_party_id"] or "")
                found.append(
                    UnitMember(
                        entity=entity, unit=unit, party=party, domain=party.domain, branch_id=party.branch_id,
                        unit_branch_id=unit.branch_id, source=row["source"], valid_from=row["valid_from"],
                        valid_to=row["valid_to"], claims=row["claims"], parent_party=parent, share=row["share"],
                    )  # fmt: skip
                )
    UnitMember.objects.bulk_create(found, batch_size=BATCH)


def sync_coverage(entity: str, rows: Sequence[Row]) -> None:
    """Replace coverage by the bank's assignments; those of units that nobody manages are not kept.

    A unit that the bank has named no team for (it was found by ownership, say) is looked after by the team of its root.
    """
    employees = ids(Employee, entity)
    light = ("grams", "search_text")
    units = {unit.code: unit for unit in Unit.objects.filter(entity=entity).select_related("root_party").defer(*light)}
    codes = {row["party_id"] for row in rows if row["party_id"]}
    parties = {party.code: party for party in Party.objects.filter(entity=entity, code__in=codes).defer(*light)}
    named = {row["unit_id"] for row in rows if row["unit_id"]}
    orphans: dict[tuple[str, int], list[Unit]] = {}
    for unit in units.values():
        if unit.code not in named:
            orphans.setdefault((unit.root_party.code, unit.domain), []).append(unit)
    Coverage.objects.filter(entity=entity).delete()
    found: list[Coverage] = []
    for row in rows:
        if row["employee_id"] not in employees or _empty(row["valid_from"], row["valid_to"]):
            continue
        party, unit = parties.get(row["party_id"] or ""), units.get(row["unit_id"] or "")
        led = [unit] if unit else orphans.get((party.code, party.domain), []) if party else []
        found += [_covers(entity, row, employees, one, None) for one in led]
        if party:
            found.append(_covers(entity, row, employees, None, party))
    Coverage.objects.bulk_create(found, batch_size=BATCH)


def _covers(entity: str, row: Row, employees: Mapping[str, int], unit: Unit | None, party: Party | None) -> Coverage:
    about = unit or party
    assert about is not None
    return Coverage(
        entity=entity, unit=unit, party=party, domain=about.domain, branch_id=about.branch_id,
        employee_id=employees[row["employee_id"]], role=row["role"], credit_share=row["credit_share"],
        valid_from=row["valid_from"], valid_to=row["valid_to"],
    )  # fmt: skip


def _empty(start: date, end: date | None) -> bool:
    return end is not None and end <= start
