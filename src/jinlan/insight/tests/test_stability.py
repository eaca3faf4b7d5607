"""Stability: what the lines alone would have done, and that nothing flaps faster than observation allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.periods import month_ends
from jinlan.insight.definition import Definition
from jinlan.insight.dryrun import Stock
from jinlan.insight.flaps import FLAP_MONTHS
from jinlan.insight.parsing import parse
from jinlan.insight.score import OK, Column
from jinlan.insight.stability import Walk, stability
from jinlan.insight.tests.test_dryrun import a_stock

ONE = parse("""kind = "GROUP"
version = "1"
valid_from = 1900-01-01
[[criteria]]
code = "a"
family = "scale"
measure = "product_families"
weight = 1
points = [[0, 0], [100, 100]]
[[tiers]]
tier = "KEY"
entry = 50
exit = 45
observe_up = 2
observe_down = 3
min_hold = 0
""")
DAYS = list(month_ends(date(2023, 1, 1), date(2026, 12, 31)))


def stocks(
    values: list[int | None], definition: Definition = ONE, blocked: frozenset[int] = frozenset()
) -> list[Stock]:
    """One client over time; None = incomplete."""
    base = a_stock([(100, "")])
    (measure,) = {one.measure for one in definition.criteria}
    return [
        replace(base, as_of=day, columns={measure: Column([value], [OK if value is not None else 1])}, blocked=(place in blocked,))
        for place, (day, value) in enumerate(zip(DAYS, values, strict=False))
    ]  # fmt: skip


def tiers_over(values: list[int | None], definition: Definition = ONE) -> list[str]:
    walk, found = Walk(definition), []
    for stock in stocks(values, definition):
        walk.take(stock)
        found.append(walk.course.tiers.get("G0", ""))
    return found


def test_the_worked_example_of_hysteresis_is_walked():
    # The reference's months 950, 1010, 1020, 940, 880, 890, 905, 870, 860, 850 at entry 1000 and exit 900, in twentieths.
    assert tiers_over([47, 50, 51, 47, 44, 44, 45, 43, 43, 42]) == [
        "",
        "",
        "KEY",
        "KEY",
        "KEY",
        "KEY",
        "KEY",
        "KEY",
        "KEY",
        "",
    ]


def test_a_client_who_comes_and_goes_within_a_year_flaps():
    (found,) = stability(stocks([60, 60, 10, 10, 10, 60, 60, 10, 10, 10]), [ONE])

    assert (found["ever"], found["changes"], found["flaps"], found["flapping"]) == (1, 4, 3, 1)
    assert [month["tiered"] for month in found["months"]] == [0, 1, 1, 1, 0, 0, 1, 1, 1, 0]
    assert found["unit_months"] == 6
    assert found["worst"] == [["G0", 3]]


def test_who_leaves_after_a_year_does_not_flap():
    (found,) = stability(stocks([60] * 14 + [10] * 3), [ONE])

    assert (found["changes"], found["flaps"]) == (2, 0)


def test_unknown_values_and_failed_gates_stand_still():
    assert tiers_over([60, None, 60]) == ["", "", "KEY"]
    (found,) = stability(stocks([60, 60, 10, 10, 10], blocked=frozenset({2, 3, 4})), [ONE])
    assert found["changes"] == 1


@given(st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=1, max_size=40))
def test_nothing_flaps_faster_than_observation_allows(values):
    found = tiers_over(values)
    changes = [place for place in range(1, len(found)) if found[place] != found[place - 1]]
    for earlier, later in pairwise(changes):
        entered = found[earlier] == "KEY"
        assert later - earlier >= (3 if entered else 2)
    assert FLAP_MONTHS == 12


def test_a_wider_gap_never_flaps_more():
    values = [60, 60, 44, 44, 44, 60, 60, 44, 44, 44, 60, 60]
    wide = replace(ONE, lines=(replace(ONE.lines[0], exit=ONE.lines[0].exit - 5),))

    narrow_found, wide_found = stability(stocks(values), [ONE, wide])

    assert (narrow_found["flaps"], wide_found["flaps"]) == (4, 0)
