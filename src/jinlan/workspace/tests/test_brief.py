"""The brief of a meeting: every sentence opens for its reader, nothing of the wall, the same twice, in few queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jinlan.basics.clock import business_date, now_utc
from jinlan.clients.testing import SIGN_INS
from jinlan.domains.engagement.models import Interaction
from jinlan.domains.engagement.services.interactions import plan_interaction
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, an_actor, writing
from jinlan.workspace.tests.test_timeline import SECRET, full  # noqa: F401  a fixture

Sign = Callable[[str], Client]


@pytest.fixture
def met(full: Any) -> Any:
    """The client of the timeline's tests, with a visit planned in two days and needs said last time."""
    cast, now = full.cast, now_utc()
    lihua = an_actor(cast.people["lihua"], now)
    with writing():
        Interaction.objects.filter(subject="授信沟通").update(needs=["缩短开证时间"])
    plan_interaction(
        actor=lihua, unit=cast.group.public_id, kind="VISIT", starts_at=now + timedelta(days=2), subject="续授信", anyway=True
    )  # fmt: skip
    make_promise(
        actor=an_actor(cast.people["lihua"], AT), unit=cast.group.public_id, side="client", what="提供审计报告", due_on=date(2026, 11, 12), owner="E1001"
    )  # fmt: skip
    return full


def home(met: Any) -> str:
    return met.address(met.cast.group, "/brief")


def lines(answer: Any) -> list[tuple[str, str]]:
    """Return title of the card and text of every sentence."""
    return [(str(part["title"]), row["text"]) for part in answer.context["parts"] for row in part["rows"]]


def links(answer: Any) -> list[str]:
    return [row["url"] for part in answer.context["parts"] for row in part["rows"]]


def test_why_what_changed_promises_requests_and_questions(met: Any, as_person: Sign) -> None:
    answer = as_person("lihua").get(home(met))
    found, today = lines(answer), business_date(now_utc())
    meeting = business_date(now_utc() + timedelta(days=2))
    late = (today - date(2026, 11, 12)).days
    assert found[0] == ("为什么见面", f"{meeting.isoformat()} 拜访：续授信")
    assert found[1] == ("为什么见面", "上次往来 2026-11-07 拜访：授信沟通")
    assert ("双方承诺", f"客户：提供审计报告，已逾期 {late} 天") in found
    assert ("三个请求", "请对方兑现：提供审计报告（期限 2026-11-12）") in found
    assert ("三个请求", "约定下一次见面：之后还没有计划") in found
    assert ("三个问题", "上次提到「缩短开证时间」：现在怎样？") in found
    assert ("三个问题", "投诉 K00007 的处理是否令您满意？") in found
    assert ("风险", "投诉 K00007 自 2026-10-12 起未了结") in found
    assert len(found) == len(set(found))
    assert lines(as_person("lihua").get(home(met))) == found


def test_every_sentence_opens_for_its_reader_and_nothing_of_the_wall_is_cited(
    met: Any, as_person: Sign
) -> None:
    opened = {}
    for name, *_ in SIGN_INS:
        client = as_person(name)
        answer = client.get(home(met))
        opened[name] = answer.status_code
        if answer.status_code != 200:
            assert answer.status_code == 404
            continue
        page = answer.content.decode()
        assert SECRET not in page
        assert "不应出现" not in page
        closed = [url for url in links(answer) if client.get(url.split("#")[0]).status_code != 200]
        assert closed == [], name
    assert {name for name, code in opened.items() if code == 200} == {
        "lihua", "wangmin", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu",
    }  # fmt: skip
    about_group = as_person("wangmin").get(home(met))  # looks after one company: nothing of the group's own
    assert {title for title, _text in lines(about_group)} <= {"上次见面以来的变化", "三个请求"}


def test_a_meeting_that_is_named_is_this_clients_and_not_behind_the_wall(met: Any, as_person: Sign) -> None:
    lihua = as_person("lihua")
    for wrong in (f"?meeting={uuid4()}", "?meeting=x"):
        assert lihua.get(home(met) + wrong).status_code == 404
    with scoped(an_actor(met.cast.people["lihua"], AT)):
        secret = Interaction.objects.get(inside=True).public_id
        planned = Interaction.objects.get(state="planned").public_id
    assert SECRET not in lihua.get(f"{home(met)}?meeting={secret}").content.decode()
    assert lihua.get(f"{met.address(met.cast.other, '/brief')}?meeting={planned}").status_code == 404
    assert ("为什么见面", "续授信") in [
        (a, b.split("：")[-1]) for a, b in lines(lihua.get(f"{home(met)}?meeting={planned}"))
    ]
    page = lihua.get(f"/interactions/{planned}").content.decode()
    assert re.search(rf'href="[^"]*/brief\?meeting={planned}"', page)


def test_it_takes_few_queries_however_much_happened(met: Any, as_person: Sign) -> None:
    lihua = as_person("lihua")
    lihua.get(home(met))
    with CaptureQueriesContext(connection) as few:
        lihua.get(home(met))
    actor = an_actor(met.cast.people["lihua"], AT)
    for number in range(20):
        make_promise(
            actor=actor, unit=met.cast.group.public_id, side="bank", what=f"承诺 {number}", due_on=date(2026, 12, 1), owner="E1001"
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        lihua.get(home(met))
    assert len(many) == len(few)
    assert len(few) < 50


def planned_of(met: Any) -> Any:
    with scoped(an_actor(met.cast.people["lihua"], AT)):
        return Interaction.objects.get(state="planned")


def sent(page: Any, *, drop: str = "", **own: str) -> dict[str, Any]:
    """Return what the form of a brief sends, without the sentence that holds a text."""
    rows = [row for part in page.context["parts"] for row in part["rows"]]
    form = page.context["form"]
    return {
        "key": form["key"].value(), "edition": form["edition"].value(), "kept": [row["mark"] for row in rows if not drop or drop not in row["text"]],
        **{name: field.value() or "" for name, field in ((one.name, one) for one in form.visible_fields())}, **own,
    }  # fmt: skip


def test_a_brief_is_edited_for_all_its_readers_and_only_what_one_sees(met: Any, as_person: Sign) -> None:
    row, lihua = planned_of(met), as_person("lihua")
    at = f"/interactions/{row.public_id}/brief"
    page = lihua.get(at)
    assert any("投诉 K00007 自" in one["text"] for part in page.context["parts"] for one in part["rows"])

    answer = lihua.post(
        at, sent(page, drop="投诉 K00007 自", own_ASKS="请董事长出席签约\n\n请董事长出席签约")
    )

    assert (answer.status_code, answer["Location"]) == (302, f"{home(met)}?meeting={row.public_id}")
    brief = lihua.get(home(met))
    found = lines(brief)
    assert ("三个请求", "请董事长出席签约") in found
    assert not [text for _part, text in found if "投诉 K00007 自" in text]
    assert ("三个问题", "投诉 K00007 的处理是否令您满意？") in found  # another sentence about the same record
    assert brief.context["out"] == 1
    page_text = brief.content.decode()
    assert "已略去 1 句" in page_text
    assert "李华 补充" in page_text
    head = as_person("chenwei").get(home(met))
    assert ("三个请求", "请董事长出席签约") in lines(head)
    kept = planned_of(met)
    assert kept.brief_own == [{"part": "ASKS", "text": "请董事长出席签约", "by": "李华"}]
    assert kept.brief_out == ["RISKS:COMPLAINT:case:K00007"]
    # Who cannot see a sentence leaves it as it was: nobody puts back what he is not shown.
    with writing():
        Interaction.objects.filter(pk=kept.pk).update(brief_out=[*kept.brief_out, "RISKS:GATE:gate:hidden"])
    lihua.post(at, sent(lihua.get(at)))
    assert planned_of(met).brief_out == ["RISKS:GATE:gate:hidden"]


def test_an_edit_that_is_refused_leaves_the_brief_and_the_page_as_they_were(
    met: Any, as_person: Sign
) -> None:
    row, lihua = planned_of(met), as_person("lihua")
    at = f"/interactions/{row.public_id}/brief"
    page = lihua.get(at)
    for own, told in (
        ("他得了癌症", "这里不能记录"), ("字" * 201, "文字超过 200 个字"), ("\n".join(f"第{n}句" for n in range(6)), "一部分最多补充 5 句"),
    ):  # fmt: skip
        answer = lihua.post(at, sent(page, own_WHY=own))
        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert own.split("\n")[0] in answer.content.decode()  # nothing that was written is lost
    assert (planned_of(met).brief_own, planned_of(met).brief_edition) == ([], 0)
    # Two at once: the second is told, and nothing of the first is overwritten.
    assert lihua.post(at, sent(page, own_WHY="先说授信")).status_code == 302
    late = as_person("chenwei").post(at, {**sent(page, own_WHY="先说存款"), "key": str(uuid4())})
    assert (late.status_code, "会前要点已在另一处改动" in late.content.decode()) == (422, True)
    assert planned_of(met).brief_own == [{"part": "WHY", "text": "先说授信", "by": "李华"}]


def test_only_a_planned_meeting_in_sight_and_outside_the_wall_is_edited(met: Any, as_person: Sign) -> None:
    row = planned_of(met)
    page = as_person("lihua").get(f"/interactions/{row.public_id}/brief")
    with scoped(an_actor(met.cast.people["lihua"], AT)):
        held = Interaction.objects.filter(state="held", inside=False).first()
        secret = Interaction.objects.get(inside=True)
    for name, code in (("zhoulin", 404), ("wuhan", 404), ("zhengyu", 404), ("wangmin", 404)):
        assert as_person(name).get(f"/interactions/{row.public_id}/brief").status_code == code, name
        assert as_person(name).post(f"/interactions/{row.public_id}/brief", sent(page)).status_code == code, (
            name
        )
    lihua = as_person("lihua")
    assert lihua.post(f"/interactions/{held.public_id}/brief", sent(page)).status_code == 422
    assert lihua.post(f"/interactions/{secret.public_id}/brief", {**sent(page), "key": str(uuid4())}).status_code == 422  # fmt: skip
    with scoped(an_actor(met.cast.people["lihua"], AT)):
        assert set(Interaction.objects.values_list("brief_edition", flat=True)) == {0}
    assert "/brief" in lihua.get(home(met)).context["edit"]
    assert as_person("zhoulin").get(home(met)).context["edit"] == ""
