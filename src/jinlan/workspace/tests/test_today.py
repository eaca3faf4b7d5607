"""The manager's day: what comes first and why, putting off, handing on; each sees the own book alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jinlan.basics.clock import business_date, now_utc
from jinlan.clients.testing import SIGN_INS, covers
from jinlan.domains.engagement.services.interactions import plan_interaction
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, an_actor, writing
from jinlan.work.models import Task
from jinlan.work.services import Wanted, open_tasks
from jinlan.workspace.tests.test_charter import owed, text_of

__all__ = ["owed"]  # the fixture of that module


def wanted(world, kind: str, due_on: date | None, number: int = 0, unit=None) -> Wanted:
    unit = unit or world.cast.group
    return Wanted(
        subject=f"test:{unit.code}:{kind}:{number}", kind="charter", unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id,
        role="manager", title="联系", detail={"contact": kind}, due_on=due_on,
    )  # fmt: skip


@pytest.fixture
def busy(world):
    rows = [
        wanted(world, "CALL", date(2026, 11, 7)),
        wanted(world, "FACE", TODAY),
        *(wanted(world, "REVIEW", date(2026, 11, 15), number) for number in range(4)),
        wanted(world, "EXECUTIVE", None),
    ]
    actor = system_actor(ENTITY, AT)
    with writing():
        open_tasks(actor=actor, wanted=rows, opened_on=TODAY)
    return world


def test_today_is_the_home_of_managers_and_bankers_alone(busy, as_person):
    seen = {name for name, *_ in SIGN_INS if as_person(name).get("/today").status_code == 200}

    assert seen == {"lihua", "wangmin", "zhaoyan"}
    assert as_person("lihua").get("/").url == "/today"


def test_what_is_late_comes_first_then_today_then_the_week(busy, as_person):
    page = as_person("lihua").get("/today").content
    text = text_of(page)

    assert "7 件待办，其中 1 件已逾期" in text
    order = [text.index(word) for word in ("电话或视频 逾期 3 天", "面访 周二 11-10", "计划回顾", "高层会晤")]
    assert order == sorted(order)
    assert "约 290 分钟" in text  # 20 + 90 + 3 × 60
    assert "七天内 1 件" in text
    assert "更晚 1 件" in text


def test_a_task_is_put_off_from_the_page_and_comes_back_on_its_day(busy, as_person):
    with scoped(busy.cast.actor("chenwei")):
        task = Task.objects.get(subject="test:G-JIA:CALL:0").public_id
    lihua = as_person("lihua")

    assert "到那天再提醒您" in text_of(
        lihua.post(f"/today/{task}/snooze", {"until": "2026-11-16"}, follow=True).content
    )
    text = text_of(lihua.get("/today").content)
    assert "6 件待办，其中 0 件已逾期" in text
    assert "推后的 1 件" in text
    for until in ("", "2026-11-10", "x"):
        assert "日期应晚于 2026-11-10" in text_of(
            lihua.post(f"/today/{task}/snooze", {"until": until}, follow=True).content
        )
    assert as_person("wangmin").post(f"/today/{task}/snooze", {"until": "2026-11-17"}).status_code == 404
    with scoped(busy.cast.actor("chenwei")):
        assert Task.objects.get(public_id=task).snoozed_until == date(2026, 11, 16)


def test_a_task_is_handed_on_in_a_form_that_keeps_what_was_typed(busy, as_person):
    covers(busy.cast.employees["E1002"], busy.cast.group, role="ASSIST")
    with scoped(busy.cast.actor("chenwei")):
        task = Task.objects.get(subject="test:G-JIA:CALL:0").public_id
    lihua = as_person("lihua")
    form = text_of(lihua.get(f"/today/{task}/hand").content)
    assert "王敏 E1002" in form

    short = lihua.post(f"/today/{task}/hand", {"to": "E1002", "reason": "短"})
    assert short.status_code == 422
    assert "请说明转交的原因" in text_of(short.content)
    assert lihua.post(f"/today/{task}/hand", {"to": "E9999", "reason": "出差两周"}).status_code == 422
    with scoped(busy.cast.actor("chenwei")):
        assert Task.objects.get(public_id=task).assignee == ""

    done = lihua.post(f"/today/{task}/hand", {"to": "E1002", "reason": "出差两周"}, follow=True)

    assert "已转交" in text_of(done.content)
    assert "6 件待办" in text_of(lihua.get("/today").content)
    assert "1 件待办，其中 1 件已逾期" in text_of(as_person("wangmin").get("/today").content)
    assert as_person("zhaoyan").get(f"/today/{task}/hand").status_code == 404


def test_the_page_asks_as_much_for_a_hundred_tasks_as_for_seven(busy, as_person):
    lihua = as_person("lihua")
    lihua.get("/today")
    with CaptureQueriesContext(
        connection,
    ) as few:
        lihua.get("/today")
    system = system_actor(ENTITY, AT)
    with scoped(system, write=True):
        rows = [wanted(busy, "CALL", date(2026, 11, 12), number) for number in range(1, 101)]
        open_tasks(actor=system, wanted=rows, opened_on=TODAY)
    with CaptureQueriesContext(connection) as many:
        page = lihua.get("/today")

    assert len(many) == len(few)
    assert "显示其余" in text_of(page.content)


def test_the_charter_tells_what_of_it_was_kept(owed, as_person):
    text = text_of(as_person("lihua").get("/today").content)

    assert "章程履约率" in text
    assert "次应尽联系中完成" in text


def test_meetings_and_promises_of_the_week_stand_beside_the_tasks(world, as_person):
    now = now_utc()  # pages live by the clock
    today, lihua = business_date(now), an_actor(world.cast.people["lihua"], now)
    unit = world.cast.group.public_id
    plan_interaction(
        actor=lihua, unit=unit, kind="VISIT", starts_at=now + timedelta(days=2), subject="年末拜访"
    )
    for side, days in (("bank", 2), ("client", 7), ("bank", 8)):
        make_promise(
            actor=lihua, unit=unit, side=side, what=f"{side} {days}", due_on=today + timedelta(days=days)
        )

    text = text_of(as_person("lihua").get("/today").content)
    other = text_of(as_person("wangmin").get("/today").content)

    assert "年末拜访 甲集团" in text
    assert "bank 2 甲集团" in text
    assert "client 7 甲集团" in text
    assert "bank 8" not in text
    assert "年末拜访" not in other
    assert "bank 2" not in other
