"""Bringing the obligations of the service charter up to the newest published data: generated, kept, dropped, made tasks.

What was due before the last time stands: of it only `kept_on` may still be filled, by a contact whose minutes came later. The rest
is a function of the tiers that units held, the versions of the charter, contacts and quiet, so that doing it twice gives the
same rows. A handful of statements for all units of an entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db import connection
from psycopg import sql

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.ids import uuid7
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.domains.strategy.models import CharterRefresh, LeaveAlone, Obligation
from jinlan.domains.strategy.rules.charter import Contact
from jinlan.domains.strategy.rules.charter_plan import (
    CALL,
    EXECUTIVE,
    FACE,
    REVIEW,
    InForce,
    Owed,
    Quiet,
    TierSpan,
    acts_on,
    by_kind,
    counting,
    first_after,
    owed,
    stretches,
)
from jinlan.domains.strategy.rules.charter_tasks import outcome_of, subject_of
from jinlan.domains.strategy.selectors.charter import charters, last_refresh, quiet_of
from jinlan.domains.strategy.services.request_refresh import RequestFacts, refresh_answers
from jinlan.kernel.audit import audit
from jinlan.kernel.bulk import patient, stage, upsert
from jinlan.kernel.locks import hold
from jinlan.kernel.scope import scoped
from jinlan.serving import contacts as lake
from jinlan.serving import selectors as serving
from jinlan.serving.models import UnitContact
from jinlan.work.contacted import Contacted, contacts_that_may_count
from jinlan.work.selectors import open_subjects
from jinlan.work.services import Wanted, close_tasks, open_tasks

TASK = "charter"
TITLE = "服务章程联系到期"
LATE = timedelta(days=21)  # minutes come within working days; the longest holidays are covered
COLUMNS = {
    "entity": "text", "public_id": "uuid", "unit_id": "bigint", "domain": "smallint", "branch_id": "bigint", "kind": "text",
    "ref": "text", "tier": "text", "version": "text", "opens": "date", "due_on": "date", "kept_on": "date", "lead": "text",
}  # fmt: skip
Key = tuple[int, str]  # unit, kind of contact


def refresh_charter(*, actor: Actor) -> dict[str, int]:
    """Bring all obligations up to the newest published date; return counts, {} while nothing is published or promised."""
    with scoped(actor, write=True):
        patient()
        hold(f"jinlan charter|{actor.entity}")
        shown, promised = serving.published(actor, entity=actor.entity), charters(actor)
        if shown is None or not promised:
            return {}
        last = last_refresh(actor)
        today = max(shown.latest, last.as_of) if last else shown.latest
        facts = _Facts(actor, today, last, promised)
        rows = facts.rows()
        added, changed = _write(actor.entity, facts, rows)
        _follow_homes(facts.places)
        answers = refresh_answers(
            actor, RequestFacts(today, facts.places, facts.leads, facts.tiers, promised)
        )
        tasks = _tasks(actor, facts, rows)
        counts = {
            "obligations": sum(map(len, rows.values())),
            "added": added,
            "changed": changed,
            **tasks,
            **answers,
        }
        CharterRefresh.objects.update_or_create(
            entity=actor.entity, as_of=today,
            defaults={
                "measured": {kind: day.isoformat() for kind, day in facts.measured.items()},
                "unmeasured": facts.unmeasured, "counts": counts, "at": actor.at,
            },
        )  # fmt: skip
        audit(actor, "strategy.charter_refreshed", "charter", today, after=counts)
        return counts


class _Facts:
    """What obligations are made of, read once for all units."""

    def __init__(
        self, actor: Actor, today: date, last: CharterRefresh | None, promised: Sequence[InForce]
    ) -> None:
        self.actor, self.today, self.promised = actor, today, promised
        self.settled = last.as_of if last else date.min
        self.contacts = _contacts(actor, today)
        reviews = any(REVIEW in made for made in self.contacts.values())
        self.measured, self.unmeasured = _measured(actor, today, last, reviews=reviews)
        self.places = teams.unit_places(actor)
        self.leads = teams.Leads(actor)
        self.tiers = _tiers(actor, today)
        self.quiets = _quiets()
        self.standing = _standing(self.settled)
        self.excused = _excused(self.settled)

    def rows(self) -> dict[Key, list[Owed]]:
        """Return what each unit is owed of each kind: the last that stands already, and all that follows it."""
        found: dict[Key, list[Owed]] = {}
        for unit, (kind, tiers) in self.tiers.items():
            if unit in self.places:
                found |= {(unit, contact): self._of(unit, kind, tiers, contact) for contact in self.measured}
        return {key: rows for key, rows in found.items() if rows}

    def _of(self, unit: int, kind: str, tiers: Sequence[TierSpan], contact: str) -> list[Owed]:
        made = self.contacts.get(unit, {}).get(contact, [])
        stands = self._filled(self.standing.get((unit, contact)), made)
        promised = stretches(contact, kind, tiers, self.promised, self.measured[contact])
        since = stands.closed_on if stands else None
        rows = owed(promised, made, self.quiets.get(unit, []), self.today, since)
        marked = [replace(one, excused=(unit, contact, one.opens) in self.excused) for one in rows]
        return [stands, *marked] if stands else marked

    def _filled(self, stands: Owed | None, made: Sequence[date]) -> Owed | None:
        """Return what stands, kept after all by a contact that was not known in time."""
        if stands is None or stands.kept_on is not None or stands.due_on < self.settled - LATE:
            return stands
        return replace(stands, kept_on=first_after(made, stands.opens, stands.due_on))


def _measured(
    actor: Actor, today: date, last: CharterRefresh | None, *, reviews: bool
) -> tuple[dict[str, date], dict[str, str]]:
    """Return since when each kind of contact is measured, and why the others are not.

    The first time it is the day from which both tiers and contacts are known; a kind that comes later is measured from then on.
    Reviews of plans come with the first one that a client took part in.
    """
    known, before = lake.known_contacts(actor), dict(last.measured) if last else {}
    unmeasured = {} if reviews else {REVIEW: "NO_PLANS"}
    if not known.delivered or known.first is None:
        unmeasured |= dict.fromkeys((FACE, CALL, EXECUTIVE), "NO_CONTACTS")
    elif not known.proven:
        unmeasured |= dict.fromkeys((FACE, CALL, EXECUTIVE), "NO_OUTCOMES")
    elif not known.executive and not teams.has_role(actor, role="SPONSOR"):
        unmeasured[EXECUTIVE] = "NO_SPONSORS"
    first = today if last or known.first is None else max(known.first, lake.first_date(actor) or today)
    found = {
        kind: date.fromisoformat(before[kind]) if kind in before else first
        for kind in (FACE, CALL, EXECUTIVE, REVIEW)
        if kind in before or kind not in unmeasured
    }
    return found, {kind: why for kind, why in unmeasured.items() if kind not in found}


def _tiers(actor: Actor, today: date) -> dict[int, tuple[str, list[TierSpan]]]:
    found: dict[int, tuple[str, list[TierSpan]]] = {}
    for one in lake.tiers_held(actor, until=today):
        spans = found.setdefault(one.unit_id, (one.kind, []))[1]
        spans.append(TierSpan(one.tier, one.grade, one.since, one.until))
    return found


def _contacts(actor: Actor, today: date) -> Mapping[int, Mapping[str, list[date]]]:
    """Return unit -> kind -> days of the contacts that count: the bank's delivered ones, and those that rooms wrote down."""
    calendar = china(
        (today.year - 1, today.year, today.year + 1)
    )  # a year without an official plan is provisional
    fits = counting(calendar, int(rule("CHARTER.MINUTES", today).value))
    found: dict[int, list[tuple[Contact, bool]]] = {}
    rows: Iterable[UnitContact | Contacted] = chain(
        lake.contacts_that_may_count(actor), contacts_that_may_count(actor)
    )
    for row in rows:
        contact = Contact(row.kind, row.happened_on, row.two_way, row.client_side, row.minutes_on)
        if row.happened_on <= today and fits(contact):
            found.setdefault(row.unit_id, []).append((contact, row.executive))
    return {unit: by_kind(made) for unit, made in found.items()}


def _quiets() -> Mapping[int, list[Quiet]]:
    found: dict[int, list[LeaveAlone]] = {}
    for row in LeaveAlone.objects.order_by("since", "id"):
        found.setdefault(row.unit_id, []).append(row)
    return {unit: quiet_of(rows) for unit, rows in found.items()}


def _standing(settled: date) -> Mapping[Key, Owed]:
    """Return the last obligation of each unit and kind whose day had passed the last time."""
    rows = Obligation.objects.filter(ref="", due_on__lt=settled).order_by("unit_id", "kind", "-opens")
    return {(row.unit_id, row.kind): _owed(row) for row in rows.distinct("unit_id", "kind")}


def _owed(row: Obligation) -> Owed:
    return Owed(row.kind, row.opens, row.due_on, row.kept_on, row.tier, row.version, bool(row.excuse_code))


def _excused(settled: date) -> set[tuple[int, str, date]]:
    rows = Obligation.objects.filter(ref="", due_on__gte=settled).exclude(excuse_code="")
    return set(rows.values_list("unit_id", "kind", "opens"))


def _write(entity: str, facts: _Facts, rows: Mapping[Key, Sequence[Owed]]) -> tuple[int, int]:
    """Write what was made; of what was open the last time, that which is owed no longer goes."""
    gone = sql.SQL("t.entity = {} and t.ref = '' and t.due_on >= {}").format(
        sql.Literal(entity), sql.Literal(facts.settled)
    )
    return upsert(
        "strategy_obligation", COLUMNS, _values(entity, facts, rows), key=("unit_id", "kind", "opens", "ref"),
        at_birth=("entity", "public_id"), delete=gone,
    )  # fmt: skip


def _values(entity: str, facts: _Facts, rows: Mapping[Key, Sequence[Owed]]) -> Iterator[tuple[Any, ...]]:
    for (unit, kind), made in rows.items():
        place = facts.places[unit]
        for one in made:
            lead = facts.leads.on(unit, min(one.due_on, facts.today))
            yield (
                entity, uuid7(), unit, place.domain, place.branch_id, kind, "", one.tier, one.version, one.opens, one.due_on,
                one.kept_on, lead,
            )  # fmt: skip


def _follow_homes(places: Mapping[int, teams.UnitPlace]) -> None:
    """Let what stands follow units that moved to another branch: who answers for the client now reads its whole history."""
    stage(
        {"key": "bigint", "branch": "bigint"},
        ((key, one.branch_id) for key, one in places.items()),
        table="homes",
    )
    with connection.cursor() as cursor:
        for model in (Obligation, LeaveAlone):
            cursor.execute(
                f"update {model._meta.db_table} t set branch_id = h.branch from pg_temp.homes h "  # noqa: S608  names of our own
                "where t.unit_id = h.key and t.branch_id <> h.branch"
            )


@dataclass(frozen=True, slots=True)
class _Act:
    key: Key
    one: Owed


def _tasks(actor: Actor, facts: _Facts, rows: Mapping[Key, Sequence[Owed]]) -> dict[str, int]:
    """Open a task for what somebody must act on now, and close those that nobody need act on any more."""
    ahead = int(rule("CHARTER.AHEAD", facts.today).value)
    acts = [
        _Act(key, one) for key, made in rows.items() if (one := acts_on(made, facts.today, ahead)) is not None
    ]
    wanted = [_wanted(facts.places[act.key[0]], act) for act in acts]
    names = {one.subject for one in wanted}
    codes = {place.code: key for key, place in facts.places.items()}
    outcomes = {
        subject: outcome_of(subject, codes, rows, facts.today)
        for subject in open_subjects(actor, kind=TASK)
        if subject not in names
    }
    closed = close_tasks(actor=actor, outcomes=outcomes)
    opened = open_tasks(actor=actor, wanted=wanted, opened_on=facts.today)
    return {"tasks": len(wanted), "opened": opened, "closed": closed}


def _wanted(place: teams.UnitPlace, act: _Act) -> Wanted:
    unit, kind = act.key
    detail = {"contact": kind, "tier": act.one.tier, "opens": act.one.opens.isoformat()}
    return Wanted(
        subject=subject_of(place.code, kind, act.one.opens), kind=TASK, unit_id=unit, domain=place.domain, branch_id=place.branch_id,
        role="manager" if place.domain else "private_banker", title=TITLE, detail=detail, due_on=act.one.due_on,
    )  # fmt: skip
