"""The bank's own tree: branches with what is below them, who works where, and who shares in a client's income when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from jinlan.basics.actor import Actor
from jinlan.clients.models import Branch, Coverage, Employee
from jinlan.kernel.models import RoleGrant
from jinlan.kernel.reading import visible


@dataclass(frozen=True, slots=True)
class Node:
    """A branch; `up` is the code of the one that answers for it: where it was merged into, else its parent, "" for a root."""

    key: int
    code: str
    name: str
    level: int
    up: str
    merged: bool


class Tree:
    """All branches of a bank by what is above and below them."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes = {one.code: one for one in nodes}
        self._under: dict[str, list[Node]] = {}
        for one in self.nodes.values():
            self._under.setdefault(one.up, []).append(one)

    def under(self, code: str) -> list[Node]:
        """Return what hangs directly below a branch, merged ones included; of "" the roots."""
        return sorted(self._under.get(code, ()), key=lambda one: (one.level, one.code))

    def below(self, code: str) -> frozenset[str]:
        """Return a branch and everything below it; empty for an unknown code."""
        found: set[str] = set()
        todo = [code] if code in self.nodes else []
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += [each.code for each in self._under.get(one, ())]
        return frozenset(found)

    def above(self, code: str) -> tuple[str, ...]:
        """Return the way up from a branch, itself first; empty for an unknown code."""
        return tuple(self._above(code))

    def _above(self, code: str) -> Iterator[str]:
        seen: set[str] = set()
        while code in self.nodes and code not in seen:
            yield code
            seen.add(code)
            code = self.nodes[code].up

    def roots(self) -> frozenset[str]:
        """Return the codes of what nothing is above."""
        return frozenset(one.code for one in self._under.get("", ()))


def tree(actor: Actor, *, on: date) -> Tree:
    """Return the branches of the actor's bank as they hang together on a day: a merger holds from its own day; one query."""
    fields = ("id", "code", "name", "level", "parent__code", "merged_into__code", "valid_to")
    rows = visible(actor, Branch).filter(entity=actor.entity).order_by("level", "code").values_list(*fields)
    return Tree(_node(on, *row) for row in rows)


def _node(
    on: date,
    key: int,
    code: str,
    name: str,
    level: int,
    parent: str | None,
    into: str | None,
    until: date | None,
) -> Node:
    merged = into is not None and (until is None or until <= on)
    return Node(key, code, name, level, (into if merged else parent) or "", merged)


@dataclass(frozen=True, slots=True)
class Staff:
    """An employee and the branch where he works now."""

    code: str
    name: str
    branch: str
    active: bool


def staff(actor: Actor) -> Mapping[str, Staff]:
    """Return the bank's employees by code; one query."""
    rows = visible(actor, Employee).filter(entity=actor.entity).order_by("code")
    return {
        code: Staff(code, name, branch, active)
        for code, name, branch, active in rows.values_list("code", "name", "branch__code", "active")
    }


def headed(actor: Actor, *, on: date) -> frozenset[str]:
    """Return the codes of the branches that the actor heads on a day; without one in the role it is where he works."""
    held = RoleGrant.objects.filter(person_id=actor.person_id, role="branch_head", valid_from__lte=on)
    codes = set(
        held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).values_list("branch_code", flat=True)
    )
    if "" in codes:
        codes |= set(
            visible(actor, Employee)
            .filter(code=actor.employee, active=True)
            .values_list("branch__code", flat=True)
        )
    return frozenset(codes - {""})


@dataclass(frozen=True, slots=True)
class Sharer:
    """Somebody on a unit's team from a day up to (not including) another, with his share of its income, None without one."""

    employee: str
    role: str
    share: Decimal | None
    since: date
    until: date | None


def sharers(actor: Actor) -> Mapping[int, list[Sharer]]:
    """Return by unit who leads it and who has a share of its income, the earliest first; one query."""
    rows = (
        visible(actor, Coverage)
        .filter(unit__isnull=False)
        .filter(Q(role="LEAD") | Q(credit_share__isnull=False))
    )
    fields = ("unit_id", "employee__code", "role", "credit_share", "valid_from", "valid_to")
    found: dict[int, list[Sharer]] = {}
    for unit, *rest in rows.order_by("valid_from", "id").values_list(*fields):
        found.setdefault(unit, []).append(Sharer(*rest))
    return found


def with_book(actor: Actor, *, on: date) -> frozenset[str]:
    """Return the codes of employees on the team of a unit in sight on a day."""
    rows = visible(actor, Coverage).filter(
        unit__isnull=False, role__in=("LEAD", "ASSIST"), valid_from__lte=on
    )
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    return frozenset(rows.values_list("employee__code", flat=True).distinct())
