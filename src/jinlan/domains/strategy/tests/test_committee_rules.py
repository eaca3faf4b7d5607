"""Counting votes, and what became of overrides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.domains.strategy.models import Override
from jinlan.domains.strategy.rules.committee import Concerned, Vote, conflict, count
from jinlan.domains.strategy.selectors.life import override_report
from jinlan.domains.strategy.tests.worlds import OCT, published
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import writing
from jinlan.serving.models import UnitResult

QUORUM, MAJORITY = Decimal("0.6"), Decimal("0.5")
F, A, N, C = Vote("FOR"), Vote("AGAINST"), Vote("ABSTAIN"), Vote("ABSTAIN", conflicted=True)


def counted(seats, *votes):
    found = count(seats, votes, quorum=QUORUM, majority=MAJORITY)
    return found.quorate, found.passes


@pytest.mark.parametrize(
    ("seats", "votes", "result"),
    [
        (3, [F, F], (True, True)),
        (3, [F], (False, True)),
        (5, [F, F], (False, True)),
        (5, [F, A, C], (True, False)),  # a tie fails
        (5, [F, C, C], (True, True)),  # in conflict: present, no vote
        (5, [F, N, N], (True, True)),
        (3, [C, C], (True, False)),
        (3, [], (False, False)),
        (4, [F, F, A, A], (True, False)),
    ],
)
def test_quorum_and_majority(seats, votes, result):
    assert counted(seats, *votes) == result


@given(st.lists(st.sampled_from([F, A, N, C]), min_size=1, max_size=9))
def test_one_more_vote_for_never_turns_a_yes_into_a_no_and_a_conflict_never_counts(votes):
    passes = counted(9, *votes)[1]
    assert counted(10, *votes, F)[1] >= passes
    assert counted(10, *votes, C)[1] == passes
    assert passes == (votes.count(F) > votes.count(A))


def test_a_conflict_follows_the_person():
    concerned = Concerned(frozenset({"E1"}), frozenset({"chen", "E2"}), frozenset({"E3"}))
    assert conflict("li", "E1", concerned) == "TEAM"
    assert conflict("chen2", "E2", concerned) == "PROPOSER"  # another account of the same person
    assert conflict("chen", "", concerned) == "PROPOSER"
    assert conflict("wu", "E3", concerned) == "BENEFICIARY"
    assert conflict("zhou", "", concerned) == ""


@pytest.mark.usefixtures("database")
def test_overrides_are_looked_back_on_after_twelve_months():
    cast = published().cast
    rows = (
        ("G-JIA", "HQ", date(2025, 10, 1), date(2026, 9, 1)),
        ("G-YI", "KEY", date(2025, 10, 15), date(2026, 10, 1)),
        ("H-ZHANG", "ULTRA", date(2026, 6, 1), date(2027, 5, 1)),
    )
    with writing():
        for code, tier, since, until in rows:
            Override.objects.create(
                entity="JLB", unit_code=code, tier=tier, reason_code="INDUSTRY", evidence="会议纪要 12 号", proposer="lihua",
                checker="zhoulin", approver="chenwei", valid_from=since, expires=until,
            )  # fmt: skip
        UnitResult.objects.filter(as_of=OCT, unit_id=cast.group.pk).update(computed_tier="KEY")
    with scoped(cast.actor("chenwei")) as scope:
        looked, people = override_report(scope.actor)
    assert [
        (one.row.unit_code, one.computed, one.effective, one.outcome, one.in_force) for one in looked
    ] == [
        ("H-ZHANG", "ULTRA", "PRIVATE", "early", True),
        ("G-YI", "KEY", "KEY", "confirmed", False),
        ("G-JIA", "KEY", "BRANCH", "not", False),
    ]
    assert [(one.name, one.total, one.in_force, one.confirmed, one.not_confirmed) for one in people] == [
        ("李华", 3, 1, 1, 1)
    ]
