from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jinlan.domains.engagement.rules.pairs import Due, due_of
from jinlan.domains.engagement.rules.strength import (
    Exchange,
    Known,
    Measure,
    attitude,
    breadth,
    coverage,
    recency,
    reciprocity,
    strength,
    threading,
)
from jinlan.domains.engagement.selectors.people import measure

TODAY = date(2026, 11, 24)
WEIGHTS = {
    "coverage": Fraction(3, 10),
    "recency": Fraction(1, 4),
    "reciprocity": Fraction(1, 5),
    "attitude": Fraction(3, 20),
    "breadth": Fraction(1, 10),
}
MEASURE = Measure(WEIGHTS, 90, 180, 6)
PEOPLE = st.lists(
    st.builds(
        Known,
        st.none() | st.integers(1, 5),
        st.integers(0, 4),
        st.none() | st.integers(0, 900).map(lambda days: TODAY - timedelta(days=days)),
        st.none() | st.integers(-2, 2),
    ),
    max_size=8,
)
EXCHANGES = st.integers(0, 30).flatmap(
    lambda held: st.builds(
        Exchange,
        st.just(held),
        st.integers(0, held),
        st.none() | st.integers(0, 900).map(lambda days: TODAY - timedelta(days=days)),
    )
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_coverage_is_the_influence_of_those_known_well_and_met_lately_of_all_that_is_known() -> None:
    people = [Known(5, 3, ago(10)), Known(4, 1, ago(10)), Known(3, 2, ago(180))]

    assert coverage(people, TODAY, 180).value == Fraction(8, 12)
    assert round(100 * float(Fraction(8, 12)), 1) == 66.7
    assert coverage([*people[:2], Known(3, 2, ago(181))], TODAY, 180).value == Fraction(5, 12)
    assert coverage([*people[:2], Known(3, 2, None)], TODAY, 180).value == Fraction(5, 12)


def test_whose_influence_is_unknown_is_left_out_of_coverage_and_said() -> None:
    found = coverage([Known(5, 3, ago(1)), Known(None, 4, ago(1))], TODAY, 180)

    assert found.value == 1
    assert found.inputs == {"reached": 5, "identified": 5, "people": 2, "unweighed": 1, "within": 180}
    assert coverage([Known(None, 4, ago(1))], TODAY, 180).value is None
    assert coverage([], TODAY, 180).unknown == "influence"


@pytest.mark.parametrize(
    ("days", "value"), [(0, Fraction(1)), (90, Fraction(1, 2)), (180, Fraction(1, 4)), (360, Fraction(1, 16))]
)
def test_recency_halves_every_ninety_days(days: int, value: Fraction) -> None:
    assert recency(ago(days), TODAY, 90).value == value


def test_the_other_parts_by_hand() -> None:
    assert reciprocity(Exchange(8, 2)).value == Fraction(1, 4)
    assert reciprocity(Exchange()).unknown == "contact"
    assert attitude(
        [Known(5, attitude=2), Known(3, attitude=-1), Known(2), Known(attitude=1)]
    ).value == Fraction(23, 32)
    assert attitude([Known(5)]).unknown == "attitude"
    assert breadth([Known()], 3, 6).value == Fraction(1, 2)
    assert breadth([Known()], 7, 6).value == 1
    assert breadth([Known()], 0, 6).value == 0
    assert breadth([], 0, 6).unknown == "people"


def test_the_index_by_hand() -> None:
    """30 × 8/12 + 25 × 1/2 + 20 × 1/4 + 15 × 3/4 + 10 × 1/2 = 20 + 12.5 + 5 + 11.25 + 5."""
    people = [Known(5, 3, ago(90), 1), Known(4, 1, ago(90), 1), Known(3, 2, ago(90), 1)]

    assert strength(people, Exchange(8, 2, ago(90)), 3, TODAY, MEASURE).index == Fraction(5375, 100)


def test_unknown_parts_are_named_and_the_others_scaled_up_never_taken_as_zero() -> None:
    """Coverage 8/12 and breadth 1/2 alone: (0.3 × 2/3 + 0.1 × 1/2) / 0.4 = 62.5."""
    people = [Known(5, 3, ago(90)), Known(4, 1, ago(90)), Known(3, 2, ago(90))]
    found = strength(people, Exchange(), 3, TODAY, MEASURE)

    assert found.index == Fraction(125, 2)
    assert [(one.name, one.unknown) for one in found.left_out] == [
        ("recency", "contact"), ("reciprocity", "contact"), ("attitude", "attitude"),
    ]  # fmt: skip
    assert strength([], Exchange(), 0, TODAY, MEASURE).index is None


def test_the_register_holds_the_weights_of_the_method() -> None:
    assert measure(TODAY) == MEASURE
    assert sum(MEASURE.weights.values()) == 1


@given(PEOPLE, EXCHANGES, st.integers(0, 20))
def test_the_index_is_between_nothing_and_a_hundred(
    people: list[Known], exchange: Exchange, ties: int
) -> None:
    index = strength(people, exchange, ties, TODAY, MEASURE).index

    assert index is None or 0 <= index <= 100


@given(PEOPLE, EXCHANGES, st.integers(0, 20), st.data())
def test_more_access_a_better_attitude_and_a_later_contact_never_lower_it(
    people: list[Known], exchange: Exchange, ties: int, data: st.DataObject
) -> None:
    assume(people)
    place = data.draw(st.integers(0, len(people) - 1))
    one, before = people[place], strength(people, exchange, ties, TODAY, MEASURE).index
    better = [replace(one, access=data.draw(st.integers(one.access, 4)))]
    if one.attitude is not None:
        better.append(replace(one, attitude=data.draw(st.integers(one.attitude, 2))))
    if one.last is not None:
        better.append(
            replace(one, last=min(TODAY, one.last + timedelta(days=data.draw(st.integers(0, 900)))))
        )
    assert before is not None
    for changed in better:
        after = strength(
            [*people[:place], changed, *people[place + 1 :]], exchange, ties, TODAY, MEASURE
        ).index
        assert after is not None
        assert after >= before
    if exchange.last is not None:
        later = replace(
            exchange, last=min(TODAY, exchange.last + timedelta(days=data.draw(st.integers(0, 900))))
        )
        after = strength(people, later, ties, TODAY, MEASURE).index
        assert after is not None
        assert after >= before


def test_only_ties_of_regular_access_are_threads_and_one_of_ours_alone_is_an_alarm() -> None:
    one = threading([("E1", 1, 2), ("E1", 2, 4), ("E2", 1, 1)])
    two = threading([("E1", 1, 2), ("E2", 1, 2), ("E2", 1, 3)])

    assert (sorted(one.ours), sorted(one.theirs), one.ties, one.single) == (["E1"], [1, 2], 2, True)
    assert (sorted(two.ours), sorted(two.theirs), two.ties, two.single) == (["E1", "E2"], [1], 2, False)
    assert threading([]).single is False


def test_a_pair_is_due_by_its_own_rhythm() -> None:
    assert due_of(date(2026, 1, 5), date(2026, 10, 20), 30, TODAY) == Due(date(2026, 11, 19), 5)
    assert due_of(date(2026, 11, 1), None, 30, TODAY) == Due(date(2026, 12, 1), 0)
