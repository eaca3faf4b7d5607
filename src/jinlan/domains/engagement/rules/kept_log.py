"""A note that was written without a network: what stands in it, and whether it says all that an interaction needs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from jinlan.basics.clock import SHANGHAI
from jinlan.domains.engagement.rules.quick_log import Draft

LONGEST, NAME = 20_000, 200
_WALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class KeptLog:
    """What the person wrote: whom by name or code (`client`) or by `unit`, how, when it was (None: read it), the words."""

    client: str
    unit: UUID | None
    kind: str
    at: datetime | None
    text: str


def read_kept(text: str) -> KeptLog:
    """Return what a kept note says; raise ValueError for what is none. An unknown time or unit is as good as none."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("no note")
    said = {
        name: str(found.get(name) or "").replace("\0", "")
        for name in ("client", "unit", "kind", "at", "text")
    }
    return KeptLog(
        " ".join(said["client"].split())[:NAME], _unit(said["unit"]), said["kind"], moment_of(said["at"]), said["text"][:LONGEST]
    )  # fmt: skip


def says_all(note: KeptLog, draft: Draft, now: datetime) -> bool:
    """Tell whether a note can be written down as it stands, since nothing of it has to be understood.

    The person chose how and when, it lies behind, and the words name nobody, promise nothing and contradict neither.
    """
    if not note.kind or note.at is None or note.at > now:
        return False
    read = (
        draft.people,
        draft.staff,
        draft.unclear,
        draft.promises,
        draft.needs,
        draft.next_on,
        draft.inside,
        draft.begun_by,
    )
    if any(read) or (draft.kind and draft.kind.value != note.kind):
        return False
    return _same_day(note.at, draft.on.value if draft.on else None) and (
        draft.at is None or draft.at.value == note.at.astimezone(SHANGHAI).time()
    )


def _same_day(at: datetime, day: date | None) -> bool:
    return day is None or at.astimezone(SHANGHAI).date() == day


def _unit(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """Return an instant of the bank's own wall clock, as a field of a page writes it; None for what is none."""
    if not _WALL.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
