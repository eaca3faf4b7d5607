"""Reading the service charter in force, and what clients are owed by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import CharterRefresh, DefinitionVersion, LeaveAlone
from jinlan.domains.strategy.rules.charter_plan import InForce, Quiet, versions_in_force
from jinlan.domains.strategy.rules.charter_text import KIND, Charter, parse_charter
from jinlan.kernel.reading import visible


@lru_cache(maxsize=64)
def _parsed(body: str) -> Charter:
    return parse_charter(body)


def charters(actor: Actor) -> list[InForce]:
    """Return every version of the charter with the days on which it speaks, oldest first."""
    rows = (
        visible(actor, DefinitionVersion)
        .filter(kind=KIND, state=DefinitionVersion.APPROVED)
        .order_by("valid_from", "id")
    )
    return versions_in_force((_parsed(body), closed) for body, closed in rows.values_list("body", "valid_to"))


def charter_in_force(actor: Actor, on: date) -> Charter | None:
    """Return the version that speaks on a day, None when none does."""
    return next((one.charter for one in charters(actor) if _speaks(one, on)), None)


def charter_before(actor: Actor, charter: Charter) -> Charter | None:
    """Return the version that spoke before another."""
    earlier = [one.charter for one in charters(actor) if one.charter.valid_from < charter.valid_from]
    return earlier[-1] if earlier else None


def charter_to_come(actor: Actor, on: date) -> Charter | None:
    """Return the next version that has a day but does not speak yet."""
    return next((one.charter for one in charters(actor) if one.start > on), None)


def _speaks(one: InForce, on: date) -> bool:
    return one.start <= on and (one.end is None or on < one.end)


def last_refresh(actor: Actor) -> CharterRefresh | None:
    """Return up to which day obligations stand, None before the first time."""
    return visible(actor, CharterRefresh).order_by("-as_of").first()


def quiet_of(rows: Iterable[LeaveAlone]) -> list[Quiet]:
    """Return the quiet that clients' words stand for; one that was ended on its first day is none."""
    found = [Quiet(row.since, min(row.until, row.ended_on) if row.ended_on else row.until) for row in rows]
    return [one for one in found if one.since < one.until]
