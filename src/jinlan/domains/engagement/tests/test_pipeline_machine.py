"""Any order of ticking, talking, approving, advancing, going back and ending: no stage without its proofs, none skipped, the past stands."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.pipeline import (
    APPROVAL,
    DATED,
    LAST,
    LOST,
    OPEN,
    PERSON,
    SYSTEM,
    WON,
    Seen,
    check_back,
    criteria,
    missing,
)
from jinlan.domains.engagement.rules.pipeline_odds import Move, stage_times

START = date(2026, 1, 1)
BY_HAND = [one for some in criteria().values() for one in some if one.kind in (PERSON, DATED)]


class Opportunity(RuleBasedStateMachine):
    """One opportunity as the acts move it: what they refuse changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.today, self.state, self.stage = START, OPEN, 1
        self.ticked: set[str] = set()
        self.seen = Seen()
        self.moves = [Move(START, 1)]

    def _moved(self, stage: int, *, ends: bool = False) -> None:
        self.stage = stage
        self.moves.append(Move(self.today, stage, ends))

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def a_decider_is_noted(self) -> None:
        self.seen = Seen(True, self.seen.last_talk)

    @rule()
    def they_talk(self) -> None:
        self.seen = Seen(self.seen.decider, self.today)

    @precondition(lambda self: self.state == OPEN)
    @rule(which=st.sampled_from(BY_HAND))
    def something_is_ticked(self, which: object) -> None:
        self.ticked.add(which.code)

    @precondition(lambda self: self.state == OPEN)
    @rule(which=st.sampled_from(BY_HAND))
    def something_is_taken_back(self, which: object) -> None:
        if which.stage > self.stage:
            self.ticked.discard(which.code)

    @precondition(lambda self: self.state == OPEN and self.stage == 3)
    @rule()
    def a_head_confirms(self) -> None:
        self.ticked.add("CONFIRMED")

    @precondition(lambda self: self.state == OPEN and self.stage < LAST)
    @rule()
    def somebody_advances(self) -> None:
        if not missing(self.stage + 1, self.ticked, self.seen, self.today, 30):
            self._moved(self.stage + 1)

    @precondition(lambda self: self.state == OPEN)
    @rule(to=st.integers(0, 6))
    def somebody_goes_back(self, to: int) -> None:
        before = self.stage
        try:
            check_back(before, to)
        except Refused:
            assert before == 1 or to != before - 1
        else:
            assert (before > 1, to) == (True, before - 1)
            self._moved(to)

    @precondition(lambda self: self.state == OPEN)
    @rule(won=st.booleans())
    def it_ends(self, won: bool) -> None:
        if won and self.stage < LAST:
            return
        self.state = WON if won else LOST
        self._moved(self.stage, ends=True)

    @invariant()
    def what_a_person_must_prove_of_a_reached_stage_stands(self) -> None:
        for stage in range(1, self.stage + 1):
            for one in criteria()[stage]:
                assert one.kind == SYSTEM or one.code in self.ticked

    @invariant()
    def no_stage_is_skipped(self) -> None:
        for before, after in zip(self.moves, self.moves[1:], strict=False):
            assert after.ends or abs(after.stage - before.stage) == 1
            assert not before.ends

    @invariant()
    def stays_add_up_to_the_whole_time(self) -> None:
        assert sum(days for _stage, days in stage_times(self.moves)) == (self.moves[-1].on - START).days

    @invariant()
    def a_win_has_been_through_every_stage(self) -> None:
        if self.state == WON:
            assert {one.stage for one in self.moves} == set(range(1, LAST + 1))
            assert all(one.code in self.ticked for one in criteria()[4] if one.kind == APPROVAL)


Opportunity.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestOpportunity = Opportunity.TestCase
