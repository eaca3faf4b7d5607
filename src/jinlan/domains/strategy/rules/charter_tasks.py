"""How a task is named after its obligation, and what came of one that is open no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from jinlan.domains.strategy.rules.charter_plan import Owed

KEPT, LATE, EXCUSED, REPEATED, DROPPED = "kept", "late", "excused", "missed", "not_owed"


def subject_of(unit: str, kind: str, opens: date) -> str:
    """Return the name of the task of an obligation: one unit, one kind, one beginning."""
    return f"charter:{unit}:{kind}:{opens.isoformat()}"


def outcome_of(
    subject: str, units: Mapping[str, int], rows: Mapping[tuple[int, str], Sequence[Owed]], today: date
) -> str:
    """Return what came of a task that nobody need act on any more.

    Args:
        subject: its name.
        units: keys of units by code.
        rows: what units are owed, by unit and kind: what stands last, and what follows.
        today: the day.

    Returns:
        kept (in time), late (a contact came after its day), excused, missed (the next one is missed, too), or not_owed.
    """
    unit, kind, opened = subject.removeprefix("charter:").rsplit(":", 2)
    opens = date.fromisoformat(opened)
    made = rows.get((units.get(unit, 0), kind), ())
    own = next((one for one in made if one.opens == opens), None)
    if own is not None and own.kept_on is not None:
        return KEPT
    if own is not None and own.excused:
        return EXCUSED
    if any(one.kept_on is not None and one.opens > opens for one in made):
        return LATE
    return REPEATED if any(one.missed(today) and one.opens > opens for one in made) else DROPPED
