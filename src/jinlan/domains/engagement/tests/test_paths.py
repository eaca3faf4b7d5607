from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from jinlan.domains.engagement.rules.paths import Circle, Found, Path, Step, _graph, paths_to

WANG, LI = ("us", "E2"), ("us", "E1")
ZHANG, FOUR = ("them", "1"), ("them", "4")


def test_over_my_own_tie_and_his_chief() -> None:
    circle = Circle([("E2", 1, 2)], {1: 4})
    found = paths_to(circle, "E2", 4)

    assert found == Found((Path((Step("tie", WANG, ZHANG, 2), Step("chief", ZHANG, FOUR))),))
    assert found.paths[0].weight == 5


def test_a_colleague_who_is_trusted_is_nearer_than_my_own_slight_tie() -> None:
    found = paths_to(Circle([("E2", 1, 1), ("E1", 1, 4)], {}), "E2", 1)

    assert [(one.weight, [step.kind for step in one.steps]) for one in found.paths] == [
        (2, ["colleague", "tie"]),
        (4, ["tie"]),
    ]


def test_no_more_than_three_ways_and_none_in_a_circle() -> None:
    ties = [(f"E{one}", one, 3) for one in range(1, 6)]
    found = paths_to(Circle(ties, {}, [(1, 2, 3, 4, 5)]), "E1", 1)

    assert [one.weight for one in found.paths] == [2, 5, 5]
    for one in found.paths:
        places = [one.steps[0].source, *(step.target for step in one.steps)]
        assert len(set(places)) == len(places)


def test_without_a_way_it_is_said_what_is_missing() -> None:
    assert paths_to(Circle([], {1: 4}), "E1", 1) == Found((), "ties", (4,))
    assert paths_to(Circle([("E1", 2, 0)], {}), "E1", 1) == Found((), "ties")
    assert paths_to(Circle([("E1", 2, 3)], {}), "E1", 1) == Found((), "alone")
    assert paths_to(Circle([("E1", 2, 3)], {1: 4, 5: 1}, [(1, 6)]), "E1", 1) == Found((), "apart", (4, 5, 6))


def every_weight(circle: Circle, asking: str, person: int) -> list[int]:
    """Return the weights of all ways without a circle, by trying every order of every place."""
    graph = _graph(circle, asking)
    steps: dict[tuple[object, object], list[Step]] = {}
    for one in (step for found in graph.values() for step in found):
        steps.setdefault((one.source, one.target), []).append(one)
    start, target = ("us", asking), ("them", str(person))
    others = {place for pair in steps for place in pair} - {start, target}
    found: list[int] = []
    for many in range(len(others) + 1):
        for between in permutations(sorted(others), many):
            way = (start, *between, target)
            sums = [0]
            for pair in pairwise(way):
                sums = [total + one.weight for total in sums for one in steps.get(pair, [])]
            found += sums
    return sorted(found)


@given(
    st.lists(st.tuples(st.sampled_from(["E1", "E2"]), st.integers(1, 3), st.integers(0, 4)), max_size=4, unique_by=lambda one: one[:2]),
    st.dictionaries(st.integers(2, 3), st.just(1), max_size=2),
    st.lists(st.sampled_from([(1, 2), (2, 3)]), max_size=1),
)  # fmt: skip
def test_the_three_shortest_of_all_ways(
    ties: list[tuple[str, int, int]], chiefs: dict[int, int], boards: list[tuple[int, int]]
) -> None:
    circle = Circle(ties, chiefs, boards)

    assert [one.weight for one in paths_to(circle, "E1", 1).paths] == every_weight(circle, "E1", 1)[:3]
