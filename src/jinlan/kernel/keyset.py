"""Keyset pages: an order, a place in it, and the page before or after that place; no row is counted to reach it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

from jinlan.kernel.crypto import unveil, veil

PURPOSE = "cursor"
M = TypeVar("M", bound=Model)


def a_number(value: Any) -> Decimal:
    """Read a decimal that a cursor holds; raises ValueError for what is no finite number."""
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(value)
    return number


def a_text(value: Any) -> str:
    """Read a text that a cursor holds, without what a database cannot store."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(value)
    return value


def a_moment(value: Any) -> datetime:
    """Read an instant that a cursor holds; raises ValueError for one without a zone."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def a_key(value: Any) -> int:
    """Read a whole number that a bigint column can hold."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise ValueError(value)
    return value


a_day: Callable[[Any], date] = date.fromisoformat


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order; unknown values always come last. `read` brings a cursor's value back to its type."""

    column: str
    descending: bool = True
    nullable: bool = True
    read: Callable[[Any], Any] = a_number


Order = Sequence[Key]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an ordered list: the key of a row, the way to go, and how many rows lie before (for display)."""

    values: tuple[Any, ...]
    back: bool = False
    before: int = 0


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of a list with the cursors of its neighbours."""

    rows: list[M]
    before: int
    previous: Cursor | None
    following: Cursor | None


def encode(cursor: Cursor) -> str:
    """Write a cursor for a URL, sealed: the values of a row (a name, an amount) do not belong into an address."""
    values = [
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for value in cursor.values
    ]
    text = json.dumps([values, int(cursor.back), cursor.before], ensure_ascii=False, separators=(",", ":"))
    return veil(text, PURPOSE)


def decode(text: str, order: Order) -> Cursor | None:
    """Read a cursor that fits an order; None for anything else (the list then starts at its beginning)."""
    try:
        values, back, before = json.loads(unveil(text, PURPOSE) or "")
        typed = tuple(_typed(key, value) for key, value in zip(order, values, strict=True))
        return Cursor(typed, bool(back), max(0, int(before)))
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError):
        return None


def _typed(key: Key, value: Any) -> Any:
    if value is not None:
        return key.read(value)
    if not key.nullable:
        raise ValueError(key.column)
    return None


def ordering(order: Order, *, back: bool = False) -> list[OrderBy]:
    """Return the order of a list, reversed when paging back."""
    parts = []
    for key in order:
        descending = key.descending != back
        nulls: dict[str, Any] = {("nulls_first" if back else "nulls_last"): True} if key.nullable else {}
        parts.append(F(key.column).desc(**nulls) if descending else F(key.column).asc(**nulls))
    return parts


def position(order: Order, cursor: Cursor) -> Q:
    """Return the condition for rows strictly after (or, going back, before) the cursor's row."""
    condition, equal = Q(pk__in=[]), Q()
    for key, value in zip(order, cursor.values, strict=True):
        condition |= equal & _beyond(key, value, back=cursor.back)
        equal &= Q(**{f"{key.column}__isnull": True}) if value is None else Q(**{key.column: value})
    first, value = order[0], cursor.values[0]
    if first.nullable or value is None:
        return condition
    side = "lte" if first.descending != cursor.back else "gte"
    return Q(**{f"{first.column}__{side}": value}) & condition  # bounds the index scan


def _beyond(key: Key, value: Any, *, back: bool) -> Q:
    if value is None:  # unknown stands last: nothing after it, everything known before it
        return Q(**{f"{key.column}__isnull": False}) if back else Q(pk__in=[])
    side = "lt" if key.descending != back else "gt"
    beyond = Q(**{f"{key.column}__{side}": value})
    return beyond | Q(**{f"{key.column}__isnull": True}) if key.nullable and not back else beyond


def key_of(row: Any, order: Order) -> tuple[Any, ...]:
    """Return a row's key in an order; a column may lead through relations (``unit__name``)."""
    return tuple(_reach(row, key.column) for key in order)


def _reach(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part)
    return row


def page_of(rows: QuerySet[M], order: Order, cursor: Cursor | None, size: int) -> Page[M]:
    """Return one page of a query set, at most `size` rows; one query."""
    back = cursor is not None and cursor.back
    left = rows.filter(position(order, cursor)) if cursor else rows
    found = list(left.order_by(*ordering(order, back=back))[: size + 1])
    more, found = len(found) > size, found[:size]
    before = 0 if cursor is None else cursor.before
    if back:
        found.reverse()
        before = max(0, before - len(found)) if more else 0
    if not found:
        return Page([], before, None, None)
    has_previous = more if back else before > 0
    has_next = True if back else more
    previous = Cursor(key_of(found[0], order), back=True, before=before) if has_previous else None
    following = Cursor(key_of(found[-1], order), before=before + len(found)) if has_next else None
    return Page(found, before, previous, following)
