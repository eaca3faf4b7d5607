"""Which evaluated dates still hold, and which must be evaluated (again).

An evaluated month-end holds at load L when it was evaluated at a load not later than L with the same definitions, and no
load in between touched business dates up to it. Tiers build on the month before, so everything after the first date that
does not hold is evaluated again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.periods import is_month_end, month_ends
from jinlan.insight.definition import Definition
from jinlan.insight.tiers import Decided, Override
from jinlan.kernel.scope import scoped
from jinlan.lake.registry import LoadRecord
from jinlan.serving.models import Run


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluated date: the folder of its results, the load it read, the fingerprint of the definitions."""

    as_of: date
    folder: str
    load_id: int
    definitions: str

    @property
    def run_id(self) -> int:
        """The run that made the folder (``…/run=<id>/as_of=…``)."""
        return int(self.folder.split("run=")[1].split("/")[0])

    def body(self) -> dict[str, object]:
        """Return the JSON that a run keeps under the date."""
        return {"folder": self.folder, "load": self.load_id, "definitions": self.definitions}


def read_files(files: Mapping[str, Mapping[str, object]]) -> list[Evaluated]:
    """Read a run's `files` back."""
    return [
        Evaluated(date.fromisoformat(day), str(row["folder"]), int(str(row["load"])), str(row["definitions"]))
        for day, row in files.items()
    ]


def holds(one: Evaluated, *, load: LoadRecord, loads: Sequence[LoadRecord], definitions: str) -> bool:
    """Tell whether a stored evaluation is what evaluating at `load` would give."""
    if one.load_id > load.load_id or one.definitions != definitions:
        return False
    between = (other for other in loads if one.load_id < other.load_id <= load.load_id)
    return all(other.touched_from > one.as_of for other in between)


def fingerprint(
    definitions: Sequence[Definition], overrides: Sequence[Override], decisions: Sequence[Decided], on: date
) -> str:
    """Return a hash of what decides tiers on a date beside the lake.

    What is decided for later days is no part of it: a version that comes into force next month leaves history as it stands.
    """
    texts = sorted(
        one.sha256 for one in definitions if one.valid_from <= on
    )  # tiers carry what earlier versions decided
    held = sorted(repr(one) for one in overrides if one.in_force(on))
    decided = sorted(repr(one) for one in decisions if one.since <= on)  # each is carried on from its day
    # Without decisions the hash is what it was before there were any: stored dates keep holding.
    parts = ["|".join(texts), "|".join(held), *(["|".join(decided)] if decided else [])]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def stored(entity: str, actor: Actor) -> list[Evaluated]:
    """Return every evaluated date that any finished or interrupted run left behind."""
    with scoped(actor):
        runs = list(Run.objects.filter(entity=entity).exclude(status="failed").order_by("id"))
    return [one for run in runs for one in read_files(run.files) if (settings.LAKE_DIR / one.folder).is_dir()]


def refuse_future(loads: Sequence[LoadRecord], as_of: date) -> None:
    """Raise `Refused` (DATE.FUTURE) when `as_of` lies after the newest data: nothing is known of that day yet.

    The newest load may be a day that came late, so the newest data may be younger than its date.
    """
    newest = max(one.as_of for one in loads)
    if as_of > newest:
        raise Refused(
            "DATE.FUTURE",
            "%(as_of)s 晚于已有供数的日期 %(newest)s。",
            "请给 %(newest)s 或更早的日期,或先装载供数。",
            as_of=as_of,
            newest=newest,
        )


def wanted_dates(first: date, as_of: date) -> list[date]:
    """Return the month-ends from `first` to `as_of`, and `as_of` itself when it lies inside a month."""
    days = [day for day in month_ends(first, as_of) if day <= as_of]
    return days if is_month_end(as_of) else [*days, as_of]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is kept and what is to be evaluated; `prior` is the folder of the month-end before the first."""

    kept: tuple[Evaluated, ...]
    todo: tuple[date, ...]
    prior: str | None


def plan(
    stored: Iterable[Evaluated],
    *,
    load: LoadRecord,
    loads: Sequence[LoadRecord],
    marks: Callable[[date], str],
    as_of: date,
) -> Plan:
    """Decide what has to be evaluated so that every wanted date holds at `load`; `marks` gives a date's fingerprint."""
    first = min((one.from_date or one.as_of for one in loads if one.load_id <= load.load_id), default=as_of)
    good = {
        one.as_of: one
        for one in sorted(stored, key=lambda one: one.load_id)
        if holds(one, load=load, loads=loads, definitions=marks(one.as_of))
    }
    kept: list[Evaluated] = []
    days = wanted_dates(first, as_of)
    while len(kept) < len(days) and days[len(kept)] in good:
        kept.append(good[days[len(kept)]])
    prior = next((one.folder for one in reversed(kept) if is_month_end(one.as_of)), None)
    return Plan(tuple(kept), tuple(days[len(kept) :]), prior)
