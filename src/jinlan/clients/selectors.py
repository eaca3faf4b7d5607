"""Reading units, members, teams and lists of them. Row-level security decides which rows there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.clients.models import Branch, Coverage, Employee, Party, Unit, UnitMember
from jinlan.kernel.reading import visible
from jinlan.kernel.search import grams_of, named
from jinlan.serving.models import MemberResult, UnitResult


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list: the published row and who it is about."""

    result: UnitResult
    unit: Unit
    leads: Sequence[str]


NEW_DAYS = 92  # entered within a quarter


def in_force(day: date, prefix: str = "") -> Q:
    """Return the condition that a dated row holds on a day (half-open period)."""
    open_end = Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    return Q(**{f"{prefix}valid_from__lte": day}) & open_end


def units_named(actor: Actor, *, text: str) -> QuerySet[Unit]:
    """Return the visible units that answer to a text by their own name, or by a member in the actor's sight.

    A unit's row holds its own name only: a name that a person may not see must not lead him anywhere.
    """
    parties = visible(actor, Party).filter(named(text)).values("id")
    by_member = visible(actor, UnitMember).filter(party_id__in=parties).values("unit_id")
    by_name = visible(actor, Unit).filter(named(text)).values("id")
    return visible(actor, Unit).filter(id__in=by_name.union(by_member))


def find_units(actor: Actor, *, text: str, limit: int = 8) -> list[Unit]:
    """Return the first units that answer to a text, by name."""
    return list(units_named(actor, text=text).order_by("pinyin_key", "id")[:limit]) if grams_of(text) else []


def unit_called(actor: Actor, *, text: str) -> list[Unit]:
    """Return the units in sight whose code or whole name a text is; rarely more than one."""
    called = Q(code__iexact=text) | Q(name__iexact=text)
    return list(visible(actor, Unit).filter(called).defer("grams", "search_text").order_by("id")[:8])


def parties_named(actor: Actor, *, text: str, limit: int = 8) -> list[Party]:
    """Return the first persons and companies in sight that answer to a text, by name."""
    rows = visible(actor, Party).filter(named(text)).defer("grams", "search_text")
    return list(rows.order_by("pinyin_key", "id")[:limit]) if grams_of(text) else []


def own_book(actor: Actor, *, as_of: date) -> Q:
    """Return the condition that a published row is about a unit of the actor's own book."""
    mine = visible(actor, Coverage).filter(in_force(as_of), employee__code=actor.employee, unit__isnull=False)
    return Q(unit_id__in=mine.values("unit_id"))


def led_by(actor: Actor, *, code: str, as_of: date) -> QuerySet[Any]:
    """Return the keys of the units that an employee leads."""
    covered = visible(actor, Coverage).filter(
        in_force(as_of), employee__code=code, role="LEAD", unit__isnull=False
    )
    return covered.values("unit_id")


def borderline(as_of: date) -> Q:
    """Return the condition that a published row came in within a quarter, stands outside, or waits at a line."""
    fresh = Q(tier_since__gt=as_of - timedelta(days=NEW_DAYS), tier_level__gt=0)
    return fresh | Q(tier_level=0) & ~Q(tier_state="suspended") | ~Q(computed_tier=F("effective_tier"))


def named_units(
    actor: Actor, *, unit_ids: Iterable[int], as_of: date
) -> dict[int, tuple[Unit, Sequence[str]]]:
    """Return units by key with the names of their lead managers; one query."""
    leads = (
        visible(actor, Coverage)
        .filter(in_force(as_of), unit=OuterRef("pk"), role="LEAD")
        .order_by("valid_from", "id")
    )
    units = visible(actor, Unit).filter(id__in=list(unit_ids)).defer("grams", "search_text")
    found = units.annotate(leads=ArraySubquery(leads.values("employee__name")))
    return {unit.pk: (unit, tuple(unit.leads)) for unit in found}


def branch_and_below(actor: Actor, *, code: str) -> list[int]:
    """Return the keys of a branch and of everything under it; empty for an unknown code."""
    every = list(visible(actor, Branch).values_list("id", "code", "parent_id", "merged_into_id"))
    found = {key for key, branch_code, _, _ in every if branch_code == code}
    while True:
        below = {key for key, _, parent, into in every if parent in found or into in found} - found
        if not below:
            return sorted(found)
        found |= below


def branch_name(actor: Actor, *, code: str) -> str:
    """Return a branch's name, "" for an unknown code."""
    return visible(actor, Branch).filter(code=code).values_list("name", flat=True).first() or ""


def employee_name(actor: Actor, *, code: str) -> str:
    """Return an employee's name, "" for an unknown code."""
    return visible(actor, Employee).filter(code=code).values_list("name", flat=True).first() or ""


def branches(actor: Actor, *, deepest: int = 3) -> list[Branch]:
    """Return the branches for a choice: in force, not deeper than a level, by level and code."""
    return list(
        visible(actor, Branch).filter(level__lte=deepest, merged_into__isnull=True).order_by("level", "code")
    )


def lead_managers(actor: Actor, *, as_of: date, limit: int = 300) -> list[Employee]:
    """Return the employees who lead a visible unit."""
    leading = visible(actor, Coverage).filter(in_force(as_of), role="LEAD", unit__isnull=False)
    return list(
        visible(actor, Employee).filter(id__in=leading.values("employee_id")).order_by("code")[:limit]
    )


def unit_of(actor: Actor, *, public_id: UUID) -> Unit | None:
    """Return a unit by its public id, None when there is none for this actor."""
    return (
        visible(actor, Unit)
        .filter(public_id=public_id)
        .defer("grams", "search_text")
        .select_related("branch")
        .first()
    )


def unit_by_key(actor: Actor, *, unit_id: int) -> Unit | None:
    """Return a unit by its key, None when there is none for this actor."""
    return visible(actor, Unit).filter(pk=unit_id).defer("grams", "search_text").first()


def units_by_key(actor: Actor, *, unit_ids: Iterable[int]) -> dict[int, Unit]:
    """Return units in sight by key, without what search needs of them; one query."""
    found: dict[int, Unit] = visible(actor, Unit).defer("grams", "search_text").in_bulk(list(unit_ids))
    return found


def unit_by_code(actor: Actor, *, code: str) -> Unit | None:
    """Return a unit by the bank's code, None when there is none for this actor."""
    return visible(actor, Unit).filter(code=code).defer("grams", "search_text").first()


@dataclass(frozen=True, slots=True)
class Place:
    """What a row about a unit holds of it."""

    code: str
    domain: int
    branch: int


def places_of(actor: Actor, *, unit_ids: Iterable[int]) -> dict[int, Place]:
    """Return code, domain and home of units by key."""
    rows = visible(actor, Unit).filter(id__in=list(unit_ids))
    return {
        key: Place(code, domain, branch)
        for key, code, domain, branch in rows.values_list("id", "code", "domain", "branch_id")
    }


def team_of(actor: Actor, *, unit: Unit, as_of: date) -> list[Coverage]:
    """Return who looks after a unit on a date, leads first."""
    rank = {code: place for place, (code, _) in enumerate(Coverage.ROLES)}
    rows = visible(actor, Coverage).filter(in_force(as_of), unit=unit).select_related("employee")
    return sorted(rows, key=lambda row: (rank.get(row.role, 9), row.valid_from, row.pk))


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a unit in the order of its tree; `name` is None for a party outside the actor's scope."""

    membership: UnitMember
    party: Party | None
    depth: int


def members_of(actor: Actor, *, unit: Unit, as_of: date) -> list[Member]:
    """Return a unit's visible members on a date as a tree, parents before children; two queries."""
    rows = list(visible(actor, UnitMember).filter(in_force(as_of), unit=unit))
    parties = (
        visible(actor, Party)
        .filter(id__in=[row.party_id for row in rows])
        .defer("grams", "search_text")
        .in_bulk()
    )
    here = {row.party_id for row in rows}
    children: dict[int | None, list[UnitMember]] = {}
    for row in rows:
        parent = (
            row.parent_party_id
            if row.parent_party_id in here and row.parent_party_id != row.party_id
            else None
        )
        children.setdefault(parent, []).append(row)

    def order(row: UnitMember) -> tuple[bool, Any, str, int]:
        party = parties.get(row.party_id)
        return (
            row.party_id != unit.root_party_id,
            -(row.share or 0),
            party.pinyin_key if party else "",
            row.party_id,
        )

    tree = _tree(children, parties, order)
    seen = {member.membership.party_id for member in tree}
    rest = [row for row in rows if row.party_id not in seen]  # a circle of parents has no top
    return tree + [Member(row, parties.get(row.party_id), 0) for row in sorted(rest, key=order)]


def _tree(
    children: dict[int | None, list[UnitMember]],
    parties: dict[int, Party],
    order: Callable[[UnitMember], Any],
) -> list[Member]:
    """Return everything that hangs on the top, parents before children."""
    tree: list[Member] = []
    seen: set[int] = set()
    waiting = [(row, 0) for row in sorted(children.get(None, []), key=order, reverse=True)]
    while waiting:
        row, depth = waiting.pop()
        if row.party_id in seen:
            continue
        seen.add(row.party_id)
        tree.append(Member(row, parties.get(row.party_id), depth))
        below = sorted(children.get(row.party_id, []), key=order, reverse=True)
        waiting += [(child, depth + 1) for child in below]
    return tree


def lone_members(actor: Actor, *, as_of: date, limit: int = 200) -> list[MemberResult]:
    """Return members that the actor sees without their unit: what a member's manager looks after."""
    granted = visible(actor, Coverage).filter(in_force(as_of), party__isnull=False).values("party_id")
    whole = visible(actor, UnitResult).filter(as_of=as_of, unit_id=OuterRef("unit_id"))
    rows = visible(actor, MemberResult).filter(~Exists(whole), as_of=as_of, party_id__in=granted)
    return list(rows.order_by("unit_id", "party_id")[:limit])


def parties_by_key(actor: Actor, *, party_ids: Iterable[int]) -> dict[int, Party]:
    """Return visible parties by key."""
    return visible(actor, Party).filter(id__in=list(party_ids)).defer("grams", "search_text").in_bulk()


_BOOKS = """
    select e.code, e.name, count(*) as units, count(*) filter (where r.tier_level > 0) as strategic,
           coalesce(sum(r.aum), 0) as aum, coalesce(sum(r.loan), 0) as loan, coalesce(sum(r.revenue_12m), 0) as revenue,
           count(*) filter (where r.overdue > 0) as overdue
    from (select distinct employee_id, unit_id from clients_coverage where role = 'LEAD' and unit_id is not null
          and valid_from <= %(as_of)s and (valid_to is null or valid_to > %(as_of)s)) c
    join clients_employee e on e.id = c.employee_id
    join serving_unitresult r on r.unit_id = c.unit_id and r.as_of = %(as_of)s
    group by e.code, e.name order by aum desc, e.code limit %(limit)s
"""


def lead_books(actor: Actor, *, as_of: date, limit: int = 10) -> list[dict[str, Any]]:
    """Return per lead manager the size of the book on a date, largest AUM first.

    Keys: code, name, units, strategic, aum, loan, revenue (base currency), overdue (units with any).
    """
    visible(actor, Coverage)  # the statement below is bound to the same scope
    with connection.cursor() as cursor:
        cursor.execute(_BOOKS, {"as_of": as_of, "limit": limit})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def party_by_code(actor: Actor, *, code: str) -> Party | None:
    """Return a party by the bank's code, None when there is none for this actor."""
    return visible(actor, Party).filter(code=code).defer("grams", "search_text").first()


def leads_party(actor: Actor, *, party: Party, as_of: date) -> bool:
    """Tell whether the actor is the lead manager of a party: of itself, or of a unit to which it belongs on its own side."""
    units = (
        visible(actor, UnitMember).filter(party=party, domain=party.domain, current=True).values("unit_id")
    )
    leads = visible(actor, Coverage).filter(
        in_force(as_of), role="LEAD", domain=party.domain, employee__code=actor.employee
    )
    return leads.filter(Q(party=party) | Q(unit_id__in=units)).exists()


def only_party(actor: Actor) -> Party:
    """Return the one party that a client's own person sees; he reads its name and nothing else of it."""
    return visible(actor, Party).only("id", "name").get()
