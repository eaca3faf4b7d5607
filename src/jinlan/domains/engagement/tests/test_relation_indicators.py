"""Indicators of relations: kept promises, plans and hand-overs as they were on a date, not as they became."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from jinlan.domains.engagement.models import HandOver
from jinlan.domains.engagement.selectors.relation_indicators import (
    agreed_measures,
    handed_in_time,
    kept_promises,
    planned_clients,
)
from jinlan.domains.engagement.services.agreement_life import end_agreement, read_agreement_measure
from jinlan.domains.engagement.services.plan_life import close_plan
from jinlan.domains.engagement.services.promises import keep_promise, move_promise, release_promise
from jinlan.domains.engagement.tests.agreeing import a_paper, publish_months
from jinlan.domains.engagement.tests.planning import a_desk, publish_figures
from jinlan.domains.engagement.tests.worlds import Room, shanghai
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.serving.models import UnitResult
from jinlan.work.indicators import NOT_KNOWN_THEN, Case, Found

PROOF = "邮件 2026-11-12 已发"


def asked(room: Room, indicator: object, on: date) -> Found:
    actor = room.actor("chenwei")
    with scoped(actor):
        found: Found = indicator(actor, on)  # type: ignore[operator]
        return found


def test_promises_count_as_they_stood_on_the_date(room: Room) -> None:
    kept, late, moved, let_go, overdue = (room.promise(due_on=date(2026, 11, 13)) for _ in range(5))
    room.promise(side="client", due_on=date(2026, 11, 11))  # the other side's word is not ours
    keep_promise(actor=room.actor(at=shanghai(13)), public_id=kept, evidence=PROOF)
    keep_promise(actor=room.actor(at=shanghai(17)), public_id=late, evidence=PROOF)
    move_promise(
        actor=room.actor(at=shanghai(13)), public_id=moved, due_on=date(2026, 11, 30), reason="客户要求延后"
    )
    release_promise(
        actor=room.actor(at=shanghai(13)), public_id=let_go, word="客户来电说不要了", reason="项目取消了"
    )

    assert asked(room, kept_promises, date(2026, 11, 9)) == Found(why=NOT_KNOWN_THEN)
    assert asked(room, kept_promises, date(2026, 11, 13)).value == 1  # one kept, nothing overdue yet
    sixteenth = asked(room, kept_promises, date(2026, 11, 16))
    assert (sixteenth.top, sixteenth.bottom, sixteenth.inputs["overdue"]) == (1, 3, 2)
    assert sixteenth.cases == [Case("employee", "E1001", "3"), Case("employee", "E1001", "3")]
    end = asked(room, kept_promises, date(2026, 11, 30))
    assert (end.top, end.bottom, end.inputs) == (1, 3, {"late": 1, "broken": 0, "overdue": 1})
    assert overdue != kept


def test_strategic_clients_have_a_plan_from_its_approval_to_its_end(room: Room) -> None:
    publish_figures(room, aum="1")
    with writing():
        UnitResult.objects.update(effective_tier="HQ")
    desk = a_desk(room, AT - timedelta(days=20)).whole()
    desk.approve(AT)
    first = AT.date() - timedelta(days=20)
    assert asked(room, planned_clients, first - timedelta(days=1)) == Found(why=NOT_KNOWN_THEN)
    found = asked(room, planned_clients, TODAY)
    assert (found.value, found.top, found.bottom, found.cases) == (Decimal(1), 1, 1, [])
    close_plan(actor=room.actor("sunjie"), public_id=desk.plan, reason="客户退出战略层级")
    found = asked(room, planned_clients, TODAY)
    assert (found.value, found.cases) == (Decimal(0), [Case("unit", str(room.cast.group.pk))])


def test_a_hand_over_is_in_time_when_all_have_signed_by_its_day(room: Room) -> None:
    unit = room.cast.group
    with writing():
        for number, signed in enumerate((AT, AT + timedelta(days=1), None)):
            HandOver.objects.create(
                entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, role="LEAD", giver=f"E{number}", taker="E1002",
                trigger="ROTATE", effective_on=TODAY, reason="轮岗", batch="00000000-0000-0000-0000-000000000000", called="甲集团", pack_hash="",
                packed_at=AT, supervisor_signed_at=signed, made_by="sunjie", made_name="孙杰", at=AT,
            )  # fmt: skip
    assert asked(room, handed_in_time, TODAY - timedelta(days=1)) == Found(why=NOT_KNOWN_THEN)
    found = asked(room, handed_in_time, TODAY)
    assert (found.top, found.bottom, found.cases) == (1, 3, [Case("unit", str(unit.pk))])


def test_measures_of_agreements_count_as_they_stood_on_the_date(room: Room) -> None:
    paper = a_paper(room).whole().clear()
    paper.sign()
    publish_months(room, (date(2026, 11, 30), "120000000", None), (date(2026, 12, 31), "90000000", None))
    read_agreement_measure(
        actor=room.actor(at=AT + timedelta(days=20)), public_id=paper.key, measure=paper.keys["letters"], value=Decimal(4), evidence="抽查 20 笔",
        read_on=date(2026, 11, 25),
    )  # fmt: skip
    end_agreement(
        actor=room.actor("chenwei", AT + timedelta(days=60)),
        public_id=paper.key,
        word="2027-01-08 双方签署终止函",
        reason="集团重组，协商终止",
    )

    assert asked(room, agreed_measures, date(2026, 11, 10)) == Found(why=NOT_KNOWN_THEN)  # not signed yet
    assert asked(room, agreed_measures, date(2026, 11, 20)).bottom == 0
    november = asked(room, agreed_measures, date(2026, 11, 30))
    assert (november.top, november.bottom, november.cases) == (2, 2, [])
    december = asked(room, agreed_measures, date(2026, 12, 31))
    assert (december.top, december.bottom, december.cases) == (1, 2, [Case("unit", str(room.cast.group.pk))])
    assert asked(room, agreed_measures, date(2027, 1, 9)) == Found(why=NOT_KNOWN_THEN)  # ended that day
