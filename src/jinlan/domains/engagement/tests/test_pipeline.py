"""Opportunities: opened, proved, advanced, sent back, pushed, won and lost; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Opportunity, OpportunityStep
from jinlan.domains.engagement.services.pipeline import (
    advance_opportunity,
    change_opportunity,
    hand_opportunity,
    lose_opportunity,
    push_opportunity,
    step_back,
    tick_criterion,
    untick_criterion,
    win_opportunity,
)
from jinlan.domains.engagement.tests.pipelines import (
    CLOSES,
    PROOF,
    WHY,
    brought,
    chances_of,
    confirm,
    opened,
    prove,
    row_of,
    steps_of,
)
from jinlan.domains.engagement.tests.worlds import Room, shanghai
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.testing import AT, writing
from jinlan.kernel.tests.threads import at_once
from jinlan.work import services as work

M = Decimal(1_000_000)


def test_an_opportunity_is_opened_in_the_first_stage_and_is_unplanned(room: Room) -> None:
    row = row_of(key := opened(room))

    assert (row["stage"], row["state"], row["amount"], row["currency"], row["margin"], row["owner"], row["objective"]) == (
        1, "open", 10 * M, "CNY", Decimal("0.02"), "E1001", None
    )  # fmt: skip
    assert (row["closes_on"], row["first_closes_on"], row["stage_since"]) == (CLOSES, CLOSES, AT.date())
    assert (steps_of(key), chances_of(key)) == ([("opened", 1)], [Decimal("0.1")])
    assert len(room.audit("engagement.opportunity_opened")) == 1
    assert "title" not in room.audit("engagement.opportunity_opened")[0].after


def test_an_opportunity_goes_through_all_stages_and_is_won(room: Room) -> None:
    key = brought(room, opened(room), 5)
    win_opportunity(actor=room.actor(), public_id=key, amount=9 * M, closed_on=AT.date())

    row = row_of(key)
    assert (row["state"], row["won_amount"], row["closed_on"], row["stage"], row["furthest"]) == (
        "won", 9 * M, AT.date(), 5, 5
    )  # fmt: skip
    assert [one for one in steps_of(key) if one[0] in ("opened", "advanced", "confirmed", "won")] == [
        ("opened", 1), ("advanced", 2), ("advanced", 3), ("confirmed", 3), ("advanced", 4), ("advanced", 5), ("won", 5),
    ]  # fmt: skip
    assert chances_of(key)[-1] == Decimal("0.9")
    assert row["criteria"]["CONFIRMED"]["by"] == "chenwei"
    assert row["criteria"]["CONFIRMED"]["asked"] == "lihua"


def test_advancing_is_refused_while_anything_is_missing_and_the_refusal_names_it(room: Room) -> None:
    key = opened(room)
    tick_criterion(actor=room.actor(), public_id=key, criterion="NEED", evidence=PROOF)
    before, steps = row_of(key), steps_of(key)

    with pytest.raises(Refused) as refused:
        advance_opportunity(actor=room.actor(), public_id=key, stage=1)

    assert refused.value.code == "STAGE_UNMET"
    assert (
        refused.value.message
        == "还不能推进到「已确认资格」，缺：预算或用款计划已确认、已登记客户的决策者、客户的时间安排已确认。"
    )
    assert refused.value.way_out == "请先补齐：写明预算来源或用款计划。"
    assert (row_of(key), steps_of(key)) == (before, steps)


def test_a_decider_is_looked_up_and_cannot_be_ticked(room: Room) -> None:
    key = opened(room)
    before = row_of(key)
    for code in ("AUTHORITY", "TALKED", "CONFIRMED", "NONE"):
        with pytest.raises(Refused) as refused:
            tick_criterion(actor=room.actor(), public_id=key, criterion=code, evidence=PROOF)
        assert refused.value.code == "CRITERION_UNKNOWN"
    assert row_of(key) == before


def test_a_solution_needs_a_talk_of_the_last_thirty_days(room: Room) -> None:
    key = brought(room, opened(room), 2)
    room.log(starts_at=shanghai(10, month=10))  # 31 days before
    tick_criterion(actor=room.actor(), public_id=key, criterion="SOLUTION", evidence=PROOF)
    with pytest.raises(Refused) as refused:
        advance_opportunity(actor=room.actor(), public_id=key, stage=2)
    assert refused.value.message == "还不能推进到「方案达成」，缺：近期与客户面谈或通话。"

    room.log(starts_at=shanghai(11, month=10))
    advance_opportunity(actor=room.actor(), public_id=key, stage=2)
    assert row_of(key)["stage"] == 3


def test_who_asks_for_an_approval_cannot_give_it(room: Room) -> None:
    key = brought(room, opened(room, "sunjie", owner="E2001"), 3)
    asked = work.propose(
        actor=room.actor("sunjie"), act="engagement.confirm_opportunity", payload={"public_id": key, "reason": WHY}, reason=WHY
    )  # fmt: skip
    before = row_of(key)
    with pytest.raises((Refused, ScopeDenied)):
        work.decide(actor=room.actor("sunjie"), approval=asked.public_id, approves=True, reason=WHY)
    assert row_of(key) == before

    work.decide(actor=room.actor("chenwei"), approval=asked.public_id, approves=True, reason=WHY)
    assert row_of(key)["criteria"]["CONFIRMED"]["asked"] == "sunjie"


def changed(room: Room, key: UUID, **said: Any) -> None:
    row = row_of(key)
    given = {name: row[name] for name in ("title", "product", "amount", "margin", "source", "currency")} | {"reason": WHY} | said  # fmt: skip
    change_opportunity(actor=room.actor(), public_id=key, **given)


def test_other_terms_make_an_approval_void(room: Room) -> None:
    key = brought(room, opened(room), 3)
    confirm(room, key)
    changed(room, key, title="扩建项目中长期贷款")
    assert "CONFIRMED" in row_of(key)["criteria"]

    changed(room, key, amount=11 * M)
    assert "CONFIRMED" not in row_of(key)["criteria"]
    with pytest.raises(Refused) as refused:
        advance_opportunity(actor=room.actor(), public_id=key, stage=3)
    assert refused.value.message == "还不能推进到「内部批准」，缺：额度、定价与合规已核对、内部审批通过。"


def test_terms_that_were_approved_are_not_changed_without_going_back(room: Room) -> None:
    key = brought(room, opened(room), 4)
    before = row_of(key)
    with pytest.raises(Refused) as refused:
        changed(room, key, amount=11 * M)
    assert (refused.value.code, row_of(key)) == ("TERMS_CONFIRMED", before)

    step_back(actor=room.actor(), public_id=key, stage=3, reason=WHY)
    changed(room, key, amount=11 * M)
    assert (row_of(key)["amount"], "CONFIRMED" in row_of(key)["criteria"]) == (11 * M, False)


def test_one_goes_back_by_one_stage_with_a_reason_and_what_was_ticked_stays(room: Room) -> None:
    key = brought(room, opened(room), 3)
    step_back(actor=room.actor(), public_id=key, stage=2, reason=WHY)
    row = row_of(key)
    assert (row["stage"], row["furthest"], steps_of(key)[-1]) == (2, 3, ("back", 2))
    assert "SOLUTION" in row["criteria"]


def test_a_proof_on_which_the_stage_rests_is_not_taken_back(room: Room) -> None:
    key = brought(room, opened(room), 2)
    before = row_of(key)
    with pytest.raises(Refused) as refused:
        untick_criterion(actor=room.actor(), public_id=key, criterion="NEED", reason=WHY)
    assert (refused.value.code, row_of(key)) == ("CRITERION_USED", before)

    step_back(actor=room.actor(), public_id=key, stage=1, reason=WHY)
    untick_criterion(actor=room.actor(), public_id=key, criterion="NEED", reason=WHY)
    assert "NEED" not in row_of(key)["criteria"]


def test_pushes_and_the_days_pushed_are_counted(room: Room) -> None:
    key = opened(room, closes_on=date(2026, 11, 30))
    for day in (date(2026, 12, 20), date(2026, 12, 10), date(2027, 1, 9)):  # 20 later, 10 earlier, 30 later
        push_opportunity(actor=room.actor(), public_id=key, closes_on=day, reason=WHY)
    row = row_of(key)
    assert (row["pushes"], row["pushed_days"], row["closes_on"], row["first_closes_on"]) == (
        2, 50, date(2027, 1, 9), date(2026, 11, 30)
    )  # fmt: skip


def test_an_opportunity_is_lost_from_any_stage_with_a_reason(room: Room) -> None:
    key = opened(room)
    lose_opportunity(
        actor=room.actor(), public_id=key, loss="PRICE", reason="报价高 20 个基点", rival="某国有大行"
    )
    row = row_of(key)
    assert (row["state"], row["loss"], row["rival"], row["closed_on"]) == (
        "lost",
        "PRICE",
        "某国有大行",
        AT.date(),
    )
    assert steps_of(key)[-1] == ("lost", 1)


ACTS: dict[str, Callable[..., Any]] = {
    "advance": lambda actor, key: advance_opportunity(actor=actor, public_id=key, stage=1),
    "tick": lambda actor, key: tick_criterion(actor=actor, public_id=key, criterion="NEED", evidence=PROOF),
    "push": lambda actor, key: push_opportunity(
        actor=actor, public_id=key, closes_on=date(2027, 1, 1), reason=WHY
    ),
    "hand": lambda actor, key: hand_opportunity(actor=actor, public_id=key, owner="E2001", reason=WHY),
    "lose": lambda actor, key: lose_opportunity(actor=actor, public_id=key, loss="PRICE", reason=WHY),
    "win": lambda actor, key: win_opportunity(actor=actor, public_id=key, amount=M, closed_on=AT.date()),
    "back": lambda actor, key: step_back(actor=actor, public_id=key, stage=0, reason=WHY),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_what_is_closed_stays_closed_and_the_refusal_names_who_closed_it(room: Room, name: str) -> None:
    key = opened(room)
    lose_opportunity(actor=room.actor(), public_id=key, loss="SPEED", reason=WHY)
    before, steps = row_of(key), steps_of(key)
    with pytest.raises(Refused) as refused:
        ACTS[name](room.actor("sunjie", shanghai(16)), key)
    assert refused.value.message == "这个商机已由 李华 于 2026-11-10 结束。"
    assert (row_of(key), steps_of(key)) == (before, steps)


@pytest.mark.parametrize("name", list(ACTS))
def test_an_opportunity_out_of_sight_or_of_a_reader_is_not_there(room: Room, name: str) -> None:
    key = opened(room)
    before = row_of(key)
    for username in ("zhaoyan", "wangmin", "zhoulin", "wuhan", "zhengyu"):
        with pytest.raises(ScopeDenied):
            ACTS[name](room.actor(username, shanghai(16)), key)
    assert (row_of(key), steps_of(key)) == (before, [("opened", 1)])


def test_who_reads_the_client_reads_its_opportunities_and_nobody_else(room: Room) -> None:
    opened(room)
    sees = {
        username: (room.sees(username, Opportunity), room.sees(username, OpportunityStep))
        for username in ("lihua", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu", "wangmin", "zhaoyan")
    }
    assert sees == {
        **dict.fromkeys(("lihua", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"), (1, 1)),
        "wangmin": (0, 0), "zhaoyan": (0, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"title": " "}, "OPPORTUNITY_TITLE"), ({"title": "打 13800138000"}, "TEXT_TERMS"), ({"title": "长" * 201}, "TEXT_LONG"),
        ({"product": "GOLD"}, "OPPORTUNITY_PRODUCT"), ({"source": "X"}, "OPPORTUNITY_SOURCE"), ({"amount": Decimal(0)}, "OPPORTUNITY_AMOUNT"),
        ({"amount": Decimal("0.001")}, "OPPORTUNITY_AMOUNT"), ({"margin": Decimal("1.5")}, "OPPORTUNITY_MARGIN"), ({"currency": "RMB"}, "currency.unknown"),
        ({"closes_on": date(2026, 11, 9)}, "CLOSE_PAST"), ({"owner": "E9999"}, "STAFF_UNKNOWN"), ({"objective": uuid4()}, "OBJECTIVE_UNKNOWN"),
        ({"rival": "他离婚后不买"}, "TEXT_TERMS"),
    ],
)  # fmt: skip
def test_an_opportunity_that_cannot_be_weighed_is_refused(
    room: Room, said: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        opened(room, **said)
    assert refused.value.code == code
    with writing():
        assert (Opportunity.objects.count(), OpportunityStep.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda actor, key: tick_criterion(actor=actor, public_id=key, criterion="NEED", evidence="好"), "CRITERION_EVIDENCE"),
        (lambda actor, key: tick_criterion(actor=actor, public_id=key, criterion="SIGNED", evidence=PROOF), "CRITERION_DAY"),
        (lambda actor, key: tick_criterion(actor=actor, public_id=key, criterion="NEED", evidence=PROOF, done_on=date(2026, 11, 11)), "CRITERION_DAY"),
        (lambda actor, key: tick_criterion(actor=actor, public_id=key, criterion="NEED", evidence="他信佛所以要贷款"), "TEXT_TERMS"),
        (lambda actor, key: untick_criterion(actor=actor, public_id=key, criterion="NEED", reason=WHY), "CRITERION_OPEN"),
        (lambda actor, key: advance_opportunity(actor=actor, public_id=key, stage=2), "STAGE_MOVED"),
        (lambda actor, key: step_back(actor=actor, public_id=key, stage=0, reason=WHY), "STAGE_FIRST"),
        (lambda actor, key: step_back(actor=actor, public_id=key, stage=0, reason="忙"), "REASON_SHORT"),
        (lambda actor, key: win_opportunity(actor=actor, public_id=key, amount=M, closed_on=AT.date()), "WIN_EARLY"),
        (lambda actor, key: lose_opportunity(actor=actor, public_id=key, loss="X", reason=WHY), "LOSS_CODE"),
        (lambda actor, key: lose_opportunity(actor=actor, public_id=key, loss="PRICE", reason=WHY, closed_on=date(2026, 11, 11)), "CLOSE_DAY"),
        (lambda actor, key: push_opportunity(actor=actor, public_id=key, closes_on=CLOSES, reason=WHY), "CLOSE_SAME"),
        (lambda actor, key: push_opportunity(actor=actor, public_id=key, closes_on=date(2026, 11, 9), reason=WHY), "CLOSE_PAST"),
        (lambda actor, key: hand_opportunity(actor=actor, public_id=key, owner="E1001", reason=WHY), "OPPORTUNITY_OWNER"),
    ],
)  # fmt: skip
def test_an_act_without_ground_changes_nothing(room: Room, call: Callable[..., Any], code: str) -> None:
    key = opened(room)
    before, steps = row_of(key), steps_of(key)
    with pytest.raises(Refused) as refused:
        call(room.actor(), key)
    assert refused.value.code == code
    assert (row_of(key), steps_of(key)) == (before, steps)


def test_of_sixteen_who_advance_at_once_one_does_and_the_others_are_told(room: Room) -> None:
    key = opened(room)
    prove(room, key, 2)
    actor = room.actor()
    found = at_once(
        *(lambda: advance_opportunity(actor=actor, public_id=key, stage=1)["stage"] for _n in range(16))
    )

    assert sorted(found) == ["2", *["STAGE_MOVED"] * 15]
    assert [one for one in steps_of(key) if one[0] == "advanced"] == [("advanced", 2)]
