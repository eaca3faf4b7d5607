"""Reading charter compliance: kept ÷ owed by client, manager and branch, with what was left out (06 §6.2, 05 §5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from jinlan.basics.actor import Actor
from jinlan.basics.calendar import china
from jinlan.basics.numbers import half_up
from jinlan.basics.periods import add_months
from jinlan.basics.register import rule
from jinlan.clients import teams
from jinlan.domains.strategy.models import LeaveAlone, Obligation
from jinlan.domains.strategy.rules.charter import Contact, overdue
from jinlan.domains.strategy.rules.charter_plan import by_kind, why_not
from jinlan.domains.strategy.rules.charter_requests import ANSWERS
from jinlan.domains.strategy.rules.charter_text import Charter
from jinlan.domains.strategy.selectors.charter import charter_in_force, last_refresh, quiet_of
from jinlan.kernel.reading import visible
from jinlan.serving import contacts as serving
from jinlan.serving.models import UnitContact
from jinlan.work.contacted import Contacted, contacts_made

MONTHS = 24  # of contacts that are known (`insight.contacts.WINDOW`)


@dataclass(frozen=True, slots=True)
class Figure:
    """Compliance of somebody over a window: `kept` of `owed`; `excused` stands in neither."""

    kept: int
    owed: int
    excused: int
    since: date  # the window: after this day …
    as_of: date  # … up to this one
    version: str  # of the charter that speaks on `as_of`

    @property
    def share(self) -> Decimal | None:
        """Return kept ÷ owed with four places, None when nothing was owed."""
        return half_up(Decimal(self.kept) / self.owed, 4) if self.owed else None

    @property
    def missed(self) -> int:
        """Return how many were not kept."""
        return self.owed - self.kept


@dataclass(frozen=True, slots=True)
class Measured:
    """Up to which day obligations stand, over which window they are measured, by which charter, and what is not measured."""

    as_of: date
    since: date
    charter: Charter
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, str] = field(default_factory=dict)


def measured(actor: Actor) -> Measured | None:
    """Return what compliance figures are about; None before obligations were made for the first time."""
    last = last_refresh(actor)
    return measured_on(actor, last.as_of) if last else None


def measured_on(actor: Actor, as_of: date) -> Measured | None:
    """Return what compliance figures of a day are about, up to the one on which obligations stand; None when no charter spoke then."""
    last, charter = last_refresh(actor), charter_in_force(actor, as_of)
    if last is None or charter is None:
        return None
    since = add_months(as_of, -int(rule("CHARTER.WINDOW", as_of).value))
    return Measured(as_of, since, charter, last.unmeasured, last.measured)


def missed(as_of: date) -> Q:
    """Return the condition that an obligation's day has passed without contact and without excuse."""
    return Q(kept_on__isnull=True, excuse_code="", due_on__lt=as_of)


def state_of(row: Obligation, as_of: date) -> str:
    """Return kept, excused, missed, late (an answer that came after its target) or due."""
    if row.excuse_code:
        return "excused"
    if row.kept_on is not None:
        return "kept"
    if row.done_at is not None:
        return "late"
    return "missed" if row.due_on < as_of else "due"


def was_due(since: date, as_of: date) -> Q:
    """Return the condition that an obligation counts in a window: its day has come, with the contact or without."""
    return Q(due_on__gt=since) & (Q(due_on__lt=as_of) | Q(due_on=as_of, kept_on__isnull=False))


CONTACT = Q(
    ref=""
)  # contacts and answers are measured apart: the first is compliance by 06 §6.2, the second attainment by 05 §5.3


def _counts(which: Q, name: str = "") -> dict[str, Any]:
    return {
        f"{name}kept": Count("id", filter=which & Q(kept_on__isnull=False, excuse_code="")),
        f"{name}owed": Count("id", filter=which & Q(excuse_code="")),
        f"{name}excused": Count("id", filter=which & ~Q(excuse_code="")),
    }


def _figure(row: Mapping[str, Any], about: Measured, name: str = "") -> Figure:
    kept, owed, excused = (int(row[f"{name}{what}"]) for what in ("kept", "owed", "excused"))
    return Figure(kept, owed, excused, about.since, about.as_of, about.charter.version)


def _in_window(actor: Actor, about: Measured, unit_id: int | None = None) -> Any:
    rows = visible(actor, Obligation).filter(was_due(about.since, about.as_of))
    return rows if unit_id is None else rows.filter(unit_id=unit_id)


def compliance_of(actor: Actor, about: Measured, *, unit_id: int | None = None) -> Figure:
    """Return the compliance of one client, or of all in sight: contacts made ÷ owed."""
    return _figure(_in_window(actor, about, unit_id).aggregate(**_counts(CONTACT)), about)


def attainment_of(actor: Actor, about: Measured, *, unit_id: int | None = None) -> dict[str, Figure]:
    """Return kind of answer -> answers in time ÷ owed, of one client or of all in sight; open ones beyond their target are missed."""
    counts = {name: value for kind in ANSWERS for name, value in _counts(Q(kind=kind), kind).items()}
    row = _in_window(actor, about, unit_id).filter(~CONTACT).aggregate(**counts)
    return {kind: _figure(row, about, kind) for kind in ANSWERS}


@dataclass(frozen=True, slots=True)
class Line:
    """One branch's or manager's compliance, and beside it its answers; `code` is what a list is filtered by."""

    code: str
    name: str
    figure: Figure
    answers: Figure


def compliance_by_lead(actor: Actor, about: Measured) -> list[Line]:
    """Return the compliance of the manager who led the client on the due date, the most missed first."""
    found = _by(actor, about, "lead")
    names = teams.names_of_employees(actor, codes=[str(key) for key, *_ in found])
    return [Line(str(key), names.get(str(key), str(key)), *figures) for key, *figures in found]


def compliance_by_branch(actor: Actor, about: Measured) -> list[Line]:
    """Return the compliance of the branch that answers for the client now, the most missed first."""
    found = _by(actor, about, "branch_id")
    branches = teams.branches_by_key(actor, keys=[int(key) for key, *_ in found])
    return [
        Line(branches[int(key)].code, branches[int(key)].name, *figures)
        for key, *figures in found
        if int(key) in branches
    ]


def _by(actor: Actor, about: Measured, column: str) -> list[tuple[Any, Figure, Figure]]:
    counts = _counts(CONTACT) | _counts(~CONTACT, "answers_")
    rows = _in_window(actor, about).values(column).annotate(**counts).order_by(column)
    found = [(row[column], _figure(row, about), _figure(row, about, "answers_")) for row in rows]
    return sorted(found, key=lambda one: (-one[1].missed, str(one[0])))


@dataclass(frozen=True, slots=True)
class Standing:
    """How one client stands with one kind of contact: what was promised, when the next is due, how late it is."""

    kind: str
    days: int  # of the rhythm now
    last: date | None
    due_on: date | None
    late: int  # days
    why_not: str = ""  # code, when the kind is not measured


def standings(
    actor: Actor, about: Measured, *, unit_id: int, kind: str, tier: str, grade: int | None, last: Mapping[str, date]
) -> list[Standing]:  # fmt: skip
    """Return how a client stands with every kind of contact that its tier is promised; [] when it is promised none."""
    promise = about.charter.promise(kind, tier)
    rows: dict[str, list[Obligation]] = {}
    for row in visible(actor, Obligation).filter(CONTACT, unit_id=unit_id).order_by("opens"):
        rows.setdefault(row.kind, []).append(row)
    return [
        _standing(
            contact,
            about.charter.days(kind, tier, contact, grade) or 0,
            rows.get(contact, []),
            about,
            last.get(contact),
        )
        for contact in (promise.contacts if promise else ())
    ]


def _standing(
    contact: str, days: int, rows: Sequence[Obligation], about: Measured, last: date | None
) -> Standing:
    kept = [place for place, row in enumerate(rows) if row.kept_on is not None]
    after = rows[kept[-1] + 1 if kept else 0 :]
    # What was missed under an earlier tier stays a miss; how late the client is now is told by the promise of now.
    waits = [row for row in after if not row.excuse_code and row.tier == rows[-1].tier]
    due_on = waits[0].due_on if waits else None
    late = overdue(due_on, about.as_of) if due_on else 0
    return Standing(contact, days, last, due_on, late, about.unmeasured.get(contact, ""))


def misses(actor: Actor, about: Measured, *, unit_id: int) -> list[Obligation]:
    """Return what a client was owed in the window and did not get, excused or not, the newest first."""
    rows = _in_window(actor, about, unit_id).filter(kept_on__isnull=True)
    return list(rows.order_by("-due_on", "kind"))


def excusable_since(about: Measured) -> date:
    """Return the earliest due date for which an excuse may still be asked for."""
    return about.as_of - timedelta(days=int(rule("CHARTER.EXCUSE", about.as_of).value))


def left_alone(actor: Actor, *, unit_id: int, on: date) -> LeaveAlone | None:
    """Return the client's running wish not to be contacted."""
    rows = visible(actor, LeaveAlone).filter(unit_id=unit_id, since__lte=on, until__gt=on)
    running = [row for row in rows.order_by("-since", "-id") if quiet_of([row])]
    return next((row for row in running if row.ended_on is None or row.ended_on > on), None)


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A contact that keeps no promise, and why: a code of `rules.charter_plan.why_not`."""

    kind: str
    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is known of a client's contacts: the last of each kind that counts, and the newest that do not."""

    last: Mapping[str, date]
    uncounted: Sequence[Uncounted]


def spoken(actor: Actor, about: Measured, *, unit_id: int, recent: int = 92, limit: int = 3) -> Spoken:
    """Return what is known of a client's contacts; `recent` are the days in which those that do not count are named."""
    year = about.as_of.year
    calendar, most = china((year - 1, year, year + 1)), int(rule("CHARTER.MINUTES", about.as_of).value)
    made, others = list[tuple[Contact, bool]](), list[Uncounted]()
    since = add_months(about.as_of, -MONTHS)
    rows: list[UnitContact | Contacted] = [
        *serving.unit_contacts(actor, unit_id=unit_id, since=since, until=about.as_of),
        *(one for one in contacts_made(actor, unit_id=unit_id) if since <= one.happened_on <= about.as_of),
    ]
    for row in sorted(rows, key=lambda one: one.happened_on, reverse=True):
        contact = Contact(row.kind, row.happened_on, row.two_way, row.client_side, row.minutes_on)
        why = why_not(contact, calendar, most)
        if not why:
            made.append((contact, row.executive))
        elif row.happened_on >= about.as_of - timedelta(days=recent):
            others.append(Uncounted(row.kind, row.happened_on, why))
    return Spoken({kind: days[-1] for kind, days in by_kind(made).items()}, others[:limit])
