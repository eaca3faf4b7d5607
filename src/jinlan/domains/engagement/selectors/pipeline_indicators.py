"""How the pipeline does on a date, past ones too: from the days on which opportunities were opened, moved and closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.basics.periods import months_back
from jinlan.domains.engagement.models import Opportunity, OpportunityStep
from jinlan.domains.engagement.rules.pipeline import LOST, WON, is_stale
from jinlan.domains.engagement.rules.pipeline_odds import Ended, win_rate
from jinlan.domains.engagement.selectors.pipeline import numbers_on
from jinlan.kernel.reading import visible
from jinlan.work.indicators import NOT_KNOWN_THEN, Case, Found, share

MONTHS = 12  # that are looked back over
_MOVES = ("opened", "advanced", "back", "won", "lost")


def win_share(actor: Actor, as_of: date) -> Found:
    """Return the share of opportunities won, of those won or lost in twelve months; what the client gave up is in neither."""
    rows = _closed(actor, as_of)
    if rows is None:
        return Found(why=NOT_KNOWN_THEN)
    won, told = win_rate(Ended(state, stage, loss) for state, stage, loss, _planned, _unit in rows)
    return share(won, told, inputs={"cancelled": len(rows) - told})


def unplanned_wins(actor: Actor, as_of: date) -> Found:
    """Return the share of opportunities won in twelve months that served no objective of the client's plan."""
    rows = _closed(actor, as_of)
    if rows is None:
        return Found(why=NOT_KNOWN_THEN)
    won = [(objective, unit) for state, _stage, _loss, objective, unit in rows if state == WON]
    off = [unit for objective, unit in won if objective is None]
    return share(len(off), len(won), cases=[Case("unit", str(unit)) for unit in sorted(set(off))])


def standing_still(actor: Actor, as_of: date) -> Found:
    """Return the share of the opportunities open on a date that had been in their stage for longer than twice what is usual."""
    if not _known(actor, as_of):
        return Found(why=NOT_KNOWN_THEN)
    numbers = numbers_on(actor, as_of)
    open_then = list(_open_on(actor, as_of))
    still = [
        ((as_of - since).days, unit, owner)
        for unit, owner, stage, since in open_then
        if is_stale(since, as_of, numbers.limit(stage))
    ]
    cases = [Case("unit", str(unit), str(days)) for days, unit, _owner in sorted(still, reverse=True)]
    return share(len(still), len(open_then), cases=cases)


def _known(actor: Actor, as_of: date) -> bool:
    first = visible(actor, Opportunity).order_by("made_at").values_list("made_at", flat=True).first()
    return first is not None and business_date(first) <= as_of


def _closed(actor: Actor, as_of: date) -> list[tuple[str, int, str, object, int]] | None:
    """Return what was closed in the twelve months up to a date, None where the pipeline was not kept yet."""
    if not _known(actor, as_of):
        return None
    rows = visible(actor, Opportunity).filter(
        closed_on__gt=months_back(as_of, MONTHS), closed_on__lte=as_of, state__in=(WON, LOST)
    )
    return list(rows.values_list("state", "furthest", "loss", "objective", "unit_id"))


def _open_on(actor: Actor, as_of: date) -> Iterator[tuple[int, str, int, date]]:
    """Yield (unit, owner, stage, since) of what was open on a date."""
    steps = visible(actor, OpportunityStep).filter(act__in=_MOVES, day__lte=as_of)
    rows = steps.order_by("opportunity_id", "day", "at", "id").values_list(
        "opportunity_id", "unit_id", "owner", "stage", "day", "act"
    )
    for _key, some in groupby(rows.iterator(chunk_size=20_000), key=lambda one: one[0]):
        _opportunity, unit, owner, stage, day, name = list(some)[-1]
        if name not in (WON, LOST):
            yield unit, owner, stage, day
