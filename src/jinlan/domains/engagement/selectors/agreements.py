"""Reading strategic cooperation agreements: those of a client, how each side keeps what it signed, and which are to be renewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.basics.register import rule
from jinlan.domains.engagement.models import Agreement, AgreementDeed, PlanReading
from jinlan.domains.engagement.rules import agreement as rules
from jinlan.domains.engagement.rules.document import OWN, Entry
from jinlan.domains.engagement.rules.progress import GREEN, UNKNOWN
from jinlan.domains.engagement.rules.promises import Line, Tally, tally
from jinlan.domains.engagement.selectors.ledger import dress
from jinlan.domains.engagement.selectors.plans import IN_FORCE, entries_of, value_in
from jinlan.kernel import figures
from jinlan.kernel.reading import visible
from jinlan.serving import selectors as serving

CLEARED = "cleared"


def agreements_of(actor: Actor, *, unit_id: int) -> list[Agreement]:
    """Return all agreements with a client, the newest first; one query."""
    return list(visible(actor, Agreement).filter(unit_id=unit_id).order_by("-number"))


def agreement_in_force(actor: Actor, *, unit_id: int, lock: bool = False) -> Agreement | None:
    """Return the agreement with a client that holds, held against others with `lock`; its last day may have passed."""
    rows = visible(actor, Agreement).filter(unit_id=unit_id, state=IN_FORCE)
    found: Agreement | None = (rows.select_for_update() if lock else rows).first()
    return found


def in_force(actor: Actor) -> QuerySet[Agreement]:
    """Return the agreements that hold."""
    return visible(actor, Agreement).filter(state=IN_FORCE)


def to_renew(today: date) -> Q:
    """Return the agreements whose renewal is due, those whose last day has passed included."""
    return Q(state=IN_FORCE, renew_on__lte=today)


@dataclass(frozen=True, slots=True)
class Deed:
    """A deed with its promises, one for each of its days."""

    entry: Entry
    promises: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure with how it stands, which run made its newest value, and what shows one that is read by hand."""

    entry: Entry
    kept: rules.Kept
    run: int | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Performance:
    """How both sides keep an agreement: deeds and measures in the order of the paper."""

    deeds: tuple[Deed, ...]
    measures: tuple[Measure, ...]
    today: date

    def tally(self, side: str) -> Tally:
        """Return how a side kept its deeds."""
        lines = (Line(one.side, one.state, one.due_on) for deed in self.deeds for one in deed.promises)
        return tally(lines, side, self.today)

    def measured(self, side: str) -> tuple[int, int, int]:
        """Return of the measures of a side how many stand as agreed, how many are known, and how many there are."""
        own = [one.kept.health for one in self.measures if one.entry.side == side]
        return own.count(GREEN), len(own) - own.count(UNKNOWN), len(own)


def performance(actor: Actor, row: Agreement, *, today: date) -> Performance:
    """Return how an agreement is kept; four queries, however long it is."""
    return performances(actor, [row], today=today)[row.pk]


def performances(actor: Actor, rows: Iterable[Agreement], *, today: date) -> Mapping[int, Performance]:
    """Return how some agreements are kept, by key; four queries."""
    rows = list(rows)
    entries = {row.pk: entries_of(row) for row in rows}
    promises = _promises(actor, list(entries), today)
    seen = _Seen(actor, rows, entries)
    red, amber = (Decimal(rule(code, today).value) for code in ("PLAN.RED", "PLAN.AMBER"))
    found = {}
    for row in rows:
        deeds = [
            Deed(one, tuple(promises.get((row.pk, one.key), ())))
            for one in entries[row.pk]
            if one.kind == rules.DEED
        ]
        measures = [
            seen.measure(row, one, today, red, amber) for one in entries[row.pk] if one.kind == rules.MEASURE
        ]
        found[row.pk] = Performance(tuple(deeds), tuple(measures), today)
    return found


def _promises(actor: Actor, keys: list[int], today: date) -> Mapping[tuple[int, UUID], list[Any]]:
    rows = (
        visible(actor, AgreementDeed)
        .filter(agreement__in=keys)
        .select_related("promise")
        .order_by("due_on", "id")
    )
    found: dict[tuple[int, UUID], list[Any]] = {}
    deeds = list(rows)
    dress([one.promise for one in deeds], today)
    for one in deeds:
        found.setdefault((one.agreement_id, one.entry), []).append(one.promise)
    return found


class _Seen:
    """The values of the measures of some agreements: published ones, and those that people read."""

    def __init__(self, actor: Actor, rows: list[Agreement], entries: Mapping[int, list[Entry]]) -> None:
        wanted = {row.pk: [one for one in entries[row.pk] if one.kind == rules.MEASURE] for row in rows}
        days = [day for each in wanted.values() for one in each for day in one.days]
        units = {row.unit_id for row in rows if wanted[row.pk]}
        self.published: dict[int, list[Any]] = {}
        for result in (
            serving.measured(actor, unit_ids=units, since=min(days), until=max(days)) if days else ()
        ):
            self.published.setdefault(result.unit_id, []).append(result)
        keys = [one.key for each in wanted.values() for one in each if one.metric == OWN]
        self.read: dict[tuple[int, UUID], list[PlanReading]] = {}
        for reading in (
            visible(actor, PlanReading).filter(objective__in=keys).order_by("read_on", "id") if keys else ()
        ):
            self.read.setdefault((reading.unit_id, reading.objective), []).append(reading)

    def measure(self, row: Agreement, one: Entry, today: date, red: Decimal, amber: Decimal) -> Measure:
        """Return a measure as it stands."""
        if one.metric == OWN:
            # Of two readings of a day the later one counts.
            held = {each.read_on: each for each in self.read.get((row.unit_id, one.key), ())}
            seen = [rules.Seen(day, held[day].value) for day in sorted(held)]
            kept = rules.kept(one, seen, today, red=red, amber=amber, by_hand=True)
            return Measure(one, kept, evidence=held[kept.on].evidence if kept.on else "")
        results = self.published.get(row.unit_id, [])
        seen = [rules.Seen(each.as_of, value_in(each, one.metric)) for each in results]
        kept = rules.kept(one, seen, today, red=red, amber=amber)
        return Measure(one, kept, next((each.run_id for each in results if each.as_of == kept.on), None))


def credit_of(entries: Iterable[Entry]) -> Entry | None:
    """Return the intended credit line of an agreement."""
    return next((one for one in entries if one.kind == rules.CREDIT), None)


def credit_text(entries: Iterable[Entry]) -> str:
    """Return the intended credit line in its currency, "" for none."""
    one = credit_of(entries)
    return amount_text(one) if one else ""


def amount_text(one: Entry) -> str:
    """Return an amount of an entry in its currency."""
    amount = one.amount or Decimal(0)
    return (
        figures.money_text(amount)
        if one.currency in ("", figures.currency())
        else f"{one.currency} {figures.number(amount)}"
    )


def clock_of(row: Agreement, today: date) -> rules.Clock:
    """Return the renewal clock of an agreement."""
    return rules.clock(row.ends_on, row.renew_on, today)
