"""Contacts with managed units over a trailing window: which meetings and calls there were, and what makes each one count (06 §6.2).

One pass over the interactions of the window. A contact is the bank's word that people spoke with each other: visits are face to
face, calls and video are calls. E-mail, events and the portal are no contacts, since they may go to many at once or to nobody.

The day on which minutes were filed is the day of the delivery that first brought the row: the bank's system files it then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from jinlan.basics.periods import add_months
from jinlan.lake.engines import Table
from jinlan.lake.view import HOME_OFFSET, LakeView

WINDOW = 24  # months
KINDS: Mapping[str, str] = {"VISIT": "FACE", "CALL": "CALL", "VIDEO": "CALL"}
# Outcomes of an attempt that reached nobody. An interaction without an outcome was not confirmed and counts as such an attempt.
UNANSWERED = ("NO_ANSWER", "MISSED", "NO_SHOW", "CANCELLED", "LEFT_MESSAGE", "PLANNED")
BOTH_SIDES = 2  # participants, at least: one of the bank, one of the client
CONTACTS = pa.schema(
    [
        ("unit_id", pa.string()), ("code", pa.string()), ("kind", pa.string()), ("executive", pa.bool_()), ("happened_on", pa.date32()),
        ("minutes_on", pa.date32()), ("two_way", pa.bool_()), ("client_side", pa.bool_()), ("employee_id", pa.string()),
    ]
)  # fmt: skip
MEMBERS = pa.schema(
    [
        ("unit_id", pa.string()),
        ("party_id", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
    ]
)
_SPONSORS = pa.schema(
    [
        ("unit_id", pa.string()),
        ("employee_id", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
    ]
)


def contacts(
    view: LakeView, members: Iterable[Mapping[str, Any]], sponsors: Iterable[Mapping[str, Any]], until: date
) -> pa.Table:
    """Return the contacts with units (`CONTACTS`), one row per unit and interaction.

    Args:
        view: the lake at the load that is published.
        members: dated memberships of the managed units: unit_id, party_id, valid_from, valid_to.
        sponsors: who of the bank's leaders answers for a unit: unit_id, employee_id, valid_from, valid_to.
        until: the last day; the window reaches `WINDOW` months back.

    Returns:
        A contact belongs to the unit that the bank named, if that is managed, else to every managed unit of which its party was a
        member on the day. Nothing when the bank delivers no interactions.
    """
    if not view.has("interaction"):
        return CONTACTS.empty_table()
    pairs = table_of(members, MEMBERS)
    rows = _interactions(view, until)
    found = _of_units(rows, ibis.memtable(pairs))
    led = _led_by_sponsors(found, ibis.memtable(table_of(sponsors, _SPONSORS)))
    joined = found.left_join(led, ["unit_id", "code"])
    columns = [found[name] for name in CONTACTS.names if name != "executive"]
    whole = joined.select(*columns, executive=led.led.fill_null(False))
    return view.connect().to_pyarrow(whole.select(*CONTACTS.names)).cast(CONTACTS)


def table_of(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return plain rows as a table; what the schema does not name is left out."""
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema=schema)


def _interactions(view: LakeView, until: date) -> Table:
    """Return the meetings and calls of the window, each once: as last delivered, with the day it was first known."""
    rows = view.events("interaction", add_months(until, -WINDOW), until)
    rows = rows.filter(rows.as_of_date <= until)
    newest = ibis.row_number().over(group_by=rows.interaction_id, order_by=rows.as_of_date.desc())
    first = rows.as_of_date.min().over(group_by=rows.interaction_id)
    rows = rows.mutate(_age=newest, _first=first)
    rows = rows.filter(rows._age == 0, rows.type.isin(list(KINDS)))
    rows = view.resolved(rows, "party_id")
    answered = rows.outcome.notnull() & ~rows.outcome.isin(UNANSWERED)
    return rows.select(
        code=rows.interaction_id, party_id=rows.party_id, named=rows.unit_id, employee_id=rows.employee_id,
        kind=rows.type.substitute(dict(KINDS)), happened_on=(rows.ts_start.cast("timestamp") + HOME_OFFSET).date(), minutes_on=rows._first,
        two_way=answered, client_side=(rows.participants >= BOTH_SIDES).fill_null(False),
    )  # fmt: skip


def _of_units(rows: Table, pairs: Table) -> Table:
    """Return the rows with the units that they are about."""
    known = pairs.select(named=pairs.unit_id).distinct()
    by_name = rows.semi_join(known, "named")
    rest = rows.anti_join(known, "named")
    inside = rest.join(
        pairs,
        [
            rest.party_id == pairs.party_id,
            rest.happened_on >= pairs.valid_from,
            pairs.valid_to.isnull() | (rest.happened_on < pairs.valid_to),
        ],
    )
    names = [name for name in CONTACTS.names if name not in {"unit_id", "executive"}]
    named = by_name.select(by_name.named.name("unit_id"), *(by_name[name] for name in names))
    member = inside.select(pairs.unit_id, *(rest[name] for name in names))
    return named.union(member).distinct()


def _led_by_sponsors(found: Table, sponsors: Table) -> Table:
    """Return (unit_id, code, led) of the contacts that a sponsor of the unit made."""
    joined = found.join(
        sponsors,
        [
            found.unit_id == sponsors.unit_id,
            found.employee_id == sponsors.employee_id,
            found.happened_on >= sponsors.valid_from,
            sponsors.valid_to.isnull() | (found.happened_on < sponsors.valid_to),
        ],
    )
    return joined.select(found.unit_id, found.code, led=ibis.literal(True)).distinct()
