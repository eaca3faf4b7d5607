"""From the type of a file to the declared type: what is understood, what is an error, what breaks the schema."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from jinlan.lake import engines
from jinlan.lake.extracts.schema import Column
from jinlan.lake.loading.casting import Given, cast
from jinlan.lake.loading.mapping import CANONICAL, Mapping

BEIJING = Mapping(utc_offset="+08:00")


def _value(kind: str, given: str, literal: str, mapping: Mapping = CANONICAL, date_format: str = "") -> Any:
    made = cast(Column("x", kind), Given(given, f"CAST({literal} AS {given})", mapping, date_format))  # type: ignore[arg-type]
    assert made is not None
    return engines.run(engines.connect(threads=1), f"SELECT {made.sql}")[0][0]


@pytest.mark.parametrize(
    ("kind", "given", "literal", "expected"),
    [
        ("id", "BIGINT", "12", "12"),
        ("id", "DECIMAL(18,0)", "12", "12"),
        ("code", "VARCHAR", "'A'", "A"),
        ("amt", "VARCHAR", "'12.5'", Decimal("12.50")),
        ("amt", "VARCHAR", "'-0.01'", Decimal("-0.01")),
        ("amt", "VARCHAR", "'1.005'", None),
        ("amt", "VARCHAR", "'1,000.00'", None),
        ("amt", "VARCHAR", "'abc'", None),
        ("amt", "DECIMAL(30,4)", "1.2500", Decimal("1.25")),
        ("amt", "DECIMAL(30,4)", "1.2510", None),
        ("amt", "INTEGER", "7", Decimal("7.00")),
        ("rate", "VARCHAR", "'0.045'", Decimal("0.04500000")),
        ("rate", "VARCHAR", "'0.333333333'", Decimal("0.33333333")),
        ("rate", "VARCHAR", "'12345'", None),
        ("int", "VARCHAR", "'12'", 12),
        ("int", "VARCHAR", "'1.7'", None),
        ("date", "VARCHAR", "'2026-02-28'", date(2026, 2, 28)),
        ("date", "VARCHAR", "'2026-02-30'", None),
        ("date", "VARCHAR", "'20260228'", None),
        ("date", "TIMESTAMP", "'2026-02-28 00:00:00'", date(2026, 2, 28)),
        ("date", "TIMESTAMP", "'2026-02-28 01:00:00'", None),
        ("bool", "VARCHAR", "'Y'", True),
        ("bool", "VARCHAR", "'否'", False),
        ("bool", "VARCHAR", "'2'", None),
        ("bool", "INTEGER", "0", False),
        ("ts", "VARCHAR", "'2026-01-01T08:00:00+08:00'", datetime(2026, 1, 1, tzinfo=UTC)),
        ("ts", "VARCHAR", "'2026-01-01T00:00:00Z'", datetime(2026, 1, 1, tzinfo=UTC)),
        ("ts", "VARCHAR", "'2026-01-01T08:00:00'", None),
        ("ts", "VARCHAR", "'2026-01-01'", None),
    ],
)
def test_a_value_is_understood_or_null(kind: str, given: str, literal: str, expected: object) -> None:
    assert _value(kind, given, literal) == expected


def test_a_time_without_zone_needs_the_offset_of_its_source() -> None:
    morning = datetime(2026, 1, 1, tzinfo=UTC)
    assert _value("ts", "TIMESTAMP", "'2026-01-01 08:00:00'", BEIJING) == morning
    assert _value("ts", "VARCHAR", "'2026-01-01T08:00:00'", BEIJING) == morning
    assert cast(Column("x", "ts"), Given("TIMESTAMP", "x", CANONICAL)) is None


def test_a_source_may_write_dates_its_own_way() -> None:
    assert _value("date", "VARCHAR", "'20260228'", date_format="%Y%m%d") == date(2026, 2, 28)
    assert _value("date", "VARCHAR", "'20260230'", date_format="%Y%m%d") is None


@pytest.mark.parametrize(
    ("kind", "given"),
    [("amt", "DOUBLE"), ("amt", "FLOAT"), ("rate", "DOUBLE"), ("int", "DOUBLE"), ("id", "DOUBLE"), ("id", "BLOB"),
     ("date", "INTEGER"), ("ts", "DATE"), ("bool", "DOUBLE"), ("id", "DECIMAL(10,2)")],
)  # fmt: skip
def test_a_type_that_can_never_hold_the_value_breaks_the_schema(kind: str, given: str) -> None:
    assert cast(Column("x", kind), Given(given, "x", CANONICAL)) is None  # type: ignore[arg-type]


def test_a_canonical_column_is_taken_as_it_is() -> None:
    for kind, given in (("amt", "DECIMAL(24,2)"), ("date", "DATE"), ("id", "VARCHAR"), ("int", "BIGINT")):
        made = cast(Column("x", kind), Given(given, "x", CANONICAL))  # type: ignore[arg-type]
        assert made is not None
        assert (made.sql, made.fallible) == ("x", False)
