"""Reading the life of tiers: the worklist of the monthly review, the steps of one unit, and what became of overrides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.periods import add_months
from jinlan.clients.models import Unit
from jinlan.domains.strategy.models import AgendaItem, Override, TierDecision, TierProposal
from jinlan.domains.strategy.selectors.definitions import ladder
from jinlan.kernel.models import Person
from jinlan.kernel.reading import visible
from jinlan.serving import selectors as serving

MONTHS = 12  # after which an override is looked back on
ORDER = ("down", "up", "suspended", "closed", "watch", "retained")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the worklist: the proposal, its unit, and how far it is: waiting, agenda, decided."""

    row: TierProposal
    unit: Unit | None
    state: str
    meeting: UUID | None


def worklist(actor: Actor) -> list[Waiting]:
    """Return what the newest review proposed, what is to be decided first; for whole-bank eyes."""
    newest = visible(actor, TierProposal).order_by("-as_of").values_list("as_of", flat=True).first()
    if newest is None:
        return []
    rows = list(visible(actor, TierProposal).filter(as_of=newest))
    keys = {row.unit_id for row in rows}
    units = visible(actor, Unit).defer("grams", "search_text").in_bulk(keys)
    decided = visible(actor, TierDecision).filter(source=TierDecision.COMMITTEE, since__gte=newest)
    done = set(decided.values_list("unit_id", flat=True))
    asked = visible(actor, AgendaItem).filter(unit_id__in=keys, kind=AgendaItem.TIER, result="")
    on = dict(asked.exclude(meeting__state="closed").values_list("unit_id", "meeting__public_id"))
    found = [
        Waiting(
            row, units.get(row.unit_id), "decided" if row.unit_id in done else "agenda" if row.unit_id in on else "waiting",
            on.get(row.unit_id),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda one: (ORDER.index(one.row.step), one.unit.pinyin_key if one.unit else "", one.row.pk),
    )


def decisions_of_unit(actor: Actor, *, unit_id: int) -> list[TierDecision]:
    """Return the steps of a unit's tier that the actor may read, the newest first."""
    rows = visible(actor, TierDecision).filter(unit_id=unit_id)
    return list(rows.order_by("-since", "-made_at", "-id"))


def decision(actor: Actor, *, public_id: UUID) -> TierDecision | None:
    """Return one step of a unit's tier, None when it is not in sight."""
    return visible(actor, TierDecision).filter(public_id=public_id).first()


@dataclass(frozen=True, slots=True)
class Looked:
    """One override: the tier by hand, what is computed and effective now, and what was computed twelve months after it began.

    `outcome`: confirmed, not, early (not twelve months ago yet), unknown.
    """

    row: Override
    unit: Unit | None
    computed: str
    effective: str
    outcome: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Proposer:
    """How one person's overrides turned out."""

    name: str
    total: int
    in_force: int
    confirmed: int
    not_confirmed: int


def override_report(actor: Actor) -> tuple[list[Looked], list[Proposer]]:
    """Return every override beside the computed tier, and the sum by who proposed it; for whole-bank eyes."""
    shown = serving.published(actor)
    rows = list(visible(actor, Override).order_by("-valid_from", "-id"))
    if shown is None or not rows:
        return [], []
    codes = {row.unit_code for row in rows}
    units = {
        one.code: one for one in visible(actor, Unit).filter(code__in=codes).defer("grams", "search_text")
    }
    dates = {shown.latest} | {day for row in rows if (day := _after(row, shown.month_ends)) is not None}
    standings = serving.computed(actor, unit_ids=[one.pk for one in units.values()], dates=dates)
    found = [_looked(actor, row, units.get(row.unit_code), standings, shown) for row in rows]
    names = dict(
        Person.objects.filter(username__in={row.proposer for row in rows}).values_list("username", "display_name")
    )  # fmt: skip
    return found, _by_proposer(found, names)


def _after(row: Override, month_ends: Sequence[date]) -> date | None:
    """Return the first published month-end twelve months after an override began, None before it."""
    start: date = row.valid_from
    return min((day for day in month_ends if day >= add_months(start, MONTHS)), default=None)


def _looked(
    actor: Actor, row: Override, unit: Unit | None, standings: Mapping[tuple[int, date], tuple[str, str]], shown: serving.Published
) -> Looked:  # fmt: skip
    computed, effective = standings.get((unit.pk, shown.latest), ("", "")) if unit else ("", "")
    later = _after(row, shown.month_ends)
    outcome = "early" if later is None else "unknown"
    if unit and later is not None and (unit.pk, later) in standings:
        line = ladder(actor, kind=unit.kind, on=later)
        order = [*(line.tiers if line else ()), ""]
        reached = standings[unit.pk, later][0]
        held = reached in order and row.tier in order and order.index(reached) <= order.index(row.tier)
        outcome = "confirmed" if held else "not"
    return Looked(row, unit, computed, effective, outcome, row.valid_from <= shown.latest < row.expires)


def _by_proposer(found: Sequence[Looked], names: Mapping[str, str]) -> list[Proposer]:
    grouped: dict[str, list[Looked]] = {}
    for one in found:
        grouped.setdefault(one.row.proposer, []).append(one)
    people = [
        Proposer(
            names.get(name, name), len(own), sum(one.in_force for one in own), sum(one.outcome == "confirmed" for one in own),
            sum(one.outcome == "not" for one in own),
        )
        for name, own in grouped.items()
    ]  # fmt: skip
    return sorted(people, key=lambda one: (-one.total, one.name))
