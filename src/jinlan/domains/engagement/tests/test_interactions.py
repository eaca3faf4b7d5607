"""Interactions: logged, planned, arrived at, minuted, cancelled; and what is refused changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.errors import Refused
from jinlan.clients.testing import stands_in
from jinlan.domains.engagement.models import Interaction, Promise
from jinlan.domains.engagement.services.interactions import (
    cancel_interaction,
    check_in,
    file_minutes,
    log_interaction,
)
from jinlan.domains.engagement.tests.worlds import MINUTES, YESTERDAY, Room, a_colleague, shanghai
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.testing import AT


def test_what_was_held_is_written_down_with_minutes_needs_and_promises(room: Room) -> None:
    key = room.log(
        ends_at=YESTERDAY + timedelta(hours=1), staff=["E1001", "E2001"], needs=["跨境并购贷款"], next_on=date(2026, 11, 20), place="客户总部",
        promises=[
            {"side": "bank", "what": "给出授信方案", "due_on": "2026-11-13"},
            {"side": "client", "what": "提供三季报", "due_on": date(2026, 11, 16), "person": str(room.zhang.public_id)},
        ],
    )  # fmt: skip

    row = room.interaction(key)
    assert (row["kind"], row["state"], row["staff"], row["people"]) == (
        "VISIT",
        "held",
        ["E1001", "E2001"],
        [room.zhang.pk],
    )
    assert (row["minutes"], row["minutes_at"], row["minutes_by"]) == (MINUTES, AT, "lihua")
    assert (row["needs"], row["next_on"], row["made_name"]) == (["跨境并购贷款"], date(2026, 11, 20), "李华")
    assert (row["inside"], row["readers"], row["party_id"], row["branch_id"]) == (
        False,
        [],
        None,
        room.cast.group.branch_id,
    )
    with_promises = [
        (one.side, one.what, one.owner, one.made_on, one.due_on, one.person_id) for one in _promises()
    ]
    assert with_promises == [
        ("bank", "给出授信方案", "E1001", date(2026, 11, 9), date(2026, 11, 13), None),
        ("client", "提供三季报", "E1001", date(2026, 11, 9), date(2026, 11, 16), room.zhang.pk),
    ]
    (entry,) = room.audit("engagement.interaction_logged")
    assert entry.after == {
        "kind": "VISIT", "state": "held", "starts_at": "2026-11-09T02:00:00Z", "staff": ["E1001", "E2001"], "people": 1, "inside": False
    }  # fmt: skip


def _promises() -> list[Promise]:
    from jinlan.kernel.testing import writing

    with writing():
        return list(Promise.objects.order_by("due_on"))


def test_the_same_key_writes_once(room: Room) -> None:
    said: dict[str, Any] = {
        "unit": room.cast.group.public_id, "kind": "CALL", "starts_at": YESTERDAY, "subject": "询价", "minutes": MINUTES
    }  # fmt: skip
    first = log_interaction.once("k1", actor=room.actor(), **said)
    again = log_interaction.once("k1", actor=room.actor(), **said)
    assert first == again
    assert len(room.interactions()) == 1
    with pytest.raises(Refused) as refused:
        log_interaction.once("k1", actor=room.actor(), **said | {"subject": "别的"})
    assert refused.value.code == "KEY_USED"
    assert len(room.interactions()) == 1


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"starts_at": AT + timedelta(minutes=1)}, "INTERACTION_FUTURE", "starts_at"),
        ({"ends_at": YESTERDAY - timedelta(minutes=1)}, "INTERACTION_END", "ends_at"),
        ({"kind": "LETTER"}, "INTERACTION_KIND", "kind"),
        ({"begun_by": "nobody"}, "INTERACTION_BEGUN", "begun_by"),
        ({"subject": "  "}, "INTERACTION_SUBJECT", "subject"),
        ({"subject": "长" * 201}, "TEXT_LONG", "subject"),
        ({"minutes": " "}, "INTERACTION_MINUTES", "minutes"),
        ({"minutes": "他离婚了"}, "TEXT_TERMS", "minutes"),
        ({"subject": "13800138000"}, "TEXT_TERMS", "subject"),
        ({"needs": ["给情妇开户，13800138000"]}, "TEXT_TERMS", "needs"),
        ({"needs": ["需"] * 21}, "INTERACTION_NEEDS", "needs"),
        ({"staff": ["E9999"]}, "STAFF_UNKNOWN", "staff"),
        ({"people": ["not a key"]}, "PERSON_ELSEWHERE", "people"),
        ({"people": [str(UUID(int=7))]}, "PERSON_ELSEWHERE", "people"),
        ({"promises": [{"side": "bank", "what": "回复"}]}, "PROMISE_DUE_MISSING", "due_on"),
        (
            {"promises": [{"side": "bank", "what": "回复", "due_on": "2026-13-01"}]},
            "PROMISE_DUE_MISSING",
            "due_on",
        ),
        ({"promises": [{"side": "bank", "what": "回复", "due_on": "2026-11-08"}]}, "PROMISE_DUE", "due_on"),
        ({"promises": [{"side": "both", "what": "回复", "due_on": "2026-11-13"}]}, "PROMISE_SIDE", "side"),
        ({"promises": [{"side": "bank", "what": "", "due_on": "2026-11-13"}]}, "PROMISE_WHAT", "what"),
    ],
)
def test_bad_input_is_refused_at_its_field_and_nothing_is_written(
    room: Room, said: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        room.log(**said)

    assert (refused.value.code, refused.value.params.get("field")) == (code, field)
    assert room.interactions() == []
    assert _promises() == []


def test_a_person_of_another_client_is_refused(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        room.log("chenwei", people=[str(room.stranger.public_id)])
    assert refused.value.code == "PERSON_ELSEWHERE"
    assert room.interactions() == []


@pytest.mark.parametrize("username", ["zhaoyan", "wangmin", "zhoulin", "wuhan", "zhengyu"])
def test_who_does_not_look_after_the_whole_client_writes_nothing(room: Room, username: str) -> None:
    with pytest.raises(ScopeDenied):
        room.log(username, people=[])
    assert room.interactions() == []


def test_a_members_manager_writes_and_reads_what_is_about_his_member(room: Room) -> None:
    room.log(people=[])
    key = room.log("wangmin", people=[], party=room.cast.parties["jia-3"].public_id)

    assert room.interaction(key)["party_id"] == room.cast.parties["jia-3"].pk
    assert (
        room.sees("wangmin", Interaction),
        room.sees("lihua", Interaction),
        room.sees("zhaoyan", Interaction),
    ) == (1, 2, 0)


def test_a_plan_clashes_with_the_same_colleagues_plan_unless_anyway(room: Room) -> None:
    first = room.plan(starts_at=shanghai(12, 14), ends_at=shanghai(12, 15), subject="季度回顾")
    for start, hour in (
        (shanghai(12, 14), "same"),
        (shanghai(12, 14) + timedelta(minutes=59), "overlapping"),
    ):
        with pytest.raises(Refused) as refused:
            room.plan(starts_at=start, subject=hour)
        assert refused.value.code == "INTERACTION_CLASH"
        assert refused.value.message == "E1001 在 2026-11-12 14:00 已有安排：季度回顾。"
    assert len(room.interactions()) == 1

    room.plan(starts_at=shanghai(12, 15), subject="接着的一场")
    room.plan(starts_at=shanghai(12, 14), staff=["E2001"], subject="别的同事")
    room.plan(starts_at=shanghai(12, 14), subject="仍然安排", anyway=True)
    cancel_interaction(actor=room.actor(), public_id=first, reason="客户改期了")
    assert len(room.interactions()) == 4


def test_a_plan_names_a_colleague_who_is_away_that_day_and_who_stands_in(room: Room) -> None:
    people = room.cast.employees
    stands_in(people["E2001"], people["E1001"], date(2026, 11, 12), date(2026, 11, 14))
    for day in (12, 13):
        with pytest.raises(Refused) as refused:
            room.plan(starts_at=shanghai(day, 0))
        assert (refused.value.code, refused.value.message) == (
            "INTERACTION_AWAY",
            "E1001 那天离岗，由 E2001 代理。",
        )
    assert room.interactions() == []

    room.plan(starts_at=shanghai(12), staff=["E2001"], subject="代理人参加")
    room.plan(starts_at=shanghai(14), subject="回来那天")
    room.plan(starts_at=shanghai(13), subject="仍然安排", anyway=True)
    assert len(room.interactions()) == 3


def test_a_plan_of_a_day_gone_by_is_refused(room: Room) -> None:
    with pytest.raises(Refused) as refused:
        room.plan(starts_at=YESTERDAY)
    assert refused.value.code == "INTERACTION_PAST"
    assert room.interactions() == []


def test_one_checks_in_on_the_day_and_files_the_minutes_later(room: Room) -> None:
    key = room.plan(starts_at=shanghai(12, 14), people=[str(room.zhang.public_id)])
    with pytest.raises(Refused) as early:
        check_in(actor=room.actor(), public_id=key)
    with pytest.raises(Refused) as stranger:
        check_in(actor=room.actor("sunjie", shanghai(12, 14)), public_id=key)
    with pytest.raises(Refused) as ahead:
        file_minutes(actor=room.actor(), public_id=key, minutes=MINUTES)
    assert (early.value.code, stranger.value.code, ahead.value.code) == (
        "INTERACTION_DAY", "INTERACTION_ABSENT", "INTERACTION_FUTURE"
    )  # fmt: skip

    check_in(actor=room.actor(at=shanghai(12, 14)), public_id=key)
    with pytest.raises(Refused) as twice:
        check_in(actor=room.actor(at=shanghai(12, 15)), public_id=key)
    assert twice.value.code == "INTERACTION_ARRIVED"
    with pytest.raises(Refused) as moved:
        file_minutes(actor=room.actor(at=shanghai(13)), public_id=key, minutes=MINUTES, edition=1)
    assert moved.value.code == "INTERACTION_MOVED"
    file_minutes(
        actor=room.actor(at=shanghai(13)), public_id=key, minutes=MINUTES, edition=2, promises=[{"side": "bank", "what": "回复", "due_on": "2026-11-20"}]
    )  # fmt: skip

    row = room.interaction(key)
    assert (row["state"], row["arrived_at"], row["minutes_at"]) == ("held", shanghai(12, 14), shanghai(13))
    assert [one.made_on for one in _promises()] == [date(2026, 11, 12)]
    for done in (lambda: file_minutes(actor=room.actor(at=shanghai(14)), public_id=key, minutes="再写"),
                 lambda: cancel_interaction(actor=room.actor(), public_id=key, reason="不要了不要了")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            done()
        assert refused.value.code == "INTERACTION_STATE"
    assert room.interaction(key) == row


def test_a_plan_is_cancelled_with_a_reason(room: Room) -> None:
    key = room.plan()
    with pytest.raises(Refused) as short:
        cancel_interaction(actor=room.actor(), public_id=key, reason="忙")
    assert (short.value.code, room.interaction(key)["state"]) == ("REASON_SHORT", "planned")

    cancel_interaction(actor=room.actor(), public_id=key, reason="客户临时出差")

    row = room.interaction(key)
    assert (row["state"], row["reason"], row["edition"]) == ("cancelled", "客户临时出差", 2)
    assert room.audit("engagement.interaction_cancelled")[0].reason == "客户临时出差"


def test_nobody_touches_what_is_not_in_his_sight(room: Room) -> None:
    key = room.plan()
    before = room.interaction(key)
    for username in ("zhaoyan", "wangmin"):
        with pytest.raises(ScopeDenied):
            cancel_interaction(actor=room.actor(username), public_id=key, reason="客户改期了")
    with pytest.raises(ScopeDenied):
        cancel_interaction(actor=room.actor(), public_id=UUID(int=1), reason="客户改期了")
    assert room.interaction(key) == before


def test_a_team_member_files_what_a_colleague_planned(room: Room) -> None:
    mate = a_colleague(room)
    key = room.plan(starts_at=AT)

    file_minutes(actor=room.actor(mate), public_id=key, minutes=MINUTES)

    assert room.interaction(key)["minutes_by"] == mate
