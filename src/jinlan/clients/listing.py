"""What a list of units asks for: views, filters, sorting and keyset positions. Pure values and query parts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import F, Q
from django.db.models.expressions import OrderBy

VIEWS = ("mine", "all", "borderline", "watch", "decide")
NEW_DAYS = 92  # entered within a quarter


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order; unknown values always come last."""

    column: str
    descending: bool = True
    nullable: bool = True


_LAST = Key("id", nullable=False)
_SCORE = Key("score")
SORTS: dict[str, tuple[Key, ...]] = {
    "tier": (Key("tier_level", nullable=False), _SCORE, _LAST),
    "name": (Key("pinyin_key", descending=False, nullable=False), _LAST),
    "score": (_SCORE, _LAST),
    "aum": (Key("aum"), _LAST),
    "deposit": (Key("deposit_avg_12m"), _LAST),
    "loan": (Key("loan"), _LAST),
    "revenue": (Key("revenue_12m"), _LAST),
    "limit": (Key("limit"), _LAST),
    "maturity": (Key("next_maturity", descending=False), _LAST),
    "class": (Key("five_tier_worst"), _LAST),
    "overdue": (Key("overdue"), _LAST),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One request for a list; every field is safe to put into a query."""

    view: str = "all"
    text: str = ""
    kind: str = ""
    tier: str = ""
    state: str = ""
    branch: str = ""
    lead: str = ""
    due_days: int = 0
    five_tier: int = 0
    overdue: bool = False
    gate: bool = False
    cell: str = ""  # a cell of the matrix: value band 1-3 and potential band 1-3
    sort: str = "tier"
    size: int = 50


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an ordered list: the key of a row, the way to go, and how many rows lie before (for display)."""

    values: tuple[Any, ...]
    back: bool = False
    before: int = 0


def encode(cursor: Cursor) -> str:
    """Write a cursor for a URL."""
    values = [
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for value in cursor.values
    ]
    text = json.dumps([values, int(cursor.back), cursor.before], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str, sort: str) -> Cursor | None:
    """Read a cursor that fits an order; None for anything else (the list then starts at its beginning)."""
    try:
        values, back, before = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        typed = tuple(_typed(key, value) for key, value in zip(SORTS[sort], values, strict=True))
        return Cursor(typed, bool(back), max(0, int(before)))
    except (ValueError, TypeError, KeyError, InvalidOperation, binascii.Error):
        return None


def _typed(key: Key, value: Any) -> Any:
    """Bring a cursor's value back to its column's type; raises ValueError for a wrong one."""
    if value is None:
        if not key.nullable:
            raise ValueError(key.column)
        return None
    if key.column in {"id", "tier_level", "five_tier_worst"}:
        return int(value)
    if key.column == "next_maturity":
        return date.fromisoformat(value)
    if key.column == "pinyin_key":
        return str(value)
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(key.column)
    return number


def ordering(sort: str, *, back: bool = False) -> list[OrderBy]:
    """Return the order of a list, reversed when paging back."""
    parts = []
    for key in SORTS[sort]:
        descending = key.descending != back
        nulls: dict[str, Any] = {("nulls_first" if back else "nulls_last"): True} if key.nullable else {}
        parts.append(F(key.column).desc(**nulls) if descending else F(key.column).asc(**nulls))
    return parts


def position(sort: str, cursor: Cursor) -> Q:
    """Return the condition for rows strictly after (or, going back, before) the cursor's row."""
    condition, equal = Q(pk__in=[]), Q()
    for key, value in zip(SORTS[sort], cursor.values, strict=True):
        condition |= equal & _beyond(key, value, back=cursor.back)
        equal &= Q(**{f"{key.column}__isnull": True}) if value is None else Q(**{key.column: value})
    first, value = SORTS[sort][0], cursor.values[0]
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


def key_of(row: Any, sort: str) -> tuple[Any, ...]:
    """Return a row's key in an order."""
    return tuple(getattr(row, key.column) for key in SORTS[sort])


def grams_of(text: str) -> Sequence[str]:
    """Return the pairs of characters that a search text is looked up by; a single character stands for itself."""
    joined = "".join(text.lower().split())
    return [joined[place : place + 2] for place in range(max(1, len(joined) - 1))] if joined else []
