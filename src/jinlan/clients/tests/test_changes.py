"""Decided leads laid over the bank's assignments: the later word holds, shares go along, nothing of the past changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jinlan.clients.changes import Change, Line, overlaid

START, DAY = date(2026, 1, 1), date(2026, 12, 1)


def line(employee, role="LEAD", *, unit=1, party=None, since=START, until=None, share=None):
    return Line(
        "JLB",
        None if party else unit,
        party,
        employee,
        role,
        since,
        1,
        7,
        None if share is None else Decimal(share),
        until,
    )


def change(employee, since=DAY, unit=1):
    return Change(unit, 100, "LEAD", None, employee, since)


def told(lines):
    return sorted(
        (one.employee, one.role, one.valid_from, one.valid_to, one.credit_share) for one in lines if one.unit
    )


def test_the_old_lead_ends_on_the_day_and_the_new_one_begins_with_his_share():
    lines = overlaid([line(1, share="0.7"), line(2, "ASSIST", share="0.3")], [change(3)])
    assert told(lines) == [
        (1, "LEAD", START, DAY, Decimal("0.7")),
        (2, "ASSIST", START, None, Decimal("0.3")),
        (3, "LEAD", DAY, None, Decimal("0.7")),
    ]


def test_an_assistant_who_becomes_the_lead_keeps_what_he_had():
    lines = overlaid([line(1, share="0.7"), line(2, "ASSIST", share="0.3")], [change(2)])
    assert told(lines) == [
        (1, "LEAD", START, DAY, Decimal("0.7")),
        (2, "ASSIST", START, DAY, Decimal("0.3")),
        (2, "LEAD", DAY, None, Decimal("1.0")),
    ]


def test_the_banks_own_later_word_holds_and_an_earlier_one_does_not():
    later = [line(1, until=date(2026, 12, 15)), line(4, since=date(2026, 12, 15))]
    same = [line(1, until=DAY), line(4, since=DAY)]
    assert told(overlaid(later, [change(3)])) == [
        (1, "LEAD", START, DAY, None),
        (3, "LEAD", DAY, date(2026, 12, 15), None),  # what held until then stays
        (4, "LEAD", date(2026, 12, 15), None, None),
    ]
    assert told(overlaid([line(1), later[1]], [change(3)])) == [
        (1, "LEAD", START, DAY, None),
        (3, "LEAD", DAY, date(2026, 12, 15), None),
        (4, "LEAD", date(2026, 12, 15), None, None),
    ]
    assert told(overlaid(same, [change(3)])) == told(same)


def test_an_assistant_joins_until_the_bank_has_a_later_word_about_him_and_leaves_on_a_day():
    joins = Change(1, 100, "ASSIST", None, 2, DAY, Decimal("0.3"))
    lines = overlaid([line(1), line(2, "ASSIST", since=date(2026, 12, 15), share="0.2")], [joins])
    assert told(lines) == [
        (1, "LEAD", START, None, None),
        (2, "ASSIST", DAY, date(2026, 12, 15), Decimal("0.3")),
        (2, "ASSIST", date(2026, 12, 15), None, Decimal("0.2")),
    ]
    leaves = Change(1, 100, "ASSIST", 2, None, DAY)
    assert told(overlaid([line(1), line(2, "ASSIST")], [leaves])) == [
        (1, "LEAD", START, None, None),
        (2, "ASSIST", START, DAY, None),
    ]
    follows = Change(1, 100, "ASSIST", 2, 3, DAY)
    assert told(overlaid([line(1, share="0.6"), line(2, "ASSIST", share="0.4")], [follows])) == [
        (1, "LEAD", START, None, Decimal("0.6")),
        (2, "ASSIST", START, DAY, Decimal("0.4")),
        (3, "ASSIST", DAY, None, Decimal("0.4")),
    ]


def test_two_decisions_follow_each_other_and_a_unit_without_a_lead_gets_one():
    lines = overlaid([line(1)], [change(3), change(4, date(2027, 2, 1))])
    assert told(lines) == [
        (1, "LEAD", START, DAY, None),
        (3, "LEAD", DAY, date(2027, 2, 1), None),
        (4, "LEAD", date(2027, 2, 1), None, None),
    ]
    assert told(overlaid([line(5, "RISK")], [change(3)])) == [
        (3, "LEAD", DAY, None, None),
        (5, "RISK", START, None, None),
    ]


def test_the_root_party_goes_along_where_the_old_lead_had_it():
    lines = overlaid([line(1), line(1, party=100), line(9, party=101)], [change(3)])
    assert sorted((one.employee, one.party, one.valid_to) for one in lines if one.party) == [
        (1, 100, DAY), (3, 100, None), (9, 101, None),
    ]  # fmt: skip


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.lists(st.tuples(st.integers(1, 4), DAYS), max_size=5, unique_by=lambda one: one[1]), DAYS)
def test_there_is_one_lead_every_day_and_the_days_before_the_first_decision_stand(decided, day):
    before = [line(9, share="0.6"), line(8, "ASSIST", share="0.4")]
    after = overlaid(before, [change(employee, since) for employee, since in decided if since > START])
    first = min((since for _, since in decided if since > START), default=date.max)

    assert len([one for one in after if one.role == "LEAD" and one.on(day)]) == 1
    assert sum(one.credit_share for one in after if one.on(day)) == Decimal("1.0")
    if day < first:
        assert {one[:6] for one in after if one.on(day)} == {one[:6] for one in before}
