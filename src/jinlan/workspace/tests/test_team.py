"""Pages of teams, rotation and hand-over: what stands on them, whom they open for, and what a refusal keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jinlan.basics.clock import business_date, now_utc
from jinlan.clients.models import Coverage, TeamProposal
from jinlan.clients.testing import covers, stands_in
from jinlan.domains.engagement.models import HandOver
from jinlan.domains.engagement.rules.handover import ITEMS
from jinlan.kernel import working
from jinlan.kernel.testing import TODAY, writing
from jinlan.workspace.tests.conftest import World

Sign = Callable[[str], Client]


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def address(world: World) -> str:
    return f"/clients/{world.cast.group.public_id}/team"


def test_the_team_with_since_share_deputy_and_what_is_missing(world: World, as_person: Sign) -> None:
    cast, today = world.cast, business_date(now_utc())
    with writing():
        Coverage.objects.filter(unit=cast.group).update(
            valid_from=date(2022, 3, 1), credit_share=Decimal("0.7")
        )
        covers(
            cast.employees["E1003"], cast.group, role="ASSIST", share=Decimal("0.3"), since=date(2022, 3, 1)
        )
        covers(cast.employees["E3101"], cast.group, role="RISK")
    stands_in(cast.employees["E1002"], cast.employees["E1001"], today, today + timedelta(days=9))

    text = text_of(as_person("lihua"), address(world))

    assert "铁三角不全，还缺：产品经理" in text
    assert "主办 李华 E1001 2022-03-01 70% 王敏，至" in text
    assert "协办 赵岩 E1003 2022-03-01 30% —" in text
    assert "分管领导 未指定 提名 分管领导" in text
    assert "甲物流有限公司 王敏" in text  # the member that she looks after
    assert "2 家成员由主办兼管" in text


def test_a_proposal_goes_from_the_page_to_who_is_asked_and_to_the_head(world: World, as_person: Sign) -> None:
    today = business_date(now_utc())
    body = {
        "unit": str(world.cast.group.public_id), "role": "ASSIST", "after": "E1003", "before": "", "share": "0.3",
        "effective_on": today.isoformat(), "reason": "私行业务由他跟进", "key": "k1",
    }  # fmt: skip
    late = as_person("lihua").post("/team-proposals/new", body | {"effective_on": "2020-01-01"})
    assert (late.status_code, "私行业务由他跟进" in late.content.decode()) == (422, True)
    assert as_person("lihua").post("/team-proposals/new", body | {"key": "k2"}).status_code == 302
    with writing():
        row = TeamProposal.objects.get()
    assert "赵岩" in text_of(as_person("lihua"), address(world))
    listed = f"/team-proposals?view=all&unit={world.cast.group.public_id}"
    assert (
        listed.replace("&", "&amp;") in as_person("lihua").get(address(world)).content.decode()
    )  # no name in an address
    assert "赵岩" in text_of(as_person("lihua"), listed)
    elsewhere = f"/team-proposals?view=all&unit={world.cast.other.public_id}"
    assert "赵岩" not in text_of(as_person("chenwei"), elsewhere)
    assert "1 项团队提名等您答复" in text_of(as_person("zhaoyan"), "/today")
    asked = as_person("zhaoyan")
    assert "甲集团" in text_of(asked, f"/team-proposals/{row.public_id}")
    assert asked.get(address(world)).status_code == 404
    assert as_person("wangmin").get(f"/team-proposals/{row.public_id}").status_code == 404

    page = asked.get(f"/team-proposals/{row.public_id}/agree-to-join").content.decode()
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    done = asked.post(
        f"/team-proposals/{row.public_id}/agree-to-join", hidden | {"conflict": "NONE", "answer": ""}
    )
    assert done.status_code == 302
    with writing():
        assert TeamProposal.objects.get().state == "agreed"


def test_rotation_by_month_for_heads_alone(world: World, as_person: Sign) -> None:
    today = business_date(now_utc())
    due = today + timedelta(days=30)
    with writing():
        Coverage.objects.filter(unit=world.cast.group).update(valid_from=due.replace(year=due.year - 5))
        Coverage.objects.filter(unit=world.cast.household).update(valid_from=date(2019, 5, 6))
    assert as_person("lihua").get("/rotation").status_code == 404

    text = text_of(as_person("chenwei"), "/rotation")

    assert "2 户有主办，其中 1 户已超期，1 户将到期。" in text
    assert "2024-05 客户 主办 机构 主办自 轮岗到期 状态 操作 张三家庭 赵岩" in text
    assert f"甲集团 李华 北京分行 {due.replace(year=due.year - 5).isoformat()} {due.isoformat()}" in text
    assert "张三家庭" in text_of(as_person("sunjie"), "/rotation")
    with CaptureQueriesContext(connection) as asked:
        as_person("chenwei").get("/rotation?show=all")
    assert len(asked) < 40


def test_a_book_is_handed_over_from_one_form(world: World, as_person: Sign) -> None:
    today = business_date(now_utc())
    body = {
        "giver": "E1001",
        "taker": "E1002",
        "trigger": "RESIGN",
        "effective_on": today.isoformat(),
        "reason": "个人原因离职",
        "key": "k1",
    }
    assert as_person("lihua").get("/hand-overs/book").status_code == 404
    wrong = as_person("sunjie").post("/hand-overs/book", body | {"taker": "E9999"})
    assert (wrong.status_code, "没有在职的员工 E9999" in wrong.content.decode()) == (422, True)
    with writing():
        assert HandOver.objects.count() == 0
    done = as_person("sunjie").post("/hand-overs/book", body | {"key": "k2"}, follow=True)
    assert "已为 1 户客户发起移交。" in done.content.decode()
    with writing():
        row = HandOver.objects.get()
    page = text_of(as_person("sunjie"), f"/hand-overs/{row.public_id}")
    assert "待核对 档案与原件" in page
    assert "未签 移交人 李华" in page
    for username, code in (("wangmin", 200), ("zhaoyan", 404), ("zhengyu", 200)):
        assert as_person(username).get(f"/hand-overs/{row.public_id}").status_code == code, username


def test_the_pages_take_few_statements_however_long_the_history(world: World, as_person: Sign) -> None:
    cast = world.cast
    with writing():
        Coverage.objects.filter(unit=cast.group).update(valid_from=TODAY)
        for number in range(30):
            since = date(2016, 1, 1) + timedelta(days=100 * number)
            covers(cast.employees["E1003"], cast.group, since=since, until=since + timedelta(days=100))
    lihua = as_person("lihua")
    with CaptureQueriesContext(connection) as asked:
        text = text_of(lihua, address(world))
    assert text.count("主办 赵岩") == 30
    assert len(asked) < 40


DOORS = (
    "", "/peek", "/members", "/identity", "/contact", "/log", "/engagement", "/interactions", "/promise", "/people", "/people/card", "/team",
    "/charter", "/accounts", "/trend/aum", "/figure/score", "/between",
)  # fmt: skip


def posted(client: Client, page: str, **given: str) -> None:
    """Send a form with what it holds by itself, as a browser does."""
    body = client.get(page).content.decode()
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', body))
    answer = client.post(page, hidden | given)
    assert answer.status_code == 302, (
        page,
        re.findall(r'class="error[^>]*>([^<]*)', answer.content.decode()),
    )


def codes(client: Client, world: World) -> set[int]:
    base = f"/clients/{world.cast.group.public_id}"
    return {client.get(base + door).status_code for door in DOORS}


def test_signed_by_three_the_old_manager_is_out_on_every_door_and_the_new_one_is_in(
    world: World, as_person: Sign
) -> None:
    today = business_date(now_utc()).isoformat()
    lihua, wangmin, sunjie = as_person("lihua"), as_person("wangmin"), as_person("sunjie")
    assert codes(lihua, world) == {200}
    posted(
        lihua, "/hand-overs/new", unit=str(world.cast.group.public_id), giver="E1001", taker="E1002", role="LEAD", trigger="RESIGN",
        effective_on=today, reason="个人原因离职", sensitive="利率谈判正在进行",
    )  # fmt: skip
    with writing():
        row = HandOver.objects.get()
    base = f"/hand-overs/{row.public_id}"
    for item in ITEMS:
        posted(lihua, f"{base}/check-hand-over-item", item=item, note="")
    assert "利率谈判正在进行" in text_of(wangmin, base)
    for who in (lihua, wangmin, sunjie):
        posted(who, f"{base}/sign-hand-over")
    while running := working.take(now_utc()):
        assert working.run(running) == "done"

    assert (codes(lihua, world), codes(wangmin, world)) == ({404}, {200})
    assert "甲集团" not in lihua.get("/clients?view=all").content.decode()
    assert world.cast.group.public_id.hex not in lihua.get("/find?q=甲集团").content.decode().replace("-", "")
    assert lihua.get(f"/api/v1/clients/{world.cast.group.public_id}").status_code == 404
    assert lihua.get(base).status_code == 404
    assert "移交之后" in text_of(wangmin, base)
    assert "已签 监交人 孙杰" in text_of(sunjie, base)


@pytest.mark.parametrize("page", ["/team-proposals/new", "/hand-overs/new"])
def test_the_choices_of_a_form_speak_its_readers_language(world: World, as_person: Sign, page: str) -> None:
    client = as_person("chenwei")
    client.cookies["jl_lang"] = "en"
    body = client.get(f"{page}?unit={world.cast.group.public_id}").content.decode()
    options = re.findall(r"<option[^>]*>([^<]*)</option>", body)
    assert len(options) > 5
    assert [one for one in options if re.search(r"[\u4e00-\u9fff]", one)] == []
