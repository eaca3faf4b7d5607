"""Pages of a client's plan: what stands on them, what is written through them, what a client would see, and for whom they open."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jinlan.basics.clock import business_date, now_utc
from jinlan.domains.engagement.models import AccountPlan, PlanReading, PlanReview
from jinlan.domains.engagement.services.plan_work import finish_plan_action, review_plan
from jinlan.domains.engagement.services.plans import share_plan
from jinlan.domains.engagement.tests.planning import DEED, GOAL, Desk, a_desk
from jinlan.domains.engagement.tests.worlds import Room, a_contact
from jinlan.kernel.testing import TODAY, writing
from jinlan.workspace.tests.conftest import World

Sign = Callable[[str], Client]


@pytest.fixture
def desk(world: World) -> Desk:
    """Begin a draft for 甲集团 in the published world."""
    cast = world.cast
    people = [a_contact(cast.group, "张伟"), a_contact(cast.group, "李强"), a_contact(cast.other, "钱进")]
    return a_desk(Room(cast, *people))


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def at(desk: Desk, tail: str = "") -> str:
    return f"/clients/{desk.room.cast.group.public_id}/plan{tail}"


def test_a_client_without_a_plan_offers_to_begin_one(world: World, as_person: Sign) -> None:
    address = f"/clients/{world.cast.group.public_id}/plan"
    assert "还没有客户计划" in text_of(as_person("lihua"), address)
    assert "plans/new" in as_person("lihua").get(address).content.decode()
    assert "plans/new" not in as_person("zhoulin").get(address).content.decode()
    assert "还没有执行中的计划" in text_of(as_person("lihua"), f"{address}/card")


def test_a_draft_names_what_it_lacks_and_offers_every_entry(desk: Desk, as_person: Sign) -> None:
    desk.write("goal", "OBJECTIVE", GOAL)
    text = text_of(as_person("lihua"), at(desk))
    assert "提交审批之前还缺： 客户的愿景 、 我行的角色" in text
    assert "目标 1 / 3" in text
    page = as_person("lihua").get(at(desk)).content.decode()
    assert f"{at(desk)}/entry/STRENGTH" in page
    assert f"entry={desk.keys['goal']}" in page
    assert "approve-plan" not in page
    assert "/entry/" not in as_person("zhengyu").get(at(desk)).content.decode()


def test_the_plan_in_force_with_objectives_actions_and_white_space(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    desk.write("cell", "CELL", {"product": "BOND", "standing": "RIVAL", "text": "上次由他行承销"})
    desk.approve()
    finish_plan_action(
        actor=desk.room.actor(), public_id=desk.action("deed")["public_id"], note="已上线，见验收单"
    )

    text = text_of(as_person("lihua"), at(desk))

    # 50 m of 100 → 160 m: −83 %, against 86 % of the time on the day of the figures.
    assert "日均存款增长 明显落后 −83%" in text
    assert (
        "近12月日均存款 1.00 亿元 → 1.60 亿元 · 现在 5,000.00 万元 (2026-11-10) · 到 2026-12-31 · 李华"
        in text
    )
    assert "上线资金归集 日均存款增长 李华 已完成" in text
    assert "提供用款计划 贷款增长 · 等待：上线资金归集 客户 张伟" in text
    assert "在他行 上次由他行承销" in text
    assert "整户 已有 已有 —" in text  # deposits and loans by the figures, settlement unknown
    assert "登记回顾" in text
    card = text_of(as_person("lihua"), at(desk, "/card"))
    assert ("第 1 版，到 2027-09-30" in card, "日均存款增长 明显落后" in card) == (True, True)


def test_an_entry_is_written_and_what_is_refused_is_kept(desk: Desk, as_person: Sign) -> None:
    client = as_person("lihua")
    page = at(desk, "/entry/ACTION")
    assert client.get(page).status_code == 200
    said = {
        "key": "one",
        "edition": "1",
        "text": "上线资金归集",
        "side": "bank",
        "owner": "E1001",
        "since": "2026-12-01",
        "due": "2026-11-01",
    }

    answer = client.post(page, said)
    assert answer.status_code == 422
    assert "完成日期不能早于开始日期。" in answer.content.decode()
    assert "上线资金归集</textarea>" in answer.content.decode()
    assert desk.row()["entries"] == []

    done = client.post(page, said | {"due": "2026-12-15"})
    assert (done.status_code, done.headers["Location"]) == (302, f"{at(desk)}?version=1#ACTIONS")
    client.post(page, said | {"due": "2026-12-15"})  # the same form once more
    (entry,) = desk.row()["entries"]
    assert (entry["text"], entry["due"], desk.row()["edition"]) == ("上线资金归集", "2026-12-15", 2)

    stale = client.post(page, said | {"key": "two", "due": "2026-12-20"})
    assert "草稿已被另一处修改（第 2 次）。" in stale.content.decode()
    gone = client.post(f"{page}?entry={entry['key']}", {"drop": "1", "key": "three", "edition": "2"})
    assert (gone.status_code, desk.row()["entries"]) == (302, [])


@pytest.mark.parametrize(
    "tail",
    ["/entry/NOTHING", "/entry/ACTION?entry=x", f"/entry/ACTION?entry={'0' * 8}", "?version=7", "?version='"],
)
def test_what_is_not_there_is_not_found(desk: Desk, as_person: Sign, tail: str) -> None:
    assert as_person("lihua").get(at(desk, tail)).status_code == 404


def test_a_client_would_see_what_was_ticked_and_nothing_else(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    client = as_person("lihua")
    goal, deed = desk.keys["goal"], desk.keys["theirs"]
    ticked = {
        "key": "one",
        "edition": str(desk.edition),
        "shared": [f"{goal}.text", f"{goal}.target", f"{goal}.progress", f"{deed}.text", f"{deed}.side"],
    }
    assert client.post(at(desk, "/share"), ticked).status_code == 302
    desk.edition += 1
    desk.approve()

    text = text_of(client, at(desk, "/share"))
    _, _, seen = text.partition("预览：与客户门户上的内容一致")
    seen = seen.partition("收起导航")[0]
    assert "目标 日均存款增长" in seen
    assert "目标值 1.60 亿元" in seen
    assert "行动 提供用款计划 哪一方 客户" in seen
    for word in ("基线", "1.00 亿", "李华", "合作十年", "开户记录", "降价", "开证时间缩短", "240"):
        assert word not in seen
    refused = client.post(at(desk, "/share"), ticked | {"key": "two"})
    assert (refused.status_code, desk.row()["shared"]) == (404, ticked["shared"])


def test_share_refuses_what_is_never_shown(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    before = desk.row()
    client = as_person("lihua")
    wrong = {"key": "one", "edition": str(desk.edition), "shared": [f"{desk.keys['STRENGTH']}.text"]}
    assert client.post(at(desk, "/share"), wrong).status_code == 302
    assert "有一项不能给客户看" in text_of(client, at(desk, "/share"))
    assert desk.row() == before


def test_a_review_and_a_reading_are_written_down(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    desk.approve()
    client, today = as_person("lihua"), business_date(now_utc()).isoformat()
    said = {
        "key": "one",
        "held_on": today,
        "minutes": "存款按计划，开证仍慢，原因是单证中心缺人。",
        "staff": ["E1001"],
        "people": [str(desk.room.zhang.public_id)],
    }
    assert client.get(at(desk, "/review")).status_code == 200
    assert client.post(at(desk, "/review"), said | {"minutes": "好"}).status_code == 422
    assert client.post(at(desk, "/review"), said).status_code == 302
    hand = at(desk, f"/measure/{desk.keys['hand']}")
    assert client.get(at(desk, f"/measure/{desk.keys['goal']}")).status_code == 404  # the figures measure it
    assert (
        client.post(
            hand, {"key": "two", "value": "7", "read_on": today, "evidence": "抽查 20 笔开证"}
        ).status_code
        == 302
    )
    with writing():
        assert [(str(row.held_on), row.people) for row in PlanReview.objects.all()] == [
            (today, [desk.room.zhang.pk])
        ]
        assert [(row.objective, int(row.value)) for row in PlanReading.objects.all()] == [
            (desk.keys["hand"], 7)
        ]
    text = text_of(client, at(desk))
    assert f"{today} 明显落后 第 1 版 · 李华" in text
    assert f"现在 7 天 ({today})" in text


TAILS = ("", "/card", "/share", "/entry/VISION", "/term", "/review")


@pytest.mark.parametrize(("username", "answers"), [
    ("lihua", (200, 200, 200, 200, 200, 404)), ("sunjie", (200, 200, 200, 200, 200, 404)), ("chenwei", (200, 200, 200, 200, 200, 404)),
    ("zhoulin", (200, 200, 200, 404, 404, 404)), ("zhengyu", (200, 200, 200, 404, 404, 404)), ("wuhan", (200, 200, 200, 404, 404, 404)),
    ("wangmin", (404,) * 6), ("zhaoyan", (404,) * 6), ("hejun", (404,) * 6),
])  # fmt: skip
def test_pages_open_for_who_sees_the_client_and_forms_for_who_serves_it(
    desk: Desk, as_person: Sign, username: str, answers: tuple[int, ...]
) -> None:
    client = as_person(username)
    assert tuple(client.get(at(desk, tail)).status_code for tail in TAILS) == answers
    before = desk.row()
    said = {
        "key": "k",
        "edition": "1",
        "text": "别人写的",
        "shared": [],
        "starts_on": "2027-01-01",
        "ends_on": "2027-12-31",
    }
    posts = [client.post(at(desk, tail), said).status_code for tail in ("/entry/VISION", "/term", "/share")]
    if 404 in answers[3:5]:
        assert (posts, desk.row()) == ([404, 404, 404], before)


def test_the_next_version_shows_what_it_changes(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    desk.approve()
    client = as_person("lihua")
    answer = client.post(
        "/plans/new",
        {
            "key": "k",
            "seen": "",
            "unit": str(desk.room.cast.group.public_id),
            "starts_on": "2026-12-01",
            "ends_on": "2027-12-31",
        },
    )
    assert answer.status_code == 302
    with writing():
        row = AccountPlan.objects.get(number=2)
    second = Desk(desk.room, row.public_id, keys=dict(desk.keys))
    second.write("goal", "OBJECTIVE", GOAL | {"target": "1.8亿"})
    second.write("fresh", "RISK", {"text": "汇率波动", "answer": "远期结汇", "owner": "E1001"})
    text = text_of(client, f"{at(desk)}?version=2")
    assert "与第 1 版的差异" in text
    assert "修改 目标 日均存款增长 目标值 160,000,000 → 180,000,000" in text
    assert "新增 风险 汇率波动" in text
    assert "与第 1 版的差异" not in text_of(client, at(desk))  # the one in force is shown


def test_the_page_asks_as_often_for_many_entries_as_for_few(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    client = as_person("lihua")
    client.get(at(desk))
    with CaptureQueriesContext(connection) as few:
        client.get(at(desk))
    for number in range(20):
        desk.write(
            f"deed {number}", "ACTION", DEED | {"text": f"行动 {number}", "objective": str(desk.keys["goal"])}
        )
    with CaptureQueriesContext(connection) as many:
        client.get(at(desk))
    assert len(many) == len(few)
    assert len(many) < 45


def test_own_plan_actions_stand_on_today(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    desk.write("deed", "ACTION", DEED | {"due": "2026-11-12", "objective": str(desk.keys["goal"])})
    share_plan(actor=desk.room.actor(), public_id=desk.plan, edition=desk.edition, shared=[])
    desk.approve()
    text = text_of(as_person("lihua"), "/today")
    assert "客户计划的行动 上线资金归集" in text
    assert "客户计划的行动" not in text_of(as_person("zhaoyan"), "/today")


def test_a_plan_stands_in_the_clients_line_of_time(desk: Desk, as_person: Sign) -> None:
    desk.whole()
    desk.approve()
    review_plan(
        actor=desk.room.actor(),
        public_id=desk.plan,
        held_on=TODAY,
        minutes="存款按计划，开证仍慢，原因是单证中心缺人。",
    )
    address = f"/clients/{desk.room.cast.group.public_id}/timeline?kind=PLAN"
    text = text_of(as_person("lihua"), address)
    assert "第 1 版计划生效，到 2027-09-30" in text
    assert "第 1 版计划回顾：明显落后" in text
    assert "计划回顾" in text_of(as_person("lihua"), f"{address}&who=E1001")
    assert "计划生效" not in text_of(as_person("lihua"), f"{address}&who=E1001")
    hidden = as_person("wangmin").get(address)
    assert (hidden.status_code, "计划生效" in hidden.content.decode()) == (200, False)
