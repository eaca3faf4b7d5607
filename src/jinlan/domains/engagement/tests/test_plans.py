"""Account plans: drafted, written by one at a time, approved by two others, work made of them, reviewed, replaced, closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import (
    AccountPlan,
    PlanAction,
    Promise,
)
from jinlan.domains.engagement.services.plan_life import approve_plan
from jinlan.domains.engagement.services.plan_work import (
    finish_plan_action,
)
from jinlan.domains.engagement.services.plans import (
    draft_plan,
    drop_plan_entry,
    set_plan_term,
    share_plan,
    withdraw_plan,
    write_plan_entry,
)
from jinlan.domains.engagement.tests.planning import (
    BY_HAND,
    DEED,
    GOAL,
    SINCE,
    UNTIL,
    WORTH,
    a_desk,
    next_version,
    publish_figures,
    rows,
)
from jinlan.domains.engagement.tests.worlds import Room
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import AT, TODAY
from jinlan.kernel.tests.threads import at_once
from jinlan.work.services import decide

TOMORROW = AT + timedelta(days=1)
MINUTES = "存款按计划，开证时间仍有偏差，下季加一名经办。"


def test_a_draft_is_written_entry_by_entry(room: Room) -> None:
    desk = a_desk(room)
    desk.write("goal", "OBJECTIVE", GOAL)
    desk.write("goal", "OBJECTIVE", GOAL | {"target": "1.7亿"})
    row = desk.row()
    assert (row["number"], row["state"], row["edition"], desk.edition) == (1, "draft", 3, 3)
    assert [(one["baseline"], one["target"], one["since"]) for one in row["entries"]] == [
        ("100000000", "170000000", "2026-01-01")
    ]
    assert [len(room.audit(f"engagement.plan_{verb}")) for verb in ("drafted", "written")] == [1, 2]
    assert "日均存款增长" not in str(
        [(one.before, one.after) for one in room.audit("engagement.plan_written")]
    )


def test_a_measured_objective_begins_where_the_newest_figures_stand(room: Room) -> None:
    publish_figures(room, **WORTH)
    desk = a_desk(room)
    desk.write("goal", "OBJECTIVE", GOAL | {"baseline": "", "since": "", "due": "2027-06-30"})
    (one,) = desk.row()["entries"]
    assert (one["baseline"], one["since"]) == ("130000000", TODAY.isoformat())
    with pytest.raises(Refused) as refused:
        desk.write("other", "OBJECTIVE", GOAL | {"metric": "settlement_12m", "baseline": ""})
    assert (refused.value.code, desk.row()["edition"]) == ("PLAN_NO_FIGURE", 2)


def test_two_tabs_never_overwrite_each_other(room: Room) -> None:
    desk = a_desk(room)
    desk.write("goal", "OBJECTIVE", GOAL)
    before = desk.row()
    for call in (
        lambda: write_plan_entry(actor=room.actor("sunjie"), public_id=desk.plan, edition=1, kind="ROLE", said={"text": "主办行"}),
        lambda: drop_plan_entry(actor=room.actor(), public_id=desk.plan, edition=1, entry=desk.keys["goal"]),
        lambda: share_plan(actor=room.actor(), public_id=desk.plan, edition=1, shared=[]),
        lambda: set_plan_term(actor=room.actor(), public_id=desk.plan, starts_on=SINCE, ends_on=UNTIL, edition=1),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.code, desk.row()) == ("DRAFT_MOVED", before)
    assert refused.value.message == "草稿已被另一处修改（第 2 次）。"


def test_of_sixteen_who_begin_a_draft_at_once_one_does(room: Room) -> None:
    unit = room.cast.group.public_id
    found = at_once(*[
        lambda: draft_plan(actor=room.actor(), unit=unit, starts_on=SINCE, ends_on=UNTIL) for _ in range(16)
    ])  # fmt: skip
    assert found.count("DRAFT_THERE") == 15
    assert [row["number"] for row in rows(AccountPlan)] == [1]


def test_of_sixteen_who_write_on_one_edition_one_does(room: Room) -> None:
    desk = a_desk(room)
    found = at_once(*[
        lambda: write_plan_entry(actor=room.actor(), public_id=desk.plan, edition=1, kind="AIM", said={"text": "出海", "source": "年报"})
        for _ in range(16)
    ])  # fmt: skip
    assert found.count("DRAFT_MOVED") == 15
    assert (len(desk.row()["entries"]), desk.row()["edition"]) == (1, 2)


@pytest.mark.parametrize(("kind", "change", "code"), [
    ("OBJECTIVE", {"owner": "E9999"}, "STAFF_UNKNOWN"), ("OBJECTIVE", {"text": "客户患有糖尿病"}, "TEXT_TERMS"),
    ("OBJECTIVE", {"person": "stranger"}, "PERSON_ELSEWHERE"), ("OBJECTIVE", {"person": "somebody"}, "PERSON_ELSEWHERE"),
    ("ACTION", DEED | {"objective": str(uuid4())}, "ENTRY_LINK"),
])  # fmt: skip
def test_an_entry_names_people_who_are_there(
    room: Room, kind: str, change: dict[str, Any], code: str
) -> None:
    desk = a_desk(room)
    if change.get("person") == "stranger":
        change = change | {"person": str(room.stranger.public_id)}
    before = desk.row()
    with pytest.raises(Refused) as refused:
        desk.write("one", kind, GOAL | change)
    assert (refused.value.code, desk.row()) == (code, before)


def test_a_plan_that_lacks_something_is_not_asked_for(room: Room) -> None:
    desk = a_desk(room)
    with pytest.raises(Refused) as refused:
        desk.ask()
    assert (refused.value.code, refused.value.message) == ("PLAN_INCOMPLETE", "计划还不完整，缺 14 处。")


def test_two_others_let_a_plan_take_force_and_work_follows(room: Room) -> None:
    desk = a_desk(room).whole()
    asked = desk.ask()
    with pytest.raises((Refused, ScopeDenied)):
        decide(actor=room.actor(), approval=asked, approves=True, reason="同意")
    decide(actor=room.actor("sunjie"), approval=asked, approves=True, reason="已核对")
    assert desk.row()["state"] == "draft"
    decide(actor=room.actor("chenwei"), approval=asked, approves=True, reason="同意")

    row = desk.row()
    assert (row["state"], row["checked_by"], row["approved_at"]) == ("in_force", ["sunjie", "chenwei"], AT)
    deed, ours, theirs = (desk.action(name) for name in ("deed", "ours", "theirs"))
    assert (deed["promise_id"], deed["state"], deed["owner"], deed["due_on"], deed["objective"]) == (
        None, "open", "E1001", date(2026, 12, 15), desk.keys["goal"]
    )  # fmt: skip
    promises = {one["id"]: one for one in rows(Promise)}
    assert [(promises[one["promise_id"]]["side"], promises[one["promise_id"]]["what"]) for one in (ours, theirs)] == [
        ("bank", "给出开证方案"), ("client", "提供用款计划")
    ]  # fmt: skip
    assert promises[theirs["promise_id"]]["person_id"] == room.zhang.pk
    assert [len(room.audit(verb)) for verb in ("engagement.plan_in_force", "engagement.promise_made")] == [
        1,
        2,
    ]


def test_an_edit_voids_what_was_checked(room: Room) -> None:
    desk = a_desk(room).whole()
    asked = desk.ask()
    decide(actor=room.actor("sunjie"), approval=asked, approves=True, reason="已核对")
    desk.write("goal", "OBJECTIVE", GOAL | {"target": "9亿"})
    before = desk.row()
    found = decide(actor=room.actor("chenwei"), approval=asked, approves=True, reason="同意")
    assert (found.state, desk.row(), rows(PlanAction), rows(Promise)) == ("void", before, [], [])


def test_nobody_lets_a_plan_take_force_alone(room: Room) -> None:
    desk = a_desk(room).whole()
    before = desk.row()
    with pytest.raises(Refused) as refused:
        approve_plan(actor=room.actor("chenwei"), public_id=desk.plan)
    assert (refused.value.code, desk.row()) == ("FOUR_EYES", before)


def test_the_text_of_a_plan_in_force_stands(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    before = desk.row()
    calls: list[Callable[[], Any]] = [
        lambda: desk.write("goal", "OBJECTIVE", GOAL),
        lambda: drop_plan_entry(actor=room.actor(), public_id=desk.plan, edition=desk.edition, entry=desk.keys["goal"]),
        lambda: share_plan(actor=room.actor(), public_id=desk.plan, edition=desk.edition, shared=[]),
        lambda: set_plan_term(actor=room.actor(), public_id=desk.plan, starts_on=SINCE, ends_on=UNTIL, edition=desk.edition),
        lambda: withdraw_plan(actor=room.actor(), public_id=desk.plan, reason="不再需要它"),
        desk.ask,
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.code, desk.row()) == ("DRAFT_FROZEN", before)
    for change in (
        {"entries": []},
        {"ends_on": date(2030, 1, 1)},
        {"state": "draft"},
        {"number": 7},
        {"content": ""},
    ):
        with pytest.raises(IntegrityError), scoped(room.actor("chenwei"), write=True):
            AccountPlan.objects.filter(public_id=desk.plan).update(**change)
        assert desk.row() == before


def test_the_next_version_begins_with_what_holds_and_carries_work_on(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    finish_plan_action(
        actor=room.actor(), public_id=desk.action("deed")["public_id"], note="已上线，见验收单"
    )
    second = next_version(desk)
    assert second.row()["number"] == 2
    assert second.row()["entries"] == desk.row()["entries"]
    second.write("ours", "ACTION", DEED | {
        "text": "给出开证方案", "objective": str(desk.keys["hand"]), "mutual": True, "due": "2026-12-20",
    }, at=TOMORROW)  # fmt: skip
    found = drop_plan_entry(actor=room.actor(at=TOMORROW), public_id=second.plan, edition=second.edition, entry=desk.keys["theirs"])  # fmt: skip
    second.edition = found["edition"]
    second.write(
        "new", "ACTION", DEED | {"text": "培训财务人员", "objective": str(desk.keys["third"])}, at=TOMORROW
    )
    second.approve(at=TOMORROW)

    assert [(one["number"], one["state"]) for one in rows(AccountPlan)] == [(1, "replaced"), (2, "in_force")]
    assert {name: second.action(name)["state"] for name in ("deed", "ours", "theirs", "new")} == {
        "deed": "done", "ours": "open", "theirs": "dropped", "new": "open"
    }  # fmt: skip
    ours, theirs = (
        next(one for one in rows(Promise) if one["id"] == second.action(name)["promise_id"])
        for name in ("ours", "theirs")
    )
    assert (ours["due_on"], ours["first_due_on"], ours["state"]) == (
        date(2026, 12, 20),
        date(2026, 12, 15),
        "made",
    )
    assert theirs["state"] == "made"  # a plan does not release what the other side promised
    assert len(rows(Promise)) == 2


def test_a_draft_that_is_withdrawn_keeps_its_number(room: Room) -> None:
    desk = a_desk(room)
    withdraw_plan(actor=room.actor(), public_id=desk.plan, reason="重新起草一份")
    again = a_desk(room)
    assert [(one["number"], one["state"]) for one in rows(AccountPlan)] == [(1, "withdrawn"), (2, "draft")]
    assert again.row()["entries"] == []


def test_the_client_is_shown_what_was_approved(room: Room) -> None:
    desk = a_desk(room).whole()
    chosen = [f"{desk.keys['goal']}.text", f"{desk.keys['goal']}.progress", f"{desk.keys['ours']}.text"]
    desk.edition = share_plan(actor=room.actor(), public_id=desk.plan, edition=desk.edition, shared=chosen)[
        "edition"
    ]
    before = desk.row()
    assert before["shared"] == chosen
    for wrong in (f"{desk.keys['STRENGTH']}.text", f"{desk.keys['goal']}.source", "x"):
        with pytest.raises(Refused) as refused:
            share_plan(actor=room.actor(), public_id=desk.plan, edition=desk.edition, shared=[wrong])
        assert (refused.value.code, desk.row()) == ("PLAN_SHARED", before)
    drop_plan_entry(actor=room.actor(), public_id=desk.plan, edition=desk.edition, entry=desk.keys["goal"])
    assert desk.row()["shared"] == chosen[2:]


@pytest.mark.parametrize("username", ["zhaoyan", "wangmin", "wuhan", "zhengyu", "zhoulin"])
def test_a_plan_is_not_there_for_who_may_not_write_it(room: Room, username: str) -> None:
    desk = a_desk(room).whole()
    before = desk.row()
    actor = room.actor(username)
    calls: list[Callable[[], Any]] = [
        lambda: draft_plan(actor=actor, unit=room.cast.group.public_id, starts_on=SINCE, ends_on=UNTIL),
        lambda: desk.write("goal", "OBJECTIVE", BY_HAND, username),
        lambda: share_plan(actor=actor, public_id=desk.plan, edition=desk.edition, shared=[]),
        lambda: withdraw_plan(actor=actor, public_id=desk.plan, reason="重新起草一份"),
        lambda: desk.ask(username),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(ScopeDenied):
            call()
    assert (desk.row(), len(rows(AccountPlan))) == (before, 1)


@pytest.mark.parametrize(("username", "plans"), [
    ("lihua", 1), ("sunjie", 1), ("chenwei", 1), ("zhoulin", 1), ("zhengyu", 1), ("wuhan", 1), ("wangmin", 0), ("zhaoyan", 0),
])  # fmt: skip
def test_whoever_sees_the_clients_figures_sees_its_plan(room: Room, username: str, plans: int) -> None:
    desk = a_desk(room).whole()
    desk.approve()
    assert [room.sees(username, model) for model in (AccountPlan, PlanAction)] == [plans, 3 * plans]


def test_nobody_moves_a_plan_to_another_client(room: Room) -> None:
    desk = a_desk(room)
    before = desk.row()
    with pytest.raises(IntegrityError), scoped(room.actor("chenwei"), write=True):
        AccountPlan.objects.filter(public_id=desk.plan).update(unit_id=room.cast.other.pk)
    assert desk.row() == before


def test_what_passed_its_day_is_not_promised_to_a_client(room: Room) -> None:
    desk = a_desk(room).whole()
    desk.write(
        "ours",
        "ACTION",
        DEED
        | {"text": "给出开证方案", "objective": str(desk.keys["hand"]), "mutual": True, "due": "2026-11-09"},
    )
    with pytest.raises(Refused) as refused:
        desk.ask()
    assert (refused.value.code, refused.value.message) == ("PLAN_PAST", "双方的行动已经过期：给出开证方案。")
