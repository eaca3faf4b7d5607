"""An opportunity in the browser: opened, refused, proved, advanced, pushed, approved by another person, signed and won."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from jinlan.basics.clock import business_date, now_utc
from tests.journeys.desk import Desk, press
from tests.journeys.test_control import prove
from tests.journeys.test_hand_over import clients
from tests.journeys.test_manager_day import SUBMIT, clean

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
PAGE = re.compile(r"/opportunities/[0-9a-f-]{36}")


def tick(one: Desk, page: str, code: str, day: str = "") -> None:
    """Say that a criterion is met, from the form that its page leads to."""
    one.open(f"{page}/tick-criterion?criterion={code}")
    one.page.fill("#id_evidence", "客户财务总监面谈时确认，已记入纪要")
    if day:
        one.page.fill("#id_done_on", day)
    press(one, SUBMIT)


def advance(one: Desk, client: str, title: str, *, how: str = "button") -> str:
    """Let a card of the client's board go on by its button, the arrow key or a drag; return what the page says then."""
    one.open(f"/pipeline?unit={client.rsplit('/', 1)[1]}")
    card = one.page.locator(f"[data-card]:has(h3 a:text-is('{title}'))")
    stage = int(card.get_attribute("data-stage") or 0)
    with one.leaving():
        if how == "key":
            card.focus()
            one.page.keyboard.press("ArrowRight")
        elif how == "drag":
            card.drag_to(one.page.locator(f"section[data-stage='{stage + 1}'] h2"))
        else:
            card.locator("[data-advance] button").click()
    return one.text("body")


def decider(one: Desk, client: str, name: str, today: str) -> None:
    """Note a decision maker of the client on its people's page."""
    one.open(f"{client}/people")
    press(one, "main a[href*='/contact-people/new']")
    one.page.fill("#id_name", name)
    one.page.fill("#id_title", "董事长")
    one.page.fill("#id_since", today)
    one.page.select_option("#id_decision_role", "DECIDER")
    press(one, SUBMIT)


def talked(one: Desk, client: str, text: str) -> None:
    """Write down a visit with somebody of the client."""
    one.open(f"{client}/log")
    one.page.fill("#id_minutes", text)
    press(one, "button[name=step][value=read]")
    first = one.page.locator("#id_people input[type=checkbox]").first
    first.check()
    press(one, "button[name=step][value=keep]")


@pytest.mark.parametrize(
    ("lang", "width", "place", "said", "missing", "won"),
    [
        ("zh-hans", 1440, -3, "今天拜访客户，谈妥了贷款方案要点", "预算或用款计划已确认", "赢单"),
        ("en", 390, -4, "Visited the client today, they agree with the terms of the loan", "Budget or use of funds confirmed", "Won"),
    ],
)  # fmt: skip
def test_an_opportunity_is_proved_stage_by_stage_and_won(
    desk: Sit, lang: str, width: int, place: int, said: str, missing: str, won: str
) -> None:
    lihua = desk("lihua", lang=lang, width=width)
    client, day = clients(lihua)[place], business_date(now_utc())
    today, title = day.isoformat(), f"旅程贷款{width}"
    lihua.open(client)
    lihua.page.wait_for_selector("#pipeline a[href*='/opportunities/new']")
    press(lihua, "#pipeline a[href*='/opportunities/new']")
    clean(lihua)
    lihua.page.fill("#id_title", title)
    lihua.page.select_option("#id_product", "LOAN")
    lihua.page.fill("#id_amount", "12000000")
    lihua.page.fill("#id_margin", "0.018")
    lihua.page.select_option("#id_source", "VISIT")
    lihua.page.fill("#id_closes_on", (day + timedelta(days=40)).isoformat())
    press(lihua, SUBMIT)
    found = PAGE.search(lihua.page.url)
    assert found is not None
    page = found[0]
    clean(lihua)

    refused = advance(lihua, client, title)
    assert page in lihua.page.url  # it leads to what is missing
    assert missing in refused
    decider(lihua, client, f"周启明{width}", today)
    for code in ("NEED", "BUDGET", "TIMING"):
        tick(lihua, page, code)
    advance(lihua, client, title, how="key")
    assert "/pipeline" in lihua.page.url
    clean(lihua)

    lihua.open(f"{page}/push-opportunity")
    lihua.page.fill("#id_closes_on", (day + timedelta(days=60)).isoformat())
    lihua.page.fill("#id_reason", "客户董事会推迟到下月")
    press(lihua, SUBMIT)
    talked(lihua, client, said)
    tick(lihua, page, "SOLUTION")
    advance(lihua, client, title, how="drag" if width > 1000 else "button")
    tick(lihua, page, "LIMITS")
    lihua.open(page)
    press(lihua, f"main a[href='{page}/confirm-opportunity']")
    lihua.page.fill("#id_reason", "方案、定价与额度均已核对")
    press(lihua, SUBMIT)
    asked = re.search(r"/approvals/[0-9a-f-]{36}", lihua.page.url)
    assert asked is not None
    chenwei = desk("chenwei", lang=lang, width=width)
    chenwei.open(asked[0])
    clean(chenwei)
    press(chenwei, "main a[href*='/account/confirm']")  # whoever approves proves himself first
    prove(chenwei)
    press(chenwei, "main button[value=yes]")
    advance(lihua, client, title)
    tick(lihua, page, "SIGNED", today)
    advance(lihua, client, title)
    lihua.open(page)
    press(lihua, f"main a[href='{page}/win-opportunity']")
    press(lihua, SUBMIT)

    text = lihua.text("main")
    assert won in text
    assert (day + timedelta(days=60)).isoformat() in text
    clean(lihua)
    lihua.open("/opportunities?view=won")
    assert title in lihua.text("main")
