"""A day beside a meeting: on Today, in the form that plans one, and in the lists; a day off is said and never refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils.translation import override

from jinlan.basics.almanac import told_of
from jinlan.basics.clock import SHANGHAI, business_date, now_utc
from jinlan.clients.testing import SIGN_INS
from jinlan.domains.engagement.services.interactions import plan_interaction
from jinlan.kernel.testing import AT
from jinlan.workspace.day_told import in_words, work_text
from jinlan.workspace.tests.test_engagement import actor, met, posted, rows, text

__all__ = ["met"]  # the fixture of that module
OFF = "这一天不上班，仍可安排；请先与客户确认。"


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (date(2026, 11, 22), "农历十月十四 · 小雪", "Lunar 10/14 · Minor Snow"),  # a Sunday
        (date(2026, 9, 25), "农历八月十五 · 中秋放假", "Lunar 8/15 · off for Mid-autumn Festival"),
        (date(2026, 10, 10), "农历九月初一 · 调休上班", "Lunar 9/1 · make-up working day"),
        (date(2026, 4, 5), "农历二月十八 · 清明放假", "Lunar 2/18 · Qingming Festival · off for Tomb-sweeping Day"),
        (date(2031, 10, 2), "农历八月十六 · 放假（暂定）", "Lunar 8/16 · day off (provisional)"),
        (date(2026, 11, 30), "农历十月廿二", "Lunar 10/22"),
        (date(9999, 12, 31), "", ""),
    ],
)  # fmt: skip
def test_a_day_in_words(day: date, zh: str, en: str) -> None:
    with override("zh-hans"):
        assert in_words(told_of(day)) == zh
    with override("en"):
        assert in_words(told_of(day)) == en


def test_a_weekend_is_said_where_no_weekday_is() -> None:
    with override("zh-hans"):
        assert work_text(told_of(date(2026, 11, 28))) == "周末"
        assert work_text(told_of(date(2026, 11, 30))) == ""


def test_today_says_the_day_with_its_lunar_date(met, as_person):
    page = text(as_person("lihua").get("/today"))
    told = told_of(business_date(now_utc()))

    with override("zh-hans"):
        assert f"{in_words(told)} · 0 件待办，其中 0 件已逾期" in page


def test_the_form_tells_of_the_chosen_day_and_warns_of_one_off(met, as_person):
    client = as_person("lihua")
    ask = "/days/beside?starts_at="

    off, worked = client.get(f"{ask}2031-10-01T10:00"), client.get(f"{ask}2031-10-08T10:00")
    past = client.get(f"{ask}2026-10-01T10:00")
    assert "农历八月十五 中秋节 国庆节放假（暂定）" in text(off)
    assert (OFF in text(off), OFF in text(worked), OFF in text(past)) == (True, False, False)
    assert "国庆节放假" in text(past)
    assert "农历八月廿二" in text(worked)
    for odd in ("", "x", "2999-99-99T10:00", "0001-01-01T00:00", "%27", "9999-12-31T23:59"):
        assert client.get(ask + odd).status_code == 200
    seen = {name for name, *_ in SIGN_INS if as_person(name).get(f"{ask}2031-10-01T10:00").status_code == 200}
    assert seen == {"lihua", "wangmin", "zhaoyan", "sunjie", "chenwei"}


def test_a_meeting_on_a_day_off_is_planned_all_the_same_and_listed_with_the_word(met, as_person):
    client, home = as_person("lihua"), met.address(met.cast.group)
    draft = client.post(f"{home}/log", {"minutes": "后天下午2点拜访张总", "step": "read"})
    ahead = now_utc().astimezone(SHANGHAI) + timedelta(days=3)
    ahead += timedelta(days=(5 - ahead.weekday()) % 7)  # a Saturday
    while not told_of(ahead.date()).off:
        ahead += timedelta(days=7)
    sent = posted(draft, starts_at=ahead.strftime("%Y-%m-%dT10:00"))

    again = client.post(f"{home}/log", sent | {"subject": ""})
    assert (again.status_code, OFF in text(again), rows()) == (422, True, [])
    assert client.post(f"{home}/log", sent).status_code == 302
    (row,) = rows()
    assert row["state"] == "planned"
    listed = text(client.get(f"{home}/interactions"))
    with override("zh-hans"):
        told = told_of(ahead.date())
        assert work_text(told) in listed
    assert told.lunar is not None
    assert f"农历{told.lunar.zh}" in listed
    assert OFF in text(client.get(f"/interactions/{row['public_id']}"))


@time_machine.travel(AT, tick=False)
def test_todays_meetings_carry_the_lunar_date(met, as_person):
    plan_interaction(
        actor=actor(met), unit=met.cast.group.public_id, kind="CALL", starts_at=datetime(2026, 11, 14, 10, tzinfo=SHANGHAI), subject="通话"
    )  # fmt: skip

    page = text(as_person("lihua").get("/today"))
    assert "周二 11-10 · 农历十月初二 · 0 件待办" in page
    assert "农历十月初六 周末" in page
