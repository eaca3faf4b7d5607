"""A hand-over in the browser: begun on the team's page, ticked, signed by three people, each on a screen of his own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from jinlan.basics.clock import business_date, now_utc
from jinlan.domains.engagement.rules.handover import ITEMS
from tests.journeys.desk import Desk, press
from tests.journeys.test_manager_day import SUBMIT, clean

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
CLIENT = re.compile(r"/clients/[0-9a-f-]{36}")


def clients(one: Desk) -> list[str]:
    """Return the pages of the clients in somebody's list, in its order."""
    one.open("/clients?view=mine")
    found = one.page.eval_on_selector_all("main a[href]", "all => all.map(one => one.getAttribute('href'))")
    return list(dict.fromkeys(href for href in found if CLIENT.fullmatch(href)))


@pytest.mark.parametrize(
    ("lang", "width", "place", "signed"),
    [("zh-hans", 1440, -1, "已移交"), ("en", 390, -2, "Handed over")],
)
def test_a_client_is_handed_over_by_three_signatures_and_goes_on_its_day(
    desk: Sit, lang: str, width: int, place: int, signed: str
) -> None:
    lihua = desk("lihua", lang=lang, width=width)
    client = clients(lihua)[place]
    effective = business_date(now_utc()) + timedelta(
        days=60
    )  # the book of today stays as other journeys know it
    lihua.open(f"{client}/team")
    clean(lihua)
    press(lihua, "main a[href*='/hand-overs/new']")
    lihua.page.fill("#id_taker", "E1002")
    lihua.page.select_option("#id_trigger", "RESIGN")
    lihua.page.fill("#id_effective_on", effective.isoformat())
    lihua.page.fill("#id_reason", "个人原因离职，交给王敏")
    press(lihua, SUBMIT)
    page = re.search(r"/hand-overs/[0-9a-f-]{36}", lihua.page.url)
    assert page is not None
    clean(lihua)

    lihua.open(f"{page[0]}/sign-hand-over")
    with lihua.page.expect_response(lambda answer: answer.status == 422):
        lihua.page.click(SUBMIT)  # the checklist is not done: refused, nothing lost
    lihua.page.wait_for_load_state()
    lihua.complaints.clear()  # the browser notes the 422
    for item in ITEMS:
        lihua.open(f"{page[0]}/check-hand-over-item")
        lihua.page.select_option("#id_item", item)
        press(lihua, SUBMIT)
    for username in ("lihua", "wangmin", "chenwei"):
        one = lihua if username == "lihua" else desk(username, lang=lang, width=width)
        one.open(page[0])
        press(one, f"main a[href='{page[0]}/sign-hand-over']")
        press(one, SUBMIT)
        assert page[0] in one.page.url
    assert signed in one.text("main")
    clean(one)

    lihua.open(client)  # his until the day
    assert lihua.page.url.endswith(client)
    assert lihua.page.locator("h1").count() == 1
    wangmin = desk("wangmin", lang=lang, width=width)
    wangmin.open(page[0])
    assert effective.isoformat() in wangmin.text("main")
