"""What becomes of promises, worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.calendar import china
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.promises import (
    Line,
    Tally,
    closed_state,
    due_after,
    overdue_days,
    reminder,
    tally,
)

DUE = date(2026, 11, 10)
BEFORE, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)


@pytest.mark.parametrize(
    ("closed_on", "kept", "state"),
    [(BEFORE, True, "kept"), (DUE, True, "kept"), (AFTER, True, "late"), (AFTER, False, "broken")],
)
def test_a_promise_is_kept_up_to_its_day_late_or_broken_after_it(
    closed_on: date, kept: bool, state: str
) -> None:
    assert closed_state(DUE, closed_on, kept) == state


@pytest.mark.parametrize("closed_on", [BEFORE, DUE])
def test_nobody_breaks_a_promise_while_there_is_time(closed_on: date) -> None:
    with pytest.raises(Refused) as refused:
        closed_state(DUE, closed_on, kept=False)
    assert refused.value.code == "PROMISE_EARLY"


@pytest.mark.parametrize(
    ("made_on", "days", "due"),
    [
        (date(2026, 9, 30), 5, date(2026, 10, 13)),  # 1–7 October off, Saturday the 10th worked
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 4, 30), 10, date(2026, 5, 18)),
        (date(2026, 11, 10), 3, date(2026, 11, 13)),
        (date(2026, 11, 10), 0, date(2026, 11, 10)),
    ],
)
def test_working_days_follow_the_bank_calendar(made_on: date, days: int, due: date) -> None:
    assert due_after(made_on, days, china()) == due


def test_shares_count_what_is_closed_and_overdue_ones_stand_in_a_second_figure() -> None:
    lines = [
        Line("bank", "kept", BEFORE), Line("bank", "kept", DUE, moves=2), Line("bank", "late", BEFORE), Line("bank", "broken", BEFORE, 1),
        Line("bank", "released", BEFORE), Line("bank", "made", DUE), Line("bank", "made", BEFORE), Line("client", "kept", BEFORE),
    ]  # fmt: skip

    bank, client = tally(lines, "bank", DUE), tally(lines, "client", DUE)

    assert bank == Tally(kept=2, late=1, broken=1, released=1, running=1, overdue=1, moves=3)
    assert (bank.rate, bank.rate_with_overdue) == (Decimal("0.5"), Decimal("0.4"))
    assert (client.rate, client.rate_with_overdue) == (Decimal(1), Decimal(1))
    assert tally([Line("bank", "released", BEFORE)], "bank", DUE).rate is None


def test_only_open_promises_are_overdue() -> None:
    assert [overdue_days(state, BEFORE, AFTER) for state in ("made", "kept", "released")] == [2, 0, 0]
    assert overdue_days("made", DUE, DUE) == 0


@pytest.mark.parametrize(
    ("due", "when"),
    [(9, "overdue"), (10, "today"), (11, "soon"), (12, "soon"), (13, "")],
)
def test_an_owner_is_told_two_working_days_ahead(due: int, when: str) -> None:
    assert reminder(date(2026, 11, due), date(2026, 11, 10), 2, china()) == when


def test_the_weekend_is_no_working_day_of_a_reminder() -> None:
    assert reminder(date(2026, 11, 16), date(2026, 11, 12), 2, china()) == "soon"  # Thursday: Friday, Monday
    assert reminder(date(2026, 11, 17), date(2026, 11, 12), 2, china()) == ""


@given(st.lists(st.builds(Line, st.sampled_from(("bank", "client")), st.sampled_from(("made", "kept", "late", "broken", "released")),
                          st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 9))))  # fmt: skip
def test_every_promise_stands_in_one_place_and_overdue_ones_never_better_a_share(lines: list[Line]) -> None:
    found = [tally(lines, side, DUE) for side in ("bank", "client")]

    assert sum(one.closed + one.released + one.running + one.overdue for one in found) == len(lines)
    assert sum(one.moves for one in found) == sum(one.moves for one in lines)
    for one in found:
        assert one.rate is None or (
            one.rate_with_overdue is not None and 0 <= one.rate_with_overdue <= one.rate <= 1
        )


@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    st.dates(date(2026, 1, 1), date(2026, 12, 1)),
    st.booleans(),
)
def test_kept_is_never_after_its_day_and_the_others_always_are(
    due_on: date, closed_on: date, kept: bool
) -> None:
    try:
        state = closed_state(due_on, closed_on, kept)
    except Refused:
        assert not kept
        assert closed_on <= due_on
    else:
        assert (state == "kept") == (closed_on <= due_on)
        assert (state == "broken") == (not kept)
