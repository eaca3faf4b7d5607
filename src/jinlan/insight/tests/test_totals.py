"""Totals of a date by kind, against the same sums made of parsed rows."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from jinlan.insight.totals import KindTotal, totals

SCHEMA = pa.schema([("kind", pa.string()), ("effective_tier", pa.string()), ("measures", pa.string())])


def table(rows: list[tuple[str, str, str | None, str]]) -> pa.Table:
    """Make stored rows of (kind, tier, revenue, state)."""
    return pa.Table.from_pylist(
        [
            {"kind": kind, "effective_tier": tier, "measures": json.dumps({
                "aum": {"v": "9.99", "s": "ok"}, "revenue_12m": {"v": value, "s": state, "n": "why"}, "loan": {"v": None, "s": "unknown"},
            })}
            for kind, tier, value, state in rows
        ],
        schema=SCHEMA,
    )  # fmt: skip


def test_revenue_is_added_by_kind_and_the_unknown_are_counted() -> None:
    rows = table([
        ("GROUP", "HQ", "700.25", "ok"), ("GROUP", "", "200.00", "ok"), ("GROUP", "KEY", None, "incomplete"),
        ("GROUP", "", "-50.25", "ok"), ("HNW", "PRIVATE", None, "ok"), ("HNW", "", None, "unknown"),
    ])  # fmt: skip

    assert list(totals(rows)) == [
        KindTotal("GROUP", 4, 2, 1, 1, Decimal("850.00"), Decimal("700.25")),
        KindTotal("HNW", 2, 1, 1, 0, Decimal("0.00"), Decimal("0.00")),
    ]


def test_no_rows_have_no_totals() -> None:
    assert list(totals(table([]))) == []


def test_a_measure_that_is_not_there_is_unknown() -> None:
    rows = pa.Table.from_pylist(
        [{"kind": "HNW", "effective_tier": "", "measures": '{"aum":{"v":"1.00","s":"ok"}}'}], schema=SCHEMA
    )

    assert list(totals(rows)) == [KindTotal("HNW", 1, 0, 1, 0, Decimal("0.00"), Decimal("0.00"))]


money = st.decimals(min_value=-(10**12), max_value=10**12, places=2).map(str)
row = st.tuples(
    st.sampled_from(["GROUP", "HNW", "PARTNER"]), st.sampled_from(["", "HQ", "PRIVATE"]), st.none() | money,
    st.sampled_from(["ok", "incomplete", "unknown"]),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(row, max_size=30))
def test_the_text_is_read_as_json_reads_it(rows: list[tuple[str, str, str | None, str]]) -> None:
    def sums(kind: str) -> KindTotal:
        own: list[Any] = [one for one in rows if one[0] == kind]

        def added(of: list[Any]) -> Decimal:
            return sum((Decimal(one[2]) for one in of if one[2] and one[3] == "ok"), Decimal("0.00"))

        inside = [one for one in own if one[1]]
        unknown = [one for one in own if one[3] != "ok"]
        return KindTotal(
            kind,
            len(own),
            len(inside),
            len(unknown),
            sum(1 for one in unknown if one[1]),
            added(own),
            added(inside),
        )

    assert list(totals(table(rows))) == [sums(kind) for kind in sorted({one[0] for one in rows})]
