"""From the type that a file has to the type that the extract declares, as SQL expressions.

A value that cannot be read becomes null and is told apart from an empty one by its raw text. A *column* whose type
cannot hold what is declared (a float for money) is a breach of the schema.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jinlan.lake.engines import literal
from jinlan.lake.extracts.schema import Column
from jinlan.lake.loading.mapping import Mapping

_INTEGERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "HUGEINT",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_ZONED = "TIMESTAMP WITH TIME ZONE"
_NUMERIC = {"amt": ("DECIMAL(24,2)", 24, 2), "rate": ("DECIMAL(12,8)", 12, 8)}
SQL_TYPES = {
    "amt": "DECIMAL(24,2)", "rate": "DECIMAL(12,8)", "int": "BIGINT", "date": "DATE", "ts": "TIMESTAMPTZ",
    "bool": "BOOLEAN",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """A column of the file: its type in the engine, the SQL of its value, and how its source writes dates."""

    type: str
    raw: str
    mapping: Mapping
    date_format: str = ""


@dataclass(frozen=True, slots=True)
class Cast:
    """`sql` yields the typed value; `fallible` when a value that is not null may become null."""

    sql: str
    fallible: bool = False


def sql_type(column: Column) -> str:
    """Return the engine's type of a typed column."""
    return SQL_TYPES.get(column.type, "VARCHAR")


def cast(column: Column, given: Given) -> Cast | None:
    """Return how a delivered value becomes the column's type, None when its type can never hold one."""
    if column.type in _NUMERIC:
        return _number(column.type, given)
    makers = {"int": _integer, "bool": _boolean, "date": _date, "ts": _instant}
    return makers.get(column.type, _text)(given)


def _whole(kind: str) -> bool:
    """Tell whether a type holds whole numbers only."""
    decimal = _DECIMAL.fullmatch(kind)
    return kind in _INTEGERS or (decimal is not None and decimal[2] == "0")


def _text(given: Given) -> Cast | None:
    if given.type == "VARCHAR":
        return Cast(given.raw)
    return Cast(f"CAST({given.raw} AS VARCHAR)") if _whole(given.type) else None


def _number(kind: str, given: Given) -> Cast | None:
    target, digits, places = _NUMERIC[kind]
    raw, decimal = given.raw, _DECIMAL.fullmatch(given.type)
    if given.type == target:
        return Cast(raw)
    if decimal and int(decimal[2]) <= places and int(decimal[1]) - int(decimal[2]) <= digits - places:
        return Cast(f"CAST({raw} AS {target})")
    if decimal is None and given.type not in _INTEGERS and given.type != "VARCHAR":
        return None
    typed = f"TRY_CAST({raw} AS {target})"
    if kind == "amt":  # a third decimal is an error, not something to round away
        typed = f"CASE WHEN TRY_CAST({raw} AS DECIMAL(38,10)) = {typed} THEN {typed} END"
    return Cast(typed, fallible=True)


def _integer(given: Given) -> Cast | None:
    raw = given.raw
    if given.type == "BIGINT":
        return Cast(raw)
    if _whole(given.type):
        return Cast(f"TRY_CAST({raw} AS BIGINT)", fallible=True)
    if given.type == "VARCHAR":
        typed = f"CASE WHEN regexp_full_match({raw}, '[+-]?[0-9]+') THEN TRY_CAST({raw} AS BIGINT) END"
        return Cast(typed, fallible=True)
    return None


def _boolean(given: Given) -> Cast | None:
    raw, mapping = given.raw, given.mapping
    if given.type == "BOOLEAN":
        return Cast(raw)
    if given.type in _INTEGERS:
        return Cast(f"CASE {raw} WHEN 1 THEN true WHEN 0 THEN false END", fallible=True)
    if given.type != "VARCHAR":
        return None
    yes, no = (
        ", ".join(literal(word.lower()) for word in words)
        for words in (mapping.true_values, mapping.false_values)
    )
    typed = f"CASE WHEN lower({raw}) IN ({yes}) THEN true WHEN lower({raw}) IN ({no}) THEN false END"
    return Cast(typed, fallible=True)


def _date(given: Given) -> Cast | None:
    raw = given.raw
    if given.type == "DATE":
        return Cast(raw)
    if given.type.startswith("TIMESTAMP") and given.type != _ZONED:
        return Cast(f"CASE WHEN {raw} = date_trunc('day', {raw}) THEN CAST({raw} AS DATE) END", fallible=True)
    if given.type != "VARCHAR":
        return None
    if given.date_format:
        return Cast(f"CAST(try_strptime({raw}, {literal(given.date_format)}) AS DATE)", fallible=True)
    iso = literal("[0-9]{4}-[0-9]{2}-[0-9]{2}")
    return Cast(f"CASE WHEN regexp_full_match({raw}, {iso}) THEN TRY_CAST({raw} AS DATE) END", fallible=True)


def _instant(given: Given) -> Cast | None:
    raw, mapping = given.raw, given.mapping
    if given.type == _ZONED:
        return Cast(f"CAST({raw} AS TIMESTAMPTZ)")
    shift = _shift(mapping.utc_offset)
    if given.type.startswith("TIMESTAMP"):
        return Cast(f"CAST(CAST({raw} AS TIMESTAMP) {shift} AS TIMESTAMPTZ)") if shift else None
    if given.type != "VARCHAR":
        return None
    if mapping.timestamp_format:
        read = f"try_strptime({raw}, {literal(mapping.timestamp_format)})"
        zoned = "%z" in mapping.timestamp_format
        return Cast(f"CAST({read} {'' if zoned else shift} AS TIMESTAMPTZ)", fallible=True)
    zoned_form = literal(r".*:.*(Z|[+-]\d\d(:?\d\d)?)")
    naive = f"TRY_CAST({raw} || {literal(mapping.utc_offset)} AS TIMESTAMPTZ)" if shift else "NULL"
    return Cast(
        f"CASE WHEN regexp_full_match({raw}, {zoned_form}) THEN TRY_CAST({raw} AS TIMESTAMPTZ) ELSE {naive} END",
        fallible=True,
    )


def _shift(offset: str) -> str:
    """Return what brings local time to UTC: ``+08:00`` gives ``- INTERVAL 480 MINUTE``; "" without an offset."""
    match = _OFFSET.fullmatch(offset)
    if match is None:
        return ""
    minutes = int(match[2]) * 60 + int(match[3])
    return f"{'-' if match[1] == '+' else '+'} INTERVAL {minutes} MINUTE"
