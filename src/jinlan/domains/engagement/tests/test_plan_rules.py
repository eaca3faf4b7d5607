"""Account plans: progress by worked examples, entries and what they must say, links, differences, what a client may be shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.document import Difference, Entry, Missing, entry_of, without_entry
from jinlan.domains.engagement.rules.plan import (
    PLAN,
    SHAPES,
    check_shared,
    missing_of,
    shareable,
    shown_to_client,
)
from jinlan.domains.engagement.rules.progress import (
    Reached,
    clipped,
    health,
    plan_health,
    progress,
    scheduled,
)

D = Decimal
A, B, C, X = (UUID(int=one) for one in (1, 2, 3, 9))
GOAL: dict[str, Any] = {
    "text": "存款日均增长", "metric": "deposit_avg_12m", "baseline": "100", "target": "160", "since": date(2026, 1, 1), "due": date(2026, 12, 31),
    "owner": "E1001",
}  # fmt: skip
DEED: dict[str, Any] = {
    "text": "上线资金归集", "side": "bank", "owner": "E1001", "since": "2026-02-01", "due": "2026-03-31",
}  # fmt: skip


@pytest.mark.parametrize(("baseline", "target", "actual", "share"), [
    (100, 160, 130, "0.5"), (10, 4, 7, "0.5"), (100, 160, 90, "-0.1666666666666666666666666667"), (100, 160, 190, "1.5"), (0, 4, 4, "1"),
])  # fmt: skip
def test_progress_runs_from_the_baseline_to_the_target_in_either_direction(
    baseline: int, target: int, actual: int, share: str
) -> None:
    assert progress(D(baseline), D(target), D(actual)) == D(share)


def test_a_bar_ends_at_its_ends() -> None:
    assert [clipped(D(one)) for one in ("-0.2", "0.5", "1.5")] == [D(0), D("0.5"), D(1)]


def test_a_target_that_is_the_baseline_measures_nothing() -> None:
    with pytest.raises(ValueError, match="measures nothing"):
        progress(D(5), D(5), D(5))


def test_the_line_is_straight() -> None:
    since, due = date(2026, 1, 1), date(2026, 1, 11)
    days = (date(2025, 12, 1), since, date(2026, 1, 6), due, date(2026, 2, 1))
    assert [scheduled(since, due, on) for on in days] == [D(0), D(0), D("0.5"), D(1), D(1)]


@pytest.mark.parametrize(("share", "line", "found"), [
    ("0.30", "0.50", "amber"), ("0.29", "0.50", "red"), ("0.40", "0.50", "green"), ("0.39", "0.50", "amber"), ("0.9", "0.5", "green"),
    (None, "0.5", "unknown"),
])  # fmt: skip
def test_red_is_more_than_twenty_hundredths_of_the_way_behind_the_line(
    share: str | None, line: str, found: str
) -> None:
    reached = Reached(None if share is None else D(share), D(line))
    assert health(reached, red=D("0.20"), amber=D("0.10")) == found


@pytest.mark.parametrize(("objectives", "late", "found"), [
    (["green", "red", "amber"], 0, "red"), (["green", "amber"], 0, "amber"), (["green", "unknown"], 0, "green"), (["green"], 1, "amber"),
    (["unknown"], 3, "unknown"), ([], 0, "unknown"),
])  # fmt: skip
def test_a_plan_is_as_well_as_its_worst_objective(objectives: list[str], late: int, found: str) -> None:
    assert plan_health(objectives, late) == found


def test_an_entry_is_kept_as_it_was_said() -> None:
    one = PLAN.made(A, "OBJECTIVE", GOAL | {"text": "  存款日均增长 ", "side": "bank"})
    assert one.kept() == {
        "key": str(A), "kind": "OBJECTIVE", "text": "存款日均增长", "metric": "deposit_avg_12m", "baseline": "100", "target": "160",
        "since": "2026-01-01", "due": "2026-12-31", "owner": "E1001",
    }  # fmt: skip
    assert entry_of(one.kept()) == one


@given(baseline=st.decimals(-(10**9), 10**9, places=2), target=st.decimals(-(10**9), 10**9, places=2))
def test_numbers_come_back_as_they_were(baseline: D, target: D) -> None:
    if baseline != target:
        one = PLAN.made(A, "OBJECTIVE", GOAL | {"baseline": baseline, "target": target})
        back = entry_of(one.kept())
        assert (back.baseline or D(0), back.target or D(0)) == (baseline, target)


@pytest.mark.parametrize(("kind", "change", "code", "field"), [
    ("OBJECTIVE", {"target": ""}, "ENTRY_FIELD", "target"), ("OBJECTIVE", {"target": "100"}, "ENTRY_TARGET", "target"),
    ("OBJECTIVE", {"target": "many"}, "ENTRY_VALUE", "target"), ("OBJECTIVE", {"target": "Infinity"}, "ENTRY_VALUE", "target"),
    ("OBJECTIVE", {"due": date(2026, 1, 1)}, "ENTRY_PERIOD", "due"), ("OBJECTIVE", {"since": "gestern"}, "ENTRY_VALUE", "since"),
    ("OBJECTIVE", {"text": "字" * 301}, "ENTRY_LONG", "text"), ("NOTHING", {}, "ENTRY_KIND", "kind"), ("SWOT", {}, "ENTRY_KIND", "kind"),
    ("STRENGTH", {"source": " "}, "ENTRY_FIELD", "source"), ("ACTION", DEED | {"side": "both"}, "ENTRY_VALUE", "side"),
    ("ACTION", DEED | {"due": "2026-01-31"}, "ENTRY_PERIOD", "due"), ("CELL", {"product": "LOAN", "standing": "MAYBE"}, "ENTRY_VALUE", "standing"),
    ("CELL", {"product": "GOLD", "standing": "GAP"}, "ENTRY_VALUE", "product"), ("OBJECTIVE", {"metric": "luck"}, "ENTRY_VALUE", "metric"),
    ("LIMIT", {"amount": "万"}, "ENTRY_VALUE", "amount"),
])  # fmt: skip
def test_what_an_entry_lacks_is_named_at_its_field(
    kind: str, change: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        PLAN.made(A, kind, GOAL | change)
    assert (refused.value.code, refused.value.params["field"]) == (code, field)


def _plan() -> list[Entry]:
    goal = PLAN.made(A, "OBJECTIVE", GOAL)
    first = PLAN.made(B, "ACTION", DEED | {"objective": str(A)})
    second = PLAN.made(C, "ACTION", DEED | {"text": "培训财务人员", "objective": str(A), "after": [str(B)]})
    return [goal, first, second]


@pytest.mark.parametrize(("text", "found"), [
    ("3000万", 30_000_000), ("1.2 亿", 120_000_000), ("30m", 30_000_000), ("1.5BN", 1_500_000_000), ("1,200,000", 1_200_000), ("-7", -7),
])  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, found: int) -> None:
    assert PLAN.made(A, "LIMIT", {"amount": text, "text": "项目贷款"}).amount == D(found)


def test_an_entry_takes_the_place_of_its_key() -> None:
    changed = PLAN.made(B, "ACTION", DEED | {"text": "上线现金管理"})
    found = PLAN.with_entry(_plan(), changed)
    assert [one.text for one in found] == ["存款日均增长", "上线现金管理", "培训财务人员"]


@pytest.mark.parametrize(("change", "code"), [
    ({"objective": str(X)}, "ENTRY_LINK"), ({"objective": str(B)}, "ENTRY_LINK"), ({"after": [str(A)]}, "ENTRY_LINK"),
    ({"after": [str(C)]}, "ENTRY_ROUND"), ({"after": [str(B)]}, "ENTRY_ROUND"),
])  # fmt: skip
def test_an_action_refers_to_what_is_there_and_waits_for_nothing_that_waits_for_it(
    change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        PLAN.with_entry(_plan(), PLAN.made(B, "ACTION", DEED | change))
    assert refused.value.code == code


def test_a_sixth_objective_is_one_too_many_and_a_fifth_can_be_changed() -> None:
    five = [PLAN.made(UUID(int=one), "OBJECTIVE", GOAL) for one in range(10, 15)]
    with pytest.raises(Refused) as refused:
        PLAN.with_entry(five, PLAN.made(X, "OBJECTIVE", GOAL))
    assert (refused.value.code, refused.value.message) == ("ENTRY_MOST", "这一类最多 5 条。")
    assert len(PLAN.with_entry(five, PLAN.made(UUID(int=14), "OBJECTIVE", GOAL | {"text": "别的"}))) == 5


def test_a_cell_of_the_grid_is_filled_once() -> None:
    first = PLAN.made(A, "CELL", {"product": "LOAN", "standing": "GAP"})
    with pytest.raises(Refused) as refused:
        PLAN.with_entry([first], PLAN.made(B, "CELL", {"product": "LOAN", "standing": "RIVAL"}))
    assert refused.value.code == "ENTRY_TWICE"
    other = PLAN.made(B, "CELL", {"product": "LOAN", "standing": "RIVAL", "member": str(X)})
    assert PLAN.with_entry([first], other) == [first, other]


def test_what_refers_to_a_dropped_entry_lets_it_go() -> None:
    without = without_entry(_plan(), A)
    assert [(one.text, one.objective) for one in without] == [("上线资金归集", ""), ("培训财务人员", "")]
    assert without_entry(_plan(), B)[1].after == ()
    with pytest.raises(Refused) as refused:
        without_entry(_plan(), X)
    assert refused.value.code == "ENTRY_ABSENT"


def test_a_plan_names_what_it_lacks() -> None:
    assert missing_of([]) == [Missing(kind, 0, shape.least) for kind, shape in SHAPES.items() if shape.least]
    whole = [PLAN.made(UUID(int=100 + place), kind, _said(kind)) for place, kind in enumerate(SHAPES)]
    goals = [PLAN.made(UUID(int=200 + place), "OBJECTIVE", GOAL) for place in range(2)]
    assert missing_of([*whole, *goals]) == [Missing("ACTION", 1, 4)]
    deeds = [
        PLAN.made(UUID(int=300 + place), "ACTION", DEED | {"objective": str(one.key)})
        for place, one in enumerate([one for one in [*whole, *goals] if one.kind == "OBJECTIVE"])
    ]
    assert missing_of([*whole, *goals, *deeds]) == []


def _said(kind: str) -> dict[str, Any]:
    return GOAL | DEED | {"since": "2026-01-01", "source": "年报", "answer": "分期", "amount": 10, "product": "LOAN", "standing": "GAP"} | (
        {"due": "2026-12-31"}
    )  # fmt: skip


def test_a_client_is_shown_what_was_chosen_and_nothing_else() -> None:
    swot = PLAN.made(X, "STRENGTH", {"text": "关系深", "source": "十年合作", "owner": "E1001"})
    plan = [*_plan(), swot]
    assert not any(str(X) in one for one in shareable(plan))
    chosen = [f"{B}.text", f"{A}.progress", f"{A}.text"]
    assert check_shared(plan, chosen) == [f"{A}.text", f"{A}.progress", f"{B}.text"]
    assert [(one.key, names) for one, names in shown_to_client(plan, chosen)] == [
        (A, ("text", "progress")),
        (B, ("text",)),
    ]
    for wrong in (f"{X}.text", f"{A}.metric", f"{B}.after", f"{UUID(int=77)}.text"):
        with pytest.raises(Refused) as refused:
            check_shared(plan, [wrong])
        assert refused.value.code == "PLAN_SHARED"


def test_versions_differ_by_entries_and_fields() -> None:
    before = _plan()
    after = [
        PLAN.made(A, "OBJECTIVE", GOAL | {"target": "170"}),
        before[1],
        PLAN.made(X, "NEED", {"text": "跨境结算", "source": "走访", "owner": "E1001"}),
    ]
    assert PLAN.differences(before, after) == [
        Difference("added", after[2]), Difference("changed", after[0], (("target", D(160), D(170)),)), Difference("dropped", before[2]),
    ]  # fmt: skip
    assert PLAN.differences(before, before) == []


def test_an_objective_that_begins_at_nothing_keeps_its_baseline() -> None:
    goal = PLAN.made(A, "OBJECTIVE", GOAL | {"baseline": "0"})

    assert goal.kept()["baseline"] == "0"
    assert entry_of(goal.kept()).way == (Decimal(0), goal.target)
