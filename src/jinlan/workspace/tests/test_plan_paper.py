"""A plan as a document: what its page shows to who takes it, what the client is shown, and a record of every one that left."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document
from pypdf import PdfReader

from jinlan.domains.engagement.services.plan_work import finish_plan_action, review_plan
from jinlan.domains.engagement.services.plans import share_plan
from jinlan.domains.engagement.tests.planning import DEED, GOAL, Desk, a_desk, next_version
from jinlan.domains.engagement.tests.worlds import Room, a_contact
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import TODAY
from jinlan.workspace.tests.conftest import World

Sign = Callable[[str], Client]
GIVEN = {"kind": "docx", "purpose": "SERVICE", "reason": "年度计划沟通会"}


@pytest.fixture
def desk(world: World) -> Desk:
    """Write the whole plan of 甲集团 in the published world."""
    cast = world.cast
    people = [a_contact(cast.group, "张伟"), a_contact(cast.group, "李强"), a_contact(cast.other, "钱进")]
    return a_desk(Room(cast, *people)).whole()


def at(desk: Desk, query: str = "") -> str:
    return f"/clients/{desk.room.cast.group.public_id}/plan/paper{query}"


def word_of(answer: Any) -> list[str]:
    """Return every line of a Word file that was answered: paragraphs, then the rows of its tables."""
    assert answer.status_code == 200, answer.status_code
    assert "Content-Disposition" in answer.headers, answer.content.decode()
    book = Document(io.BytesIO(answer.content))
    rows = [
        " | ".join(cell.text.replace("\n", " / ") for cell in row.cells)
        for table in book.tables
        for row in table.rows
    ]
    return [one.text for one in book.paragraphs if one.text] + rows


def pdf_of(answer: Any) -> str:
    assert answer.headers["Content-Type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def records(desk: Desk) -> list[tuple[Any, ...]]:
    with scoped(desk.room.actor("zhengyu")):
        rows = AuditEntry.objects.filter(verb="paper.exported").order_by("id")
        return [(row.username, row.object_id, row.after, row.reason) for row in rows]


def taken(desk: Desk, as_person: Sign, query: str = "", username: str = "lihua") -> list[str]:
    return word_of(as_person(username).post(at(desk, query), GIVEN))


def test_the_plan_in_force_says_everything_that_its_page_says(desk: Desk, as_person: Sign) -> None:
    desk.write("cell", "CELL", {"product": "BOND", "standing": "RIVAL", "text": "上次由他行承销"})
    desk.approve()
    finish_plan_action(
        actor=desk.room.actor(), public_id=desk.action("deed")["public_id"], note="已上线，见验收单"
    )
    review_plan(
        actor=desk.room.actor(),
        public_id=desk.plan,
        held_on=TODAY,
        minutes="存款按计划，开证仍慢，原因是单证中心缺人。",
        decisions="增派一人",
    )

    answer = as_person("lihua").post(at(desk), GIVEN)
    lines = word_of(answer)

    assert lines[:2] == ["客户计划", "甲集团 · 第 1 版 · 2026-10-01 至 2027-09-30"]
    sections = [
        one for one in lines if one.split(" ")[0].isdigit() and " | " not in one and "小时" not in one
    ]
    assert sections == [
        "1 客户概况与战略", "2 决策链与关系", "3 财务与行业", "4 关系现状", "5 SWOT 分析", "6 需求与空白", "7 目标", "8 举措与行动",
        "9 资源、价格与额度", "10 风险与合规", "11 共赢计划", "12 回顾记录",
    ]  # fmt: skip
    for line in (
        "数据截至 | 2026-11-10", "阅读人 | 李华", "版本 | 第 1 版 · 执行中", "健康度 | 明显落后", f"内容哈希 | {desk.row()['content']}", "用途 | 客户服务:年度计划沟通会",
        "合作十年\n依据 开户记录 · 负责人 李华", "240 小时 主办与产品经理合计", "行业下行\n应对 按季看报表 · 负责人 李华",
        "日均存款增长 / 近12月日均存款 | 1.00 亿元 / 2026-01-01 | 1.60 亿元 | 5,000.00 万元 / 2026-11-10 | −83% / 明显落后 | 2026-12-31 | 李华",
        "开证时间缩短 / 天 | 10 天 / 2026-10-01 | 4 天 | — | 尚未度量 | 2027-03-31 | 李华",
        "上线资金归集 / 日均存款增长 | 李华 | 已完成 | 2026-10-08 | 2026-12-15",
        "提供用款计划 / 贷款增长 / 等待：上线资金归集 | 客户 张伟 / 承诺 | 进行中 | 2026-10-08 | 2026-12-15",
        "整户 · 债券与投行：上次由他行承销", "整户 | 已有 | 已有 | — | — | — | — | 在他行 | — | 已有 | —",
        "2026-11-10 明显落后", "存款按计划，开证仍慢，原因是单证中心缺人。", "决定 增派一人",
    ):  # fmt: skip
        assert line in lines, line
    (version,) = [one for one in lines if one.startswith("第 1 版 | 执行中 | ")]
    assert "孙杰 → 陈伟" in version
    assert [one for one in lines if one.startswith("张伟 | ")] != []
    assert not [one for one in lines if "钱进" in one or "草稿" in one]
    ((who, number, after, reason),) = records(desk)
    assert (who, reason) == ("lihua", "年度计划沟通会")
    assert after == {"paper": "plan", "of": str(desk.plan), "kind": "docx", "purpose": "SERVICE"}
    book = Document(io.BytesIO(answer.content))
    assert f"编号 {number}" in book.sections[0].footer.paragraphs[0].text
    assert "导出 李华 (lihua) · " in book.sections[0].footer.paragraphs[0].text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="jinlan-plan-{number[-6:]}.docx"'


def test_a_pdf_says_the_same_in_english(desk: Desk, as_person: Sign) -> None:
    desk.approve()
    answer = as_person("lihua").post(at(desk), GIVEN | {"kind": "pdf"}, headers={"accept-language": "en"})
    text = pdf_of(answer)
    for one in (
        "Account plan",
        "Data as of",
        "2026-11-10",
        "Reader",
        "Page 1 of",
        "Exported by 李华 (lihua)",
        "CNY 160.00m",
        "7 Objectives",
        "12 Reviews",
    ):
        assert one in text, one
    assert "DRAFT" not in text


def test_a_draft_is_marked_as_one(desk: Desk, as_person: Sign) -> None:
    answer = as_person("lihua").post(at(desk), GIVEN)
    lines = word_of(answer)
    assert lines[0] == "客户计划（草稿）"
    assert "审批 | 尚未审批" in lines
    assert 'string="草稿 李华"' in Document(io.BytesIO(answer.content)).sections[0].header._element.xml
    assert "客户计划（草稿）" in pdf_of(as_person("lihua").post(at(desk), GIVEN | {"kind": "pdf"}))
    english = as_person("lihua").post(at(desk), GIVEN, headers={"accept-language": "en"})
    assert 'string="DRAFT 李华"' in Document(io.BytesIO(english.content)).sections[0].header._element.xml


def test_a_next_version_says_what_it_changes(desk: Desk, as_person: Sign) -> None:
    desk.approve()
    second = next_version(desk)
    second.write("goal", "OBJECTIVE", GOAL | {"target": "1.8亿"})
    lines = taken(desk, as_person, "?version=2")
    assert lines[1] == "甲集团 · 第 2 版 · 2026-10-01 至 2027-09-30"
    assert "修改 目标 日均存款增长\n目标值 160,000,000 → 180,000,000" in lines
    assert [one.split(" | ")[:2] for one in lines if one.startswith("第 ") and " | " in one] == [
        ["第 2 版", "起草中"],
        ["第 1 版", "执行中"],
    ]
    assert taken(desk, as_person)[1].startswith("甲集团 · 第 1 版")  # the one in force


def test_the_shared_paper_holds_what_was_ticked_and_nothing_else(desk: Desk, as_person: Sign) -> None:
    goal, deed, vision = desk.keys["goal"], desk.keys["theirs"], desk.keys["VISION"]
    shared = [
        f"{vision}.text",
        f"{goal}.text",
        f"{goal}.target",
        f"{goal}.progress",
        f"{deed}.text",
        f"{deed}.side",
    ]
    share_plan(actor=desk.room.actor(), public_id=desk.plan, edition=desk.edition, shared=shared)
    desk.approve()

    lines = taken(desk, as_person, "?paper=mutual")

    assert lines == [
        "共赢计划", "甲集团 · 第 1 版 · 2026-10-01 至 2027-09-30",
        "以下是金澜银行与您商定的内容，自 2026-10-01 至 2027-09-30。如与您的理解不一致，请告诉您的客户经理。",
        "客户的愿景", "三年内成为行业前三", "目标", "行动", "双方确认",
        "银行 | 金澜银行", f"日期 | {lines[9].partition(' | ')[2]}", "编制 | 李华", "客户 | 甲集团", "版本 | 第 1 版",
        "目标 | 目标值 | 进度", "日均存款增长 | 1.60 亿元 | 已完成 0%，按直线应到 86%", "行动 | 哪一方", "提供用款计划 | 客户",
        "甲集团 /  / 签字 /  / 盖章 /  /  / 日期 /  | 金澜银行 /  / 签字 /  / 盖章 /  /  / 日期 / ",
    ]  # fmt: skip
    body = as_person("lihua").post(at(desk, "?paper=mutual"), GIVEN | {"kind": "pdf"})
    text = pdf_of(body) + "\n".join(lines)
    for hidden in (
        "基线",
        "1.00 亿",
        "合作十年",
        "开户记录",
        "降价",
        "开证",
        "240",
        "行业下行",
        "lihua",
        "年度计划沟通会",
    ):
        assert hidden not in text, hidden
    assert [one[2]["paper"] for one in records(desk)] == ["mutual", "mutual"]


def test_a_shared_draft_is_not_there_to_sign(desk: Desk, as_person: Sign) -> None:
    lines = taken(desk, as_person, "?paper=mutual")
    assert lines[0] == "共赢计划（草稿）"
    assert "这是供您审阅的草稿，双方尚未确认。" in lines
    assert "还没有选择任何内容，客户什么也看不到。" in lines
    assert not [one for one in lines if "签字" in one]


@pytest.mark.parametrize("username", ["wangmin", "zhaoyan", "hejun"])
@pytest.mark.parametrize("query", ["", "?paper=mutual"])
def test_without_sight_of_the_client_there_is_no_document_and_no_record(
    desk: Desk, as_person: Sign, username: str, query: str
) -> None:
    client = as_person(
        username
    )  # 王敏 serves a member of the group at another branch, and sees that member alone
    assert (client.get(at(desk, query)).status_code, client.post(at(desk, query), GIVEN).status_code) == (
        404,
        404,
    )
    assert records(desk) == []


@pytest.mark.parametrize("username", ["lihua", "sunjie", "chenwei", "zhoulin", "zhengyu", "wuhan"])
def test_who_sees_the_plan_takes_what_his_page_shows(desk: Desk, as_person: Sign, username: str) -> None:
    page = as_person(username).get(f"/clients/{desk.room.cast.group.public_id}/plan").content.decode()
    lines = taken(desk, as_person, username=username)
    names = [one.split(" | ")[0] for one in lines if one.count(" | ") == 10][1:]
    assert len(names) > 1
    grid = page.partition('<table class="data compact white-space">')[2].partition("</table>")[0]
    assert names == re.findall(r'<th scope="row" class="first">(.*?)</th>', grid)
    assert [one[0] for one in records(desk)] == [username]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": "要"}, "说明至少 5 个字"),
        ({"purpose": "FUN"}, "选择"),
        ({"kind": "exe"}, "选择"),
        ({"reason": ""}, "请填写"),
    ],
)
def test_without_purpose_reason_or_format_nothing_leaves(
    desk: Desk, as_person: Sign, wrong: dict[str, str], said: str
) -> None:
    answer = as_person("lihua").post(at(desk), GIVEN | wrong)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert said in answer.content.decode()
    assert records(desk) == []


@pytest.mark.parametrize("query", ["?version=7", "?version='", "?paper=x", "?paper="])
def test_a_document_that_there_is_not_is_not_found(desk: Desk, as_person: Sign, query: str) -> None:
    client = as_person("lihua")
    assert (client.get(at(desk, query)).status_code, client.post(at(desk, query), GIVEN).status_code) == (
        404,
        404,
    )
    elsewhere = f"/clients/{uuid4()}/plan/paper"
    none = f"/clients/{desk.room.cast.household.public_id}/plan/paper"
    assert [as_person("chenwei").post(one, GIVEN).status_code for one in (elsewhere, none)] == [404, 404]
    assert records(desk) == []


def test_who_did_not_prove_himself_lately_is_asked_to_first(
    desk: Desk, as_person: Sign, world: World
) -> None:
    client = Client()
    client.force_login(world.cast.people["lihua"], backend="django.contrib.auth.backends.ModelBackend")
    answers = [client.get(at(desk)), client.post(at(desk), GIVEN)]
    assert [(one.status_code, one.headers["Location"].partition("?")[0]) for one in answers] == [
        (302, "/account/confirm")
    ] * 2
    assert records(desk) == []


def test_the_pages_lead_to_the_documents(desk: Desk, as_person: Sign) -> None:
    plan = as_person("lihua").get(f"/clients/{desk.room.cast.group.public_id}/plan").content.decode()
    assert f"{at(desk)}?version=1&amp;kind=docx" in plan
    assert f"{at(desk)}?version=1&amp;kind=pdf" in plan
    shared = f"/clients/{desk.room.cast.group.public_id}/plan/share"
    assert "paper=mutual" not in as_person("lihua").get(shared).content.decode()  # nothing is shared yet
    share_plan(
        actor=desk.room.actor(),
        public_id=desk.plan,
        edition=desk.edition,
        shared=[f"{desk.keys['VISION']}.text"],
    )
    assert (
        f"{at(desk)}?paper=mutual&amp;version=1&amp;kind=pdf"
        in as_person("lihua").get(shared).content.decode()
    )
    form = as_person("lihua").get(at(desk, "?kind=pdf")).content.decode()
    assert '<option value="pdf" selected>' in form
    assert "标题与水印会写明草稿" in form


def test_a_document_asks_as_often_for_many_actions_as_for_few(desk: Desk, as_person: Sign) -> None:
    client = as_person("lihua")
    client.post(at(desk), GIVEN)
    with CaptureQueriesContext(connection) as few:
        client.post(at(desk), GIVEN)
    for number in range(20):
        desk.write(
            f"deed {number}", "ACTION", DEED | {"text": f"行动 {number}", "objective": str(desk.keys["goal"])}
        )
    with CaptureQueriesContext(connection) as many:
        lines = word_of(client.post(at(desk), GIVEN))
    assert sum(one.startswith("行动 ") and " | 李华 | " in one for one in lines) == 20
    assert len(many) == len(few)
    assert len(many) < 75
