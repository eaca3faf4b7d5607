"""The own history: usual days, chances that a person takes over, the board's sums, and indicators of past dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.clients.models import Unit
from jinlan.domains.engagement.models import Opportunity, OpportunityStep, PipelineMeasure
from jinlan.domains.engagement.rules.pipeline import Weight
from jinlan.domains.engagement.selectors import pipeline as reading
from jinlan.domains.engagement.selectors.pipeline_indicators import standing_still, unplanned_wins, win_share
from jinlan.domains.engagement.services.pipeline import lose_opportunity, step_back
from jinlan.domains.engagement.services.pipeline_history import (
    drop_chances,
    hold_chances,
    learn_pace,
    propose_chances,
)
from jinlan.domains.engagement.tests.pipelines import CLOSES, WHY, brought, opened, row_of
from jinlan.domains.engagement.tests.worlds import Room, shanghai
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing

M = Decimal(1_000_000)


def ended(unit: Unit, many: int, *, state: str, furthest: int, closed_on: date, loss: str = "", **more: Any) -> None:  # fmt: skip
    """Write opportunities down as they were closed."""
    with writing():
        Opportunity.objects.bulk_create(
            Opportunity(
                entity=unit.entity, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, unit_branch_id=unit.branch_id, title="旧商机",
                product="LOAN", amount=M, currency="CNY", margin=Decimal("0.02"), closes_on=closed_on, first_closes_on=closed_on, owner="E1001",
                source="VISIT", state=state, stage=furthest, furthest=furthest, stage_since=closed_on, closed_on=closed_on,
                won_amount=M if state == "won" else None, loss=loss, made_by="lihua", made_name="李华",
                made_at=datetime(2025, 1, 2, 2, tzinfo=AT.tzinfo), **more,
            )
            for _n in range(many)
        )  # fmt: skip


def system(at: datetime = AT) -> Any:
    return system_actor(ENTITY, at)


def measures(kind: str) -> list[dict[str, Any]]:
    with writing():
        return list(PipelineMeasure.objects.filter(kind=kind).order_by("id").values())


def test_the_board_sums_by_stage_and_currency_in_one_query(room: Room) -> None:
    """10 m × 0.25 + 4 m × 0.7 = 5.3 m, and 100 USD × 0.10 beside it."""
    brought(room, opened(room), 2)
    brought(room, opened(room, amount=4 * M, margin=Decimal("0.01")), 4)
    opened(room, amount=Decimal(100), currency="USD", margin=Decimal("0.5"))
    lost = opened(room, amount=50 * M)
    lose_opportunity(actor=room.actor(), public_id=lost, loss="PRICE", reason=WHY)

    actor = room.actor()
    with scoped(actor):
        numbers = reading.numbers_on(actor, TODAY)
        with CaptureQueriesContext(connection) as asked:
            columns = reading.board(visible(actor, Opportunity), numbers)
        total = reading.total(columns)

    assert len(asked) == 1
    assert [column.count for column in columns] == [1, 1, 0, 1, 0]
    assert total["CNY"] == Weight(14 * M, Decimal(5300000), Decimal(78000), 2)
    assert total["USD"] == Weight(Decimal(100), Decimal(10), Decimal(5), 1)


def test_usual_days_are_learnt_from_the_own_stays_and_appended_only_when_they_say_something_new(
    room: Room,
) -> None:
    start = shanghai(1, month=10)
    for days in (4, 6, 10, 12, 20):  # stays in stage 1; their median is 10
        key = opened(room, at=start)
        brought(room, key, 2, at=start + timedelta(days=days))

    assert learn_pace(actor=system()) == 5
    assert learn_pace(actor=system()) == 5  # the same day again
    learn_pace(actor=system(shanghai(11)))  # nothing new a day later
    rows = measures("PACE")
    assert [(row["as_of"], row["valid_from"], row["state"]) for row in rows] == [(TODAY, TODAY, "held")]
    assert rows[0]["figures"]["1"] == {"days": "10", "n": 5, "own": True}
    assert rows[0]["figures"]["2"] == {"days": "30", "n": 0, "own": False}

    key = opened(room, at=shanghai(21, month=10))  # 20 days before: twice ten, in order
    late = opened(room, at=shanghai(20, month=10))  # 21 days before
    actor = room.actor()
    with scoped(actor):
        numbers = reading.numbers_on(actor, TODAY)
        still = set(
            visible(actor, Opportunity).filter(reading.stale(numbers)).values_list("public_id", flat=True)
        )
        shown = {
            row.public_id: (row.still, row.age)
            for row in reading.dress(actor, list(visible(actor, Opportunity)), numbers)
        }
    assert key not in still
    assert late in still
    assert (shown[key], shown[late]) == ((False, 20), (True, 21))


def a_history(room: Room, closed_on: date = date(2026, 3, 31)) -> None:
    """12 won, 8 lost in stage 2, 5 given up by the client (07 §7.2)."""
    unit = room.cast.group
    ended(unit, 12, state="won", furthest=5, closed_on=closed_on)
    ended(unit, 8, state="lost", furthest=2, closed_on=closed_on, loss="PRICE")
    ended(unit, 5, state="lost", furthest=4, closed_on=closed_on, loss="CANCELLED")


def test_chances_are_proposed_each_half_year_once_and_hold_when_a_person_takes_them_over(room: Room) -> None:
    a_history(room)
    ended(
        room.cast.group, 9, state="lost", furthest=1, closed_on=date(2026, 7, 1), loss="SPEED"
    )  # after the half-year
    key = UUID(propose_chances(actor=system()))

    assert propose_chances(actor=system()) == ""
    (row,) = measures("CHANCE")
    assert (row["as_of"], row["state"], row["valid_from"]) == (date(2026, 6, 30), "proposed", None)
    assert {name: row["inputs"][name] for name in ("won", "lost", "cancelled", "least")} == {
        "won": 12, "lost": 8, "cancelled": 5, "least": 20,
    }  # fmt: skip
    assert "PIPELINE.CHANCE.2@1900-01-01" in row["inputs"]["rules"]
    # 20 reached stages 1 and 2: 12 ÷ 20; 12 reached stage 3: (12 + 8 × 0.5) ÷ 20
    assert row["figures"]["2"] == {
        "chance": "0.600000", "won": 12, "n": 20, "share": "0.600000", "low": "0.386581", "high": "0.781193", "shrunk": False, "default": "0.25",
    }  # fmt: skip
    assert row["figures"]["3"]["chance"] == "0.800000"

    old = opened(room)
    hold_chances(actor=room.actor("chenwei"), public_id=key, reason="样本足够，采用")
    new = opened(room)
    (after,) = measures("CHANCE")
    assert (after["state"], after["valid_from"], after["decided_by"]) == ("held", TODAY, "chenwei")
    assert after["figures"] == row["figures"]
    with writing():
        steps = {
            one.opportunity.public_id: one.chance
            for one in OpportunityStep.objects.select_related("opportunity")
        }
    assert (steps[old], steps[new]) == (Decimal("0.1"), Decimal("0.6"))  # what was said before stays
    actor = room.actor()
    with scoped(actor):
        assert reading.numbers_on(actor, date(2026, 11, 9)).chances[2] == Decimal("0.25")
        assert reading.numbers_on(actor, TODAY).chances[2] == Decimal("0.6")


def test_chances_that_are_not_taken_over_change_nothing(room: Room) -> None:
    a_history(room)
    key = UUID(propose_chances(actor=system()))
    drop_chances(actor=room.actor("chenwei"), public_id=key, reason="样本偏小，不采用")
    actor = room.actor()
    with scoped(actor):
        assert reading.numbers_on(actor, TODAY).chances[2] == Decimal("0.25")
    before = measures("CHANCE")
    with pytest.raises(Refused) as refused:
        hold_chances(actor=room.actor("chenwei"), public_id=key, reason="还是采用吧")
    assert (refused.value.code, measures("CHANCE")) == ("CHANCES_DECIDED", before)


@pytest.mark.parametrize("username", ["lihua", "sunjie", "zhoulin", "wuhan", "zhengyu"])
def test_only_a_head_of_department_takes_chances_over(room: Room, username: str) -> None:
    a_history(room)
    key = UUID(propose_chances(actor=system()))
    before = measures("CHANCE")
    with pytest.raises(ScopeDenied):
        hold_chances(actor=room.actor(username), public_id=key, reason="样本足够，采用")
    assert measures("CHANCE") == before


@pytest.mark.parametrize(
    ("username", "statement"),
    [
        ("chenwei", "update engagement_pipelinemeasure set figures = '{}'"),
        ("chenwei", "update engagement_pipelinemeasure set state = 'proposed'"),
        ("lihua", "update engagement_pipelinemeasure set state = 'held'"),
        ("chenwei", "delete from engagement_pipelinemeasure"),
        ("lihua", "update engagement_opportunitystep set reason = 'x'"),
        ("lihua", "update engagement_opportunity set made_by = 'x'"),
        ("lihua", "delete from engagement_opportunity"),
    ],
)
def test_history_is_not_rewritten_even_by_sql(room: Room, username: str, statement: str) -> None:
    a_history(room)
    key = UUID(propose_chances(actor=system()))
    hold_chances(actor=room.actor("chenwei"), public_id=key, reason="样本足够，采用")
    opened(room)
    changed = 0
    try:
        with scoped(room.actor(username), write=True), connection.cursor() as cursor:
            cursor.execute(statement)
            changed = cursor.rowcount
    except ProgrammingError as error:
        assert "permission denied" in str(error)
    assert changed == 0


def test_the_win_rate_of_a_date_is_that_of_the_twelve_months_before_it(room: Room) -> None:
    a_history(room)
    planned = uuid7()
    ended(room.cast.group, 3, state="won", furthest=5, closed_on=date(2026, 4, 1), objective=planned)
    head = room.actor("chenwei")
    with scoped(head):
        june, next_may = win_share(head, date(2026, 6, 30)), win_share(head, date(2027, 4, 1))
        off = unplanned_wins(head, date(2026, 6, 30))
        before = win_share(head, date(2024, 12, 31))

    assert (june.top, june.bottom, june.inputs) == (15, 23, {"cancelled": 5})
    assert (off.top, off.bottom) == (12, 15)
    assert [(case.about, case.key) for case in off.cases] == [("unit", str(room.cast.group.pk))]
    assert (next_may.value, next_may.why) == (None, "NO_CASES")
    assert before.why == "NOT_KNOWN_THEN"


def test_what_stood_still_on_a_past_date_is_told_by_the_steps(room: Room) -> None:
    first = shanghai(1, month=9)
    key = opened(room, at=first)  # stage 1 until 2026-10-15
    opened(room, at=shanghai(1, month=10))
    brought(room, key, 2, at=shanghai(15, month=10))
    step_back(actor=room.actor(at=shanghai(5)), public_id=key, stage=1, reason=WHY)

    head = room.actor("chenwei")
    with scoped(head):
        found = [standing_still(head, day) for day in (date(2026, 9, 29), date(2026, 9, 30), date(2026, 10, 20), TODAY)]  # fmt: skip
    # 14 days are usual: 28 in order, 29 not; on 10-20 the first is 5 days in stage 2; on 11-10 the second is 40 days in stage 1
    assert [(one.top, one.bottom) for one in found] == [(0, 1), (1, 1), (0, 2), (1, 2)]


def test_dressing_many_rows_asks_no_more_than_a_few(room: Room) -> None:
    actor = room.actor()
    for _n in range(3):
        opened(room)
    counts = []
    for many in (1, 3):
        with scoped(actor):
            numbers = reading.numbers_on(actor, TODAY)
            rows = list(visible(actor, Opportunity)[:many])
            with CaptureQueriesContext(connection) as asked:
                reading.dress(actor, rows, numbers)
            counts.append(len(asked))
    assert counts == [2, 2]
    assert row_of(opened(room))["closes_on"] == CLOSES
