"""Who looks after what: the bank's assignments as delivered, and what holds once decided changes are laid over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from psycopg import sql

from jinlan.basics.actor import Actor
from jinlan.clients.changes import Change, Line, overlaid
from jinlan.clients.directory import Row, ids
from jinlan.clients.models import Assignment, Employee, Party, TeamChange, Unit
from jinlan.clients.shares import settled
from jinlan.kernel.bulk import upsert
from jinlan.kernel.locks import hold

COLUMNS = {
    "entity": "text", "unit_id": "bigint", "party_id": "bigint", "employee_id": "bigint", "role": "text", "valid_from": "date",
    "domain": "smallint", "branch_id": "bigint", "credit_share": "numeric(12, 8)", "valid_to": "date",
}  # fmt: skip
LOCK = "jinlan coverage"
HEAVY = ("grams", "search_text")


def sync_coverage(entity: str, rows: Sequence[Row]) -> None:
    """Keep the bank's assignments and bring coverage up to them; those of units that nobody manages are not kept.

    A unit that the bank has named no team for (it was found by ownership, say) is looked after by the team of its root. What was
    decided about teams is laid over it (`clients.changes`), then every unit has one lead a day and shares that add to 1.
    """
    hold(LOCK)  # a change that is decided meanwhile waits, and is then laid over what is delivered here
    lines = _delivered(entity, rows)
    _keep("clients_assignment", entity, lines)
    roots = dict(Unit.objects.filter(entity=entity).values_list("id", "root_party_id"))
    _keep("clients_coverage", entity, _holding(entity, lines, roots))


def derive(actor: Actor, *, unit_id: int) -> None:
    """Bring the coverage of one unit, and of what shares its root, up to the changes decided about it; needs the system's scope."""
    hold(LOCK)
    same = Unit.objects.filter(
        entity=actor.entity, root_party__in=Unit.objects.filter(pk=unit_id).values("root_party")
    )
    roots = dict(same.values_list("id", "root_party_id"))
    fields = (
        "unit_id",
        "party_id",
        "employee_id",
        "role",
        "valid_from",
        "domain",
        "branch_id",
        "credit_share",
        "valid_to",
    )
    own = Assignment.objects.filter(entity=actor.entity)
    kept = [
        *own.filter(unit_id__in=roots).values_list(*fields),
        *own.filter(party_id__in=roots.values()).values_list(*fields),
    ]
    lines = [Line(actor.entity, *row) for row in kept]
    _keep("clients_coverage", actor.entity, _holding(actor.entity, lines, roots), only=roots)


def _holding(entity: str, lines: Iterable[Line], roots: Mapping[int, int]) -> list[Line]:
    return settled(overlaid(lines, _changes(entity, roots)))


def _delivered(entity: str, rows: Sequence[Row]) -> list[Line]:
    employees = ids(Employee, entity)
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(entity=entity).select_related("root_party").defer(*HEAVY)
    }
    codes = {row["party_id"] for row in rows if row["party_id"]}
    parties = {
        party.code: party for party in Party.objects.filter(entity=entity, code__in=codes).defer(*HEAVY)
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
    return list(lines.values())


def _keep(table: str, entity: str, lines: Iterable[Line], only: Mapping[int, int] | None = None) -> None:
    """Write the lines of an entity, of some units (key -> key of the root) and their roots `only`."""
    found = list(lines)
    # Unit and party take turns in being null, so the key says which of the two it is about.
    for kind, place, keys in (
        ("unit_id", 1, only),
        ("party_id", 2, only and set(only.values())),
    ):
        columns = {
            name: type_
            for name, type_ in COLUMNS.items()
            if name != ("party_id" if place == 1 else "unit_id")
        }
        picked = (
            tuple(line[: 3 - place] + line[3 - place + 1 :]) for line in found if line[place] is not None
        )
        gone = sql.SQL("t.entity = {} and t.{} is not null").format(entity, sql.Identifier(kind))
        if keys is not None:
            gone += sql.SQL(" and t.{} = any({}::bigint[])").format(
                sql.Identifier(kind), sql.Literal(list(keys))
            )
        upsert(
            table, columns, picked, key=("entity", kind, "employee_id", "role", "valid_from"), delete=gone
        )  # fmt: skip


def _without_team(units: Mapping[str, Unit], named: set[str]) -> dict[tuple[str, int], list[Unit]]:
    """Return (root's code, domain) -> units for which no assignment names the unit itself."""
    found: dict[tuple[str, int], list[Unit]] = {}
    for unit in units.values():
        if unit.code not in named:
            found.setdefault((unit.root_party.code, unit.domain), []).append(unit)
    return found


def _changes(entity: str, roots: Mapping[int, int]) -> list[Change]:
    """Return what was decided about the teams of units (key -> key of the root)."""
    employees = {"": None, **ids(Employee, entity)}
    rows = TeamChange.objects.filter(entity=entity, withdrawn_at__isnull=True)
    fields = ("unit_id", "role", "before", "after", "effective_on", "share")
    return [
        Change(unit, roots[unit], role, employees.get(before), employees[after], since, share)
        for unit, role, before, after, since, share in rows.values_list(*fields)
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
