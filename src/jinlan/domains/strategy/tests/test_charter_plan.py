from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.calendar import china
from jinlan.domains.strategy.rules.charter import Contact, Rhythm, counts, overdue
from jinlan.domains.strategy.rules.charter_plan import (
    InForce,
    Owed,
    Quiet,
    TierSpan,
    acts_on,
    by_kind,
    counting,
    owed,
    stretches,
    versions_in_force,
    why_not,
)
from jinlan.domains.strategy.rules.charter_text import Charter, parse_charter, shipped
from jinlan.domains.strategy.selectors.compliance import Figure
from jinlan.domains.strategy.tests.reference import obligations

CHARTER = parse_charter(shipped())
FIRST = date(2026, 1, 1)
IN_FORCE = [InForce(CHARTER, FIRST)]
HQ = [TierSpan("HQ", 1, FIRST)]
DAYS = st.dates(FIRST, date(2027, 12, 31))


def plan(
    tiers: list[TierSpan],
    contacts: list[date],
    today: date,
    *,
    quiets: Sequence[Quiet] = (),
    since: date | None = None,
) -> list[Owed]:
    promised = stretches("FACE", "GROUP", tiers, IN_FORCE, FIRST)
    return owed(promised, contacts, quiets, today, since)


def test_a_meeting_is_due_thirty_days_after_the_last_one_and_five_days_late_on_the_24th() -> None:
    """06 §6.2: interval 30 days, last meeting 2026-10-20 → due 2026-11-19; on 2026-11-24 overdue by 5 days."""
    tiers = [TierSpan("HQ", 1, date(2026, 9, 25))]
    rows = plan(tiers, [date(2026, 10, 20)], date(2026, 11, 24))

    assert [(one.opens, one.due_on, one.kept_on) for one in rows] == [
        (date(2026, 9, 25), date(2026, 10, 25), date(2026, 10, 20)),
        (date(2026, 10, 20), date(2026, 11, 19), None),
        (date(2026, 11, 19), date(2026, 12, 19), None),
    ]
    act = acts_on(rows, date(2026, 11, 24), 7)
    assert act is rows[1]
    assert overdue(act.due_on, date(2026, 11, 24)) == 5
    assert acts_on(rows[:2], date(2026, 11, 19), 7) is rows[1]  # due today: not missed yet
    assert acts_on(plan(tiers, [date(2026, 10, 20)], date(2026, 11, 11)), date(2026, 11, 11), 7) is None


@pytest.mark.parametrize(
    ("grade", "days"), [(None, 182), (1, 182), (2, 91), (3, 30), (4, 7), (5, 7)], ids=str
)
def test_risk_shortens_a_rhythm(grade: int | None, days: int) -> None:
    assert CHARTER.days("GROUP", "KEY", "FACE", grade) == days
    assert CHARTER.days("GROUP", "KEY", "CALL", grade) == 91
    assert CHARTER.days("GROUP", "KEY", "EXECUTIVE", grade) is None
    assert CHARTER.days("GROUP", "", "FACE", grade) is None


def test_the_shorter_of_tier_and_risk_holds() -> None:
    assert [CHARTER.days("GROUP", "HQ", "FACE", grade) for grade in (1, 2, 3, 4)] == [30, 30, 30, 7]


def test_a_change_of_tier_changes_what_is_still_to_come_only() -> None:
    fall = date(2026, 6, 15)
    tiers = [TierSpan("HQ", 1, FIRST, fall), TierSpan("KEY", 1, fall)]
    rows = plan(tiers, [], date(2026, 12, 31))

    stayed = plan(HQ, [], date(2026, 6, 14))
    assert rows[:5] == stayed[:5]
    assert rows[4].due_on == date(2026, 5, 31)
    assert [(one.tier, one.opens, one.due_on) for one in rows[5:]] == [
        ("KEY", fall, fall + timedelta(182)),
        ("KEY", fall + timedelta(182), fall + timedelta(364)),
    ]


def test_a_new_version_that_asks_the_same_lets_the_clock_run_on_and_names_itself() -> None:
    second = replace(CHARTER, version="2", valid_from=date(2026, 2, 10))
    charters = versions_in_force([(second, None), (CHARTER, None)])
    rows = owed(stretches("FACE", "GROUP", HQ, charters, FIRST), [], [], date(2026, 3, 20))

    assert [(one.version, one.due_on) for one in rows] == [
        ("1", date(2026, 1, 31)), ("1", date(2026, 3, 2)), ("2", date(2026, 4, 1)),
    ]  # fmt: skip


def test_a_new_version_that_asks_more_begins_on_its_day() -> None:
    promises = tuple(replace(one, contacts={**one.contacts, "FACE": 14}) for one in CHARTER.promises)
    second = replace(CHARTER, version="2", valid_from=date(2026, 2, 10), promises=promises)
    charters = versions_in_force([(CHARTER, None), (second, date(2026, 3, 1))])
    rows = owed(stretches("FACE", "GROUP", HQ, charters, FIRST), [], [], date(2026, 3, 20))

    assert [(one.version, one.opens, one.due_on) for one in rows] == [
        ("1", FIRST, date(2026, 1, 31)), ("2", date(2026, 2, 10), date(2026, 2, 24)),
    ]  # fmt: skip


def test_a_client_who_wants_quiet_is_owed_nothing_before() -> None:
    quiet = Quiet(date(2026, 2, 20), date(2026, 4, 10))
    rows = plan(HQ, [], date(2026, 4, 1), quiets=[quiet])

    assert [one.due_on for one in rows] == [date(2026, 1, 31), date(2026, 4, 10)]


def test_tasks_follow_excuses_and_contacts() -> None:
    rows = plan(HQ, [], date(2026, 3, 20))

    assert acts_on(rows, date(2026, 3, 20), 7) is rows[1]  # the newest missed, not the first
    excused = [rows[0], replace(rows[1], excused=True), rows[2]]
    assert acts_on(excused, date(2026, 3, 20), 7) is excused[0]
    assert acts_on([excused[1], rows[2]], date(2026, 3, 20), 7) is None
    assert acts_on([excused[1], rows[2]], date(2026, 3, 25), 7) is rows[2]
    kept = plan(HQ, [date(2026, 3, 10)], date(2026, 3, 20))
    assert acts_on(kept, date(2026, 3, 20), 7) is None


def test_what_counts_is_looked_up_once_a_day_with_the_same_answer() -> None:
    calendar = china()
    fast = counting(calendar, 2)
    made = Contact("FACE", date(2026, 9, 30), True, True, date(2026, 10, 9))
    variants = [made, replace(made, minutes_on=date(2026, 10, 12)), replace(made, minutes_on=None),
                replace(made, two_way=False), replace(made, client_side=False)]  # fmt: skip

    assert [fast(one) for one in variants] == [counts(one, calendar, 2) for one in variants]
    assert [why_not(one, calendar, 2) for one in variants] == ["", "LATE", "LATE", "ONE_WAY", "ALONE"]
    assert by_kind([(made, True), (replace(made, kind="CALL"), True), (made, False)]) == {
        "FACE": [made.on, made.on], "EXECUTIVE": [made.on], "CALL": [made.on],
    }  # fmt: skip


contacts = st.lists(DAYS, max_size=40).map(sorted)


@given(contacts, DAYS)
def test_one_rhythm_gives_what_the_rule_of_the_reference_gives(made: list[date], today: date) -> None:
    rows = [one for one in plan(HQ, made, today) if one.due_on <= today]

    said = obligations(Rhythm("FACE", 30, FIRST), [day for day in made if day <= today], today)
    assert [(one.opens, one.due_on, one.kept_on) for one in rows] == said


@given(contacts, DAYS, DAYS, st.sampled_from(["KEY", "POTENTIAL", "", "BRANCH"]))
def test_a_tier_that_changes_never_alters_what_was_due_already(
    made: list[date], change: date, today: date, tier: str
) -> None:
    tiers = [TierSpan("HQ", 1, FIRST, change), TierSpan(tier, 1, change)] if change > FIRST else HQ
    before = [one for one in plan(HQ, made, today) if one.due_on < min(change, today)]

    assert plan(tiers, made, today)[: len(before)] == before


@given(contacts, DAYS, DAYS)
def test_going_on_from_what_stands_gives_what_a_fresh_start_gives(
    made: list[date], first: date, today: date
) -> None:
    settled = [one for one in plan(HQ, made, today) if one.due_on < min(first, today)]
    since = settled[-1].closed_on if settled else None

    assert settled + plan(HQ, made, today, since=since) == plan(HQ, made, today)


@given(contacts, DAYS, st.sets(st.integers(0, 30)))
def test_compliance_is_a_share(made: list[date], today: date, excused: set[int]) -> None:
    rows = [one for one in plan(HQ, made, today) if one.due_on <= today]
    left = [one for place, one in enumerate(rows) if place not in excused]
    kept = sum(one.kept_on is not None for one in left)
    share = Figure(kept, len(left), len(rows) - len(left), FIRST, today, "1").share

    assert share is None if not left else Decimal(0) <= (share or Decimal(0)) <= 1


def test_a_charter_is_found_by_kind_and_tier() -> None:
    assert isinstance(CHARTER, Charter)
    assert len(CHARTER.promises) == 8
    promise = CHARTER.promise("GROUP", "HQ")
    assert promise
    assert promise.contacts == {"FACE": 30, "CALL": 14, "EXECUTIVE": 182, "REVIEW": 91}
    assert CHARTER.promise("GROUP", "ULTRA") is None
