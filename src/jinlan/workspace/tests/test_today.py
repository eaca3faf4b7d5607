"""The manager's day: what comes first and why, putting off, handing on; each sees the own book alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jinlan.basics.clock import SHANGHAI, business_date, now_utc
from jinlan.clients.testing import SIGN_INS, covers
from jinlan.domains.engagement.models import Interaction, Rhythm
from jinlan.domains.engagement.services.interactions import plan_interaction
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, an_actor, writing
from jinlan.work.models import Task
from jinlan.work.services import Wanted, open_tasks
from jinlan.workspace.next_step import days_ahead
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


def learnt(world, **changes):
    """Write down a rhythm of 甲集团 as a night does; return its row."""
    unit = world.cast.group
    given = {
        "entity": ENTITY, "unit_id": unit.pk, "domain": unit.domain, "branch_id": unit.branch_id, "channel": "ALL", "as_of": TODAY, "run_id": 1,
        "rule": "rhythm-1", "state": "silent", "gaps": 11, "median": 10, "limit_days": 15, "silent_days": 26, "as_long": 0,
        "last_on": date(2026, 9, 24), "expected_on": date(2026, 10, 16), "lead": "E1001",
        "evidence": {"gaps": [10] * 10 + [14], "skipped": {"HOLIDAY": 6}},
    } | changes  # fmt: skip
    with writing():
        Rhythm.objects.filter(unit_id=unit.pk).delete()
        return Rhythm.objects.create(**given)


def test_a_silent_client_of_the_own_book_is_told_with_its_evidence(world, as_person):
    learnt(world)
    text = text_of(as_person("lihua").get("/today").content)

    assert "沉默 26 天 / 平时 10 天" in text
    assert (
        "26 个工作日没有往来，超过 15 天的界限。 以往 11 次间隔中 0 次不短于此。 最近一次联系 2026-09-24"
        in text
    )
    assert "平时 10 天" not in text_of(as_person("wangmin").get("/today").content)
    for quiet in ({"suppressed": "NOT_BEFORE"}, {"state": "steady"}, {"channel": "FACE"}):
        learnt(world, **quiet)
        assert "平时 10 天" not in text_of(as_person("lihua").get("/today").content)


def test_the_clients_page_draws_the_gaps_and_the_list_tells_heads(world, as_person):
    row = learnt(world)
    page = as_person("lihua").get(f"/clients/{world.cast.group.public_id}/interactions").content.decode()
    assert page.count('<rect class="col" x=') == 11
    assert page.count('<rect class="now" x=') == 1
    assert "已 26 天没有往来；平时间隔 10 天，超过 15 天算沉默。" in text_of(page.encode())
    assert "其间 6 天不计：节假日" in text_of(page.encode())
    head = as_person("chenwei")
    assert "1 户沉默" in text_of(head.get("/department").content)
    assert "超过界限 11 天" in text_of(head.get("/silences").content)
    assert "超过界限 11 天" not in text_of(head.get("/silences?lead=E1002").content)
    assert "超过界限 11 天" in text_of(head.get("/silences?view=silent&lead=E1001&branch=BJ").content)
    told = head.get("/api/v1/silences").json()["items"]
    assert [(one["silent_days"], one["state"], one["lead"]) for one in told] == [(26, "silent", "李华")]
    assert as_person("wangmin").get(f"/silences/{row.public_id}").status_code == 404


def test_a_client_in_a_tier_with_nothing_ahead_is_named_and_a_touch_plans_a_visit(world, as_person):
    lihua, unit = as_person("lihua"), world.cast.group
    actor = an_actor(world.cast.people["lihua"], now_utc())
    before = lihua.get("/today")
    assert [one["unit"].pk for one in before.context["unplanned"]["rows"]] == [unit.pk]
    offered = [value for value, _word in before.context["unplanned"]["choices"]]
    assert offered == [day.isoformat() for day in days_ahead(business_date(now_utc()))]

    after = lihua.post(f"/today/{unit.public_id}/plan", {"on": offered[0]}, follow=True)
    assert "已计划拜访" in text_of(after.content)
    assert after.context["unplanned"]["rows"] == []
    with scoped(actor):
        (row,) = Interaction.objects.values("kind", "state", "starts_at", "staff", "unit_id")
    assert (row["kind"], row["state"], row["staff"], row["unit_id"]) == (
        "VISIT",
        "planned",
        ["E1001"],
        unit.pk,
    )
    assert row["starts_at"].astimezone(SHANGHAI).isoformat() == f"{offered[0]}T10:00:00+08:00"


@pytest.mark.parametrize("on", ["", "x", "2026-01-05"])
def test_a_visit_is_not_planned_without_a_day_or_in_the_past_nor_with_a_client_of_others(
    world, as_person, on
):
    unit = world.cast.group
    assert as_person("lihua").post(f"/today/{unit.public_id}/plan", {"on": on}).status_code == 302
    day = days_ahead(business_date(now_utc()))[0].isoformat()
    assert as_person("wangmin").post(f"/today/{unit.public_id}/plan", {"on": day}).status_code == 404
    assert as_person("chenwei").post(f"/today/{unit.public_id}/plan", {"on": day}).status_code == 404
    with writing():
        assert Interaction.objects.count() == 0


def test_an_open_promise_is_a_next_step(world, as_person):
    actor = an_actor(world.cast.people["lihua"], now_utc())
    make_promise(
        actor=actor, unit=world.cast.group.public_id, side="client", what="提供报表", due_on=business_date(now_utc()), owner="E1001"
    )  # fmt: skip
    assert as_person("lihua").get("/today").context["unplanned"]["count"] == 0


def test_an_open_task_of_a_manager_is_a_next_step(busy, as_person):
    # A task of the head of department stands in the fixture of the world; alone it is none (above).
    assert as_person("lihua").get("/today").context["unplanned"]["count"] == 0


def test_the_days_offered_are_working_days_and_none_twice():
    assert days_ahead(date(2026, 2, 12)) == [date(2026, 2, 24), date(2026, 2, 26)]
    assert days_ahead(date(2026, 11, 10)) == [date(2026, 11, 13), date(2026, 11, 17), date(2026, 11, 24)]
