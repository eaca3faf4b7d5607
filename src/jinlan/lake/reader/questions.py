"""What may be asked of the lake and how the answers look; plain dataclasses and their JSON form.

Every question carries `scope`, resolved by the kernel: nothing outside of it is ever returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from jinlan.basics.errors import Refused

PERSONAL, CORPORATE = 0, 1
ROW_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data the actor may see: parties (all of them when `all`) in these data domains (0 personal, 1 corporate)."""

    all: bool = False
    parties: tuple[str, ...] = ()
    domains: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """The finished load as which the lake is read; `of` takes a `registry.LoadRecord` or anything shaped like it."""

    entity: str
    load_id: int
    versions: Mapping[str, int]
    base_currency: str = ""

    @classmethod
    def of(cls, record: Any) -> Pin:
        """Take from a load record what a reader needs."""
        return cls(record.entity, record.load_id, dict(record.versions), record.base_currency)


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there? The answer is ``{"ready": true}``."""


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows of the lake behind a figure; one `Rows` per source table.

    `parties` are those whose figure it is; `peers` further members of their unit, only so that transfers between
    accounts of one unit are left out of settlement: nothing about them is returned.
    """

    record: Pin
    measure: str
    as_of: date
    parties: tuple[str, ...]
    scope: Scope
    peers: tuple[str, ...] = ()
    limit: int = ROW_LIMIT


@dataclass(frozen=True, slots=True)
class MeasureHistory:
    """A figure over time, straight from the lake: per day for balances, per month for flows and loans."""

    record: Pin
    measure: str
    first: date
    last: date
    parties: tuple[str, ...]
    scope: Scope
    peers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts and products of parties on a date; closed ones last."""

    record: Pin
    parties: tuple[str, ...]
    as_of: date
    scope: Scope
    limit: int = ROW_LIMIT


Question = Any  # one of QUESTIONS
QUESTIONS: dict[str, type] = {kind.__name__: kind for kind in (Ping, SourceRows, MeasureHistory, Accounts)}
K = TypeVar("K", bound=type)


def learn(kind: K) -> K:
    """Let both sides know one more kind of question, of a floor above: a frozen dataclass with `record` and `scope`."""
    QUESTIONS[kind.__name__] = kind
    return kind


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a lake table at a version. `total` counts all of them, `rows` holds at most the limit.

    `kinds` per column: text int money date ts bool. `sums` adds up the figure's column over *all* rows, by currency
    ("" = base currency). `note` says in Chinese what a person must know to read them.
    """

    table: str
    version: int
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    sums: Mapping[str, Decimal] = field(default_factory=dict)
    note: str = ""


def to_wire(question: Question) -> dict[str, Any]:
    """Return a question as JSON values."""
    return {"ask": type(question).__name__, "body": _plain(asdict(question))}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def from_wire(message: Any) -> Question:
    """Build a question from JSON values; raise `Refused` (LAKE_QUESTION) when it is none."""
    try:
        kind = QUESTIONS[message["ask"]]
        body = dict(message["body"])
        unknown = set(body) - {item.name for item in fields(kind)}
        if unknown:
            raise KeyError(*sorted(unknown))
        question: Question = kind(**{name: _typed(name, value) for name, value in body.items()})
        return question
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused("LAKE_QUESTION", "湖读取进程收到无法理解的问题。", "请检查客户端版本。") from error


def _typed(name: str, value: Any) -> Any:
    if name == "record":
        versions = {str(table): int(number) for table, number in value["versions"].items()}
        return Pin(str(value["entity"]), int(value["load_id"]), versions, str(value.get("base_currency", "")))
    if name == "scope":
        return Scope(
            value["all"] is True, tuple(map(str, value["parties"])), tuple(map(int, value["domains"]))
        )
    if name in ("parties", "peers"):
        return tuple(map(str, value))
    if name in ("as_of", "first", "last"):
        return date.fromisoformat(value)
    return min(int(value), ROW_LIMIT) if name == "limit" else str(value)


def rows_to_wire(rows: Rows) -> dict[str, Any]:
    """Return an answer as JSON values: money and dates as text."""
    return {
        "table": rows.table, "version": rows.version, "columns": rows.columns, "kinds": rows.kinds,
        "rows": [[_cell(value) for value in row] for row in rows.rows], "total": rows.total,
        "sums": {name: str(value) for name, value in rows.sums.items()}, "note": rows.note,
    }  # fmt: skip


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date too


def rows_from_wire(message: Mapping[str, Any]) -> Rows:
    """Build an answer from JSON values."""
    kinds = tuple(message["kinds"])
    return Rows(
        message["table"], message["version"], tuple(message["columns"]), kinds,
        tuple(_values(row, kinds) for row in message["rows"]), message["total"],
        {name: Decimal(value) for name, value in message["sums"].items()}, message["note"],
    )  # fmt: skip


def _values(row: Sequence[Any], kinds: Sequence[str]) -> tuple[Any, ...]:
    return tuple(_value(value, kind) for value, kind in zip(row, kinds, strict=True))


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "money":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "ts" else value
