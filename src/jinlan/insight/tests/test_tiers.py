"""The tier state machine (01 §1.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.periods import month_end, month_ends
from jinlan.insight.definition import Line
from jinlan.insight.parsing import shipped
from jinlan.insight.tiers import EMPTY, OUT, LineState, Listed, Override, Situation, advance, step

GROUP = {one.kind: one for one in shipped()}["GROUP"]
MONTHS = month_ends(date(2025, 1, 1), date(2026, 12, 31))


def line(**more):
    base = Line("T", "score", Decimal(10), Decimal(9), 2, 3, 0, "automatic", "", "")
    return replace(base, **more)


def run(values, a_line):
    state, found = OUT, []
    for month, value in zip(MONTHS, values, strict=False):
        state = step(a_line, state, value, month)
        found.append((state.inside, state.up, state.down))
    return found


def test_the_worked_example_of_the_reference_enters_at_the_third_and_leaves_at_the_tenth_month():
    values = [950, 1010, 1020, 940, 880, 890, 905, 870, 860, 850]
    found = run(values, line())
    assert [inside for inside, _, _ in found] == [
        False,
        False,
        True,
        True,
        True,
        True,
        True,
        True,
        True,
        False,
    ]
    assert [down for _, _, down in found] == [0, 0, 0, 0, 1, 2, 0, 1, 2, 0]
    assert [up for _, up, _ in found] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]


def test_incomplete_data_freezes_both_counters():
    assert run([1010, None, None, 1010], line())[-1] == (True, 0, 0)
    assert run([1010, 1010, 800, None, 800, None, None, 800], line())[-1] == (False, 0, 0)


def test_the_lines_include_their_own_number():
    assert run([1000, 1000], line())[-1][0] is True
    assert run([1000, 1000, 900, 900, 900, 900], line())[-1] == (True, 0, 0)
    assert run([1000, 999, 1000], line())[-1] == (False, 1, 0)


def test_a_tier_is_held_for_the_minimum_time():
    values = [1010, 1010] + [0] * 12
    found = run(values, line(min_hold=12))
    assert found[12][0] is True
    assert found[13] == (False, 0, 0)


def situation(month, score, *, potential=0, **more):
    values = {"HQ": score, "BRANCH": score, "KEY": score, "POTENTIAL": potential}
    return Situation(month, values, **more)


def history(scores, **more):
    machine, found = EMPTY, []
    for month, score in zip(MONTHS, scores, strict=False):
        extra = {key: value(month) if callable(value) else value for key, value in more.items()}
        machine, standing = advance(GROUP, machine, situation(month, score, **extra))
        found.append(standing)
    return found


def test_a_committee_tier_is_computed_then_proposed_and_never_becomes_effective_by_itself():
    found = history([7000] * 5)
    assert [one.computed for one in found] == ["BRANCH"] * 5
    assert [one.proposed for one in found] == [None, None, "BRANCH", "BRANCH", "BRANCH"]
    assert [one.effective for one in found] == ["", "", "KEY", "KEY", "KEY"]  # the automatic line below it
    assert [one.state for one in found] == ["none", "none", "proposed_up", "proposed_up", "proposed_up"]


def test_an_automatic_tier_becomes_effective_after_its_observation():
    found = history([1000] * 4, potential=7000)
    assert [one.effective for one in found] == ["", "POTENTIAL", "POTENTIAL", "POTENTIAL"]
    assert (found[1].since, found[1].source, found[1].state) == (MONTHS[1], "AUTOMATIC", "active")


def test_the_approved_list_decides_and_a_slide_goes_from_watch_to_proposed_down():
    listed = Listed("BRANCH", date(2021, 9, 15))
    found = history([7000, 6050, 6050, 6050, 6050], listed=listed)
    assert [one.state for one in found] == ["active", "watch", "watch", "proposed_down", "proposed_down"]
    assert {one.effective for one in found} == {"BRANCH"}
    assert found[-1].proposed == "KEY"
    assert (found[0].since, found[0].source) == (date(2021, 9, 15), "APPROVED_LIST")


def test_an_automatic_tier_is_left_again_after_hold_and_observation():
    found = history([1000] * 14, potential=7000)
    assert found[-1].effective == "POTENTIAL"
    machine, states = EMPTY, []
    for place, month in enumerate(MONTHS[:12]):
        machine, one = advance(GROUP, machine, situation(month, 1000, potential=7000 if place < 2 else 0))
        states.append((one.effective, one.state))
    assert states[:2] == [("", "none"), ("POTENTIAL", "active")]
    assert states[2:7] == [("POTENTIAL", "watch")] * 5  # six months of hold from the second month
    assert states[7] == ("", "none")


def test_an_approved_client_whom_nothing_supports_is_proposed_out():
    found = history([500] * 4, listed=Listed("KEY", date(2021, 9, 15)))
    assert [one.state for one in found] == ["watch", "watch", "proposed_down", "proposed_down"]
    assert (found[-1].proposed, found[-1].effective) == ("", "KEY")


def test_a_young_approved_tier_is_held_before_it_is_proposed_down():
    found = history([500] * 14, listed=Listed("KEY", date(2024, 12, 20)))
    assert [one.proposed for one in found] == [None] * 11 + ["", "", ""]
    assert {one.state for one in found[:11]} == {"watch"}


def test_a_new_entry_of_the_list_replaces_the_decision_and_its_end_leaves_what_the_points_support():
    def listed(month):
        if month >= MONTHS[4]:
            return None
        return Listed("KEY", date(2021, 1, 1)) if month < MONTHS[2] else Listed("HQ", date(2025, 3, 10))

    found = history([5500] * 6, listed=listed)
    assert [one.effective for one in found] == ["KEY", "KEY", "HQ", "HQ", "KEY", "KEY"]
    assert [one.since for one in found[:3]] == [date(2021, 1, 1), date(2021, 1, 1), date(2025, 3, 10)]


def test_a_failed_gate_suspends_at_once_and_the_tier_returns_when_it_clears():
    failing = {MONTHS[1], MONTHS[2]}
    machine, found = EMPTY, []
    for month in MONTHS[:4]:
        now = situation(month, 9500, listed=Listed("HQ", date(2020, 1, 1)), gate_failed=month in failing)
        machine, standing = advance(GROUP, machine, now)
        found.append(standing)
    assert [one.effective for one in found] == ["HQ", "", "", "HQ"]
    assert [one.state for one in found] == ["active", "suspended", "suspended", "active"]
    assert [one.computed for one in found] == ["HQ", "", "", "HQ"]
    assert [one.since for one in found] == [date(2020, 1, 1), MONTHS[1], MONTHS[1], date(2020, 1, 1)]
    assert found[1].source == "GATE"


def test_counters_stand_still_while_a_gate_fails():
    machine = EMPTY
    for month, failed in zip(MONTHS[:4], (False, True, True, False), strict=True):
        machine, standing = advance(GROUP, machine, situation(month, 7000, gate_failed=failed))
    assert machine.lines["BRANCH"] == LineState(up=2)
    assert standing.proposed is None


def test_a_client_that_never_had_a_tier_is_not_suspended():
    _, standing = advance(GROUP, EMPTY, situation(MONTHS[0], 9500, gate_failed=True))
    assert (standing.state, standing.computed, standing.effective) == ("none", "", "")


def test_death_closes_and_stays_closed():
    machine, first = advance(GROUP, EMPTY, situation(MONTHS[0], 9500, listed=Listed("HQ", date(2020, 1, 1))))
    machine, second = advance(
        GROUP, machine, situation(MONTHS[1], 9500, ended=True, listed=Listed("HQ", date(2020, 1, 1)))
    )
    machine, third = advance(
        GROUP, machine, situation(MONTHS[2], 9500, ended=True, listed=Listed("HQ", date(2020, 1, 1)))
    )
    assert [one.state for one in (first, second, third)] == ["active", "closed", "closed"]
    assert [one.effective for one in (second, third)] == ["", ""]
    assert [one.since for one in (second, third)] == [MONTHS[1], MONTHS[1]]


def test_an_override_decides_until_it_expires_and_never_cancels_a_gate():
    override = Override("U", "HQ", "INDUSTRY", date(2025, 2, 1), date(2025, 4, 1))
    found = history([5500] * 4, listed=Listed("KEY", date(2020, 1, 1)), override=override)
    assert [one.effective for one in found] == ["KEY", "HQ", "HQ", "KEY"]
    assert [one.state for one in found] == ["active", "retained", "retained", "active"]
    assert found[1].source == "OVERRIDE"
    _, held = advance(GROUP, EMPTY, situation(MONTHS[2], 5500, override=override, gate_failed=True))
    assert (held.effective, held.state) == ("", "suspended")


def test_between_month_ends_the_machine_stands_still():
    machine, _ = advance(GROUP, EMPTY, situation(MONTHS[0], 7000))
    machine, _ = advance(GROUP, machine, situation(MONTHS[1], 7000))
    again, standing = advance(GROUP, machine, situation(date(2025, 3, 10), 7000), stepped=False)
    assert again == machine
    assert (standing.computed, standing.proposed) == ("BRANCH", None)
    _, failed = advance(
        GROUP, machine, situation(date(2025, 3, 10), 7000, gate_failed=True, listed=Listed("KEY", date(2020, 1, 1))),
        stepped=False,
    )  # fmt: skip
    assert (failed.effective, failed.state) == ("", "suspended")


scores = st.lists(st.one_of(st.none(), st.integers(0, 10_000)), min_size=1, max_size=24)


@given(scores)
def test_a_line_never_enters_under_its_entry_nor_leaves_above_its_exit(values):
    a_line, state = line(), OUT
    for month, value in zip(MONTHS, values, strict=False):
        after = step(a_line, state, value, month)
        if after.inside and not state.inside:
            assert value is not None
            assert value >= a_line.enters
        if state.inside and not after.inside:
            assert value is not None
            assert value < a_line.leaves
        assert after.up < a_line.observe_up
        state = after


@given(scores, st.sampled_from(["", "KEY", "BRANCH", "HQ"]), st.sets(st.integers(0, 23)))
def test_the_machine_never_gives_or_takes_a_tier_that_a_committee_decides(values, tier, failing):
    listed = Listed(tier, date(2020, 1, 1)) if tier else None
    machine = EMPTY
    for place, (month, value) in enumerate(zip(MONTHS, values, strict=False)):
        now = situation(month, value, listed=listed, gate_failed=place in failing)
        machine, standing = advance(GROUP, machine, now)
        if place in failing:
            assert standing.effective == ""
        else:
            assert standing.effective == tier or (tier == "" and standing.effective == "KEY")
        assert standing.proposed != standing.effective or standing.proposed is None


@pytest.mark.parametrize("definition", shipped(), ids=lambda one: one.kind)
def test_the_shipped_ladders_go_down(definition):
    levels = [definition.level(one.tier) for one in definition.lines]
    assert levels == sorted(levels, reverse=True)
    assert definition.level("NOPE") == 0
    assert month_end(date(2025, 2, 3)) == MONTHS[1]
