"""Any order of deliveries, decisions and withdrawals: one lead of a unit a day, shares that add to 1, nobody's past rewritten."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from jinlan.clients.changes import Change, Line, overlaid
from jinlan.clients.shares import settled

START = date(2026, 1, 1)
PEOPLE = st.integers(1, 4)
DAYS = st.integers(0, 60).map(lambda n: START + timedelta(days=n))
SHARES = st.none() | st.integers(0, 10).map(lambda n: Decimal(n) / 10)


class Team(RuleBasedStateMachine):
    """The team of one unit as `clients.coverage` derives it, over days that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.today = START
        self.delivered = [self.line(1, "LEAD", START, Decimal(1))]
        self.changes: list[Change] = []
        self.history: dict[date, frozenset[tuple[int, str]]] = {}

    @staticmethod
    def line(employee: int, role: str, since: date, share: Decimal | None, until: date | None = None) -> Line:
        return Line("JLB", 1, None, employee, role, since, 1, 7, share, until)

    def holding(self) -> list[Line]:
        return settled(overlaid(self.delivered, self.changes))

    @rule(
        employee=PEOPLE,
        share=SHARES,
        role=st.sampled_from(["LEAD", "ASSIST", "PRODUCT"]),
        length=st.none() | st.integers(1, 40),
    )
    def the_bank_delivers(self, employee: int, share: Decimal | None, role: str, length: int | None) -> None:
        since = self.today + timedelta(days=1)
        until = since + timedelta(days=length) if length else None
        kept = [
            one
            for one in self.delivered
            if (one.employee, one.role, one.valid_from) != (employee, role, since)
        ]
        self.delivered = [*kept, self.line(employee, role, since, share, until)]

    @rule(after=PEOPLE, ahead=st.integers(1, 30))
    def a_head_decides_on_a_lead(self, after: int, ahead: int) -> None:
        day = self.today + timedelta(days=ahead)
        if all((one.role, one.since) != ("LEAD", day) for one in self.changes):
            self.changes.append(Change(1, 100, "LEAD", None, after, day))

    @rule(before=st.none() | PEOPLE, after=st.none() | PEOPLE, ahead=st.integers(1, 30), share=SHARES)
    def a_head_decides_on_an_assistant(
        self, before: int | None, after: int | None, ahead: int, share: Decimal | None
    ) -> None:
        if before != after:
            self.changes.append(
                Change(1, 100, "ASSIST", before, after, self.today + timedelta(days=ahead), share)
            )

    @rule(which=st.integers(0, 50))
    def what_has_not_begun_is_withdrawn(self, which: int) -> None:
        coming = [one for one in self.changes if one.since > self.today]
        if coming:
            self.changes.remove(coming[which % len(coming)])

    @rule(days=st.integers(1, 10))
    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.history[self.today] = self.on(self.today)
            self.today += timedelta(days=1)

    def on(self, day: date) -> frozenset[tuple[int, str]]:
        return frozenset((one.employee, one.role) for one in self.holding() if one.on(day))

    @invariant()
    def one_lead_a_day_and_whole_shares(self) -> None:
        lines = self.holding()
        for day in (START + timedelta(days=n) for n in range(140)):
            on = [one for one in lines if one.on(day)]
            assert sum(one.role == "LEAD" for one in on) == 1
            named = [one.credit_share for one in on if one.credit_share is not None]
            assert not named or (sum(named) == 1 and min(named) >= 0)

    @invariant()
    def the_past_stands(self) -> None:
        for day, team in self.history.items():
            assert self.on(day) == team


Team.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestTeam = Team.TestCase
