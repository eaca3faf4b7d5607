"""An agreement as a document: the text for both sides to sign, how it is kept for our own people, and a record of every one that left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from jinlan.domains.engagement.tests.agreeing import Paper, a_paper
from jinlan.domains.engagement.tests.worlds import Room, a_contact
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.workspace.tests.conftest import World
from jinlan.workspace.tests.test_plan_paper import GIVEN, pdf_of, word_of

Sign = Callable[[str], Client]


@pytest.fixture
def paper(world: World) -> Paper:
    """Write the whole agreement with 甲集团 in the published world."""
    cast = world.cast
    people = [a_contact(cast.group, "张伟"), a_contact(cast.group, "李强"), a_contact(cast.other, "钱进")]
    return a_paper(Room(cast, *people)).whole()


def at(paper: Paper, query: str = "") -> str:
    return f"/clients/{paper.room.cast.group.public_id}/agreement/paper{query}"


def exported(paper: Paper) -> list[tuple[str, str]]:
    with scoped(paper.room.actor("zhengyu")):
        rows = AuditEntry.objects.filter(verb="paper.exported").order_by("id")
        return [(row.username, row.after["of"]) for row in rows]


def test_the_text_to_be_signed_says_what_was_agreed_and_nothing_of_the_client(
    paper: Paper, as_person: Sign
) -> None:
    paper.clear()
    answer = as_person("lihua").post(at(paper), GIVEN)
    lines = word_of(answer)

    assert lines[:2] == ["战略合作协议（待签署）", "第 1 份 · 2026-11-01 至 2028-10-31"]
    for line in (
        "甲方 | 甲集团", "开始商谈续签 | 2028-08-02", f"文本指纹 | {paper.row()['content']}", "1 双方", "长期合作，共同发展", "30.00 亿元",
        "意向额度不是授信承诺：每一笔业务按我行授信制度另行审批，以审批结论为准。", "高层会晤 | 我行 | 2027-02-28 / 每 6 个月", "提供集团用款计划 | 客户 | 2026-12-15",
        "日均存款不低于一亿 / 近12月日均存款 | 客户 | 每月末不低于 1.00 亿元 | 2026-11-01 – 2028-10-31", "双方签署",
    ):  # fmt: skip
        assert line in lines, line
    whole = "\n".join(lines)
    for word in ("5,000.00", "已用额度", "未达约定", "lihua", "钱进", "进行中"):
        assert word not in whole
    assert exported(paper) == [("lihua", str(paper.key))]


def test_a_draft_says_so_and_is_not_to_be_signed(paper: Paper, as_person: Sign) -> None:
    lines = word_of(as_person("lihua").post(at(paper), GIVEN))
    assert lines[0] == "战略合作协议（起草中）"
    assert "双方签署" not in lines


def test_how_it_is_kept_is_for_our_own_people(paper: Paper, as_person: Sign) -> None:
    paper.clear().sign()
    text = pdf_of(as_person("lihua").post(at(paper, "?paper=kept"), GIVEN | {"kind": "pdf"}))
    for word in ("战略合作协议履约情况", "高层会晤", "进行中 0 / 4", "开证时间不超过五天", "李华 (lihua)"):
        assert word in text, word
    assert [one for one, _key in exported(paper)] == ["lihua"]


@pytest.mark.parametrize(
    ("username", "query"),
    [("wangmin", ""), ("wangmin", "?paper=kept"), ("lihua", "?number=7"), ("lihua", "?paper=none")],
)
def test_what_is_not_in_sight_does_not_leave(
    paper: Paper, as_person: Sign, username: str, query: str
) -> None:
    answer = as_person(username).post(at(paper, query), GIVEN)
    assert (answer.status_code, exported(paper)) == (404, [])
