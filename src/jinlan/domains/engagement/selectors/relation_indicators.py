"""How well the bank keeps its word, plans for its clients and hands them over, on a date, past ones too."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import F, Q

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI, business_date
from jinlan.basics.periods import months_back
from jinlan.domains.engagement.models import AccountPlan, Agreement, HandOver, PromiseStep
from jinlan.domains.engagement.rules.progress import GREEN, UNKNOWN
from jinlan.domains.engagement.rules.promises import BROKEN, KEPT, LATE, RELEASED
from jinlan.domains.engagement.selectors.agreements import performances
from jinlan.kernel.reading import visible
from jinlan.serving import tiers
from jinlan.work.indicators import NOT_KNOWN_THEN, Case, Found, share

MONTHS = 12  # that are looked back over
CLOSED = (KEPT, LATE, BROKEN)
# Tiers of which the charter wants a plan that is reviewed at least twice a year.
STRATEGIC = frozenset({"HQ", "BRANCH", "ULTRA", "PRIVATE"})
PLANNED = ("in_force", "replaced", "closed")


def _after(day: date) -> datetime:
    """Return the instant with which a business day is over."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def kept_promises(actor: Actor, as_of: date) -> Found:
    """Return the share of the bank's promises that were kept in time, of those that ended in twelve months or were overdue on the date."""
    steps = (
        visible(actor, PromiseStep)
        .filter(promise__side="bank", at__lt=_after(as_of))
        .order_by("promise_id", "-at", "-id")
    )
    last = list(steps.distinct("promise_id").values_list("act", "due_on", "at", "owner"))
    if not last:
        return Found(why=NOT_KNOWN_THEN)
    since = months_back(as_of, MONTHS)
    ended = [act for act, _due, at, _owner in last if act in CLOSED and business_date(at) > since]
    late = [(due, owner) for act, due, _at, owner in last if act not in (*CLOSED, RELEASED) and due < as_of]
    cases = [Case("employee", owner, str((as_of - due).days)) for due, owner in sorted(late)]
    return share(
        ended.count(KEPT), len(ended) + len(late), cases=cases, inputs={"late": ended.count(LATE), "broken": ended.count(BROKEN), "overdue": len(late)}
    )  # fmt: skip


def planned_clients(actor: Actor, as_of: date) -> Found:
    """Return the share of strategic clients with a plan in force on the date."""
    first = visible(actor, AccountPlan).order_by("made_at").values_list("made_at", flat=True).first()
    if first is None or business_date(first) > as_of:
        return Found(why=NOT_KNOWN_THEN)
    wanted = [one.unit_id for one in tiers.tiers_on(actor, as_of=as_of) if one.tier in STRATEGIC]
    rows = visible(actor, AccountPlan).filter(state__in=PLANNED, approved_at__lt=_after(as_of))
    held = set(rows.filter(Q(ended_on=None) | Q(ended_on__gt=as_of)).values_list("unit_id", flat=True))
    lacking = [unit for unit in wanted if unit not in held]
    return share(len(wanted) - len(lacking), len(wanted), cases=[Case("unit", str(unit)) for unit in lacking])


def handed_in_time(actor: Actor, as_of: date) -> Found:
    """Return the share of hand-overs that all three had signed by their day, of those whose day lay in the twelve months."""
    rows = visible(actor, HandOver).filter(
        effective_on__gt=months_back(as_of, MONTHS), effective_on__lte=as_of
    )
    rows = rows.exclude(state="withdrawn").order_by("effective_on", "id")
    if not rows.exists():
        return Found(why=NOT_KNOWN_THEN)
    late = []
    count = 0
    for unit, day, signed in rows.values_list("unit_id", F("effective_on"), "supervisor_signed_at"):
        count += 1
        if signed is None or business_date(signed) > day:
            late.append(unit)
    return share(count - len(late), count, cases=[Case("unit", str(unit)) for unit in dict.fromkeys(late)])


def agreed_measures(actor: Actor, as_of: date) -> Found:
    """Return the share of the measures of agreements in force on the date that stood as agreed, of those that were known."""
    rows = visible(actor, Agreement).filter(signed_at__lt=_after(as_of), starts_on__lte=as_of)
    held = list(rows.filter(Q(ended_on=None) | Q(ended_on__gt=as_of)))
    if not held:
        return Found(why=NOT_KNOWN_THEN)
    found = performances(actor, held, today=as_of)
    judged = [
        (row.unit_id, one.kept.health)
        for row in held
        for one in found[row.pk].measures
        if one.kept.health != UNKNOWN
    ]
    off = [unit for unit, health in judged if health != GREEN]
    return share(
        len(judged) - len(off), len(judged), cases=[Case("unit", str(unit)) for unit in dict.fromkeys(off)]
    )
