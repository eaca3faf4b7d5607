"""What happens with a plan in force: objectives against their line, actions done, reviews, readings, reminders, its end."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import (
    Opportunity,
    PlanReading,
    PlanReview,
    Promise,
)
from jinlan.domains.engagement.pipeline_words import SOURCES
from jinlan.domains.engagement.selectors.plans import (
    actions_of,
    goals_of,
    health_of,
    objective_of,
    objectives_in_sight,
    plan_in_force,
)
from jinlan.domains.engagement.services.pipeline import open_opportunity
from jinlan.domains.engagement.services.plan_life import close_plan
from jinlan.domains.engagement.services.plan_work import (
    drop_plan_action,
    finish_plan_action,
    hand_plan_action,
    move_plan_action,
    read_objective,
    review_plan,
)
from jinlan.domains.engagement.services.promises import keep_promise, move_promise
from jinlan.domains.engagement.services.reminding import announce_briefs, remind_actions
from jinlan.domains.engagement.tests.planning import (
    HALF,
    WORTH,
    a_desk,
    next_version,
    publish_figures,
    rows,
)
from jinlan.domains.engagement.tests.worlds import Room, a_colleague, shanghai
from jinlan.kernel.outbox import Notice
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, writing
from jinlan.kernel.tests.threads import at_once

TOMORROW = AT + timedelta(days=1)
MINUTES = "存款按计划，开证时间仍有偏差，下季加一名经办。"


def test_objectives_are_held_against_their_line(room: Room) -> None:
    publish_figures(room, **WORTH)
    desk = a_desk(room).whole()
    desk.approve()
    actor = room.actor()
    read_objective(
        actor=actor,
        public_id=desk.plan,
        objective=desk.keys["hand"],
        value=Decimal(9),
        evidence="抽查十月 20 笔",
    )
    read_objective(
        actor=actor,
        public_id=desk.plan,
        objective=desk.keys["hand"],
        value=Decimal(7),
        evidence="抽查十一月 20 笔",
    )
    with scoped(actor):
        plan = plan_in_force(actor, unit_id=room.cast.group.pk)
        assert plan is not None
        goals = {one.entry.key: one for one in goals_of(actor, plan, today=TODAY)}
        goal, hand, third = (goals[desk.keys[name]] for name in ("goal", "hand", "third"))
        actions = actions_of(actor, unit_id=plan.unit_id, today=TODAY)
        assert health_of(list(goals.values()), actions) == "red"
        assert objective_of(actor, unit_id=plan.unit_id, key=desk.keys["goal"]) == goal.entry
        assert objective_of(actor, unit_id=plan.unit_id, key=uuid4()) is None
    # 130 of 100 → 160 on the 313th of 364 days: half the way, 0.86 of the time.
    assert (goal.actual, goal.reached.share, goal.reached.line, goal.health, goal.on) == (
        Decimal("130000000.00"), HALF, Decimal(313) / 364, "red", TODAY
    )  # fmt: skip
    assert (hand.actual, hand.reached.share, hand.health, hand.evidence) == (
        Decimal(7),
        HALF,
        "green",
        "抽查十一月 20 笔",
    )
    assert (third.actual, third.reached.share, third.health) == (Decimal("150.00"), HALF, "red")


def test_an_action_with_a_promise_shows_what_became_of_it(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    with writing():
        key = Promise.objects.get(pk=desk.action("ours")["promise_id"]).public_id
    for call in (
        lambda: finish_plan_action(actor=room.actor(), public_id=desk.action("ours")["public_id"], note="做完了它"),
        lambda: move_plan_action(actor=room.actor(), public_id=desk.action("ours")["public_id"], due_on=date(2027, 1, 1), reason="客户要求改期"),
        lambda: drop_plan_action(actor=room.actor(), public_id=desk.action("ours")["public_id"], note="不再需要它"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == "PLAN_PROMISED"
    keep_promise(actor=room.actor(), public_id=key, evidence="邮件 11-10 已发")
    with scoped(room.actor()):
        found = {
            one.text: one.look
            for one in actions_of(room.actor(), unit_id=room.cast.group.pk, today=date(2026, 12, 16))
        }
    assert found == {"上线资金归集": "late", "给出开证方案": "done", "提供用款计划": "late"}


def test_an_action_is_moved_and_done_once(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    key = desk.action("deed")["public_id"]
    move_plan_action(actor=room.actor(), public_id=key, due_on=date(2026, 12, 31), reason="客户系统延期")
    finish_plan_action(
        actor=room.actor(), public_id=key, note="已上线，见验收单", closed_on=date(2026, 11, 9)
    )
    before = desk.action("deed")
    assert (before["state"], before["due_on"], before["closed_on"], before["closed_by"]) == (
        "done", date(2026, 12, 31), date(2026, 11, 9), "lihua"
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        drop_plan_action(actor=room.actor("sunjie"), public_id=key, note="不再需要它")
    assert (refused.value.code, desk.action("deed")) == ("PLAN_ACTION_CLOSED", before)


def test_of_sixteen_who_finish_an_action_at_once_one_does(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    key = desk.action("deed")["public_id"]
    found = at_once(
        *[
            lambda: finish_plan_action(actor=room.actor(), public_id=key, note="已上线，见验收单")
            for _ in range(16)
        ]
    )
    assert found.count("PLAN_ACTION_CLOSED") == 15
    assert len(room.audit("engagement.plan_action_done")) == 1


def test_a_review_keeps_how_far_each_objective_was(room: Room) -> None:
    publish_figures(room, **WORTH)
    desk = a_desk(room).whole()
    desk.approve()
    review_plan(
        actor=room.actor(), public_id=desk.plan, held_on=TODAY, minutes=MINUTES, people=[str(room.zhang.public_id)], next_on=date(2027, 2, 10)
    )  # fmt: skip
    (row,) = rows(PlanReview)
    assert (row["health"], row["staff"], row["people"], row["next_on"]) == (
        "red",
        ["E1001"],
        [room.zhang.pk],
        date(2027, 2, 10),
    )
    assert [(one["text"], one["actual"], one["share"], one["health"], one["as_of"]) for one in row["reached"]] == [
        ("日均存款增长", "130000000.00", "0.50", "red", TODAY.isoformat()), ("开证时间缩短", None, None, "unknown", None),
        ("贷款增长", "150.00", "0.50", "red", TODAY.isoformat()),
    ]  # fmt: skip
    with pytest.raises(Exception, match="permission denied"), scoped(room.actor(), write=True):
        PlanReview.objects.update(minutes="改过")
    assert rows(PlanReview) == [row]


@pytest.mark.parametrize(("given", "code"), [
    ({"held_on": date(2026, 11, 11)}, "PLAN_DAY"), ({"next_on": TODAY}, "PLAN_DAY"), ({"minutes": "好"}, "PLAN_MINUTES"),
    ({"people": [str(uuid4())]}, "PERSON_ELSEWHERE"), ({"staff": ["E9999"]}, "STAFF_UNKNOWN"), ({"minutes": "客户患有糖尿病，已告知"}, "TEXT_TERMS"),
])  # fmt: skip
def test_a_review_that_cannot_be_leaves_nothing(room: Room, given: dict[str, Any], code: str) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    with pytest.raises(Refused) as refused:
        review_plan(
            actor=room.actor(), public_id=desk.plan, **({"held_on": TODAY, "minutes": MINUTES} | given)
        )
    assert (refused.value.code, rows(PlanReview)) == (code, [])


@pytest.mark.parametrize(("name", "given", "code"), [
    ("goal", {}, "PLAN_OBJECTIVE"), ("deed", {}, "PLAN_OBJECTIVE"), ("hand", {"read_on": date(2026, 9, 30)}, "PLAN_DAY"),
    ("hand", {"read_on": date(2026, 11, 11)}, "PLAN_DAY"), ("hand", {"evidence": "好"}, "REASON_SHORT"),
])  # fmt: skip
def test_only_what_is_measured_by_hand_is_read_by_hand(
    room: Room, name: str, given: dict[str, Any], code: str
) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    with pytest.raises(Refused) as refused:
        said = {"value": Decimal(9), "evidence": "抽查十月 20 笔"} | given
        read_objective(actor=room.actor(), public_id=desk.plan, objective=desk.keys[name], **said)
    assert (refused.value.code, rows(PlanReading)) == (code, [])


def test_a_plan_is_closed_by_a_head_and_its_promises_stay(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    with pytest.raises(ScopeDenied):
        close_plan(actor=room.actor(), public_id=desk.plan, reason="客户退出战略层级")
    close_plan(actor=room.actor("sunjie"), public_id=desk.plan, reason="客户退出战略层级")
    assert (desk.row()["state"], desk.row()["ended_on"]) == ("closed", TODAY)
    assert {desk.action(name)["state"] for name in ("deed", "ours", "theirs")} == {"dropped"}
    assert [one["state"] for one in rows(Promise)] == ["made", "made"]
    with pytest.raises(Refused) as refused:
        review_plan(actor=room.actor(), public_id=desk.plan, held_on=TODAY, minutes=MINUTES)
    assert refused.value.code == "PLAN_NOT_IN_FORCE"


def test_an_opportunity_serves_an_objective_of_the_clients_own_plan_in_force(room: Room) -> None:
    desk = a_desk(room).whole()
    said: dict[str, Any] = {
        "title": "项目贷款", "product": "LOAN", "amount": Decimal(10_000_000), "margin": Decimal("0.02"), "closes_on": date(2026, 12, 31),
        "source": next(iter(SOURCES)), "objective": desk.keys["third"],
    }  # fmt: skip
    with pytest.raises(Refused) as refused:  # a draft holds nothing
        open_opportunity(actor=room.actor(), unit=room.cast.group.public_id, **said)
    assert (refused.value.code, rows(Opportunity)) == ("OBJECTIVE_UNKNOWN", [])
    desk.approve()
    open_opportunity(actor=room.actor(), unit=room.cast.group.public_id, **said)
    assert [one["objective"] for one in rows(Opportunity)] == [desk.keys["third"]]
    with pytest.raises(Refused) as refused:
        open_opportunity(
            actor=room.actor("chenwei"), unit=room.cast.other.public_id, **said | {"owner": "E1001"}
        )
    assert (refused.value.code, len(rows(Opportunity))) == ("OBJECTIVE_UNKNOWN", 1)
    with scoped(room.actor()):
        assert [text for _key, _unit, text in objectives_in_sight(room.actor())] == [
            "日均存款增长",
            "开证时间缩短",
            "贷款增长",
        ]
    with scoped(room.actor("wangmin")):
        assert objectives_in_sight(room.actor("wangmin")) == []


def test_owners_hear_of_their_plan_actions_and_who_meets_of_the_brief(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    meeting = room.plan(starts_at=shanghai(15, 15, month=12))  # tomorrow by the clock of the second run
    room.plan(starts_at=shanghai(16, 15, month=12))
    counts = []
    for day in (1, 14, 14, 15, 16):
        actor = system_actor(ENTITY, shanghai(day, 8, month=12))
        counts.append((remind_actions(actor=actor), announce_briefs(actor=actor)))
    assert [(found["soon"], found["today"], found["overdue"], briefs) for found, briefs in counts] == [
        (0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 0, 1), (0, 1, 0, 2), (0, 0, 1, 1),
    ]  # fmt: skip
    with writing():
        rows = Notice.objects.filter(
            person_id=room.cast.people["lihua"].pk, kind__startswith="engagement."
        ).order_by("id")
        told = [(row.kind, row.values["when"], row.url) for row in rows]
    action = f"/plan-actions/{desk.action('deed')['public_id']}"
    assert [one for one in told if "action" in one[0]] == [
        ("engagement.plan_action_due", when, action) for when in ("soon", "today", "overdue")
    ]  # fmt: skip
    briefs = [one for one in told if "brief" in one[0]]
    assert briefs[0] == (
        "engagement.brief_ready", "12-15 15:00", f"/clients/{room.cast.group.public_id}/brief?meeting={meeting}"
    )  # fmt: skip
    assert len(briefs) == 2


def test_an_action_goes_to_another_and_the_next_version_begins_with_how_things_stand(room: Room) -> None:
    mate = a_colleague(room)
    desk = a_desk(room).whole()
    desk.approve()
    key = desk.action("deed")["public_id"]
    move_plan_action(actor=room.actor(), public_id=key, due_on=date(2026, 12, 31), reason="客户系统延期")
    hand_plan_action(actor=room.actor(), public_id=key, owner="E1009", reason="由周宁接手")
    for owner, code in (("E1009", "PLAN_OWNER"), ("E9999", "STAFF_UNKNOWN")):
        with pytest.raises(Refused) as refused:
            hand_plan_action(actor=room.actor(), public_id=key, owner=owner, reason="由周宁接手")
        assert (refused.value.code, desk.action("deed")["owner"]) == (code, "E1009")
    with writing():
        promise = Promise.objects.get(pk=desk.action("ours")["promise_id"]).public_id
    move_promise(actor=room.actor(), public_id=promise, due_on=date(2027, 1, 15), reason="客户要求延后")

    second = next_version(desk)
    entries = {UUID(one["key"]): one for one in second.row()["entries"]}
    found = [
        (entries[desk.keys[name]]["owner"], entries[desk.keys[name]]["due"])
        for name in ("deed", "ours", "theirs")
    ]
    assert found == [("E1009", "2026-12-31"), ("E1001", "2027-01-15"), ("E1001", "2026-12-15")]
    second.approve(at=AT + timedelta(days=1))
    assert (desk.action("deed")["owner"], desk.action("deed")["due_on"]) == ("E1009", date(2026, 12, 31))
    assert [one["due_on"] for one in rows(Promise)] == [
        date(2027, 1, 15),
        date(2026, 12, 15),
    ]  # neither moved by the version
    assert mate in room.cast.people
