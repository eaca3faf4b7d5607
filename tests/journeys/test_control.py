"""What needs more than a click: a tier by hand, a large file, plain identity numbers, a session that is taken away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jinlan.site.demobank.stories import load_stories
from jinlan.site.fill import PASSWORD
from tests.conftest import Product
from tests.journeys.desk import Desk, press, signature

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

TODAY = "2026-11-10"
Sit = Callable[..., Desk]


def a_plain_client(one: Desk, product: Product) -> tuple[str, dict[str, Any]]:
    """Return address and row of a client of the person's book that no planted story is about."""
    told = {code for story in load_stories(product.home / "demo").values() for code in story.unit_ids}
    units = {
        code: row
        for code, row in product.units(TODAY, user=one.user).items()
        if row["managed"] and code not in told
    }
    for line in one.rows():
        for row in units.values():
            if signature(row) == line.signature and row["effective_tier"] and row["kind"] == "GROUP":
                return line.address.split("?")[0], row
    raise AssertionError("no client without a story")


def ask_for_a_tier(one: Desk, address: str, tier: str) -> str:
    """Fill in the form as a person does, the first time with a mistake; return the request's address."""
    one.open(address)
    press(one, "text=申请人工调整")
    one.page.select_option("select[name=tier]", tier)
    one.page.fill("textarea[name=evidence]", "太短")
    one.page.fill("textarea[name=reason]", "集团在建项目需要总行协调")
    with one.page.expect_response(lambda answer: answer.status == 422):
        one.page.click("button.btn-primary")
    one.settle()
    one.complaints.clear()  # the browser notes the 422
    assert "依据至少 10 个字" in one.text(".field.wrong .error")
    assert one.page.input_value("textarea[name=reason]") == "集团在建项目需要总行协调"
    one.page.fill("textarea[name=evidence]", "2026 年 11 月分行战略客户会议纪要")
    press(one, "button.btn-primary")
    return str(one.page.url).removeprefix(one.url)


def prove(one: Desk) -> None:
    assert "/account/confirm" in one.page.url
    one.page.fill("input[name=password]", PASSWORD)
    press(one, "main button.btn-primary")


def confirmed(one: Desk, address: str) -> None:
    """Open a request and prove oneself, as its page asks before it takes a word."""
    one.open(address)
    assert one.page.locator("button[value=yes]").count() == 0
    press(one, "a:has-text('确认后复核')")
    prove(one)


def test_a_tier_by_hand_passes_three_people_and_one_that_changed_is_void(desk: Sit, product: Product) -> None:
    lihua = desk("lihua")
    address, row = a_plain_client(lihua, product)
    other = "BRANCH" if row["effective_tier"] != "BRANCH" else "KEY"

    withdrawn = ask_for_a_tier(lihua, address, other)
    press(lihua, "button[value=withdraw]")
    assert "已作废" in lihua.text(".badge")
    asked = ask_for_a_tier(lihua, address, other)
    assert "不能复核自己的申请" in lihua.body()

    zhoulin = desk("zhoulin")
    assert withdrawn not in zhoulin.open("/approvals").split("最近办结")[0]
    confirmed(zhoulin, asked)
    press(zhoulin, "button[value=yes]")
    chenwei = desk("chenwei", width=390)
    confirmed(chenwei, asked)
    press(chenwei, "button[value=yes]")

    assert "已执行" in chenwei.text(".badge")
    assert chenwei.page.locator(".badge.green", has_text="已同意").count() == 2
    wangmin = desk("wangmin")
    assert wangmin.ask(asked)[0] == 404


def test_a_large_file_is_refused_then_granted_and_carries_its_taker(desk: Sit, tmp_path: Path) -> None:
    zhaoyan = desk("zhaoyan")
    zhaoyan.page.goto(zhaoyan.url + "/clients/file?view=all")
    prove(zhaoyan)
    zhaoyan.page.select_option("select[name=kind]", "csv")
    zhaoyan.page.select_option("select[name=purpose]", "SERVICE")
    zhaoyan.page.fill("textarea[name=reason]", "年末回访安排")
    with zhaoyan.page.expect_download() as got:
        zhaoyan.page.click("button.btn-primary")

    got.value.save_as(tmp_path / "list.csv")
    lines = (tmp_path / "list.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == len(zhaoyan.rows("/clients?view=all")) + 2
    assert "赵岩 (zhaoyan)" in lines[-1]
    assert "年末回访安排" in lines[-1]


def test_plain_identity_numbers_need_oneself_again_and_a_reason(desk: Sit) -> None:
    zhaoyan = desk("zhaoyan")
    line = zhaoyan.rows()[0]
    zhaoyan.open(line.address)
    zhaoyan.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    zhaoyan.page.wait_for_selector("a:has-text('查看明文')")
    masked = zhaoyan.text("#identity")
    assert "********" in masked

    press(zhaoyan, "a:has-text('查看明文') >> nth=0")
    assert "/account/confirm" in zhaoyan.page.url
    zhaoyan.page.fill("input[name=password]", PASSWORD)
    press(zhaoyan, "main button.btn-primary")
    zhaoyan.page.fill("[name=reason]", "核对开户证件")
    with zhaoyan.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        zhaoyan.page.click("main button.btn-primary")
    shown = answer.value.text()

    assert "已记入审计" in shown
    assert "********" not in shown
    zhengyu = desk("zhengyu")
    assert zhengyu.ask(zhaoyan.page.url.removeprefix(zhaoyan.url))[0] == 404


def test_the_administrator_takes_a_session_away_and_the_next_click_is_the_sign_in(desk: Sit) -> None:
    sunjie = desk("sunjie")
    sunjie.open("/department")
    xulan = desk("xulan")
    xulan.open("/admin/people?q=sunjie")
    xulan.page.on("dialog", lambda one: one.accept())
    press(xulan, "button:has-text('结束会话')")

    if "/account/confirm" in xulan.page.url:
        xulan.page.fill("input[name=password]", PASSWORD)
        press(xulan, "main button.btn-primary")
    sunjie.page.goto(sunjie.url + "/department")

    assert "/signin" in sunjie.page.url
    assert "安全管理员结束" in sunjie.body()
