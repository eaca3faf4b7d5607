"""Who looked after a unit when, and since when who leads leads: over all dates of its team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.clients.models import Coverage, TeamProposal, UnitMember
from jinlan.kernel.reading import visible


@dataclass(frozen=True, slots=True)
class Spell:
    """Somebody's time in a role of a unit's team: up to, not including, `until`, None while nothing ends it."""

    employee: int
    code: str
    name: str
    role: str
    share: Decimal | None
    since: date
    until: date | None

    def on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return self.since <= day and (self.until is None or day < self.until)


def spells_of(actor: Actor, *, unit_id: int) -> list[Spell]:
    """Return the whole history of a unit's team, the earliest first; one query. Another share begins another spell."""
    rows = visible(actor, Coverage).filter(unit_id=unit_id).order_by("valid_from", "id")
    fields = (
        "employee_id",
        "employee__code",
        "employee__name",
        "role",
        "credit_share",
        "valid_from",
        "valid_to",
    )
    return [Spell(*row) for row in rows.values_list(*fields)]


def began(spells: Iterable[Spell], one: Spell) -> date:
    """Return since when somebody holds a role without a gap, whatever his share was."""
    since = one.since
    for before in sorted(spells, key=lambda each: each.since, reverse=True):
        if (before.employee, before.role, before.until) == (one.employee, one.role, since):
            since = before.since
    return since


@dataclass(frozen=True, slots=True)
class Leading:
    """Who leads a unit on a day, and since when without a gap."""

    unit_id: int
    public_id: UUID
    unit_name: str
    branch_id: int
    code: str
    name: str
    since: date


def leading(actor: Actor, *, on: date) -> list[Leading]:
    """Return who leads which unit in sight on a day, the longest first; one query."""
    rows = visible(actor, Coverage).filter(role="LEAD", unit__isnull=False, valid_from__lte=on)
    fields = (
        "unit_id", "unit__public_id", "unit__name", "branch_id", "employee__code", "employee__name", "valid_from", "valid_to",
    )  # fmt: skip
    found: dict[int, Leading] = {}
    held: dict[
        int, tuple[str, date, date | None]
    ] = {}  # the last spell of a unit: who, since when without a gap, until when
    for unit, key, name, branch, code, person, since, until in rows.order_by(
        "unit_id", "valid_from", "id"
    ).values_list(*fields):
        before = held.get(unit)
        start = before[1] if before and (before[0], before[2]) == (code, since) else since
        held[unit] = code, start, until
        if until is None or on < until:
            found[unit] = Leading(unit, key, name, branch, code, person, start)
    return sorted(found.values(), key=lambda one: (one.since, one.unit_id))


def open_proposals(actor: Actor, *, unit_id: int) -> list[TeamProposal]:
    """Return the proposals about a unit's team that nobody has closed, the next first."""
    rows = visible(actor, TeamProposal).filter(unit_id=unit_id, state__in=("asked", "agreed"))
    return list(rows.order_by("effective_on", "id"))


def waiting_for_team(actor: Actor) -> int:
    """Return how many proposals wait for the actor's own answer."""
    return visible(actor, TeamProposal).filter(state="asked", asked_id=actor.person_id).count()


@dataclass(frozen=True, slots=True)
class Looked:
    """A member of a unit and who looks after it; `managers` is empty where the unit's lead does."""

    name: str
    managers: tuple[str, ...]


def looked_after(actor: Actor, *, unit_id: int, on: date) -> list[Looked]:
    """Return the current members in sight with who looks after each of them alone; two queries."""
    members = visible(actor, UnitMember).filter(unit_id=unit_id, current=True).select_related("party")
    parties = {row.party_id: row.party.name for row in members.order_by("party__name", "id") if row.party_id}
    rows = visible(actor, Coverage).filter(party_id__in=parties, valid_from__lte=on).exclude(valid_to__lte=on)
    named: dict[int, list[str]] = {}
    for party, name in rows.order_by("id").values_list("party_id", "employee__name"):
        named.setdefault(party, []).append(name)
    return [Looked(name, tuple(dict.fromkeys(named.get(key, [])))) for key, name in parties.items()]
