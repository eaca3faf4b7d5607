"""Waiting for a committee, counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.domains.strategy.rules.waits import Wait, counted, median, waits

JUL, AUG, SEP, OCT = date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)
MET = date(2026, 9, 10)


@pytest.mark.parametrize(("proposed", "decided", "found"), [
    ([(OCT, "KEY")], [], [Wait(1, OCT)]),  # waits since the newest month-end
    ([(AUG, "KEY"), (SEP, "KEY"), (OCT, "KEY")], [], [Wait(1, AUG)]),  # proposed again: one matter
    ([(JUL, "KEY"), (AUG, "KEY")], [], []),  # taken back by the figures
    ([(JUL, "KEY"), (AUG, "KEY")], [MET], [Wait(1, JUL, MET)]),
    ([(AUG, "KEY"), (SEP, "KEY"), (OCT, "KEY")], [MET], [Wait(1, AUG, MET), Wait(1, SEP)]),  # kept, and proposed again
    ([(SEP, "KEY"), (OCT, "KEY")], [MET], [Wait(1, SEP)]),  # the decision was about something earlier
    ([(SEP, "KEY"), (OCT, "BRANCH")], [], [Wait(1, OCT)]),  # another change than was asked
    ([], [MET], []),
])  # fmt: skip
def test_matters_of_one_unit(
    proposed: list[tuple[date, str]], decided: list[date], found: list[Wait]
) -> None:
    assert waits(1, proposed, decided, OCT) == found


def test_days_to_the_meeting_or_up_to_now() -> None:
    assert Wait(1, JUL, MET).days(OCT) == 41
    assert Wait(1, JUL).days(OCT) == 92


def test_what_counts_was_decided_in_the_year_or_waits_beyond_the_target() -> None:
    since, target = date(2025, 10, 31), Decimal(45)
    old, edge, fresh = (
        Wait(1, date(2025, 9, 30), since),
        Wait(2, date(2025, 9, 30), date(2025, 11, 1)),
        Wait(3, OCT),
    )
    exactly, late = Wait(4, date(2026, 9, 16)), Wait(5, date(2026, 9, 15))

    assert counted([old, edge, fresh, exactly, late], since=since, on=OCT, target=target) == [edge, late]


@pytest.mark.parametrize(("days", "middle"), [
    ([], None), ([7], Decimal(7)), ([40, 10], Decimal(25)), ([9, 1, 5], Decimal(5)), ([1, 2, 3, 10], Decimal("2.5")),
])  # fmt: skip
def test_the_median(days: list[int], middle: Decimal | None) -> None:
    assert median(days) == middle


@given(st.lists(st.integers(0, 400), min_size=1))
def test_half_are_not_above_the_median_and_half_not_below(days: list[int]) -> None:
    middle = median(days)

    assert middle is not None
    assert 2 * sum(day <= middle for day in days) >= len(days)
    assert 2 * sum(day >= middle for day in days) >= len(days)
