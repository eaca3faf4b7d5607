"""Inside information: who sees it, who lets another in, and what the audit keeps."""

from __future__ import annotations

from uuid import UUID

import pytest

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.models import Interaction, Promise, PromiseStep
from jinlan.domains.engagement.services.promises import hand_promise, keep_promise, make_promise
from jinlan.domains.engagement.services.walls import admit_reader
from jinlan.domains.engagement.tests.worlds import Room, a_colleague
from jinlan.kernel.scope import ScopeDenied

SECRET = "客户拟收购某上市公司，尚未公告"
WHY = "负责并购贷款的审查准备"


def inside(room: Room) -> UUID:
    return room.log(
        inside=True, subject="并购", minutes=SECRET, promises=[{"side": "bank", "what": "准备并购贷款", "due_on": "2026-11-20"}]
    )  # fmt: skip


def seen(room: Room, username: str) -> tuple[int, int, int]:
    return room.sees(username, Interaction), room.sees(username, Promise), room.sees(username, PromiseStep)


def test_only_those_who_took_part_and_compliance_see_it(room: Room) -> None:
    mate = a_colleague(room)
    inside(room)

    assert {one: seen(room, one) for one in ("lihua", "wuhan", mate, "sunjie", "chenwei", "zhoulin", "zhengyu")} == {
        "lihua": (1, 1, 1), "wuhan": (1, 1, 1), mate: (0, 0, 0), "sunjie": (0, 0, 0), "chenwei": (0, 0, 0), "zhoulin": (0, 0, 0),
        "zhengyu": (0, 0, 0),
    }  # fmt: skip


def test_the_audit_holds_no_word_of_it(room: Room) -> None:
    key = inside(room)
    (promise,) = room.interactions() and _promises(room)
    keep_promise(actor=room.actor(), public_id=promise, evidence="并购贷款方案已发出")

    for verb in ("engagement.interaction_logged", "engagement.promise_made", "engagement.promise_kept"):
        (entry,) = room.audit(verb)
        text = f"{entry.before}{entry.after}{entry.reason}"
        assert "并购" not in text
        assert "收购" not in text
        assert entry.after["inside"] is True
    assert room.audit("engagement.interaction_logged")[0].object_id == str(key)


def _promises(room: Room) -> list[UUID]:
    from jinlan.kernel.testing import writing

    with writing():
        return list(Promise.objects.values_list("public_id", flat=True))


@pytest.mark.parametrize("username", ["lihua", "wuhan"])
def test_a_reader_or_compliance_lets_one_more_in(room: Room, username: str) -> None:
    key = inside(room)

    admit_reader(actor=room.actor(username), public_id=key, reader="sunjie", reason=WHY)

    assert (seen(room, "sunjie"), seen(room, "chenwei")) == ((1, 1, 1), (0, 0, 0))
    (entry,) = room.audit("engagement.reader_admitted")
    assert (entry.username, entry.after, entry.reason) == (username, {"reader": "sunjie", "readers": 2}, WHY)


def test_whoever_does_not_see_it_lets_nobody_in(room: Room) -> None:
    key = inside(room)
    before = room.interaction(key)
    for username in ("sunjie", "chenwei", "zhoulin", "zhengyu", "zhaoyan"):
        with pytest.raises(ScopeDenied):
            admit_reader(actor=room.actor(username), public_id=key, reader=username, reason=WHY)
    assert room.interaction(key) == before


@pytest.mark.parametrize(
    ("reader", "reason", "code"),
    [("nobody", WHY, "READER_UNKNOWN"), ("", WHY, "READER_UNKNOWN"), ("lihua", WHY, "READER_TWICE"), ("sunjie", "要", "REASON_SHORT"),
     ("sunjie", "他正在离婚所以", "TEXT_TERMS")],
)  # fmt: skip
def test_who_is_let_in_and_why_must_be_said(room: Room, reader: str, reason: str, code: str) -> None:
    key = inside(room)
    before = room.interaction(key)
    with pytest.raises(Refused) as refused:
        admit_reader(actor=room.actor(), public_id=key, reader=reader, reason=reason)
    assert refused.value.code == code
    assert room.interaction(key) == before


def test_an_open_talk_has_no_wall_to_cross(room: Room) -> None:
    key = room.log()
    with pytest.raises(Refused) as refused:
        admit_reader(actor=room.actor(), public_id=key, reader="sunjie", reason=WHY)
    assert refused.value.code == "WALL_NONE"


def test_a_promise_behind_the_wall_goes_to_its_readers_only(room: Room) -> None:
    mate = a_colleague(room)
    key = inside(room)
    (promise,) = _promises(room)
    before = room.kept(promise)
    with pytest.raises(Refused) as handed:
        hand_promise(actor=room.actor(), public_id=promise, owner="E1009", reason="由周宁跟进")
    with pytest.raises(Refused) as made:
        make_promise(
            actor=room.actor(), unit=room.cast.group.public_id, side="bank", what="回复", due_on=before["due_on"], owner="E1009", interaction=key
        )  # fmt: skip
    assert (handed.value.code, made.value.code) == ("PROMISE_OWNER", "PROMISE_OWNER")
    assert room.kept(promise) == before
    assert len(_promises(room)) == 1

    admit_reader(actor=room.actor(), public_id=key, reader=mate, reason=WHY)
    hand_promise(actor=room.actor(), public_id=promise, owner="E1009", reason="由周宁跟进")
    assert room.kept(promise)["owner"] == "E1009"


def test_compliance_changes_nothing_but_the_readers(room: Room) -> None:
    from django.db import ProgrammingError

    from jinlan.kernel.scope import scoped

    key = inside(room)
    open_one = room.log()
    with pytest.raises(ProgrammingError), scoped(room.actor("wuhan"), write=True):
        Interaction.objects.filter(public_id=key).update(minutes="改了")
    with scoped(room.actor("wuhan"), write=True):
        assert Interaction.objects.filter(public_id=open_one).update(readers=[1]) == 0
    assert room.interaction(key)["minutes"] == SECRET
