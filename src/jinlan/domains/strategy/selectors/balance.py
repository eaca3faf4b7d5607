"""Reading how work is spread over lead managers, and what would even it out (06 §6.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jinlan.basics.actor import Actor
from jinlan.basics.numbers import half_up
from jinlan.basics.register import rule
from jinlan.clients import organisation, teams
from jinlan.clients.models import TeamChange
from jinlan.clients.organisation import Tree
from jinlan.domains.strategy.models import Trial
from jinlan.domains.strategy.rules import balance as rules
from jinlan.domains.strategy.rules.balance import Balance, Client, Manager
from jinlan.domains.strategy.rules.charter import Load
from jinlan.domains.strategy.selectors import workload
from jinlan.kernel.reading import visible
from jinlan.serving import selectors as serving

DIVISION = 3  # signs of an industry code that name its division (GB/T 4754)
MAIN = 2  # how many branches from the top a main branch stands, the top included


@dataclass(frozen=True, slots=True)
class Person:
    """A lead manager with the codes of the branches from the bank's top down to the own one."""

    code: str
    name: str
    active: bool
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A lead manager's book: clients by tier, hours, load and its state now, and the load after all proposals."""

    person: Person
    tiers: Mapping[str, int]
    hours: Decimal
    share: Decimal
    state: str
    after: Decimal


@dataclass(frozen=True, slots=True)
class BranchLoad:
    """A main branch: its managers, hours and load together."""

    code: str
    managers: int
    hours: Decimal
    share: Decimal
    over: int
    spare: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How work is spread on a date, and what would even it out; `keys` are units by code."""

    as_of: date
    books: Sequence[Book]
    branches: Sequence[BranchLoad]
    found: Balance
    people: Mapping[str, Person]
    keys: Mapping[str, int]


def spread(actor: Actor, *, as_of: date, trial: Trial | None = None) -> Spread:
    """Return how work is spread over the leads of the clients in sight; with a kept dry run, as its definition would have it."""
    available = rule("WORKLOAD.AVAILABLE", as_of).value
    tree = organisation.tree(actor, on=as_of)
    clients = _clients(actor, as_of, trial, tree)
    people = _people(actor, {one.lead for one in clients.values()}, tree)
    managers = {code: Manager(code, one.path, available, one.active) for code, one in people.items()}
    nobody: list[Client] = []
    for one in clients.values():
        (managers[one.lead].clients if one.lead in managers else nobody).append(one)
    before = {code: (_counts(one.clients), one.hours, one.share()) for code, one in managers.items()}
    over, spare = rule("WORKLOAD.OVER", as_of).value, rule("WORKLOAD.SPARE", as_of).value
    found = rules.balance(list(managers.values()), [one for one in nobody if one.hours], over)
    books = [
        Book(
            people[code],
            tiers,
            hours,
            share,
            Load(hours, available, share).state(over, spare),
            managers[code].share(),
        )
        for code, (tiers, hours, share) in before.items()
    ]
    books.sort(key=lambda book: (-book.share, book.person.code))
    return Spread(
        as_of,
        books,
        _branches(books, available),
        found,
        people,
        {one.code: key for key, one in clients.items()},
    )


def _people(actor: Actor, codes: Collection[str], tree: Tree) -> dict[str, Person]:
    return {
        code: Person(code, one.name, one.active, _path(tree, one.branch))
        for code, one in organisation.staff(actor).items() if code in codes
    }  # fmt: skip


def _path(tree: Tree, code: str) -> tuple[str, ...]:
    """Return the branches from the bank's top down to one; one that was merged counts as what it became."""
    return tuple(one for one in reversed(tree.above(code)) if not tree.nodes[one].merged) or ("",)


def _clients(actor: Actor, as_of: date, trial: Trial | None, tree: Tree) -> dict[int, Client]:
    """Return the clients in sight by key, with the tier of the date or of a dry run of their kind."""
    rows = serving.results(actor, as_of=as_of).values_list("unit_id", "kind", "effective_tier")
    held = {unit: (kind, tier) for unit, kind, tier in rows}
    tried = {str(code): str(new) for code, _old, new in trial.figures["holders"]} if trial else {}
    hours, homes = workload.hours_of(as_of), {one.key: one.code for one in tree.nodes.values()}
    found = {}
    for one in teams.led_units(actor, unit_ids=list(held), as_of=as_of):
        kind, tier = held[one.unit_id]
        tier = tried.get(one.code, "") if trial and kind == trial.kind else tier
        path = _path(tree, homes.get(one.branch_id, ""))
        found[one.unit_id] = Client(
            one.code, tier, hours.get(tier, Decimal(0)), one.domain, path[-1], path[:MAIN][-1], one.industry[:DIVISION], one.lead,
            one.since.isoformat() if one.since else "",
        )  # fmt: skip
    return found


def _counts(clients: Sequence[Client]) -> dict[str, int]:
    return dict(Counter(one.tier for one in clients))


def _branches(books: Sequence[Book], available: Decimal) -> list[BranchLoad]:
    """Return the main branches of those who lead, the most loaded first."""
    grouped: dict[str, list[Book]] = {}
    for book in books:
        grouped.setdefault(book.person.path[:MAIN][-1] if book.person.path else "", []).append(book)
    found = []
    for code, own in grouped.items():
        whole = sum((book.hours for book in own), Decimal(0))
        states = Counter(book.state for book in own)
        found.append(
            BranchLoad(
                code,
                len(own),
                whole,
                half_up(whole / (available * len(own)), 4),
                states["OVER"],
                states["SPARE"],
            )
        )
    return sorted(found, key=lambda one: (-one.share, one.code))


def lead_changes(actor: Actor, *, since: date) -> list[TeamChange]:
    """Return the decided leads that take effect after a day, withdrawn ones left out, the next first."""
    rows = visible(actor, TeamChange).filter(role="LEAD", effective_on__gt=since, withdrawn_at__isnull=True)
    return list(rows.order_by("effective_on", "id"))
