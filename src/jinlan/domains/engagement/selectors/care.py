"""Reading what is due for people of clients, what silences it, and what was given and taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.register import rule
from jinlan.domains.engagement.models import Care, CareDay, CareSilence
from jinlan.domains.engagement.rules.care import (
    CLAIMED,
    DISPUTE,
    HIDDEN,
    OFFICIAL,
    OPEN,
    STOPPED,
    WISH,
    Silence,
    silenced,
)
from jinlan.kernel.reading import visible
from jinlan.serving.requests import complaints_among
from jinlan.work.wished import wishes

WAITING = (OPEN, CLAIMED, STOPPED)


@dataclass(frozen=True, slots=True)
class Due:
    """An occasion that waits, with why it is left alone; nothing for one that may be greeted."""

    row: Care
    silent: Sequence[str]


def days_of(code: str, on: date) -> int:
    """Return a number of days of the register."""
    return int(rule(f"CARE.{code}", on).value)


def silences(actor: Actor, *, units: Collection[int], day: date) -> list[Silence]:
    """Return what silences some clients on a day: entered, derived from complaints and wishes; four queries.

    That somebody is left alone holds over all departments; why is told to those who see the row that says so.
    """
    keys = sorted(set(units))
    if not keys:
        return []
    rows = visible(actor, CareSilence).filter(
        Q(until=None) | Q(until__gt=day), unit_id__in=keys, since__lte=day
    )
    found = [Silence(row.unit_id, row.person_id, row.reason, row.since, row.until) for row in rows]
    known = {(one.unit, one.person, one.code == OFFICIAL) for one in found}
    found += [
        Silence(unit, person, OFFICIAL if official else HIDDEN, day)
        for unit, person, official in _silent_anywhere(keys, day) if (unit, person, official) not in known
    ]  # fmt: skip
    return found + derived(actor, units=keys)


def derived(actor: Actor, *, units: Collection[int]) -> list[Silence]:
    """Return what silences clients without anybody's entry: open complaints, and wishes not to be contacted; two queries."""
    wanted = set(units)
    found = [Silence(unit, None, DISPUTE, since) for unit, since in complaints_among(actor, units=wanted)]
    return found + [
        Silence(one.unit_id, None, WISH, one.since, one.until)
        for one in wishes(actor)
        if one.unit_id in wanted
    ]


def _silent_anywhere(units: Sequence[int], day: date) -> list[tuple[int, int | None, bool]]:
    """Return whom anybody of the bank entered as left alone; the reasons stay where they are."""
    with connection.cursor() as cursor:
        cursor.execute("select unit_id, person_id, official from sec.care_silent(%s, %s)", [list(units), day])
        return list(cursor.fetchall())


def why_silent(row: Care, rows: Iterable[Silence], day: date) -> list[str]:
    """Return why an occasion is left alone now; what the nightly run knows and the reader does not is HIDDEN."""
    found = silenced(rows, row.unit_id, row.person_id, day)
    return found or ([HIDDEN] if row.held else [])


def holder(whom: str, occasion: str, year: int) -> str:
    """Return the name of who took an occasion, in any department; "" for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("select sec.care_holder(%s, %s, %s)", [whom, occasion, year])
        found = cursor.fetchone()
    return str(found[0] or "") if found else ""


def gifts_had(whom: str, year: int) -> Decimal:
    """Return what a recipient has had in a calendar year from all departments; what was declined or went back is no gift."""
    with connection.cursor() as cursor:
        cursor.execute("select sec.gifts_had(%s, %s, %s)", [whom, date(year, 1, 1), date(year + 1, 1, 1)])
        return Decimal(cursor.fetchone()[0])


def soon(today: date) -> Q:
    """Return the condition of the occasions that wait: not long past, and near enough to be claimed."""
    since, until = (
        today - timedelta(days=days_of("LATE", today)),
        today + timedelta(days=days_of("AHEAD", today)),
    )
    return Q(state__in=WAITING, falls_on__gte=since, falls_on__lte=until) & ~Q(person__left_on__isnull=False)


def silent_now(actor: Actor, *, today: date) -> Q:
    """Return the condition of the waiting occasions that are left alone; five queries."""
    units = set(visible(actor, Care).filter(soon(today)).values_list("unit_id", flat=True).distinct())
    found = Q(held=True)
    for one in silences(actor, units=units, day=today):
        if one.code != OFFICIAL:
            about = Q(unit_id=one.unit)
            found |= about if one.person is None else about & Q(person_id=one.person)
    return found


def due_among(actor: Actor, *, units: Collection[int], today: date) -> list[Due]:
    """Return what is due for some clients in the next days, the nearest first; six queries."""
    rows = list(
        rows_with_people(actor).filter(soon(today), unit_id__in=list(units)).order_by("falls_on", "id")
    )
    about = silences(actor, units={row.unit_id for row in rows}, day=today)
    return [Due(row, why_silent(row, about, today)) for row in rows]


def rows_with_people(actor: Actor) -> QuerySet[Care]:
    """Return the occasions in sight, with their people."""
    return (
        visible(actor, Care)
        .select_related("person", "care_day")
        .defer("person__grams", "person__search_text")
    )


def the_day(actor: Actor, *, public_id: UUID) -> CareDay | None:
    """Return a care day in sight."""
    return visible(actor, CareDay).filter(public_id=public_id).first()


def the_occasion(actor: Actor, *, public_id: UUID) -> Care | None:
    """Return an occasion in sight."""
    return rows_with_people(actor).filter(public_id=public_id).first()


def days_given(actor: Actor, *, unit_id: int) -> dict[str, Any]:
    """Return how many days the people of a client gave, how many of them wait in the next days, and who is left alone; some queries."""
    today = business_date(actor.at)
    due = due_among(actor, units=[unit_id], today=today)
    return {
        "days": visible(actor, CareDay).filter(unit_id=unit_id, withdrawn_at=None).count(), "due": due,
        "silent": sum(bool(one.silent) for one in due),
    }  # fmt: skip
