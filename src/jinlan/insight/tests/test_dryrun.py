"""Dry runs: nothing moves without a change, a raised line lets nobody in, every move has a reason."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.insight.assess import Subject, needed
from jinlan.insight.definition import Definition
from jinlan.insight.dryrun import LINE, Judged, Stock, judge, moves, sensitivity, stock_of
from jinlan.insight.identify import Evaluation, evaluate
from jinlan.insight.parsing import shipped
from jinlan.insight.score import INCOMPLETE, OK, Column
from jinlan.insight.tests import lakes
from jinlan.lake.features.catalog import scale_of

GROUP = next(one for one in shipped() if one.kind == "GROUP")
YUAN = scale_of("deposit_avg_12m")
# (deposits in 10k yuan, held tier): the other measures follow the deposits, so that a client's points are alike everywhere
LADDER = [
    (60_000, "HQ"),
    (60_000, ""),
    (40_000, "HQ"),
    (9_000, "BRANCH"),
    (2_500, "KEY"),
    (2_500, ""),
    (100, ""),
]

RUNGS = [round(1.27**step) for step in range(1, 52)]  # 10k yuan, from next to nothing to 2 bn


def a_stock(
    rows: list[tuple[int, str]], states: dict[int, int] | None = None, blocked: frozenset[int] = frozenset()
) -> Stock:
    """Make clients whose measures stand to each other as in the definition's own tables."""
    columns = {}
    for code in needed(GROUP):
        values = [_follows(code, deposits) for deposits, _tier in rows]
        columns[code] = Column(values, [(states or {}).get(place, OK) for place in range(len(rows))])
    subjects = tuple(
        Subject(f"G{place}", f"P{place}", None, "BJ", "LARGE", False, (), None, None, "{}")
        for place in range(len(rows))
    )
    held = tuple(tier for _deposits, tier in rows)
    return Stock(
        "GROUP",
        date(2026, 10, 31),
        subjects,
        held,
        tuple(place in blocked for place in range(len(rows))),
        columns,
    )


@cache
def _follows(code: str, deposits: int) -> int:
    """Return the value of a measure that earns the points that these deposits (in 10k yuan) earn."""
    first = GROUP.criteria[0]
    points = first.points_of(deposits * 10_000 * YUAN)
    if code == first.measure:
        return deposits * 10_000 * YUAN
    criterion = next(one for one in GROUP.criteria if one.measure == code)
    lowest, highest = (int(criterion.points[end][0] * scale_of(code)) for end in (0, -1))
    for _step in range(80):  # the table rises: halve until the points are met
        middle = (lowest + highest) // 2
        lowest, highest = (lowest, middle) if criterion.points_of(middle) >= points else (middle, highest)
    return highest


def raised(tier: str, by: int) -> Definition:
    lines = tuple(
        replace(line, entry=line.entry + by, exit=line.exit + by) if line.tier == tier else line
        for line in GROUP.lines
    )
    return replace(GROUP, lines=lines, version="2")


def test_incumbents_stay_at_the_exit_line_and_newcomers_need_the_entry_line() -> None:
    found = judge(GROUP, a_stock(LADDER))

    assert [score for score in found.card.scores if score is not None] == found.card.scores
    assert found.tiers == ("HQ", "HQ", "HQ", "BRANCH", "KEY", "", "")


def test_without_a_change_nobody_moves() -> None:
    stock = a_stock(LADDER)

    assert moves(judge(GROUP, stock), judge(replace(GROUP, version="2"), stock), stock) == []


def test_a_raised_line_moves_those_between_it_and_the_old_one_and_says_so() -> None:
    stock = a_stock(LADDER)
    before, after = judge(GROUP, stock), judge(raised("HQ", 10), stock)

    found = moves(before, after, stock)
    assert [(one.unit_id, one.kind, one.before, one.after, one.why) for one in found] == [
        ("G1", "down", "HQ", "BRANCH", (LINE,)),
        ("G2", "down", "HQ", "BRANCH", (LINE,)),
    ]
    assert all(one.score_before == one.score_after for one in found)


def test_another_weight_names_the_criteria_that_moved_a_client() -> None:
    first, second, *rest = GROUP.criteria
    heavier = (replace(first, weight=Decimal("0.20")), replace(second, weight=Decimal("0.18")), *rest)
    stock = a_stock(LADDER)
    poor = replace(
        stock, columns={**stock.columns, second.measure: Column([0] * len(LADDER), [OK] * len(LADDER))}
    )

    found = moves(judge(GROUP, poor), judge(replace(GROUP, criteria=heavier), poor), poor)
    assert [(one.unit_id, one.kind, one.why) for one in found] == [
        ("G0", "down", ("deposits",)), ("G1", "down", ("deposits",)), ("G2", "down", ("deposits",)), ("G3", "down", ("deposits",)),
    ]  # fmt: skip


def test_who_is_blocked_has_no_tier_and_who_cannot_be_scored_keeps_his() -> None:
    found = judge(GROUP, a_stock(LADDER, states={2: INCOMPLETE, 5: INCOMPLETE}, blocked=frozenset({0})))

    assert found.tiers == ("", "HQ", "HQ", "BRANCH", "KEY", "", "")


def test_a_tier_that_is_dropped_lets_its_clients_down() -> None:
    stock = a_stock(LADDER)
    without = replace(GROUP, lines=GROUP.lines[1:])

    found = moves(judge(GROUP, stock), judge(without, stock), stock)
    assert {(one.unit_id, one.kind, one.before, one.after) for one in found} == {
        (unit, "down", "HQ", "BRANCH") for unit in ("G0", "G1", "G2")
    }


@given(st.lists(st.tuples(st.sampled_from(RUNGS), st.sampled_from(["", "KEY", "BRANCH", "HQ"])), min_size=1, max_size=30),
       st.sampled_from(["HQ", "BRANCH", "KEY"]), st.integers(1, 10))  # fmt: skip
def test_a_raised_line_never_lets_anybody_in_or_up(rows: list[tuple[int, str]], tier: str, by: int) -> None:
    stock = a_stock(rows)
    before, after = judge(GROUP, stock), judge(raised(tier, by), stock)

    assert {one.kind for one in moves(before, after, stock)} <= {"down", "leaves"}


@given(st.lists(st.sampled_from(RUNGS), min_size=2, max_size=30))
def test_more_of_everything_never_ends_lower(deposits: list[int]) -> None:
    found = judge(GROUP, a_stock([(one, "") for one in sorted(deposits)]))
    levels = [GROUP.level(tier) for tier in found.tiers]

    assert levels == sorted(levels)


def test_sensitivity_counts_who_moves_when_a_weight_or_a_line_is_a_tenth_off() -> None:
    dice = random.Random(5)
    stock = a_stock([(dice.choice(RUNGS[28:48]), "") for _ in range(60)])
    judged = judge(GROUP, stock)
    found = sensitivity(judged, stock)

    assert len(found) == 2 * (len(GROUP.criteria) + len(GROUP.lines))
    lines = {(one.code, one.factor): one for one in found if one.about == "line"}
    harder, easier = (lines["BRANCH", factor] for factor in (Decimal("1.1"), Decimal("0.9")))
    assert (harder.entering, easier.leaving) == (0, 0)
    assert (
        harder.moved
        == sum(
            old != new
            for old, new in zip(judged.tiers, tried(judged, stock, "BRANCH", Decimal("1.1")), strict=True)
        )
        > 0
    )
    # every criterion earns these clients about the same points, so weights hardly matter
    assert all(one.moved <= 3 for one in found if one.about == "weight")


def tried(judged: Judged, stock: Stock, tier: str, factor: Decimal) -> tuple[str, ...]:
    lines = tuple(
        replace(line, entry=line.entry * factor, exit=line.exit * factor) if line.tier == tier else line
        for line in GROUP.lines
    )
    return judge(replace(judged.definition, lines=lines), stock).tiers


@pytest.fixture(scope="module")
def night() -> Evaluation:
    (found,) = evaluate(lakes.view(lakes.tiny()), dates=[lakes.LAST], definitions=shipped())
    return found


@pytest.mark.parametrize("kind", ["HNW", "GROUP", "PARTNER"])
def test_the_stored_rows_of_a_night_give_the_same_scores_again(night: Evaluation, kind: str) -> None:
    definition = next(one for one in shipped() if one.kind == kind)
    rows = [row for row in night.units.to_pylist() if row["kind"] == kind]

    stock = stock_of(night.units, kind)
    found = judge(definition, stock)

    assert stock.units == tuple(row["unit_id"] for row in rows)
    assert stock.as_of == lakes.LAST
    assert [None if score is None else Decimal(score).scaleb(-2) for score in found.card.scores] == [
        row["score"] for row in rows
    ]


def test_a_kind_without_clients_is_an_empty_stock(night: Evaluation) -> None:
    stock = stock_of(night.units.slice(0, 0), "GROUP")

    assert (stock.units, judge(GROUP, stock).tiers) == ((), ())
