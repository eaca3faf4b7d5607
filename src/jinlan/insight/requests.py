"""Requests of managed units over a trailing window: when the bank got each, answered it and settled it (01 charter; 05 §5.3).

A request is a case of the bank's service system that asks for something: a complaint, a request or a suggestion; praise asks for
nothing. It is answered when the bank accepts it, and settled when the bank decides it, or closes it without a decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from jinlan.basics.periods import add_months
from jinlan.insight.contacts import MEMBERS, WINDOW, table_of
from jinlan.lake.view import HOME_OFFSET, LakeView

ASKING = ("COMPLAINT", "REQUEST", "SUGGESTION")
_INSTANT = pa.timestamp("us", tz="UTC")
REQUESTS = pa.schema(
    [
        ("unit_id", pa.string()), ("code", pa.string()), ("kind", pa.string()), ("received_at", _INSTANT), ("answered_at", _INSTANT),
        ("settled_at", _INSTANT),
    ]
)  # fmt: skip


def requests(view: LakeView, members: Iterable[Mapping[str, Any]], until: date) -> pa.Table:
    """Return the requests of units (`REQUESTS`), one row per unit and case, as they stand at the load.

    Args:
        view: the lake at the load that is published.
        members: dated memberships of the managed units: unit_id, party_id, valid_from, valid_to.
        until: the last day; the window reaches `contacts.WINDOW` months back.

    Returns:
        A request belongs to every managed unit of which its party was a member on the day. Nothing when the bank delivers no cases.
    """
    if not view.has("case"):
        return REQUESTS.empty_table()
    rows = view.resolved(view.state("case", until), "party_id")
    rows = rows.mutate(_day=(rows.received_ts.cast("timestamp") + HOME_OFFSET).date())
    rows = rows.filter(rows.kind.isin(ASKING), rows._day.between(add_months(until, -WINDOW), until))
    pairs = ibis.memtable(table_of(members, MEMBERS))
    inside = rows.join(
        pairs,
        [rows.party_id == pairs.party_id, rows._day >= pairs.valid_from, pairs.valid_to.isnull() | (rows._day < pairs.valid_to)],
    )  # fmt: skip
    found = inside.select(
        pairs.unit_id, code=rows.case_id, kind=rows.kind, received_at=rows.received_ts, answered_at=rows.accepted_ts,
        settled_at=ibis.coalesce(rows.decided_ts, rows.closed_ts),
    ).distinct()  # fmt: skip
    return view.connect().to_pyarrow(found.select(*REQUESTS.names)).cast(REQUESTS)
