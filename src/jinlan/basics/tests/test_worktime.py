"""Business-hours clocks: the worked examples of 05 §5.3, and what holds for every clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.calendar import china
from jinlan.basics.clock import SHANGHAI
from jinlan.basics.worktime import WorkingHours

HOURS = WorkingHours(china())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-09-30 16:00", 8, "2026-10-08 16:00"),  # a Wednesday before the long holiday
        ("2026-10-10 09:00", 4, "2026-10-10 13:00"),  # a Saturday that is worked
        ("2026-09-26 11:00", 0, "2026-09-28 09:00"),  # a Saturday: starts on Monday
        ("2026-09-26 11:00", 2, "2026-09-28 11:00"),
        ("2026-10-12 17:00", 1, "2026-10-13 10:00"),  # closing time sharp is the next day
        ("2026-10-12 08:00", 8, "2026-10-12 17:00"),  # a whole day ends when the bank closes
        ("2026-10-12 16:59", 1, "2026-10-13 09:59"),
    ],
)
def test_a_clock_runs_while_the_bank_is_open(start: str, hours: int, due: str) -> None:
    assert HOURS.due(at(start), hours * 60) == at(due)


def test_a_pause_moves_the_due_moment_by_its_length_of_open_time() -> None:
    start = at("2026-10-12 09:00")

    assert HOURS.due(start, 240) == at("2026-10-12 13:00")
    assert HOURS.due(start, 240, [(at("2026-10-12 10:00"), at("2026-10-12 11:30"))]) == at("2026-10-12 14:30")
    overlapping = [
        (at("2026-10-12 10:00"), at("2026-10-12 11:00")),
        (at("2026-10-12 10:30"), at("2026-10-12 11:30")),
    ]
    assert HOURS.due(start, 240, overlapping) == at("2026-10-12 14:30")
    assert HOURS.due(start, 240, [(at("2026-10-12 16:30"), at("2026-10-13 09:30"))]) == at("2026-10-12 13:00")


def test_time_in_which_the_bank_is_closed_is_not_counted() -> None:
    assert HOURS.elapsed(at("2026-09-30 16:00"), at("2026-10-08 16:00")) == 480
    assert HOURS.elapsed(at("2026-10-12 07:00"), at("2026-10-12 23:00")) == 480
    assert HOURS.elapsed(at("2026-09-26 09:00"), at("2026-09-27 20:00")) == 0
    assert HOURS.elapsed(at("2026-10-12 12:00"), at("2026-10-12 09:00")) == 0


def test_a_naive_instant_and_a_negative_time_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        HOURS.due(datetime(2026, 10, 12, 9), 60)  # noqa: DTZ001  that is what is refused
    with pytest.raises(ValueError, match="backwards"):
        HOURS.due(at("2026-10-12 09:00"), -1)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 1)).map(lambda one: one.replace(tzinfo=UTC, second=0, microsecond=0))  # noqa: DTZ001  # fmt: skip


@given(
    moments,
    st.integers(0, 4000),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 2_000)), max_size=3),
)
def test_when_it_is_due_exactly_the_promised_minutes_have_run(
    start: datetime, minutes: int, rests: list[tuple[int, int]]
) -> None:
    pauses = [
        (start + timedelta(minutes=begins), start + timedelta(minutes=begins + length))
        for begins, length in rests
    ]
    due = HOURS.due(start, minutes, pauses)

    assert HOURS.elapsed(start, due, pauses) == minutes
    assert due >= HOURS.due(start, minutes)
    assert HOURS.calendar.is_working_day(due.astimezone(SHANGHAI).date())
