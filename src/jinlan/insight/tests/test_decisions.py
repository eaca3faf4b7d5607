"""A tier that a committee decided: taken as an entry of the list is, kept against a proposal, blanked by a gate."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.periods import month_ends
from jinlan.insight import wire
from jinlan.insight.parsing import shipped
from jinlan.insight.recompute import recompute
from jinlan.insight.tests.lakes import ENDS
from jinlan.insight.tests.test_identify import PREVIEW, by_unit, run
from jinlan.insight.tiers import EMPTY, Decided, LineState, Listed, Override, Situation, advance, machine_tier

GROUP = {one.kind: one for one in shipped()}["GROUP"]
MONTHS = month_ends(date(2025, 1, 1), date(2026, 12, 31))
LIST = Listed("BRANCH", date(2021, 9, 15))


def decided(tier, month, *, retains=False, ref="a"):
    return Decided("U", tier, MONTHS[month], ref=ref, retains=retains)


def history(scores, *decisions, listed=None, failing=(), override=None):
    """Return the standings and the last machine of one unit over the months."""
    machine, found = EMPTY, []
    for place, (month, score) in enumerate(zip(MONTHS, scores, strict=False)):
        now = Situation(
            month, {"HQ": score, "BRANCH": score, "KEY": score, "POTENTIAL": 0}, place in failing, False,
            listed(month) if callable(listed) else listed, override, tuple(one for one in decisions if one.since <= month),
        )  # fmt: skip
        machine, standing = advance(GROUP, machine, now)
        found.append(standing)
    return found, machine


def test_a_decision_gives_what_was_proposed_since_its_day():
    found, _ = history([7000] * 6, decided("BRANCH", 3))

    assert [one.state for one in found] == ["none", "none", *["proposed_up"], "active", "active", "active"]
    assert [one.effective for one in found[2:]] == ["KEY", "BRANCH", "BRANCH", "BRANCH"]
    assert (found[3].since, found[3].source, found[3].proposed) == (MONTHS[3], "COMMITTEE", None)


def test_what_a_committee_gave_is_proposed_down_and_not_undone_by_the_machine():
    found, machine = history([500] * 16, decided("KEY", 0))

    assert {one.effective for one in found} == {"KEY"}  # an automatic line, but decided by name
    assert found[-1].proposed == ""
    assert machine.source == "COMMITTEE"


def test_a_decision_down_starts_the_better_lines_from_zero():
    found, machine = history([7000, 7000, 7000, 7000, 7000], decided("KEY", 3), listed=LIST)

    assert [one.effective for one in found] == ["BRANCH", "BRANCH", "BRANCH", "KEY", "KEY"]
    assert machine.lines["BRANCH"] == LineState(up=2)
    assert found[4].proposed is None


def test_a_decision_out_takes_the_tier_away_and_starts_every_line_from_zero():
    found, machine = history([500] * 4, decided("", 3), listed=Listed("KEY", date(2021, 9, 15)))

    assert [one.effective for one in found] == ["KEY", "KEY", "KEY", ""]
    assert (found[3].state, found[3].source, machine.lines) == ("none", "", {})


def test_to_retain_keeps_tier_and_day_and_resets_the_counters_until_the_next_proposal():
    slide = [7000, *[6050] * 12]
    found, _ = history(slide, decided("BRANCH", 4, retains=True), listed=LIST)

    assert [one.state for one in found[2:5]] == ["watch", "proposed_down", "retained"]
    assert (found[4].effective, found[4].since, found[4].source) == (
        "BRANCH", date(2021, 9, 15), "APPROVED_LIST",
    )  # fmt: skip
    # the month of the decision counts as the first below the exit line again
    assert [one.state for one in found[4:8]] == ["retained", "retained", "proposed_down", "proposed_down"]


def test_to_refuse_a_rise_is_to_retain_and_the_line_starts_from_zero():
    found, _ = history([7000] * 9, decided("KEY", 3, retains=True))

    assert [one.state for one in found[2:7]] == [
        "proposed_up",
        "retained",
        "retained",
        "proposed_up",
        "proposed_up",
    ]
    assert {one.effective for one in found[2:]} == {"KEY"}


def test_the_later_of_list_and_decision_speaks():
    later = Listed("HQ", date(2025, 5, 2))
    found, _ = history(
        [7000] * 6, decided("KEY", 2), listed=lambda month: later if month > later.since else LIST
    )
    assert [one.effective for one in found] == ["BRANCH", "BRANCH", "KEY", "KEY", "HQ", "HQ"]

    earlier = Listed("HQ", date(2025, 3, 1))  # became known after the decision that is younger than it
    found, _ = history(
        [7000] * 6, decided("KEY", 3), listed=lambda month: earlier if month > MONTHS[4] else LIST
    )
    assert [one.effective for one in found] == ["BRANCH", "BRANCH", "BRANCH", "KEY", "KEY", "KEY"]

    same = Listed("HQ", MONTHS[3])
    found, _ = history(
        [7000] * 5, decided("KEY", 3), listed=lambda month: same if month >= MONTHS[3] else None
    )
    assert found[-1].effective == "KEY"


def test_the_end_of_an_entry_takes_away_only_what_the_list_gave():
    def ends(month):
        return LIST if month < MONTHS[4] else None

    found, _ = history([9000] * 6, decided("HQ", 2), listed=ends)
    assert [one.effective for one in found[2:]] == ["HQ"] * 4
    found, _ = history([500] * 6, decided("BRANCH", 2, retains=True), listed=ends)
    assert [one.effective for one in found[2:]] == ["BRANCH", "BRANCH", "", ""]


def test_several_decisions_between_two_month_ends_are_taken_in_their_order():
    first, second = (
        Decided("U", "HQ", date(2025, 3, 4), ref="1"),
        Decided("U", "KEY", date(2025, 3, 4), ref="2"),
    )
    assert history([7000] * 4, first, second)[0][-1].effective == "KEY"


def test_a_gate_blanks_what_was_decided_and_it_returns_when_the_gate_clears():
    found, _ = history([7000] * 5, decided("HQ", 1), failing={2, 3})

    assert [one.effective for one in found[1:]] == ["HQ", "", "", "HQ"]
    assert [one.state for one in found[1:4]] == ["watch", "suspended", "suspended"]


def test_a_decision_about_a_tier_that_is_not_there_any_more_says_nothing():
    found, _ = history([7000] * 5, decided("PLATIN", 1), listed=LIST)
    assert {one.effective for one in found} == {"BRANCH"}


def test_a_closed_unit_does_not_come_back_by_an_old_decision():
    machine, _ = advance(
        GROUP, EMPTY, Situation(MONTHS[1], {"HQ": 0}, decisions=(decided("HQ", 1),), ended=False)
    )
    closed, _ = advance(
        GROUP, machine, Situation(MONTHS[2], {"HQ": 0}, ended=True, decisions=(decided("HQ", 1),))
    )
    _, again = advance(GROUP, closed, Situation(MONTHS[3], {"HQ": 0}, decisions=(decided("HQ", 1),)))
    assert again.effective == ""


SCORES = st.lists(st.one_of(st.none(), st.integers(0, 10_000)), min_size=1, max_size=24)
TIERS = st.sampled_from(["", "KEY", "BRANCH", "HQ"])
DECISIONS = st.lists(
    st.builds(
        lambda tier, month, retains, ref: decided(tier, month, retains=retains, ref=str(ref)),
        TIERS, st.integers(0, 23), st.booleans(), st.integers(0, 9),
    ),
    max_size=4, unique_by=lambda one: one.key,
).map(lambda found: sorted(found, key=lambda one: one.key))  # fmt: skip


@given(SCORES)
def test_no_sequence_flaps_faster_than_the_observation_rules_allow(scores):
    """Between two changes of one line lie at least its observation, and its hold before it is left."""
    machine, since = EMPTY, {}
    for place, (month, score) in enumerate(zip(MONTHS, scores, strict=False)):
        before = dict(machine.lines)
        values = {line.tier: score for line in GROUP.lines}
        machine, _ = advance(GROUP, machine, Situation(month, values))
        for line in GROUP.lines:
            was = line.tier in before and before[line.tier].inside
            now = line.tier in machine.lines and machine.lines[line.tier].inside
            if was != now:
                least = line.observe_up if now else max(line.observe_down, line.min_hold)
                assert place - since.get(line.tier, -1) >= least
                since[line.tier] = place


@given(SCORES, DECISIONS, st.sets(st.integers(0, 23)), TIERS)
def test_neither_decision_nor_override_beats_a_gate_and_the_machine_alone_moves_no_committee_line(
    scores, decisions, failing, tier
):
    override = Override("U", tier, "INDUSTRY", MONTHS[2], MONTHS[9]) if tier else None
    found, _ = history(scores, *decisions, failing=failing, override=override)
    for place, one in enumerate(found):
        if place in failing:
            assert (one.effective, one.proposed) == ("", None)
            continue
        said = [each for each in decisions if each.since <= MONTHS[place]]
        if override is not None and override.in_force(MONTHS[place]):
            assert one.effective == tier
        elif one.effective not in {"", "KEY"}:  # only these two come by an automatic line
            assert one.effective in {each.tier for each in said}
        assert one.proposed != one.effective or one.proposed is None


@given(SCORES, DECISIONS, st.sets(st.integers(0, 23)))
def test_a_machine_and_its_decisions_read_back_from_their_text_give_the_same_next_month(
    scores, decisions, failing
):
    machine = EMPTY
    for place, (month, score) in enumerate(zip(MONTHS, scores, strict=False)):
        said = tuple(one for one in decisions if one.since <= month)
        again = wire.decisions_of(
            "U", json.loads(wire.facts_text(None, False, None, said)).get("decided", ())
        )
        assert again == said
        values = {line.tier: score for line in GROUP.lines}
        read = wire.machine_of(wire.machine_text(machine))
        one = advance(GROUP, machine, Situation(month, values, place in failing, decisions=said))
        other = advance(GROUP, read, Situation(month, values, place in failing, decisions=again))
        assert one == other
        machine = one[0]
    assert machine_tier(GROUP, machine) in {"", *(line.tier for line in GROUP.lines)}


DECISION = Decided("GROUP-C1", "HQ", date(2025, 2, 10), ref="0192")


@pytest.fixture(scope="module")
def with_decision():
    return run(decisions=[DECISION, Decided("NOBODY", "HQ", date(2025, 1, 1))])


def test_a_decision_speaks_from_its_day_on_in_the_evaluation_of_a_lake(with_decision):
    found = [by_unit(one)["GROUP-C1"] for one in with_decision]

    assert [row["effective_tier"] for row in found] == ["BRANCH", "BRANCH", "HQ", "HQ", "HQ"]
    assert (found[2]["tier_source"], found[2]["tier_since"]) == ("COMMITTEE", date(2025, 2, 10))
    assert json.loads(found[1]["detail"])["facts"].get("decided") is None
    assert json.loads(found[2]["detail"])["facts"]["decided"] == [
        {"tier": "HQ", "since": "2025-02-10", "source": "COMMITTEE", "ref": "0192", "retains": False}
    ]


def test_run_late_or_month_by_month_a_decision_gives_the_same_history(with_decision):
    prior = None
    for place, day in enumerate((*ENDS, PREVIEW)):
        (alone,) = run(dates=[day], prior=prior, decisions=[DECISION])
        assert alone.units.equals(with_decision[place].units)
        prior = alone.units


def test_stored_inputs_with_decisions_give_the_stored_results(with_decision):
    before = {}
    for one in with_decision:
        table, machines = recompute(one.units, shipped(), before)
        assert table.equals(one.units)
        before = machines
