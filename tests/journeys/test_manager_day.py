"""A manager's day in a browser: from the first task a note is written, read, confirmed; its promise is moved, then kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from jinlan.basics.calendar import china
from jinlan.basics.clock import business_date, now_utc
from tests.journeys.desk import Desk, press

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
SUBMIT = "main form button[type=submit]"
MOST_ACTIONS, MOST_SECONDS = 12, 60
ZH = "今天与客户电话沟通授信续作，客户希望缩短开证时间，我行承诺三个工作日内给出{mark}方案"
EN = "Called the client today about renewing the limit, they need a faster LC process. We will send the {mark} offer within 3 working days"


@dataclass
class Hand:
    """What somebody does with a hand, counted: a click or a text is one action."""

    one: Desk
    actions: int = 0

    def press(self, selector: str) -> None:
        """Press something that leads to a page."""
        press(self.one, selector)
        self.actions += 1

    def write(self, selector: str, text: str) -> None:
        """Write a text into a field."""
        self.one.page.fill(selector, text)
        self.actions += 1


def clean(one: Desk) -> None:
    """The page in front has no finding of the accessibility checker."""
    found = Axe().run(one.page).response["violations"]
    assert [(row["id"], row["nodes"][0]["html"]) for row in found] == []


@pytest.mark.parametrize(
    ("lang", "width", "text", "what"),
    [("zh-hans", 390, ZH, "给出手机方案"), ("en", 1440, EN, "send the desk offer")],
)
def test_a_call_is_logged_within_a_minute_and_twelve_actions_and_its_promise_is_moved_and_kept(
    desk: Sit, lang: str, width: int, text: str, what: str
) -> None:
    one = desk("lihua", lang=lang, width=width)
    hand, begun, today = Hand(one), time.monotonic(), business_date(now_utc())
    one.open("/today")
    clean(one)
    hand.press(".todo a[href$='/log']")
    hand.write("#id_minutes", text.format(mark="手机" if lang == "zh-hans" else "desk"))
    hand.press("button[name=step][value=read]")
    clean(one)
    due = one.page.input_value(".promise-row input[type=date]")
    hand.press("button[name=step][value=keep]")
    seconds = time.monotonic() - begun

    assert hand.actions <= MOST_ACTIONS
    assert seconds <= MOST_SECONDS
    year = today.year
    assert due == china((year, year + 1)).add_business_days(today, 3).isoformat()
    assert "/interactions" in one.page.url
    assert text.split("，")[0].split(",")[0] in one.text("main")
    clean(one)

    press(one, f"main a:text-is('{what}')")
    press(one, "a[href*='move-promise']")
    one.page.fill("#id_due_on", (today + timedelta(days=20)).isoformat())
    one.page.fill("#id_reason", "客户请求推迟到评审会之后")
    press(one, SUBMIT)
    press(one, "a[href*='keep-promise']")
    one.page.fill("#id_evidence", "邮件已发送，客户回执")
    press(one, SUBMIT)

    steps = one.text("main")
    words = ("已兑现", "改期") if lang == "zh-hans" else ("kept", "moved")
    assert all(word.lower() in steps.lower() for word in words)
    assert (today + timedelta(days=20)).isoformat() in steps
