"""Care in a browser: a birthday is given and noted, refused without consent, claimed with it, and greeted or held up by the quiet hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from jinlan.basics.clock import SHANGHAI, business_date, now_utc
from tests.journeys.desk import Desk, press
from tests.journeys.test_manager_day import clean

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
SUBMIT = "main form button[type=submit]"
SAID = {
    "zh-hans": {
        "open": "待认领", "none": "没有取得客户关怀（邮件）的授权", "claimed": "已认领", "done": "已问候", "stopped": "复检未通过", "quiet": "静默时段",
        "taken": "已清除",
    },
    "en": {
        "open": "Open", "none": "No consent", "claimed": "Claimed", "done": "Greeted", "stopped": "Stopped at recheck", "quiet": "quiet hours",
        "taken": "Erased",
    },
}  # fmt: skip


def a_person(one: Desk, place: int) -> tuple[str, str]:
    """Return name and page of a contact person of a client that agreed to be cared for, without a birthday yet."""
    one.open("/care?view=all&sort=falls_on")
    given = set(one.page.locator("th .kind").all_inner_texts())
    one.open("/care?view=mine")
    client = str(one.page.locator("td a[href^='/clients/']").first.get_attribute("href"))
    one.open(f"/contact-people?unit={client.removeprefix('/clients/')}")
    every = one.page.locator("th a.name").evaluate_all(
        "all => all.map(one => [one.textContent.trim(), one.getAttribute('href')])"
    )
    people = sorted((name, link) for name, link in every if name not in given)
    return people[place][0], people[place][1]


@pytest.mark.parametrize(("lang", "width", "place"), [("zh-hans", 1440, 0), ("en", 390, 1)])
def test_a_birthday_is_noted_refused_without_consent_claimed_with_it_and_greeted(
    desk: Sit, lang: str, width: int, place: int
) -> None:
    one, said = desk("lihua", lang=lang, width=width), SAID[lang]
    tomorrow = business_date(now_utc()) + timedelta(days=1)
    name, person = a_person(one, place)
    one.open(person)
    press(one, "main a[href*='/care-days/new']")
    one.page.select_option("#id_kind", "BIRTHDAY")
    one.page.fill("#id_month", str(tomorrow.month))
    one.page.fill("#id_day", str(tomorrow.day))
    one.page.select_option("#id_source", "SAID")
    clean(one)
    press(one, SUBMIT)
    day = str(one.page.url).removeprefix(one.url)

    one.open("/care?sort=-falls_on")
    clean(one)
    care = str(one.page.locator("tbody tr", has_text=name).first.locator("a.name").get_attribute("href"))
    one.open(care)
    assert said["open"] in one.text("dl.facts")
    clean(one)

    press(one, "a[href$='/claim-greeting']")
    one.page.select_option("#id_channel", "EMAIL")
    with one.page.expect_response(lambda answer: answer.status == 422):
        one.page.click(SUBMIT)
    one.settle()
    assert said["none"] in one.text("main")
    one.complaints.clear()  # the browser notes the 422
    assert said["open"] in (one.open(care) and one.text("dl.facts"))

    press(one, "a[href$='/claim-greeting']")
    one.page.select_option("#id_channel", "WECHAT")
    press(one, SUBMIT)
    assert said["claimed"] in one.text("dl.facts")
    press(one, "a[href$='/greet']")
    press(one, SUBMIT)
    awake = 8 <= now_utc().astimezone(SHANGHAI).hour < 21
    assert said["done" if awake else "stopped"] in one.text("dl.facts")
    assert awake or said["quiet"] in one.text("main")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    clean(one)

    one.open(day)
    press(one, "a[href$='/withdraw-care-day']")
    press(one, SUBMIT)
    assert said["taken"] in one.text("dl.facts")
