"""Reading who looked after which unit when, for all units at once: what dated obligations are put against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.clients import history
from jinlan.clients.models import Branch, Coverage, Delegation, Employee, Party, Unit
from jinlan.clients.selectors import in_force
from jinlan.kernel.reading import visible


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A unit's code and what a row about it holds for its policies."""

    code: str
    domain: int
    branch_id: int


def unit_places(actor: Actor) -> Mapping[int, UnitPlace]:
    """Return every visible unit by key; one query."""
    rows = visible(actor, Unit).values_list("id", "code", "domain", "branch_id")
    return {key: UnitPlace(code, domain, branch) for key, code, domain, branch in rows}


class Leads:
    """Who led which unit on a day."""

    def __init__(self, actor: Actor, *, unit_id: int | None = None) -> None:
        """Read the lead managers of all visible units, or of one; one query."""
        rows = visible(actor, Coverage).filter(role="LEAD", unit__isnull=False).order_by("valid_from", "id")
        rows = rows if unit_id is None else rows.filter(unit_id=unit_id)
        self._of: dict[int, list[tuple[date, date | None, str]]] = {}
        for unit, start, end, code in rows.values_list("unit_id", "valid_from", "valid_to", "employee__code"):
            self._of.setdefault(unit, []).append((start, end, code))

    def spans(self, unit_id: int) -> Sequence[tuple[date, date | None, str]]:
        """Return who led a unit from when until when, oldest first."""
        return self._of.get(unit_id, ())

    def on(self, unit_id: int, day: date) -> str:
        """Return the code of the lead of a unit on a day, the one who came first of several; "" for nobody."""
        return next(
            (
                code
                for start, end, code in self._of.get(unit_id, ())
                if start <= day and (end is None or day < end)
            ),
            "",
        )


def roles_named(actor: Actor, *, on: date) -> Mapping[int, frozenset[str]]:
    """Return unit -> the roles that somebody holds on a day; one query."""
    rows = visible(actor, Coverage).filter(in_force(on), unit__isnull=False)
    found: dict[int, set[str]] = {}
    for unit, role in rows.values_list("unit_id", "role"):
        found.setdefault(unit, set()).add(role)
    return {unit: frozenset(roles) for unit, roles in found.items()}


def team_on(actor: Actor, *, unit_id: int, day: date) -> Mapping[str, str]:
    """Return employee code -> name of who looks after a unit on a day, in whatever role, and of who stands in for them."""
    rows = visible(actor, Coverage).filter(in_force(day), unit_id=unit_id).order_by("role", "id")
    team = dict(rows.values_list("employee__code", "employee__name"))
    away = deputies_on(actor, day=day)
    return team | {away[code].code: away[code].name for code in team if code in away}


def held_on(actor: Actor, *, unit_id: int, day: date) -> list[tuple[str, str, Decimal | None]]:
    """Return (employee code, role, share of the credit) of a unit's team on a day."""
    rows = visible(actor, Coverage).filter(in_force(day), unit_id=unit_id).order_by("role", "id")
    return list(rows.values_list("employee__code", "role", "credit_share"))


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for somebody, until the day of his return."""

    code: str
    name: str
    until: date


def deputies_on(actor: Actor, *, day: date) -> dict[str, Deputy]:
    """Return employee code -> who stands in for him, for all who are away on a day; one query."""
    rows = visible(actor, Delegation).filter(valid_from__lte=day, valid_to__gt=day)
    fields = ("absent__code", "deputy__code", "deputy__name", "valid_to")
    return {absent: Deputy(*deputy) for absent, *deputy in rows.order_by("id").values_list(*fields)}


def away(actor: Actor) -> Mapping[str, list[tuple[date, date]]]:
    """Return employee code -> the days of absence, oldest first: from one on, before another; one query."""
    found: dict[str, list[tuple[date, date]]] = {}
    rows = visible(actor, Delegation).order_by("valid_from", "id")
    for code, start, end in rows.values_list("absent__code", "valid_from", "valid_to"):
        found.setdefault(code, []).append((start, end))
    return found


def own_units(actor: Actor, *, day: date) -> set[int]:
    """Return the keys of the units that the actor leads on a day, or whose lead he stands in for."""
    absent = Delegation.objects.filter(deputy__code=actor.employee, valid_from__lte=day, valid_to__gt=day)
    codes = {actor.employee, *absent.values_list("absent__code", flat=True)} - {""}
    rows = visible(actor, Coverage).filter(
        in_force(day), role="LEAD", unit__isnull=False, employee__code__in=codes
    )
    return set(rows.values_list("unit_id", flat=True))


def led_by(actor: Actor, *, code: str, day: date) -> set[int]:
    """Return the keys of the units in sight that an employee leads on a day."""
    rows = visible(actor, Coverage).filter(
        in_force(day), role="LEAD", unit__isnull=False, employee__code=code
    )
    return set(rows.values_list("unit_id", flat=True))


def has_role(actor: Actor, *, role: str) -> bool:
    """Tell whether anybody looks after any unit in a role, now or earlier."""
    return visible(actor, Coverage).filter(role=role, unit__isnull=False).exists()


def is_active(actor: Actor, *, code: str) -> bool:
    """Tell whether an employee is with the bank."""
    return visible(actor, Employee).filter(code=code, active=True).exists()


def active_among(actor: Actor, *, codes: Iterable[str]) -> set[str]:
    """Return the codes of those who are with the bank."""
    rows = visible(actor, Employee).filter(code__in=list(codes), active=True)
    return set(rows.values_list("code", flat=True))


def names_of_employees(actor: Actor, *, codes: Sequence[str]) -> Mapping[str, str]:
    """Return names by employee code."""
    return dict(visible(actor, Employee).filter(code__in=list(codes)).values_list("code", "name"))


def branches_by_key(actor: Actor, *, keys: Sequence[int]) -> Mapping[int, Branch]:
    """Return branches by key."""
    return visible(actor, Branch).in_bulk(list(keys))


def branch_key(actor: Actor, *, code: str) -> int | None:
    """Return the key of a branch, None for an unknown code."""
    return visible(actor, Branch).filter(code=code).values_list("id", flat=True).first()


def unit_keys(actor: Actor, *, public_id: str) -> list[int]:
    """Return the key of the unit that an address names, as a list; empty for what is none or out of sight."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return []
    return list(visible(actor, Unit).filter(public_id=wanted).values_list("id", flat=True))


@dataclass(frozen=True, slots=True)
class Led:
    """A client as a manager's book holds it: key and code, side, home branch, industry of its root, lead and since when."""

    unit_id: int
    code: str
    domain: int
    branch_id: int
    industry: str
    lead: str
    since: date | None


def led_units(actor: Actor, *, unit_ids: Sequence[int], as_of: date) -> list[Led]:
    """Return units in sight with their lead on a date, "" where nobody leads; three queries."""
    leads = {one.unit_id: (one.code, one.since) for one in history.leading(actor, on=as_of)}
    units = visible(actor, Unit).filter(id__in=list(unit_ids)).order_by("code")
    rows = list(units.values_list("id", "code", "domain", "branch_id", "root_party_id"))
    roots = visible(actor, Party).filter(
        id__in=[row[4] for row in rows]
    )  # a root out of sight has no industry here
    industries = dict(roots.values_list("id", "industry_code"))
    return [
        Led(key, code, domain, branch, industries.get(root, ""), *leads.get(key, ("", None)))
        for key, code, domain, branch, root in rows
    ]
