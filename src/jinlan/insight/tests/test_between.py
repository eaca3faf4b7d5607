"""Two days of one client: what moved the score, which tier he would want, what alone would bring it back."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from jinlan.insight.asking.tests.desk import a_row
from jinlan.insight.between import changes, goal, ways
from jinlan.insight.dryrun import judge, stock_of
from jinlan.insight.parsing import shipped
from jinlan.insight.results import UNITS

GROUP = next(one for one in shipped() if one.kind == "GROUP")


def detail(**parts: str | None):
    return {
        "criteria": [
            {"code": code, "measure": "aum", "raw": part, "points": part, "contribution": part} for code, part in parts.items()
        ]
    }  # fmt: skip


def stored(deposits: int):
    row = a_row(1, deposits, "")
    return row | {"measures": json.loads(row["measures"]), "detail": json.loads(row["detail"])}


def test_the_change_that_moved_the_score_most_stands_first():
    found = changes(detail(a="10.00", b="20.00", c=None), detail(a="9.50", b="14.00", d="3.00"))

    assert [(one.code, one.change) for one in found] == [
        ("b", Decimal("-6.00")), ("d", Decimal("3.00")), ("a", Decimal("-0.50")), ("c", Decimal(0)),
    ]  # fmt: skip
    assert (found[1].raw_before, found[1].raw_after) == (None, "3.00")


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [("BRANCH", "KEY", "BRANCH"), ("HQ", "", "HQ"), ("", "", "POTENTIAL"), ("KEY", "KEY", "BRANCH"), ("KEY", "HQ", ""), ("GONE", "KEY", "BRANCH")],
)  # fmt: skip
def test_he_wants_back_what_he_lost_or_the_next_above(before, after, wanted):
    assert goal(GROUP, before, after) == wanted


def test_the_least_change_reaches_the_line_and_a_cent_less_does_not():
    row = stored(60_000_000)
    found = ways(GROUP, row, "BRANCH")

    assert found
    assert {one.code for one in found} <= {
        "deposits",
        "revenue",
        "settlement",
        "financing",
        "families",
        "growth",
    }
    for one in found:
        assert Decimal(one.needed) > Decimal(one.now or 0)
        assert score_with(row, one.measure, one.needed) >= 6700
        cent = Decimal(1).scaleb(Decimal(one.needed).as_tuple().exponent)  # type: ignore[arg-type]
        assert score_with(row, one.measure, str(Decimal(one.needed) - cent)) < 6700


def score_with(row, measure: str, value: str) -> int:
    import pyarrow as pa

    changed = {**row["measures"], measure: {"v": value, "s": "ok"}}
    table = pa.Table.from_pylist(
        [row | {"measures": json.dumps(changed), "detail": json.dumps(row["detail"])}], UNITS
    )
    return judge(GROUP, stock_of(table, "GROUP")).card.scores[0] or 0


def test_who_stands_at_the_line_needs_nothing_and_far_below_no_single_change_is_enough():
    assert ways(GROUP, stored(2_000_000_000), "HQ") is None
    assert ways(GROUP, stored(100_000), "HQ") == []
    assert ways(GROUP, stored(100_000), "NOBODY") is None
