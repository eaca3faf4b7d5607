from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jinlan.insight.assess import Subject, line_values, needed
from jinlan.insight.counterfactual import changeable, smallest_changes
from jinlan.insight.parsing import FOLDER, read
from jinlan.insight.score import INCOMPLETE, OK, Column, Scorecard

PARTNER = read(FOLDER / "partner.toml")  # weights volume .35, share .25, referrals .25, tenure .15
LINE = PARTNER.lines[0]
FULL = {
    "joint_volume_12m": 20_000_000_000,
    "revenue_share_12m": 100_000_000,
    "referrals_12m": 60,
    "tenure_years": 60_000,
}
SUBJECT = Subject("P1", "R1", None, "BJ", "LARGE", False, (), None, None, "{}")


def columns(state: int = OK, **changed: int | None) -> dict[str, Column]:
    return {code: Column([(FULL | changed)[code]], [state]) for code in needed(PARTNER)}


def value(found: dict[str, Column], line=LINE) -> int | None:
    return line_values(line, Scorecard(PARTNER, found), [SUBJECT])[0]


def test_who_is_at_the_line_needs_nothing_and_who_is_not_known_cannot_be_told() -> None:
    low = replace(LINE, entry=Decimal(80), exit=Decimal(70))

    assert value(columns()) == 8125
    assert smallest_changes(PARTNER, low, SUBJECT, columns(), 0) is None
    assert smallest_changes(PARTNER, low, SUBJECT, columns(INCOMPLETE), 0) is None


def test_each_criterion_alone_is_told_with_its_smallest_value() -> None:
    high = replace(LINE, entry=Decimal(84), exit=Decimal(70))
    found = smallest_changes(PARTNER, high, SUBJECT, columns(), 0)

    assert found is not None
    assert {one.code for one in found} <= {one.code for one in PARTNER.criteria if changeable(one.measure)}
    assert found == sorted(found, key=lambda one: (one.points_needed - one.points_now, one.code))
    assert len(found) >= 2
    for one in found:
        assert one.now == FULL[one.measure]
        assert value(columns(**{one.measure: one.needed}), high) >= 8400
        assert value(columns(**{one.measure: one.needed - 1}), high) < 8400


def test_time_that_has_passed_is_no_advice() -> None:
    assert not changeable("tenure_years")
    assert changeable("revenue_share_12m")


def test_a_line_beyond_every_single_change_has_no_way() -> None:
    top = replace(LINE, entry=Decimal(100), exit=Decimal(70))

    assert smallest_changes(PARTNER, top, SUBJECT, columns(), 0) == []


def test_nothing_to_measure_begins_at_the_end_of_the_table() -> None:
    line = replace(LINE, entry=Decimal(62), exit=Decimal(50))
    found = smallest_changes(PARTNER, line, SUBJECT, columns(referrals_12m=None), 0)

    assert found is not None
    (one,) = [change for change in found if change.measure == "referrals_12m"]
    assert (one.now, one.points_now) == (None, 0)
    assert value(columns(referrals_12m=one.needed), line) >= 6200
    assert value(columns(referrals_12m=one.needed - 1), line) < 6200


@given(st.integers(0, 10**11), st.integers(0, 10**9), st.integers(0, 200), st.sampled_from([30, 50, 65, 80]))
def test_every_way_leads_to_the_line_and_nothing_less_does(
    volume: int, share: int, referrals: int, entry: int
) -> None:
    line = replace(LINE, entry=Decimal(entry), exit=Decimal(entry - 5))
    now = {"joint_volume_12m": volume, "revenue_share_12m": share, "referrals_12m": referrals}
    for one in smallest_changes(PARTNER, line, SUBJECT, columns(**now), 0) or ():
        assert value(columns(**now | {one.measure: one.needed}), line) >= line.enters
        assert value(columns(**now | {one.measure: one.needed - 1}), line) < line.enters
