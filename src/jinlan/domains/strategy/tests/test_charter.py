from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.calendar import china
from jinlan.domains.strategy.rules.charter import Contact, Rhythm, counts, load, overdue
from jinlan.domains.strategy.rules.charter_plan import Owed, Quiet, Stretch, owed
from jinlan.domains.strategy.rules.charter_text import parse_charter, shipped
from jinlan.domains.strategy.selectors.compliance import Figure

CALENDAR = china()
MONTHLY = Rhythm("FACE", 30, date(2026, 1, 1))
HOURS = {"HQ": Decimal(16), "BRANCH": Decimal(8), "KEY": Decimal(3), "POTENTIAL": Decimal(2)}  # 06 §6.4


def promised(
    rhythm: Rhythm, visits: list[date], today: date, *, quiet: Quiet | None = None, since: date | None = None
) -> list[Owed]:
    stretch = Stretch("HQ", rhythm, ((rhythm.start, "1"),))
    return owed([stretch], sorted(visits), [quiet] if quiet else [], today, since)


def due(rhythm: Rhythm, last: date | None, not_before: date | None = None) -> date:
    """Return when the next contact is due after the last one."""
    today = max(last or rhythm.start, rhythm.start)
    quiet = Quiet(today, not_before) if not_before else None
    return promised(rhythm, [], today, quiet=quiet, since=last)[0].due_on


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
    charter = replace(parse_charter(shipped()), risk={2: {"FACE": 14}, 3: {"FACE": 30}, 4: {"FACE": 90}})

    assert [charter.days("GROUP", "HQ", "FACE", grade) for grade in (2, 3, 4, None)] == [14, 30, 30, 30]


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
    rows = promised(rhythm, [date(2026, 1, 20), date(2026, 4, 10), date(2026, 1, 1)], date(2026, 12, 31))

    assert [(one.kind, one.opens, one.due_on, one.kept_on) for one in rows] == [
        ("FACE", date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 20)),
        ("FACE", date(2026, 1, 20), date(2026, 2, 19), None),
        ("FACE", date(2026, 2, 19), date(2026, 3, 21), None),
        ("FACE", date(2026, 3, 21), date(2026, 4, 20), date(2026, 4, 10)),
        ("FACE", date(2026, 4, 10), date(2026, 5, 10), None),
    ]
    assert [one.missed(date(2026, 12, 31)) for one in rows] == [False, True, True, False, True]
    kept = sum(one.kept_on is not None for one in rows)
    assert (share(kept, len(rows)), share(kept, len(rows), excused=1), share(0, 0)) == (
        Decimal("0.4000"),
        Decimal("0.5000"),
        None,
    )


def share(kept: int, whole: int, excused: int = 0) -> Decimal | None:
    return Figure(kept, whole - excused, excused, date(2025, 12, 31), date(2026, 12, 31), "1").share


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
    rows = promised(Rhythm("FACE", days, start), [start + timedelta(days=one) for one in visits], last)
    open_still = [one for one in rows if one.due_on > last and one.kept_on is None]

    assert all(one.due_on - one.opens == timedelta(days=days) for one in rows)
    assert len(open_still) <= 1  # at most one is still to come
    assert all(after.opens == (one.kept_on or one.due_on) for one, after in itertools.pairwise(rows))
    assert all(one.kept_on is None or one.opens < one.kept_on <= one.due_on for one in rows)


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
