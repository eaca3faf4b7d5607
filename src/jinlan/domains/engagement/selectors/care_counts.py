"""How care is doing on a published date: greeted in time, under silence, twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter

from jinlan.basics.actor import Actor
from jinlan.basics.periods import months_back
from jinlan.domains.engagement.models import Care, CareSilence
from jinlan.domains.engagement.rules.care import DONE, GONE, OFFICIAL, silenced
from jinlan.domains.engagement.rules.care import Silence as Term
from jinlan.kernel.reading import visible
from jinlan.work.indicators import Case, Found, share

MONTHS = 12  # that are looked back over


def in_time(actor: Actor, as_of: date) -> Found:
    """Return the share of the occasions of twelve months that were greeted in time; on whom was left alone that day counts nowhere."""
    rows = visible(actor, Care).filter(falls_on__gt=months_back(as_of, MONTHS), falls_on__lte=as_of)
    kept = [
        row
        for row in rows.exclude(state=GONE)
        if row.in_time or not (row.held or _silent(_terms(actor), row, row.falls_on))
    ]
    top = sum(row.in_time is True for row in kept)
    missed = Counter(row.unit_id for row in kept if row.in_time is not True)
    return share(top, len(kept), cases=_cases(missed))


def silent(actor: Actor, as_of: date) -> Found:
    """Return how many greetings of twelve months were made while a silence held that was written down by then."""
    terms, found = _terms(actor), Counter[int]()
    rows = list(
        visible(actor, Care).filter(state=DONE, done_on__gt=months_back(as_of, MONTHS), done_on__lte=as_of)
    )
    for row in rows:
        known = [term for made_at, term in terms if row.done_at is not None and made_at <= row.done_at]
        if row.done_on is not None and silenced(known, row.unit_id, row.person_id, row.done_on):
            found[row.unit_id] += 1
    return Found(Decimal(found.total()), bottom=len(rows), cases=_cases(found))


def twice(actor: Actor, as_of: date) -> Found:
    """Return how many greetings went beyond the first to one person for one occasion and year."""
    rows = visible(actor, Care).filter(state=DONE, done_on__lte=as_of)
    said = list(rows.values_list("whom", "occasion", "year", "unit_id"))
    times, units = Counter(one[:3] for one in said), {one[:3]: one[3] for one in said}
    more = Counter({units[key]: number - 1 for key, number in times.items() if number > 1})
    return Found(Decimal(more.total()), bottom=len(times), cases=_cases(more))


def _terms(actor: Actor) -> list[tuple[datetime, Term]]:
    rows = visible(actor, CareSilence).exclude(reason=OFFICIAL)
    return [(row.made_at, Term(row.unit_id, row.person_id, row.reason, row.since, row.until)) for row in rows]


def _silent(terms: Iterable[tuple[datetime, Term]], row: Care, day: date | None) -> bool:
    return day is not None and bool(silenced((term for _at, term in terms), row.unit_id, row.person_id, day))


def _cases(found: Mapping[int, int]) -> list[Case]:
    order = sorted(found.items(), key=itemgetter(1), reverse=True)
    return [Case("unit", str(unit), str(number)) for unit, number in order]
