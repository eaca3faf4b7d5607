"""What an agreement may say, what follows from its deeds, how its measures are kept, and when it is to be renewed."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.agreement import (
    AGREEMENT,
    Kept,
    Seen,
    check_entry,
    clock,
    days_of,
    kept,
    month_ends,
    renewed,
    sides_without,
)
from jinlan.domains.engagement.rules.document import Entry

KEY = UUID(int=1)
ENDS = date(2028, 12, 31)
RED, AMBER = Decimal("0.2"), Decimal("0.1")
DEED: dict[str, Any] = {"text": "每季度会晤", "side": "bank", "owner": "E1001", "due": "2027-01-31"}
MEASURE: dict[str, Any] = {
    "text": "日均存款不低于一亿", "side": "client", "metric": "deposit_avg_12m", "keeping": "FLOOR", "target": "1亿", "since": "2026-01-01",
    "due": "2026-12-31", "owner": "E1001",
}  # fmt: skip


def entry(kind: str = "MEASURE", **said: Any) -> Entry:
    return AGREEMENT.made(KEY, kind, {"DEED": DEED, "MEASURE": MEASURE}.get(kind, {}) | said)


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [("MEASURE", {"keeping": "REACH"}, "AGREEMENT_BASELINE"), ("DEED", {"every": "0"}, "AGREEMENT_EVERY"), ("DEED", {"every": "13"}, "AGREEMENT_EVERY"),
     ("DEED", {"every": "1.5"}, "AGREEMENT_EVERY"), ("CREDIT", {"amount": "0", "currency": "CNY"}, "AGREEMENT_AMOUNT"),
     ("DEED", {"due": "2029-01-01"}, "AGREEMENT_PAST_END")],
)  # fmt: skip
def test_what_an_agreement_may_not_say(kind: str, said: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_entry(entry(kind, **said), ENDS)
    assert refused.value.code == code


def test_a_currency_is_one_of_the_list_and_a_party_stands_once() -> None:
    with pytest.raises(Refused) as refused:
        entry("CREDIT", amount="30亿", currency="XXX")
    assert (refused.value.code, refused.value.params["field"]) == ("ENTRY_VALUE", "currency")
    ours = [AGREEMENT.made(KEY, "OURS", {"branch": "B1"})]
    with pytest.raises(Refused) as twice:
        AGREEMENT.with_entry(ours, AGREEMENT.made(UUID(int=2), "OURS", {"branch": "B1"}))
    assert twice.value.code == "ENTRY_TWICE"


def test_an_agreement_binds_both_sides() -> None:
    assert sides_without([]) == ["bank", "client"]
    assert sides_without([entry("DEED")]) == ["client"]
    assert sides_without([entry("DEED"), entry()]) == []


def test_a_deed_comes_again_every_so_many_months_up_to_the_end() -> None:
    assert days_of(entry("DEED"), ENDS) == [date(2027, 1, 31)]
    assert days_of(entry("DEED", every="1"), date(2027, 4, 30)) == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]
    assert days_of(entry("DEED", every="3"), date(2027, 7, 30)) == [date(2027, 1, 31), date(2027, 4, 30)]
    assert len(days_of(entry("DEED", every="1"), date(2035, 1, 1))) == 24


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.integers(1, 12),
    st.dates(date(2028, 12, 31), date(2032, 12, 31)),
)
def test_days_of_a_deed_rise_and_stay_within_the_agreement(due: date, every: int, ends: date) -> None:
    days = days_of(entry("DEED", due=due, every=str(every)), ends)
    assert days[0] == due
    assert days == sorted(set(days))
    assert days[-1] <= ends
    assert all(
        (two.year - one.year) * 12 + two.month - one.month == every for one, two in itertools.pairwise(days)
    )


def seen(*values: tuple[date, str | None]) -> list[Seen]:
    return [Seen(day, None if value is None else Decimal(value)) for day, value in values]


HISTORY = seen(
    (date(2025, 12, 31), "50000000"), (date(2026, 1, 31), "120000000"), (date(2026, 2, 28), "90000000"), (date(2026, 3, 31), None), (date(2026, 4, 30), "100000000"),
    (date(2026, 5, 10), "80000000"),
)  # fmt: skip


def test_a_floor_counts_month_ends_and_an_unknown_one_counts_for_nobody() -> None:
    assert [one.on.month for one in month_ends(HISTORY, date(2026, 1, 1), date(2026, 12, 31))] == [1, 2, 4]
    found = kept(entry(), HISTORY, date(2026, 5, 20), red=RED, amber=AMBER)
    # The newest value is of 10 May, which ends no month: it is shown and not judged.
    assert found == Kept("amber", Decimal(80_000_000), date(2026, 5, 10), met=2, known=3)


@pytest.mark.parametrize(
    ("until", "health", "met", "known"),
    [(date(2026, 1, 15), "unknown", 0, 0), (date(2026, 1, 31), "green", 1, 1), (date(2026, 2, 28), "red", 1, 2), (date(2026, 4, 30), "amber", 2, 3)],
)  # fmt: skip
def test_a_floor_is_red_while_its_newest_month_end_is_below(
    until: date, health: str, met: int, known: int
) -> None:
    found = kept(entry(), HISTORY, until, red=RED, amber=AMBER)
    assert (found.health, found.met, found.known) == (health, met, known)


def test_a_ceiling_is_kept_by_what_is_not_above_and_each_reading_by_hand_counts() -> None:
    days = entry(metric="OWN", keeping="CEILING", target="5", unit="天")
    found = kept(
        days,
        seen((date(2026, 3, 5), "6"), (date(2026, 5, 7), "5")),
        date(2026, 6, 1),
        red=RED,
        amber=AMBER,
        by_hand=True,
    )
    assert found == Kept("amber", Decimal(5), date(2026, 5, 7), met=1, known=2)


def test_a_measure_to_reach_is_held_against_its_line_on_the_day_of_the_figures() -> None:
    # 06 §6.5: baseline 100, target 160, actual 130 is half the way; on 2 July half of the year is over.
    goal = entry(keeping="REACH", baseline="100", target="160", since="2026-01-01", due="2027-01-01")
    found = kept(goal, seen((date(2026, 7, 2), "130")), date(2026, 11, 10), red=RED, amber=AMBER)
    assert (found.share, found.on, found.health) == (Decimal("0.5"), date(2026, 7, 2), "green")
    assert found.line == Decimal(182) / 365
    # By hand nobody showed more since: today's line counts, 313 days of 365.
    late = kept(goal, seen((date(2026, 7, 2), "130")), date(2026, 11, 10), red=RED, amber=AMBER, by_hand=True)
    assert (late.line, late.health) == (Decimal(313) / 365, "red")


@pytest.mark.parametrize(
    ("today", "state", "left"),
    [(date(2028, 10, 1), "far", 91), (date(2028, 10, 2), "open", 90), (ENDS, "open", 0), (date(2029, 1, 1), "over", -1)],
)  # fmt: skip
def test_the_renewal_clock_opens_on_its_day_and_runs_out_after_the_last(
    today: date, state: str, left: int
) -> None:
    found = clock(ENDS, date(2028, 10, 2), today)
    assert (found.state, found.left) == (state, left)


def test_a_renewal_moves_every_day_by_the_months_between_the_two_beginnings() -> None:
    deed, goal, credit = entry("DEED", every="3"), entry(), entry("CREDIT", amount="1", currency="CNY")
    found = renewed([deed, goal, credit], date(2026, 1, 1), date(2027, 12, 15), date(2028, 11, 30))
    assert [(one.since, one.due) for one in found] == [
        (None, date(2028, 11, 30)),
        (date(2027, 12, 1), date(2028, 11, 30)),
        (None, None),
    ]
    assert found[0].every == Decimal(3)
