"""A client's plan in the browser: begun, refused while it lacks something, written, shown to the client, approved by two, reviewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from jinlan.basics.clock import business_date, now_utc
from jinlan.domains.engagement.tests.planning import BY_HAND, DEED, GOAL, LINES
from tests.journeys.desk import Desk, press
from tests.journeys.test_control import prove
from tests.journeys.test_hand_over import clients
from tests.journeys.test_manager_day import SUBMIT, clean

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
TODAY = business_date(now_utc())


def write(one: Desk, plan: str, kind: str, said: dict[str, str]) -> None:
    """Fill the form of one entry and send it."""
    one.open(f"{plan}/entry/{kind}")
    for name, value in said.items():
        place = f"#id_{name}"
        if one.page.evaluate("place => document.querySelector(place).tagName", place) == "SELECT":
            one.page.select_option(place, **({"label": value} if name == "objective" else {"value": value}))
        elif name == "mutual":
            one.page.check(place)
        else:
            one.page.fill(place, value)
    press(one, SUBMIT)
    assert f"{plan}?version=1" in one.page.url


def without_plan(one: Desk) -> list[str]:
    """Return the pages of the clients in somebody's list for whom no plan was ever drafted."""
    one.open("/plans?view=all")
    planned = set(
        one.page.eval_on_selector_all(
            "main a[href*='/plan?']", "all => all.map(one => one.getAttribute('href').split('/plan?')[0])"
        )
    )
    return [client for client in clients(one) if client not in planned]


@pytest.mark.parametrize(
    ("lang", "width", "place", "in_force"), [("zh-hans", 1440, 2, "执行中"), ("en", 390, 3, "In force")]
)
def test_a_plan_is_written_approved_by_two_and_reviewed(
    desk: Sit, lang: str, width: int, place: int, in_force: str
) -> None:
    lihua = desk("lihua", lang=lang, width=width)
    plan, ends = f"{without_plan(lihua)[place]}/plan", TODAY + timedelta(days=364)
    lihua.open(plan)
    clean(lihua)
    press(lihua, "main a[href*='/plans/new']")
    lihua.page.fill("#id_starts_on", TODAY.isoformat())
    lihua.page.fill("#id_ends_on", ends.isoformat())
    press(lihua, SUBMIT)
    lihua.open(plan)
    assert lihua.page.locator("main a[href*='approve-plan']").count() == 0  # it still lacks everything
    days = {"since": TODAY.isoformat(), "due": (TODAY + timedelta(days=180)).isoformat()}
    for kind, said in LINES.items():
        write(lihua, plan, kind, said)
    goals = [GOAL | days, BY_HAND | days, GOAL | days | {"text": "贷款增长", "metric": "loan"}]
    for said in goals:
        write(lihua, plan, "OBJECTIVE", said)
        deed = DEED | days | {"text": f"推进{said['text']}", "objective": said["text"]}
        write(lihua, plan, "ACTION", deed | ({"mutual": "on"} if said["metric"] == "OWN" else {}))
    clean(lihua)

    lihua.open(f"{plan}/share")
    lihua.page.check("input[name=shared] >> nth=0")
    press(lihua, "main form button[type=submit]")
    assert "三年内成为行业前三" in lihua.text(".share-view")
    clean(lihua)

    lihua.open(plan)
    press(lihua, "main a[href*='approve-plan']")
    lihua.page.fill("#id_reason", "年度计划，请审批")
    press(lihua, SUBMIT)
    request = lihua.page.url
    for username in ("zhoulin", "chenwei"):
        one = desk(username, lang=lang, width=width)
        one.page.goto(request)
        press(one, "main a[href*='confirm']")
        prove(one)
        one.page.fill("#reason", "目标与资源相称，同意")
        press(one, "main form button[value=yes]")
    lihua.open(plan)
    assert in_force in lihua.text("#summary")
    clean(lihua)

    lihua.open(f"{plan}/review")
    lihua.page.fill("#id_minutes", "刚刚开始，双方确认了目标与分工。")
    press(lihua, SUBMIT)
    assert "刚刚开始，双方确认了目标与分工。" in lihua.text("#REVIEWS")
    clean(lihua)
