"""Consent in a browser: recorded, a contact prepared, withdrawn by somebody else in between, and stopped when it is to go out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from jinlan.basics.clock import business_date, now_utc
from tests.conftest import Product
from tests.journeys.desk import Desk, press
from tests.journeys.test_control import TODAY

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
SUBMIT = "main form button[type=submit]"
IN_DAYLIGHT = f"{business_date(now_utc()) + timedelta(days=2):%Y-%m-%d}T10:00"  # outside quiet hours whenever the test runs


def a_member(one: Desk, product: Product, place: int = 0) -> str:
    """Return the address of the first member of a client of the person's book that no gate holds."""
    units = product.units(TODAY, user=one.user).values()
    held = {row["rank"] for row in units if row["kind"] == "HNW" and row["gates"] not in ("", "ok")}
    free = [line for line in one.rows("/clients?view=all&kind=HNW") if line.signature[1] not in held]
    one.open(free[place].address)
    one.page.locator("#contact").scroll_into_view_if_needed()
    one.page.wait_for_selector("#contact-rows")
    return str(one.page.locator("#contact-rows a.name").first.get_attribute("href"))


def record(one: Desk, member: str, *channels: str) -> None:
    """Write down a consent to marketing by some channels."""
    one.open(f"{member}/record")
    one.page.select_option("#id_purpose", "MARKETING")
    for channel in channels:
        one.page.check(f"input[name=channels][value={channel}]")
    one.page.select_option("#id_way", "BRANCH")
    one.page.fill("#id_proof", "扫描件 2026-0117")
    press(one, SUBMIT)


def prepare(one: Desk, member: str, what: str) -> str:
    """Ask whether a message may go out by day, and prepare it; return its address."""
    one.open(f"{member}?purpose=MARKETING&channel=SMS&at={IN_DAYLIGHT}")
    press(one, "#ask a[href*='/contacts/new']")
    one.page.fill("#id_what", what)
    press(one, SUBMIT)
    return str(one.page.url).removeprefix(one.url)


def withdraw(one: Desk, member: str) -> None:
    """Take the consent to marketing by SMS back, from the page of the member."""
    one.open(member)
    press(one, "tr:has(td:text-is('短信')) a[href*='/withdraw']")
    one.page.select_option("#id_way", "PHONE")
    one.page.fill("#id_reason", "客户来电，不想再收短信")
    press(one, SUBMIT)


def test_a_contact_prepared_before_a_withdrawal_is_stopped_when_it_is_to_go_out(
    desk: Sit, product: Product
) -> None:
    zhaoyan = desk("zhaoyan")
    member = a_member(zhaoyan, product)
    record(zhaoyan, member, "SMS", "EMAIL")
    assert "扫描件 2026-0117" in zhaoyan.text("tr:has(td:text-is('短信'))")
    contact = prepare(zhaoyan, member, "年末答谢会邀请")
    assert "待执行" in zhaoyan.text("dl.facts")

    wuhan = desk("wuhan")
    withdraw(wuhan, member)
    assert "已撤回" in wuhan.text("tr:has(td:text-is('短信'))")

    press(zhaoyan, "a[href$='/release-contact']")
    press(zhaoyan, SUBMIT)
    assert "已拦下" in zhaoyan.text("dl.facts")
    assert "撤回营销信息的授权" in zhaoyan.text("dl.facts")
    assert "撤回立即生效" in zhaoyan.text(".verdicts")
    assert "override-consent" not in zhaoyan.body()

    page = zhaoyan.open(member)
    assert "客户来电，不想再收短信" in page
    assert "已拦下" in zhaoyan.text("#prepared tbody tr")
    press(zhaoyan, "#prepared a[href$='/drop-contact']")
    zhaoyan.page.fill("#id_reason", "客户已撤回授权")
    press(zhaoyan, SUBMIT)
    assert "已放弃" in zhaoyan.text("dl.facts")

    lihua = desk("lihua")
    addresses = (member, f"{member}/record", f"{member}/withdraw", contact, f"{contact}/release-contact")
    assert [lihua.ask(one)[0] for one in addresses] == [404] * 5


def test_a_service_message_goes_out_on_a_phone_and_do_not_contact_is_shown(
    desk: Sit, product: Product
) -> None:
    zhaoyan = desk("zhaoyan", width=390)
    member = a_member(zhaoyan, product, 1)
    zhaoyan.open(f"{member}?purpose=SERVICE&channel=CALL")
    assert "可以联系" in zhaoyan.text("#ask h3")
    press(zhaoyan, "#ask a[href*='/contacts/new']")
    zhaoyan.page.fill("#id_what", "对账单已出")
    press(zhaoyan, SUBMIT)
    press(zhaoyan, "a[href$='/release-contact']")
    press(zhaoyan, SUBMIT)
    assert "已放行" in zhaoyan.text("dl.facts")

    zhaoyan.open(f"{member}/suppress")
    press(zhaoyan, SUBMIT)
    assert "起要求请勿联系" in zhaoyan.text(".notice.red")
    assert zhaoyan.page.evaluate("document.documentElement.scrollWidth") <= 390
    zhaoyan.open(f"{member}/restore")
    zhaoyan.page.fill("#id_reason", "客户来电要求恢复，录音 88")
    press(zhaoyan, SUBMIT)
    assert zhaoyan.page.locator(".notice.red").count() == 0
