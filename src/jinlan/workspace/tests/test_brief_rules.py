"""What a brief says, worked by hand: order, limits, and that nothing is said without a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from jinlan.workspace.brief_rules import (
    ASKS,
    CHANGES,
    MOST,
    PARTS,
    PROMISES,
    QUESTIONS,
    RISKS,
    Facts,
    Known,
    Move,
    Owed,
    Point,
    Talk,
    brief,
)

TODAY = date(2026, 11, 10)
CLIENT = Point("WHY", "CLIENT", "unit:G", "/clients/G")
FACTS = Facts(
    TODAY,
    meeting=Talk(date(2026, 11, 12), "VISIT", "续授信", "interaction:2", "/interactions/2"),
    last=Talk(date(2026, 9, 1), "CALL", "利率", "interaction:1", "/interactions/1"),
    client=CLIENT,
)


def said(facts: Facts, part: str) -> list[tuple[str, str]]:
    return [(one.code, one.source) for one in brief(facts) if one.part == part]


def test_figures_that_moved_a_tenth_come_first_then_what_happened() -> None:
    moves = [
        Move("aum", Decimal(90), Decimal(100), "figure:aum", "/f/aum"),  # -10 %
        Move("loan", Decimal("109.9"), Decimal(100), "figure:loan", "/f/loan"),  # +9.9 %: not to speak of
        Move("revenue_12m", Decimal(150), Decimal(100), "figure:revenue", "/f/r"),  # +50 %
        Move("overdue", Decimal(5), None, "figure:overdue", "/f/o"),
    ]
    happened = [Point(CHANGES, "EVENT", f"tier:{n}", "/t") for n in range(6)]
    assert said(replace(FACTS, moves=moves, happened=happened), CHANGES) == [
        ("UP", "figure:revenue"), ("DOWN", "figure:aum"), ("EVENT", "tier:0"), ("EVENT", "tier:1"), ("EVENT", "tier:2"),
    ]  # fmt: skip


def test_what_the_client_owes_is_asked_for_first_and_then_another_door() -> None:
    owed = [
        Owed("client", "审计报告", date(2026, 11, 1), "promise:a", "/p/a"),
        Owed("bank", "利率方案", date(2026, 11, 3), "promise:b", "/p/b"),
        Owed("client", "名册", date(2026, 12, 1), "promise:c", "/p/c"),
    ]
    people = [Known("周静", "USER", 3, 1, None, False, "person:1", "/c/1")]
    facts = replace(FACTS, owed=owed, people=people, threads=1)
    assert said(facts, PROMISES) == [("LATE", "promise:a"), ("LATE", "promise:b"), ("OPEN", "promise:c")]
    assert said(facts, ASKS) == [("DELIVER", "promise:a"), ("INTRODUCE", "unit:G"), ("DECIDER", "unit:G")]


def test_without_anything_owed_it_is_the_maturity_within_ninety_days_and_the_next_meeting() -> None:
    people = [Known("周静", "DECIDER", 5, 1, None, True, "person:1", "/c/1")]
    near = Point(RISKS, "MATURITY", "unit:G", "/clients/G", {"day": TODAY + timedelta(days=90)})
    far = replace(near, values={"day": TODAY + timedelta(days=91)})
    facts = replace(FACTS, people=people, threads=2)
    assert said(replace(facts, maturity=near), ASKS) == [("RENEWAL", "unit:G"), ("NEXT", "unit:G")]
    assert said(replace(facts, maturity=far), ASKS) == [("NEXT", "unit:G")]
    assert said(replace(facts, maturity=far, next_step=True), ASKS) == []


def test_questions_are_about_needs_falls_complaints_and_those_against_us() -> None:
    facts = replace(
        FACTS,
        needs=[Point(QUESTIONS, "NEED", "interaction:1", "/interactions/1", {"text": "缩短开证时间"})],
        moves=[Move("aum", Decimal(50), Decimal(100), "figure:aum", "/f")],
        risks=[Point(RISKS, "COMPLAINT", "case:K", "/k")],
        people=[Known("吴平", "OPPONENT", 4, -1, None, True, "person:2", "/c/2")],
    )
    assert said(facts, QUESTIONS) == [
        ("NEED", "interaction:1"),
        ("WHY_DOWN", "figure:aum"),
        ("SETTLED", "case:K"),
    ]


owed = st.builds(
    Owed,
    st.sampled_from(["bank", "client"]),
    st.just("x"),
    st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(0, 99).map(lambda n: f"promise:{n}"),
    st.just("/p"),
)
people = st.builds(
    Known, st.just("n"), st.sampled_from(["", "DECIDER", "OPPONENT"]), st.none() | st.integers(1, 5), st.none() | st.integers(-2, 2),
    st.none(), st.booleans(), st.integers(0, 99).map(lambda n: f"person:{n}"), st.just("/c"),
)  # fmt: skip


@given(st.lists(owed, max_size=12), st.lists(people, max_size=12), st.integers(0, 3), st.booleans())
def test_every_point_has_a_record_and_every_part_its_limit(
    promised: list[Owed], known: list[Known], threads: int, planned: bool
) -> None:
    facts = replace(FACTS, owed=promised, people=known, threads=threads, next_step=planned)
    points = brief(facts)
    assert all(one.source and one.url for one in points)
    assert [PARTS.index(one.part) for one in points] == sorted(PARTS.index(one.part) for one in points)
    assert all(sum(one.part == part for one in points) <= MOST[part] for part in PARTS)
    assert brief(replace(facts, owed=promised[::-1], people=known[::-1]))[:2] == points[:2]
