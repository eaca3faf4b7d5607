"""The measurement of silences: its arithmetic, and what it finds on the demo bank's own seed."""

from __future__ import annotations

from datetime import date

import pytest

from jinlan.domains.engagement.rules.rhythm import Rhythm
from jinlan.site.bench.silence import RULES, SEEDS, Case, cases_of, score


def case(*, silent: bool, raised: bool, days: int) -> Case:
    return Case(1, "G1", "", silent, days, Rhythm("silent" if raised else "steady"))


def test_precision_and_recall_by_hand() -> None:
    cases = [
        case(silent=True, raised=True, days=31),
        case(silent=True, raised=True, days=30),
        case(silent=True, raised=False, days=61),
        case(silent=False, raised=True, days=61),
        case(silent=False, raised=False, days=10),
    ]
    found = score(cases, RULES["自己的节奏"])
    assert (found.hits, found.alarms, found.misses) == (2, 1, 1)
    assert (found.precision, found.recall) == (2 / 3, 2 / 3)
    thirty, sixty = score(cases, RULES["固定 30 天"]), score(cases, RULES["固定 60 天"])
    assert (thirty.hits, thirty.alarms, thirty.misses) == (2, 1, 1)
    assert (sixty.hits, sixty.alarms, sixty.misses) == (1, 1, 2)
    nothing = score([], RULES["固定 30 天"])
    assert (nothing.precision, nothing.recall) == (0, 0)


@pytest.mark.parametrize(("day", "planted"), [(date(2026, 2, 24), 4), (date(2026, 11, 10), 8)])
def test_on_the_demo_bank_every_planted_silence_is_found_and_no_decoy_is_taken_for_one(
    day: date, planted: int
) -> None:
    cases = [one for one in cases_of(SEEDS[0], day) if one.plot]
    found = score(cases, RULES["自己的节奏"])
    assert (len(cases), found.hits, found.alarms, found.misses) == (23, planted, 0, 0)
