"""What clients asked for that other rooms must know: to be left alone until a day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from jinlan.basics.actor import Actor
from jinlan.domains.strategy.models import LeaveAlone
from jinlan.domains.strategy.selectors.charter import quiet_of
from jinlan.kernel.reading import visible
from jinlan.work.wished import Wish


def quiet_wishes(actor: Actor) -> Iterator[Wish]:
    """Yield the days on which clients asked to be left alone; one query."""
    rows = visible(actor, LeaveAlone).order_by("unit_id", "since", "id")
    for unit, wished in groupby(rows, key=lambda row: row.unit_id):
        for one in quiet_of(list(wished)):
            yield Wish(unit, one.since, one.until)
