"""One lead a day and shares that add to 1: worked by hand, then for any team that may be delivered."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jinlan.clients.changes import Line
from jinlan.clients.shares import settled

START, MID, END = date(2026, 1, 1), date(2026, 6, 1), date(2026, 12, 1)


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


def told(lines):
    return [
        (one.employee, one.role, one.valid_from, one.valid_to, str(one.credit_share).rstrip("0").rstrip("."))
        for one in lines
    ]


def test_a_team_that_holds_both_is_returned_as_it_is():
    team = [
        line(1, share="0.7"),
        line(2, "ASSIST", share="0.3"),
        line(9, "RISK"),
        line(3, party=5, share="0.2"),
    ]
    assert set(settled(team)) == set(team)


def test_the_lead_has_what_the_others_leave():
    team = [line(1, share="0.6"), line(2, "ASSIST", share="0.3", until=END)]
    assert told(settled(team)) == [
        (1, "LEAD", START, END, "0.7"),
        (2, "ASSIST", START, END, "0.3"),
        (1, "LEAD", END, None, "1"),
    ]


def test_of_two_leads_the_first_leads_and_the_other_assists_until_he_goes():
    team = [line(1, until=END, share="0.6"), line(2, since=MID, share="0.4")]
    assert told(settled(team)) == [
        (1, "LEAD", START, MID, "1"),
        (1, "LEAD", MID, END, "0.6"),
        (2, "ASSIST", MID, END, "0.4"),
        (2, "LEAD", END, None, "1"),
    ]


def test_what_is_more_than_all_is_scaled_and_not_a_millionth_is_lost():
    team = [
        line(1, share="0.5"),
        line(2, "ASSIST", share="0.7"),
        line(3, "ASSIST", share="0.7"),
    ]  # 0.5 + 0.7 + 0.7 = 1.9
    shares = [one.credit_share for one in settled(team)]
    assert shares == [Decimal("0.26315789"), Decimal("0.36842105"), Decimal("0.36842106")]
    assert sum(shares) == 1


def test_nobody_named_and_nobody_leading():
    assert told(settled([line(1)])) == [(1, "LEAD", START, None, "None")]
    assert told(settled([line(2, "ASSIST", share="0.25")])) == [(2, "ASSIST", START, None, "1")]
    assert told(settled([line(2, "ASSIST", share="0")])) == [(2, "ASSIST", START, None, "None")]


days = st.integers(0, 20).map(lambda n: START + timedelta(days=n))
shares = st.none() | st.integers(0, 100).map(lambda n: Decimal(n) / 100)


@st.composite
def teams(draw):
    rows = {}
    for _ in range(draw(st.integers(1, 6))):
        since = draw(days)
        until = draw(st.none() | days.filter(lambda day, since=since: day > since))
        role = draw(st.sampled_from(["LEAD", "ASSIST", "PRODUCT"]))
        one = line(draw(st.integers(1, 3)), role, since=since, until=until, share=draw(shares))
        rows[one.employee, role, since] = one
    return list(rows.values())


@given(teams())
def test_any_team_has_one_lead_a_day_and_shares_that_add_to_one(team):
    found = settled(team)
    for day in (START + timedelta(days=n) for n in range(22)):
        on, was = [one for one in found if one.on(day)], [one for one in team if one.on(day)]
        assert sum(one.role == "LEAD" for one in on) == any(one.role == "LEAD" for one in was)
        named = [one.credit_share for one in on if one.credit_share is not None]
        assert not named or (sum(named) == 1 and min(named) >= 0)
        assert {one.employee for one in on} == {
            one.employee for one in was
        }  # nobody comes into sight, nobody loses it
    keys = [(one.employee, one.role, one.valid_from) for one in found]
    assert len(keys) == len(set(keys))
    assert set(settled(found)) == set(found)
