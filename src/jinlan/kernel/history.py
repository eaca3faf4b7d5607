"""What happened to a row: the changes that a trigger wrote down, with who made them and why (kernel/sql/history.sql)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from jinlan.basics.actor import Actor
from jinlan.kernel.models import Person, RowChange
from jinlan.kernel.reading import visible

_AS_TEXT = {
    "old_text": Cast("old", TextField()),
    "new_text": Cast("new", TextField()),
}  # amounts are no floats


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row.

    Args:
        at: instant.
        who: display name; None when it was made outside every scope (by an administrator, say).
        op: ``I`` insert, ``U`` update, ``D`` delete.
        fields: (column, old, new) by column; only what changed; old is None for an insert, new for a delete.
        verb: of the audit entry of the same transaction and person, "" if there is none.
        reason: of that entry.
        key: names this change.
    """

    at: datetime
    who: str | None
    op: str
    fields: list[tuple[str, Any, Any]]
    verb: str
    reason: str
    key: UUID


def changes_of(actor: Actor, *, table: str, row_id: str, limit: int = 50) -> list[Change]:
    """Return what happened to a row, newest first, as far as `actor` sees it; inside his running scope.

    Args:
        actor: whose scope runs.
        table: name of the table in the database.
        row_id: its primary key, as text.
        limit: at most so many changes.
    """
    about = visible(actor, RowChange).filter(table_name=table, row_id=str(row_id))
    rows = list(about.annotate(**_AS_TEXT).defer("old", "new").order_by("-id")[:limit])
    names = dict(
        Person.objects.filter(pk__in={row.person for row in rows if row.person is not None})
        .values_list("pk", "display_name")
    )  # fmt: skip
    reasons = _reasons(rows)
    return [
        Change(
            row.at,
            names.get(row.person or 0),
            row.op,
            _fields(row),
            *reasons.get(row.public_id, ("", "")),
            row.public_id,
        )
        for row in rows
    ]


def _reasons(rows: list[RowChange]) -> dict[Any, tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select change, verb, reason from sec.change_reasons(%s)", [[row.public_id for row in rows]]
        )
        return {change: (verb, reason) for change, verb, reason in cursor.fetchall()}


def _fields(row: Any) -> list[tuple[str, Any, Any]]:
    old, new = (
        {} if text is None else json.loads(text, parse_float=Decimal) or {}
        for text in (row.old_text, row.new_text)
    )
    return [(column, old.get(column), new.get(column)) for column in sorted(old.keys() | new.keys())]
