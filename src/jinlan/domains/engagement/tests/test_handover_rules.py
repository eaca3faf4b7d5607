"""The protocol's rules, worked by hand: what is missing, whose turn it is, and the days that follow."""

from __future__ import annotations

from datetime import date

import pytest

from jinlan.basics.calendar import china
from jinlan.basics.errors import Refused
from jinlan.domains.engagement.handover_words import ITEMS as ITEM_WORDS
from jinlan.domains.engagement.rules.handover import (
    ITEMS,
    Standing,
    check_issue_day,
    check_signature,
    days_of,
    may_close,
    missing_items,
)

ALL = frozenset(ITEMS)


def said(standing: Standing, who: str) -> str:
    try:
        check_signature(standing, who, ITEM_WORDS)
    except Refused as refused:
        return str(refused.code)
    return ""


def test_with_one_open_complaint_that_is_nobodys_nobody_signs() -> None:
    assert said(Standing(ALL, {"K1": "E1", "K2": ""}), "giver") == "HANDOVER_COMPLAINT"
    assert said(Standing(ALL, {"K1": "E1", "K2": "E2"}), "giver") == ""
    assert missing_items(Standing(ALL, {"K2": ""})) == ["COMPLAINTS"]


@pytest.mark.parametrize(
    ("standing", "who", "code"),
    [
        (Standing(ALL - {"DEVICES"}), "giver", "HANDOVER_ITEMS"),
        (Standing(ALL, fresh=["promises"]), "giver", "HANDOVER_STALE"),
        (Standing(ALL), "supervisor", "HANDOVER_TURN"),
        (Standing(ALL, signed=frozenset({"giver"})), "supervisor", "HANDOVER_TURN"),
        (Standing(ALL, signed=frozenset({"giver"})), "giver", "HANDOVER_SIGNED"),
        (Standing(ALL, signed=frozenset({"giver"})), "taker", ""),
        (Standing(ALL), "taker", ""),
        (Standing(ALL, signed=frozenset({"giver", "taker"})), "supervisor", ""),
    ],
)
def test_a_signature_comes_in_turn_and_after_the_list(standing: Standing, who: str, code: str) -> None:
    assert said(standing, who) == code


def test_ten_working_days_to_be_introduced_thirty_days_of_dispute_and_ninety_of_shadow_credit() -> None:
    days = days_of(date(2026, 9, 28), china((2026, 2027)), introduce=10, dispute=30, shadow=90)
    # 1 to 7 October are off, 10 October is worked: 29, 30 September, 8, 9, 10, 12, 13, 14, 15, 16 October
    assert days.introduce_by == date(2026, 10, 16)
    assert (days.dispute_until, days.shadow_until) == (date(2026, 10, 28), date(2026, 12, 27))


@pytest.mark.parametrize(
    ("day", "fine"),
    [
        (date(2026, 9, 27), False),
        (date(2026, 9, 28), True),
        (date(2026, 10, 28), True),
        (date(2026, 10, 29), False),
    ],
)
def test_a_defect_is_raised_within_the_window(day: date, fine: bool) -> None:
    try:
        check_issue_day(day, date(2026, 9, 28), date(2026, 10, 28))
    except Refused as refused:
        assert (refused.code, fine) == ("HANDOVER_WINDOW", False)
    else:
        assert fine


@pytest.mark.parametrize(
    ("day", "introduced", "issues", "kept"),
    [
        (date(2026, 10, 28), True, [], "WINDOW"),
        (date(2026, 10, 29), True, [{}], "ISSUES"),
        (date(2026, 10, 29), False, [], "INTRODUCTION"),
        (date(2026, 10, 29), True, [], ""),
    ],
)
def test_it_is_closed_after_the_window_with_nothing_open(
    day: date, introduced: bool, issues: list[object], kept: str
) -> None:
    assert may_close(day, date(2026, 10, 28), introduced=introduced, open_issues=issues) == kept
