"""Asking what the indicators of chapters 1.1 and 1.2 are on a published date, past ones too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from jinlan.basics.actor import Actor
from jinlan.basics.periods import months_back
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.domains.strategy.models import TierDecision, TierProposal
from jinlan.domains.strategy.rules import life
from jinlan.domains.strategy.rules.waits import Wait, counted, median, waits
from jinlan.domains.strategy.selectors import compliance
from jinlan.domains.strategy.selectors.charter import charter_in_force, last_refresh
from jinlan.domains.strategy.selectors.workload import loads_of, state_of
from jinlan.insight.flaps import Year, year_of
from jinlan.kernel.reading import visible
from jinlan.serving import selectors as serving
from jinlan.serving import tiers
from jinlan.work.indicators import NO_CASES, NOT_KNOWN_THEN, NOT_READY, Case, Found, share

MONTHS = 12  # that are looked back over
ADDED = ("GROUP", "HNW")  # kinds whose revenue is added; what partners share is part of their clients' own
DECIDED_TARGET = "INDICATOR.DECIDED"


def covered(actor: Actor, as_of: date) -> Found:
    """Return the share of the bank's revenue of twelve months that units with a tier bring."""
    rows = {row.kind: row for row in tiers.bank_totals(actor, as_of=as_of)}
    if not rows:
        return Found(why=NOT_KNOWN_THEN)
    added = [rows[kind] for kind in ADDED if kind in rows]
    top = sum((row.revenue_tiered for row in added), Decimal(0))
    bottom = sum((row.revenue for row in added), Decimal(0))
    kinds = {
        row.kind: {
            "all": str(row.revenue), "tiered": str(row.revenue_tiered), "units": row.units, "in_tier": row.tiered,
            "unknown": row.unknown, "unknown_in_tier": row.unknown_tiered,
        }
        for row in rows.values()
    }  # fmt: skip
    if bottom <= 0:
        return Found(top=top, bottom=bottom, why="NO_REVENUE", inputs={"kinds": kinds})
    return Found(top / bottom, top, bottom, inputs={"kinds": kinds})


def flaps(actor: Actor, as_of: date) -> Found:
    """Return the share of units that went back within a year, of those that held a tier in the twelve months."""
    shown, since = serving.published(actor, as_of=as_of), months_back(as_of, MONTHS)
    month_ends = sorted(shown.month_ends) if shown else []
    if not month_ends or month_ends[0] > since:
        return Found(why=NOT_KNOWN_THEN)
    years: dict[int, Year] = {
        one.unit_id: year_of(one.changes, begins=one.begins, since=since, until=as_of)
        for one in tiers.tier_changes(actor, month_ends=month_ends)
    }
    flapped = sorted((-year.flaps, unit) for unit, year in years.items() if year.flaps)
    cases = [Case("unit", str(unit), str(-times)) for times, unit in flapped]
    times = sum(year.flaps for year in years.values())
    held = sum(year.held for year in years.values())
    return share(len(flapped), held, inputs={"times": times, "since": since.isoformat()}, cases=cases)


def overrides(actor: Actor, as_of: date) -> Found:
    """Return the share of units in a tier that are there by an override."""
    held = tiers.tiers_on(actor, as_of=as_of)
    by_hand = [one for one in held if one.source == "OVERRIDE"]
    return share(len(by_hand), len(held), cases=[Case("unit", str(one.unit_id), one.tier) for one in by_hand])


def decided(actor: Actor, as_of: date) -> Found:
    """Return the median of days from a proposal to its committee over twelve months."""
    first = visible(actor, TierProposal).order_by("as_of").values_list("as_of", flat=True).first()
    if first is None or first > as_of:
        return Found(why=NOT_KNOWN_THEN)
    target, since = rule(DECIDED_TARGET, as_of).value, months_back(as_of, MONTHS)
    found = counted(_waits(actor, as_of), since=since, on=as_of, target=target)
    middle = median([one.days(as_of) for one in found])
    if middle is None:
        return Found(bottom=0, why=NO_CASES)
    late = sorted((one for one in found if one.days(as_of) > target), key=lambda one: -one.days(as_of))
    waiting = sum(one.decided is None for one in found)
    cases = [Case("unit", str(one.unit_id), str(one.days(as_of))) for one in late]
    return Found(middle, bottom=len(found), inputs={"waiting": waiting, "late": len(late)}, cases=cases)


def _waits(actor: Actor, as_of: date) -> Iterable[Wait]:
    """Yield the matters of all units as they were known on a date."""
    rows = visible(actor, TierProposal).filter(as_of__lte=as_of, step__in=(life.UP, life.DOWN))
    reviewed = visible(actor, TierProposal).filter(as_of__lte=as_of).order_by("-as_of")
    newest = reviewed.values_list("as_of", flat=True).first() or as_of
    met = visible(actor, TierDecision).filter(source=TierDecision.COMMITTEE, item__meeting__day__lte=as_of)
    days: dict[int, list[date]] = {}
    for unit, day in met.values_list("unit_id", "item__meeting__day"):
        days.setdefault(unit, []).append(day)
    proposed: dict[int, list[tuple[date, str]]] = {}
    for unit, month_end, tier in rows.order_by("unit_id", "as_of").values_list("unit_id", "as_of", "after"):
        proposed.setdefault(unit, []).append((month_end, tier))
    for unit, own in proposed.items():
        yield from waits(unit, own, days.get(unit, ()), newest)


def charter(actor: Actor, as_of: date) -> Found:
    """Return how far the service charter was kept over its window."""
    last = last_refresh(actor)
    if last is None or last.as_of < as_of:
        return Found(why=NOT_READY)
    about = compliance.measured_on(actor, as_of)
    if about is None:
        return Found(why="NO_CHARTER")
    if not about.measured or min(about.measured.values()) > as_of.isoformat():
        return Found(why=NOT_KNOWN_THEN)
    figure = compliance.compliance_of(actor, about)
    inputs = {"since": about.since.isoformat(), "version": figure.version, "excused": figure.excused}
    return share(figure.kept, figure.owed, inputs=inputs)


def triangle(actor: Actor, as_of: date) -> Found:
    """Return the share of units with a tier for which every role that the charter promises is named."""
    found = charter_in_force(actor, as_of)
    if found is None:
        return Found(why="NO_CHARTER")
    named = teams.roles_named(actor, on=as_of)
    promised, missing = 0, list[Case]()
    for one in tiers.tiers_on(actor, as_of=as_of):
        promise = found.promise(one.kind, one.tier)
        if promise is None or not promise.roles:
            continue
        promised += 1
        lacks = [role for role in promise.roles if role not in named.get(one.unit_id, ())]
        if lacks:
            missing.append(Case("unit", str(one.unit_id), ",".join(lacks)))
    missing.sort(key=lambda case: -len(case.said.split(",")))
    return share(promised - len(missing), promised, inputs={"version": found.version}, cases=missing)


def load(actor: Actor, as_of: date) -> Found:
    """Return the share of managers with a load inside the band, of those who lead a unit with a tier."""
    leads = teams.Leads(actor)
    led = [
        (lead, one.tier)
        for one in tiers.tiers_on(actor, as_of=as_of)
        if (lead := leads.on(one.unit_id, as_of))
    ]
    loads = loads_of(led, as_of)
    states = {code: state_of(one, as_of) for code, one in loads.items()}
    outside = sorted(
        ((-loads[code].share, code) for code, state in states.items() if state != "FIT"),
        key=lambda one: (states[one[1]] != "OVER", one),
    )
    inputs = {name.lower(): sum(state == name for state in states.values()) for name in ("OVER", "SPARE")}
    cases = [Case("employee", code, str(-part)) for part, code in outside]
    return share(len(loads) - len(outside), len(loads), inputs=inputs, cases=cases)
