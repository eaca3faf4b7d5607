"""The ledger: made, moved, kept, broken, released, handed over; who closes second is told by whom it was closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Promise
from jinlan.domains.engagement.selectors.ledger import tallies
from jinlan.domains.engagement.services.promises import (
    break_promise,
    hand_promise,
    keep_promise,
    move_promise,
    release_promise,
)
from jinlan.domains.engagement.services.reminding import remind_promises
from jinlan.domains.engagement.tests.worlds import Room, a_colleague, shanghai
from jinlan.kernel.outbox import Notice
from jinlan.kernel.scope import ScopeDenied, scoped, system_actor
from jinlan.kernel.testing import ENTITY, writing
from jinlan.kernel.tests.threads import at_once

PROOF, WHY = "邮件 2026-11-12 已发", "客户要求延后一周"


def test_a_promise_is_moved_and_kept_against_the_day_agreed_last(room: Room) -> None:
    key = room.promise(due_on=date(2026, 11, 13))
    move_promise(actor=room.actor(at=shanghai(13)), public_id=key, due_on=date(2026, 11, 20), reason=WHY)
    keep_promise(actor=room.actor(at=shanghai(20)), public_id=key, evidence=PROOF)

    row = room.kept(key)
    assert (row["state"], row["due_on"], row["first_due_on"], row["closed_on"], row["evidence"]) == (
        "kept", date(2026, 11, 20), date(2026, 11, 13), date(2026, 11, 20), PROOF
    )  # fmt: skip
    assert room.steps(key) == [
        ("made", date(2026, 11, 13), "E1001", "lihua"), ("moved", date(2026, 11, 20), "E1001", "lihua"),
        ("kept", date(2026, 11, 20), "E1001", "lihua"),
    ]  # fmt: skip
    assert [len(room.audit(f"engagement.promise_{verb}")) for verb in ("made", "moved", "kept")] == [1, 1, 1]


def test_a_promise_kept_after_its_day_is_late(room: Room) -> None:
    key = room.promise()
    keep_promise(actor=room.actor(at=shanghai(16)), public_id=key, evidence=PROOF)
    assert (room.kept(key)["state"], room.kept(key)["closed_on"]) == ("late", date(2026, 11, 16))


def test_what_was_kept_in_time_and_said_later_is_kept(room: Room) -> None:
    key = room.promise()
    keep_promise(
        actor=room.actor(at=shanghai(16)), public_id=key, evidence=PROOF, closed_on=date(2026, 11, 13)
    )
    assert room.kept(key)["state"] == "kept"


def test_a_promise_is_broken_after_its_day_only(room: Room) -> None:
    key = room.promise()
    before = room.kept(key)
    with pytest.raises(Refused) as refused:
        break_promise(actor=room.actor(at=shanghai(13)), public_id=key, reason="系统没有排期")
    assert (refused.value.code, room.kept(key)) == ("PROMISE_EARLY", before)
    break_promise(actor=room.actor(at=shanghai(14)), public_id=key, reason="系统没有排期")
    assert (room.kept(key)["state"], room.kept(key)["closed_on"]) == ("broken", date(2026, 11, 14))


def test_the_other_side_lets_a_promise_go(room: Room) -> None:
    key = room.promise()
    release_promise(actor=room.actor(), public_id=key, word="张总 11-10 电话说不再需要", reason="项目取消了")
    row = room.kept(key)
    assert (row["state"], row["evidence"], room.steps(key)[-1][0]) == (
        "released",
        "张总 11-10 电话说不再需要",
        "released",
    )


def test_another_takes_it_over(room: Room) -> None:
    key = room.promise()
    hand_promise(actor=room.actor(), public_id=key, owner="E2001", reason="由分行统一回复")
    assert room.kept(key)["owner"] == "E2001"
    assert room.steps(key)[-1] == ("handed", date(2026, 11, 13), "E2001", "lihua")
    assert room.audit("engagement.promise_handed")[0].before == {"owner": "E1001"}


ACTS: dict[str, Callable[..., Any]] = {
    "keep": lambda actor, key: keep_promise(actor=actor, public_id=key, evidence=PROOF),
    "move": lambda actor, key: move_promise(actor=actor, public_id=key, due_on=date(2026, 12, 1), reason=WHY),
    "break": lambda actor, key: break_promise(actor=actor, public_id=key, reason=WHY),
    "release": lambda actor, key: release_promise(
        actor=actor, public_id=key, word="客户来电说不要了", reason=WHY
    ),
    "hand": lambda actor, key: hand_promise(actor=actor, public_id=key, owner="E2001", reason=WHY),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_what_is_closed_stays_closed_and_the_refusal_names_who_closed_it(room: Room, name: str) -> None:
    key = room.promise()
    keep_promise(actor=room.actor(), public_id=key, evidence=PROOF)
    before, steps = room.kept(key), room.steps(key)
    with pytest.raises(Refused) as refused:
        ACTS[name](room.actor("sunjie", shanghai(16)), key)
    assert refused.value.code == "PROMISE_CLOSED"
    assert refused.value.message == "这项承诺已由 李华 于 2026-11-10 办结。"
    assert (room.kept(key), room.steps(key)) == (before, steps)


@pytest.mark.parametrize("name", list(ACTS))
def test_a_promise_out_of_sight_is_not_there(room: Room, name: str) -> None:
    key = room.promise()
    before = room.kept(key)
    for username in ("zhaoyan", "wangmin", "zhoulin", "wuhan", "zhengyu"):
        with pytest.raises(ScopeDenied):
            ACTS[name](room.actor(username, shanghai(16)), key)
    assert room.kept(key) == before


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda actor, key: keep_promise(actor=actor, public_id=key, evidence="好"), "PROMISE_EVIDENCE"),
        (lambda actor, key: keep_promise(actor=actor, public_id=key, evidence="他离婚后发来"), "TEXT_TERMS"),
        (
            lambda actor, key: keep_promise(
                actor=actor, public_id=key, evidence=PROOF, closed_on=date(2026, 11, 11)
            ),
            "PROMISE_DAY",
        ),
        (
            lambda actor, key: keep_promise(
                actor=actor, public_id=key, evidence=PROOF, closed_on=date(2026, 11, 9)
            ),
            "PROMISE_DAY",
        ),
        (
            lambda actor, key: move_promise(
                actor=actor, public_id=key, due_on=date(2026, 11, 13), reason=WHY
            ),
            "PROMISE_DUE",
        ),
        (
            lambda actor, key: move_promise(actor=actor, public_id=key, due_on=date(2026, 11, 9), reason=WHY),
            "PROMISE_DUE",
        ),
        (
            lambda actor, key: move_promise(
                actor=actor, public_id=key, due_on=date(2026, 11, 20), reason="忙"
            ),
            "REASON_SHORT",
        ),
        (
            lambda actor, key: release_promise(actor=actor, public_id=key, word="嗯", reason=WHY),
            "REASON_SHORT",
        ),
        (
            lambda actor, key: hand_promise(actor=actor, public_id=key, owner="E9999", reason=WHY),
            "STAFF_UNKNOWN",
        ),
        (
            lambda actor, key: hand_promise(actor=actor, public_id=key, owner="E1001", reason=WHY),
            "PROMISE_OWNER",
        ),
    ],
)
def test_an_act_without_ground_changes_nothing(room: Room, call: Callable[..., Any], code: str) -> None:
    key = room.promise()
    before, steps = room.kept(key), room.steps(key)
    with pytest.raises(Refused) as refused:
        call(room.actor(), key)
    assert refused.value.code == code
    assert (room.kept(key), room.steps(key)) == (before, steps)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"side": "both"}, "PROMISE_SIDE"), ({"what": " "}, "PROMISE_WHAT"), ({"what": "长" * 301}, "TEXT_LONG"),
        ({"what": "打 13800138000"}, "TEXT_TERMS"), ({"due_on": date(2026, 11, 9)}, "PROMISE_DUE"),
        ({"made_on": date(2026, 11, 11), "due_on": date(2026, 11, 20)}, "PROMISE_MADE"), ({"owner": "E9999"}, "STAFF_UNKNOWN"),
    ],
)  # fmt: skip
def test_a_promise_that_cannot_be_followed_is_refused(room: Room, said: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        room.promise(**said)
    assert refused.value.code == code
    with writing():
        assert Promise.objects.count() == 0


def test_shares_are_those_of_the_rows_in_sight(room: Room) -> None:
    kept, late, open_one = room.promise(), room.promise(), room.promise(due_on=date(2026, 11, 12))
    client = room.promise(side="client")
    move_promise(actor=room.actor(), public_id=kept, due_on=date(2026, 11, 14), reason=WHY)
    keep_promise(actor=room.actor(), public_id=kept, evidence=PROOF)
    keep_promise(actor=room.actor(at=shanghai(16)), public_id=late, evidence=PROOF)
    with scoped(room.actor()):
        found = tallies(Promise.objects.all(), date(2026, 11, 16))
    assert (found["bank"].kept, found["bank"].late, found["bank"].overdue, found["bank"].moves) == (
        1,
        1,
        1,
        1,
    )
    assert (found["client"].closed, found["client"].overdue) == (0, 1)
    assert {open_one, client}


def test_of_two_who_close_at_once_one_does_and_the_other_is_told_by_whom(room: Room) -> None:
    key = room.promise()

    def close(place: int) -> tuple[str, str]:
        try:
            if place:
                return "done", release_promise(actor=second, public_id=key, word="客户说不要了", reason=WHY)[
                    "state"
                ]
            return "done", keep_promise(actor=first, public_id=key, evidence=PROOF)["state"]
        except Refused as refused:
            return refused.code, str(refused.params["who"])

    first, second = room.actor(), room.actor("sunjie")
    answers = at_once(lambda: close(0), lambda: close(1))

    state = room.kept(key)["state"]
    assert answers == (
        [("done", "kept"), ("PROMISE_CLOSED", "李华")]
        if state == "kept"
        else [("PROMISE_CLOSED", "孙杰"), ("done", "released")]
    )
    assert [step[0] for step in room.steps(key)] == ["made", state]


def told(room: Room, username: str) -> list[tuple[str, str]]:
    with writing():
        rows = Notice.objects.filter(person_id=room.cast.people[username].pk).order_by("id")
        return [(one.kind, one.values["when"]) for one in rows]


def test_owners_are_told_once_for_each_kind_of_day(room: Room) -> None:
    mate = a_colleague(room)
    room.promise(due_on=date(2026, 11, 12))
    room.promise(due_on=date(2026, 11, 30))
    room.promise(due_on=date(2026, 11, 12), owner="E1009")

    counts = [
        remind_promises(actor=system_actor(ENTITY, shanghai(day, 8))) for day in (10, 10, 11, 12, 13, 16)
    ]

    assert counts[0] == {"soon": 2, "today": 0, "overdue": 0}
    assert counts[3] == {"soon": 0, "today": 2, "overdue": 0}
    assert counts[5] == {"soon": 0, "today": 0, "overdue": 2}
    wanted = [("engagement.promise_due", when) for when in ("soon", "today", "overdue")]
    assert (told(room, "lihua"), told(room, mate)) == (wanted, wanted)


def test_a_closed_promise_reminds_nobody_and_a_moved_one_anew(room: Room) -> None:
    closed, moved = room.promise(due_on=date(2026, 11, 12)), room.promise(due_on=date(2026, 11, 11))
    keep_promise(actor=room.actor(), public_id=closed, evidence=PROOF)
    remind_promises(actor=system_actor(ENTITY, shanghai(10, 8)))
    move_promise(actor=room.actor(), public_id=moved, due_on=date(2026, 11, 20), reason=WHY)
    remind_promises(actor=system_actor(ENTITY, shanghai(19, 8)))
    assert told(room, "lihua") == [("engagement.promise_due", "soon"), ("engagement.promise_due", "soon")]


def test_ids_are_of_promises_only(room: Room) -> None:
    with pytest.raises(ScopeDenied):
        keep_promise(actor=room.actor(), public_id=UUID(int=1), evidence=PROOF)
