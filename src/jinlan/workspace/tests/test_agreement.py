"""Pages of a client's agreement: what stands on them, what is written through them, and for whom they open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jinlan.basics.clock import business_date, now_utc
from jinlan.domains.engagement.models import Agreement, PlanReading
from jinlan.domains.engagement.services.agreement_life import end_agreement, read_agreement_measure
from jinlan.domains.engagement.services.promises import keep_promise
from jinlan.domains.engagement.services.renewing import watch_renewals
from jinlan.domains.engagement.tests.agreeing import LETTERS, MEETING, SIGNATURES, Paper, a_paper
from jinlan.domains.engagement.tests.planning import rows
from jinlan.domains.engagement.tests.worlds import Room, a_contact
from jinlan.kernel.scope import system_actor
from jinlan.kernel.testing import AT, ENTITY
from jinlan.work.models import Task
from jinlan.workspace.tests.conftest import World

Sign = Callable[[str], Client]


@pytest.fixture
def paper(world: World) -> Paper:
    """Begin a draft with 甲集团 in the published world."""
    cast = world.cast
    people = [a_contact(cast.group, "张伟"), a_contact(cast.group, "李强"), a_contact(cast.other, "钱进")]
    return a_paper(Room(cast, *people))


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def at(paper: Paper, tail: str = "") -> str:
    return f"/clients/{paper.room.cast.group.public_id}/agreement{tail}"


def test_a_client_without_an_agreement_offers_to_begin_one(world: World, as_person: Sign) -> None:
    address = f"/clients/{world.cast.group.public_id}/agreement"
    assert "还没有战略合作协议" in text_of(as_person("lihua"), address)
    assert "agreements/new" in as_person("lihua").get(address).content.decode()
    assert "agreements/new" not in as_person("zhoulin").get(address).content.decode()
    assert "还没有执行中的协议" in text_of(as_person("lihua"), f"{address}/card")


def test_a_draft_names_what_it_lacks_and_offers_every_entry(paper: Paper, as_person: Sign) -> None:
    text = text_of(as_person("lihua"), at(paper))
    assert (
        "提交审批之前还缺： 我行机构 、 客户成员 、 宗旨 、 领域 、 机制 、 我行的承诺或指标 、 客户的承诺或指标"
        in text
    )
    page = as_person("lihua").get(at(paper)).content.decode()
    assert [
        f"{at(paper)}/entry/{kind}" in page for kind in ("OURS", "DEED", "MEASURE", "CREDIT", "CLAUSE")
    ] == [True] * 5
    assert "clear-agreement" not in page
    assert "/entry/" not in as_person("zhengyu").get(at(paper)).content.decode()
    paper.whole()
    assert "clear-agreement" in as_person("lihua").get(at(paper)).content.decode()


def test_the_agreement_in_force_says_how_both_sides_keep_it(paper: Paper, as_person: Sign) -> None:
    paper.whole().clear().sign()
    room, later = paper.room, AT + timedelta(days=10)
    theirs = next(one for one in rows(_promises()) if one["side"] == "client")
    keep_promise(actor=room.actor(at=later), public_id=theirs["public_id"], evidence="收到集团用款计划")
    read_agreement_measure(
        actor=room.actor(at=later), public_id=paper.key, measure=paper.keys["letters"], value=Decimal(6), evidence="抽查 20 笔", read_on=later.date()
    )  # fmt: skip

    with time_machine.travel(later, tick=False):
        text, card = text_of(as_person("lihua"), at(paper)), text_of(as_person("lihua"), at(paper, "/card"))

    assert "双方履约 我行 承诺 0 / 0 按期兑现 / 已到期 · 未到期 4 项 指标 0 / 1 符合 / 已度量" in text
    assert "客户 承诺 1 / 1 按期兑现 / 已到期 指标 0 / 0 符合 / 已度量 · 共 1 项" in text
    assert "高层会晤 我行 2027-02-28 每 6 个月 进行中 0 / 4 李华" in text
    assert re.search("提供集团用款计划 客户 [^ ]*12-15 已兑现 李华", text)
    assert (
        "开证时间不超过五天 天 · 2026-11-01 – 2028-10-31 我行 每月末不高于 5 天 6 天 2026-11-20 登记 未达约定 1 次中符合 0 次 · 抽查 20 笔"
        in text
    )
    assert "日均存款不低于一亿 近12月日均存款 · 2026-11-01 – 2028-10-31 客户 每月末不低于 1.00 亿元" in text
    assert "意向额度不是授信承诺" in text
    assert "30.00 亿元" in text
    assert "陈伟 部门总经理" in text
    assert "起草续签" in text
    assert "终止协议" not in text
    assert "终止协议" in text_of(as_person("chenwei"), at(paper))
    assert ("第 1 份，到 2028-10-31" in card, "期间之内" in card) == (True, True)


def _promises() -> type:
    from jinlan.domains.engagement.models import Promise

    return Promise


def test_an_entry_is_written_and_what_is_refused_is_kept(paper: Paper, as_person: Sign) -> None:
    client, page = as_person("lihua"), at(paper, "/entry/DEED")
    said = {
        "key": "one",
        "edition": "1",
        "text": "高层会晤",
        "side": "bank",
        "owner": "E1001",
        "due": "2029-02-28",
        "every": "6",
    }
    answer = client.post(page, said)
    assert answer.status_code == 422
    assert "日期晚于协议的最后一天 2028-10-31。" in answer.content.decode()
    assert "高层会晤</textarea>" in answer.content.decode()
    assert paper.row()["entries"] == []

    done = client.post(page, said | {"due": "2027-02-28"})
    assert (done.status_code, done.headers["Location"]) == (302, f"{at(paper)}?number=1#DEEDS")
    client.post(page, said | {"due": "2027-02-28"})  # the same form once more
    (entry,) = paper.row()["entries"]
    assert (entry["text"], entry["every"], paper.row()["edition"]) == ("高层会晤", "6", 2)
    stale = client.post(page, said | {"key": "two", "due": "2027-03-31"})
    assert "草稿已被另一处修改（第 2 次）。" in stale.content.decode()
    gone = client.post(f"{page}?entry={entry['key']}", {"drop": "1", "key": "three", "edition": "2"})
    assert (gone.status_code, paper.row()["entries"]) == (302, [])


@pytest.mark.parametrize(
    "tail", ["/entry/NOTHING", "/entry/DEED?entry=x", "?number=7", "?number='", "/measure/x"]
)
def test_what_is_not_there_is_not_found(paper: Paper, as_person: Sign, tail: str) -> None:
    assert as_person("lihua").get(at(paper, tail)).status_code == 404


def test_a_measure_is_written_down_by_hand(paper: Paper, as_person: Sign) -> None:
    paper.whole().clear().sign()
    client, page = as_person("lihua"), at(paper, f"/measure/{paper.keys['letters']}")
    assert client.get(page).status_code == 200
    today = business_date(now_utc())
    short = client.post(page, {"key": "one", "value": "4", "read_on": today, "evidence": "无"})
    assert (short.status_code, rows(PlanReading)) == (422, [])
    done = client.post(page, {"key": "one", "value": "4", "read_on": today, "evidence": "抽查 20 笔开证"})
    assert (done.status_code, [one["value"] for one in rows(PlanReading)]) == (302, [Decimal(4)])
    assert (
        client.get(at(paper, f"/measure/{paper.keys['deposits']}")).status_code == 404
    )  # the figures measure it


def test_the_page_asks_as_often_for_thirty_commitments_as_for_four(paper: Paper, as_person: Sign) -> None:
    paper.whole()
    client = as_person("lihua")
    client.get(at(paper))

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(at(paper)).status_code == 200
        return len(found)

    few = asked()
    for place in range(26):
        paper.write(
            f"more{place}",
            "DEED" if place % 2 else "MEASURE",
            (MEETING if place % 2 else LETTERS) | {"text": f"第 {place} 项"},
        )
    assert asked() == few
    paper.clear().sign()
    signed = asked()
    assert signed <= few + 6  # promises, readings and figures of what was signed


def test_others_do_not_see_it(paper: Paper, as_person: Sign) -> None:
    paper.whole().clear().sign()
    before = paper.row()
    for tail in ("", "/card", "?number=1", f"/measure/{paper.keys['letters']}"):
        assert as_person("wangmin").get(at(paper, tail)).status_code == 404  # of a member alone
    assert (
        as_person("wangmin").post(at(paper, "/entry/DEED"), {"key": "x", "edition": "1"}).status_code == 404
    )
    assert paper.row() == before


def test_the_list_says_what_is_to_be_renewed(paper: Paper, as_person: Sign) -> None:
    paper.whole().clear().sign()
    client = as_person("lihua")
    assert "甲集团" in text_of(client, "/agreements")
    assert "甲集团" not in text_of(client, "/agreements?view=renew")


def test_a_renewal_that_is_due_is_a_task_until_it_is_signed(paper: Paper) -> None:
    paper.whole().clear().sign()
    early, due = AT + timedelta(days=600), AT + timedelta(days=640)  # 2028-07-02, 2028-08-11

    def night(moment: object) -> list[tuple[str, date, str]]:
        watch_renewals(actor=system_actor(ENTITY, moment))
        return [
            (one["role"], one["due_on"], one["outcome"])
            for one in rows(Task)
            if one["kind"] == "renew_agreement"
        ]

    assert night(early) == []
    assert night(due) == night(due + timedelta(days=1)) == [("manager", date(2028, 10, 31), "")]
    later = due + timedelta(days=2)
    second = a_paper(paper.room, later, since=date(2028, 11, 1), until=date(2030, 10, 31))
    second.clear(later)
    second.sign(later)
    assert night(later + timedelta(days=1)) == [("manager", date(2028, 10, 31), "kept")]
    assert [one["state"] for one in rows(Agreement)] == ["replaced", "in_force"]


def test_the_timeline_tells_of_signing_and_ending(paper: Paper, as_person: Sign) -> None:
    paper.whole().clear().sign()
    end_agreement(
        actor=paper.room.actor("chenwei", AT + timedelta(days=2)), public_id=paper.key, word="2026-11-12 双方签署终止函", reason="集团重组，双方协商终止"
    )  # fmt: skip
    text = text_of(as_person("lihua"), f"/clients/{paper.room.cast.group.public_id}/timeline?all=1")
    assert "签署第 1 份战略合作协议，到 2028-10-31" in text
    assert "终止第 1 份战略合作协议" in text


def test_the_signatures_are_written_down_on_a_form(paper: Paper, as_person: Sign) -> None:
    paper.whole().clear()
    page = f"/agreements/{paper.key}/sign-agreement"
    said = {"key": "one", "signed_on": business_date(now_utc()), **SIGNATURES}
    assert as_person("lihua").post(page, said).status_code == 404
    assert paper.row()["state"] == "cleared"
    assert as_person("chenwei").post(page, said).status_code == 302
    assert (paper.row()["state"], paper.row()["signed_theirs"]) == ("in_force", "张总 董事长")
