"""Files of interactions: who adds, sees, takes and withdraws them, and what lies in the database of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from jinlan.basics.errors import Refused
from jinlan.clients import vault
from jinlan.domains.engagement.models import Attachment, AttachmentContent, Interaction
from jinlan.domains.engagement.services.attachments import (
    attach_file,
    open_attachment,
    withdraw_attachment,
)
from jinlan.domains.engagement.services.interactions import cancel_interaction
from jinlan.domains.engagement.services.packing import pack_of
from jinlan.domains.engagement.services.walls import admit_reader
from jinlan.domains.engagement.tests.worlds import Room, a_colleague
from jinlan.kernel.intake.take import Taken
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.testing import AT, writing

WHY = "负责并购贷款的审查准备"
PLAIN = b"%PDF-1.7 CONFIDENTIAL-PLAINTEXT " * 40


def a_file(number: int = 1, content: bytes = PLAIN) -> Taken:
    return Taken(f"会谈纪要{number}.pdf", "PDF", content, f"{number:064x}")


def attached(room: Room, talk: UUID, number: int = 1, username: str = "lihua") -> UUID:
    return UUID(attach_file(actor=room.actor(username), public_id=talk, file=a_file(number)))


def kept() -> list[dict[str, Any]]:
    with writing():
        return list(Attachment.objects.order_by("id").values()) + list(AttachmentContent.objects.order_by("id").values())  # fmt: skip


def test_a_file_is_kept_sealed_and_opens_again(room: Room, admin_url: str) -> None:
    key = attached(room, room.log())

    opened = open_attachment(actor=room.actor(), public_id=key)
    assert (opened.name, opened.content) == ("会谈纪要1.pdf", PLAIN)
    with psycopg.connect(admin_url) as admin:
        ((content, sealed),) = admin.execute(
            "select content, key from engagement_attachmentcontent"
        ).fetchall()
    assert (len(content), b"CONFIDENTIAL" in content, content[:1], sealed[:1]) == (
        len(PLAIN) + 34,
        False,
        b"J",
        b"J",
    )
    (row,) = [one for one in kept() if "name" in one]
    assert (row["size"], row["kind"], row["made_by"], row["sha256"]) == (
        len(PLAIN),
        "PDF",
        "lihua",
        f"{1:064x}",
    )


def test_what_a_file_holds_does_not_open_at_another_place(room: Room, admin_url: str) -> None:
    talk = room.log()
    one, two = attached(room, talk, 1), attached(room, talk, 2)
    with psycopg.connect(admin_url) as admin:
        admin.execute(
            "update engagement_attachmentcontent c set content = o.content from engagement_attachmentcontent o where o.id <> c.id"
        )
    for key in (one, two):
        with pytest.raises(Refused) as refused:
            open_attachment(actor=room.actor(), public_id=key)
        assert refused.value.code == "VAULT_DAMAGED"
    assert room.audit("engagement.file_taken") == []


def test_who_added_and_who_took_a_file_is_recorded_without_its_name(room: Room) -> None:
    talk = room.log()
    key = attached(room, talk)
    open_attachment(actor=room.actor("chenwei"), public_id=key)

    (added,), (taken,) = room.audit("engagement.file_attached"), room.audit("engagement.file_taken")
    assert (added.username, added.object_id, added.after["interaction"], added.after["size"]) == (
        "lihua",
        str(key),
        str(talk),
        len(PLAIN),
    )
    assert (taken.username, taken.object_id, taken.after) == (
        "chenwei",
        str(key),
        {"kind": "PDF", "size": len(PLAIN)},
    )
    assert "会谈纪要" not in f"{added.after}{taken.after}"


def test_whoever_does_not_see_the_client_sees_no_file_and_leaves_no_trace(room: Room) -> None:
    talk = room.log()
    key = attached(room, talk)
    before = kept()
    for username in ("zhaoyan", "hejun"):
        with pytest.raises(ScopeDenied):
            attach_file(actor=room.actor(username), public_id=talk, file=a_file(2))
        with pytest.raises(ScopeDenied):
            open_attachment(actor=room.actor(username), public_id=key)
        with pytest.raises(ScopeDenied):
            withdraw_attachment(actor=room.actor(username), public_id=key, reason="不应该能够撤回")
    assert kept() == before
    assert [len(room.audit(f"engagement.file_{verb}")) for verb in ("attached", "taken", "withdrawn")] == [
        1,
        0,
        0,
    ]


def test_compliance_and_the_auditor_read_and_never_add(room: Room) -> None:
    talk = room.log()
    key = attached(room, talk)
    for username in ("wuhan", "zhengyu"):
        assert open_attachment(actor=room.actor(username), public_id=key).content == PLAIN
        with pytest.raises(ScopeDenied):
            attach_file(actor=room.actor(username), public_id=talk, file=a_file(2))
    assert len(kept()) == 2


def test_a_file_behind_the_wall_is_in_sight_as_its_talk_is(room: Room) -> None:
    mate = a_colleague(room)
    talk = room.log(inside=True)
    key = attached(room, talk)

    def seen(username: str) -> tuple[int, int, int]:
        return tuple(room.sees(username, one) for one in (Interaction, Attachment, AttachmentContent))  # type: ignore[return-value]

    assert {one: seen(one) for one in ("lihua", "wuhan", mate, "sunjie", "chenwei", "zhengyu")} == {
        "lihua": (1, 1, 1), "wuhan": (1, 1, 1), mate: (0, 0, 0), "sunjie": (0, 0, 0), "chenwei": (0, 0, 0), "zhengyu": (0, 0, 0),
    }  # fmt: skip
    with pytest.raises(ScopeDenied):
        open_attachment(actor=room.actor("chenwei"), public_id=key)
    assert room.audit("engagement.file_taken") == []

    admit_reader(actor=room.actor(), public_id=talk, reader="sunjie", reason=WHY)
    assert (seen("sunjie"), open_attachment(actor=room.actor("sunjie"), public_id=key).content) == (
        (1, 1, 1),
        PLAIN,
    )


def test_the_database_alone_keeps_files_of_walled_talks_apart(room: Room) -> None:
    from django.db import ProgrammingError

    key = attached(room, room.log(inside=True))
    with scoped(room.actor("chenwei"), write=True):
        assert Attachment.objects.filter(public_id=key).update(withdrawn_at=AT, reason="x") == 0
        assert AttachmentContent.objects.update(content=b"") == 0
    with pytest.raises(ProgrammingError), scoped(room.actor(), write=True):
        Attachment.objects.filter(public_id=key).update(name="改名.pdf")
    with pytest.raises(ProgrammingError), scoped(room.actor(), write=True):
        AttachmentContent.objects.all().delete()
    assert len(kept()) == 2


@pytest.mark.parametrize("username", ["lihua", "chenwei", "sunjie"])
def test_its_author_or_a_head_withdraws_a_file_and_its_content_is_gone(room: Room, username: str) -> None:
    key = attached(room, room.log())

    withdraw_attachment(actor=room.actor(username), public_id=key, reason="误传了别的客户的材料")

    row, content = kept()
    assert (row["withdrawn_by"], row["reason"], row["withdrawn_at"], row["sha256"]) == (
        username,
        "误传了别的客户的材料",
        AT,
        f"{1:064x}",
    )
    assert (bytes(content["content"]), bytes(content["key"])) == (b"", b"")
    with pytest.raises(ScopeDenied):
        open_attachment(actor=room.actor(), public_id=key)
    (entry,) = room.audit("engagement.file_withdrawn")
    assert (entry.reason, entry.before["size"]) == ("误传了别的客户的材料", len(PLAIN))
    with pytest.raises(Refused) as again:
        withdraw_attachment(actor=room.actor(), public_id=key, reason="再撤回一次看看")
    assert again.value.code == "ATTACHMENT_GONE"


@pytest.mark.parametrize(("reason", "code"), [("误", "REASON_SHORT"), ("他正在离婚所以撤回", "TEXT_TERMS")])
def test_a_withdrawal_says_why(room: Room, reason: str, code: str) -> None:
    key = attached(room, room.log())
    before = kept()
    with pytest.raises(Refused) as refused:
        withdraw_attachment(actor=room.actor(), public_id=key, reason=reason)
    assert (refused.value.code, kept()) == (code, before)


def test_a_colleague_does_not_withdraw_what_another_added(room: Room) -> None:
    mate = a_colleague(room)
    key = attached(room, room.log())
    before = kept()
    with pytest.raises(Refused) as refused:
        withdraw_attachment(actor=room.actor(mate), public_id=key, reason="不是我上传的附件")
    assert (refused.value.code, kept()) == ("ATTACHMENT_OTHERS", before)


def test_the_same_file_comes_in_once_and_again_after_it_was_withdrawn(room: Room) -> None:
    talk = room.log()
    key = attached(room, talk)
    with pytest.raises(Refused) as refused:
        attached(room, talk)
    assert (refused.value.code, len(kept())) == ("ATTACHMENT_TWICE", 2)

    withdraw_attachment(actor=room.actor(), public_id=key, reason="先撤回再重新上传")
    attached(room, talk)
    assert len(kept()) == 4
    attached(room, room.log())  # of another talk


def test_a_talk_has_ten_files_at_most(room: Room) -> None:
    talk = room.log()
    for number in range(10):
        attached(room, talk, number)
    with pytest.raises(Refused) as refused:
        attached(room, talk, 11)
    assert (refused.value.code, str(refused.value)) == (
        "ATTACHMENT_MANY",
        "一次互动最多 10 个附件。 请先撤回不需要的，或合并成一个文件。",
    )
    assert len(kept()) == 20


def test_what_was_cancelled_takes_no_file_and_a_name_says_nothing_forbidden(room: Room) -> None:
    talk = room.plan()
    cancel_interaction(actor=room.actor(), public_id=talk, reason="客户改期，取消这次")
    named = Taken("客户离婚协议.pdf", "PDF", PLAIN, "a" * 64)
    for key, file, code in ((talk, a_file(), "ATTACHMENT_CANCELLED"), (room.log(), named, "TEXT_TERMS")):
        with pytest.raises(Refused) as refused:
            attach_file(actor=room.actor(), public_id=key, file=file)
        assert refused.value.code == code
    assert kept() == []


def test_files_go_with_a_client_that_is_erased(room: Room) -> None:
    attached(room, room.log())
    room_of_another = room.cast.other
    with writing():
        vault.erase(room_of_another.entity, [(room_of_another.root_party.code, "ERASE")])
    assert bytes(kept()[1]["content"]) != b""
    with writing():
        vault.erase(room.cast.group.entity, [(room.cast.group.root_party.code, "ERASE")])

    row, content = kept()
    assert (row["name"], row["reason"], bytes(content["content"]), bytes(content["key"])) == (
        "已删除",
        "客户的数据已按要求删除",
        b"",
        b"",
    )
    assert row["withdrawn_at"] is not None


def test_a_hand_over_lists_open_files_by_name(room: Room) -> None:
    talk = room.log()
    attached(room, talk, 1)
    gone = attached(room, talk, 2)
    withdraw_attachment(actor=room.actor(), public_id=gone, reason="误传了别的客户的材料")
    attached(room, room.log(inside=True), 3)
    with scoped(room.actor()):
        found = pack_of(room.actor(), room.cast.group, "E1001")["documents"]

    assert (found["count"], [(one["name"], one["on"]) for one in found["newest"]]) == (
        1,
        [("会谈纪要1.pdf", "2026-11-10")],
    )


def test_a_talk_that_is_planned_takes_its_material_beforehand(room: Room) -> None:
    attached(room, room.plan(starts_at=AT + timedelta(days=3)))
    assert len(kept()) == 2
