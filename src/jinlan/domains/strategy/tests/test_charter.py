from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.calendar import china
from jinlan.domains.strategy.rules.charter import (
    Contact,
    Obligation,
    Rhythm,
    compliance,
    counts,
    due,
    load,
    obligations,
    overdue,
    tightened,
)

CALENDAR = china()
MONTHLY = Rhythm("FACE", 30, date(2026, 1, 1))
HOURS = {"HQ": Decimal(16), "BRANCH": Decimal(8), "KEY": Decimal(3), "POTENTIAL": Decimal(2)}  # 06 §6.4


def test_a_meeting_is_due_an_interval_after_the_last_one() -> None:
    """06 §6.2, the worked example."""
    day = due(MONTHLY, date(2026, 10, 20))

    assert (day, overdue(day, date(2026, 11, 24)), overdue(day, day)) == (date(2026, 11, 19), 5, 0)


def test_a_promise_without_a_contact_runs_from_its_beginning_and_the_client_may_ask_for_quiet() -> None:
    assert due(MONTHLY, None) == date(2026, 1, 31)
    assert due(MONTHLY, date(2025, 6, 1)) == date(
        2026, 1, 31
    )  # before this charter: it promised nothing then
    assert due(MONTHLY, date(2026, 10, 20), date(2027, 1, 4)) == date(2027, 1, 4)
    assert due(MONTHLY, date(2026, 10, 20), date(2026, 11, 1)) == date(2026, 11, 19)


def test_risk_shortens_a_rhythm_and_never_lengthens_it() -> None:
    assert [tightened(MONTHLY, days).days for days in (14, 30, 90, None)] == [14, 30, 30, 30]


@pytest.mark.parametrize(
    ("contact", "counted"),
    [
        (
            Contact("FACE", date(2026, 9, 30), True, True, date(2026, 10, 9)),
            True,
        ),  # two working days over the holidays
        (Contact("FACE", date(2026, 9, 30), True, True, date(2026, 10, 10)), False),
        (Contact("FACE", date(2026, 9, 30), True, True, None), False),
        (Contact("FACE", date(2026, 9, 30), False, True, date(2026, 9, 30)), False),  # a mass mail
        (Contact("FACE", date(2026, 9, 30), True, False, date(2026, 9, 30)), False),  # among ourselves
    ],
)
def test_what_counts_as_a_contact(contact: Contact, counted: bool) -> None:
    assert counts(contact, CALENDAR, 2) is counted


def test_a_year_of_promises_with_a_miss_and_an_early_visit() -> None:
    rhythm = Rhythm("FACE", 30, date(2026, 1, 1), date(2026, 6, 1))
    owed = obligations(rhythm, [date(2026, 1, 20), date(2026, 4, 10), date(2026, 1, 1)], date(2026, 12, 31))

    assert owed == [
        Obligation("FACE", date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 20)),
        Obligation("FACE", date(2026, 1, 20), date(2026, 2, 19)),
        Obligation("FACE", date(2026, 2, 19), date(2026, 3, 21)),
        Obligation("FACE", date(2026, 3, 21), date(2026, 4, 20), date(2026, 4, 10)),
        Obligation("FACE", date(2026, 4, 10), date(2026, 5, 10)),
    ]
    assert [one.missed(date(2026, 12, 31)) for one in owed] == [False, True, True, False, True]
    assert (compliance(owed), compliance(owed, excused=1), compliance([])) == (
        Decimal("0.4000"),
        Decimal("0.5000"),
        None,
    )


@given(
    st.integers(1, 90),
    st.lists(st.integers(0, 400), max_size=40),
    st.integers(0, 400),
)
def test_promises_never_overlap_and_nothing_is_owed_after_the_last_day(
    days: int, visits: list[int], until: int
) -> None:
    start = date(2026, 1, 1)
    last = start + timedelta(days=until)
    owed = obligations(Rhythm("FACE", days, start), [start + timedelta(days=one) for one in visits], last)

    assert all(one.due_on <= last and one.due_on - one.opens == timedelta(days=days) for one in owed)
    assert all(after.opens == (one.kept_on or one.due_on) for one, after in itertools.pairwise(owed))
    assert all(one.kept_on is None or one.opens < one.kept_on <= one.due_on for one in owed)


def test_load_points_of_a_manager() -> None:
    """06 §6.4, the worked example."""
    found = load({"HQ": 5, "BRANCH": 6, "KEY": 4}, HOURS, Decimal(140))

    assert (found.hours, found.share) == (Decimal(140), Decimal("1.0000"))
    lines = Decimal("1.10"), Decimal("0.70")
    assert found.state(*lines) == "FIT"
    assert load({"HQ": 10}, HOURS, Decimal(140)).state(*lines) == "OVER"
    assert load({"POTENTIAL": 40, "": 7}, HOURS, Decimal(140)).state(*lines) == "SPARE"
    assert (
        load({"HQ": 9, "POTENTIAL": 5}, HOURS, Decimal(140)).state(*lines) == "FIT"
    )  # 110 % is not above 110 %
