"""Who may join a team: worked by hand, one refusal each, and what a conflict of interest asks for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.team import (
    Held,
    Known,
    Wanted,
    check_change,
    check_conflict,
    missing_corners,
    rotates_on,
)

TODAY = date(2026, 11, 10)
TEAM = (Held("E1", "LEAD", Decimal("0.7")), Held("E2", "ASSIST", Decimal("0.3")), Held("E5", "RISK"))


def wanted(**other: Any) -> Wanted:
    body: dict[str, Any] = {
        "role": "ASSIST",
        "before": "",
        "after": "E3",
        "share": None,
        "effective_on": TODAY,
        "reason": "集团在深圳有项目",
    }
    return Wanted(**body | other)


def known(**other: Any) -> Known:
    body: dict[str, Any] = {
        "team": TEAM,
        "active": True,
        "signs_in": frozenset({"manager"}),
        "today": TODAY,
        "ahead": 180,
    }
    return Known(**body | other)


def code(ask: Wanted, about: Known | None = None) -> str:
    try:
        check_change(ask, about or known())
    except Refused as refused:
        return str(refused.code)
    return ""


@pytest.mark.parametrize(
    ("ask", "about", "said"),
    [
        ({}, {}, ""),
        ({"share": Decimal("0.7")}, {}, ""),  # E2 has 0.3: what is left is 0.7
        ({"share": Decimal("0.71")}, {}, "TEAM_SHARE"),
        ({"share": Decimal(0)}, {}, "TEAM_SHARE"),
        ({"before": "E2", "share": Decimal(1)}, {}, ""),  # who leaves leaves his share
        ({"role": "LEAD", "share": Decimal("0.5")}, {}, "TEAM_SHARE_ROLE"),
        ({"role": "LEAD"}, {}, ""),
        ({"role": "LEAD", "after": "E1"}, {}, "TEAM_SAME"),
        ({"role": "LEAD", "before": "E1", "after": ""}, {}, "TEAM_LEADERLESS"),
        ({"before": "E2", "after": ""}, {}, ""),
        ({"before": "E4", "after": ""}, {}, "TEAM_NOT_HELD"),
        ({"before": "", "after": ""}, {}, "TEAM_SAME"),
        ({"after": "E2"}, {}, "TEAM_SAME"),
        ({"role": "KING"}, {}, "TEAM_ROLE"),
        ({}, {"active": False}, "TEAM_GONE"),
        ({}, {"signs_in": frozenset()}, "TEAM_SILENT"),
        ({}, {"signs_in": frozenset({"risk"})}, "TEAM_POST"),
        ({"role": "RISK"}, {}, "TEAM_POST"),
        ({"role": "RISK"}, {"signs_in": frozenset({"risk"})}, ""),
        ({"role": "PRODUCT"}, {"signs_in": frozenset({"risk"})}, ""),
        ({"role": "SPONSOR"}, {"signs_in": frozenset({"dept_head"})}, ""),
        ({"after": "E5"}, {"signs_in": frozenset({"manager", "risk"})}, "TEAM_APART"),
        ({"role": "RISK", "after": "E2"}, {"signs_in": frozenset({"manager", "risk"})}, "TEAM_APART"),
        ({"effective_on": date(2026, 11, 9)}, {}, "TEAM_DAY"),
        ({"effective_on": date(2027, 5, 9)}, {}, ""),  # 180 days ahead
        ({"effective_on": date(2027, 5, 10)}, {}, "TEAM_DAY"),
        ({"reason": "好的"}, {}, "TEAM_WORDS"),
        ({"reason": "长" * 501}, {}, "TEAM_WORDS"),
    ],
)
def test_a_change_is_refused_for_its_own_reason(
    ask: dict[str, Any], about: dict[str, Any], said: str
) -> None:
    assert code(wanted(**ask), known(**about)) == said


@pytest.mark.parametrize(
    ("declared", "earlier", "heads", "note", "said"),
    [
        ("NONE", "", False, "", ""),
        ("NONE", "NONE", False, "", ""),
        ("FAMILY", "", False, "不参与该户定价与授信审批", "TEAM_CONFLICT"),
        ("NONE", "SHARES", False, "", "TEAM_CONFLICT"),  # what was declared before still counts
        ("FAMILY", "", True, "可以", "TEAM_MEASURE"),
        ("FAMILY", "", True, "不参与该户定价与授信审批", ""),
    ],
)
def test_a_conflict_is_decided_by_a_head_of_department_with_a_measure(
    declared: str, earlier: str, heads: bool, note: str, said: str
) -> None:
    try:
        check_conflict(declared=declared, earlier=earlier, heads=heads, note=note)
    except Refused as refused:
        assert refused.code == said
    else:
        assert said == ""


def test_the_iron_triangle_lacks_the_corners_that_nobody_holds() -> None:
    assert missing_corners(["LEAD", "RISK"]) == [frozenset({"PRODUCT"})]
    assert missing_corners(["LEAD", "PRODUCT", "SERVICE"]) == []
    assert missing_corners([]) == [
        frozenset({"LEAD"}),
        frozenset({"PRODUCT"}),
        frozenset({"RISK", "SERVICE"}),
    ]


def test_five_years_after_he_began_somebody_else_leads() -> None:
    assert rotates_on(date(2021, 12, 1), 5) == date(2026, 12, 1)
    assert rotates_on(date(2024, 2, 29), 5) == date(2029, 2, 28)
