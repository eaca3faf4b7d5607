"""The studio at a browser: a line is raised and the list moves beside it, a mistake is said at its field, a draft is reviewed by another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.desk import Desk
from tests.journeys.test_pages import violations

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
WAIT = 60_000  # milliseconds: the first question reads all clients


def a_draft(at: Desk) -> str:
    """Draft the next version of the groups' criteria and return its address."""
    at.open("/definitions")
    with at.leaving():
        at.page.get_by_role("button", name="起草新版").nth(1).click()
    at.page.locator("#consequence .lead").wait_for(timeout=WAIT)
    return str(at.page.url).removeprefix(at.url)


def test_a_raised_line_moves_the_list_beside_it_and_the_draft_goes_its_way(desk: Sit) -> None:
    chenwei = desk("chenwei")
    address = a_draft(chenwei)
    page = chenwei.page
    assert "没有客户会变" in chenwei.text("#consequence .lead")

    page.fill("input[name='t-1-entry']", "80")
    page.fill("input[name='t-1-exit']", "75")
    page.locator("#consequence .lead", has_text="户会变：").wait_for(timeout=WAIT)
    assert "进入 0，退出 0，升层 0，降层" in chenwei.text("#consequence .lead")
    assert "的准入线由 67 改为 80" in chenwei.text("#consequence")
    assert violations(chenwei) == []

    page.fill("input[name='c-0-weight']", "0.36")
    page.locator("#at-weights", has_text="权重之和为 1.01").wait_for(timeout=WAIT)
    assert "先改好这些" in chenwei.text("#consequence")
    page.fill("input[name='c-0-weight']", "0.35")
    page.locator("#consequence .lead").wait_for(timeout=WAIT)

    page.fill("textarea[name='purpose']", "分行级覆盖过宽,客户经理负荷不均,上调准入线")
    with chenwei.leaving():
        page.click("button.btn-primary:has-text('保存草稿')")
    assert page.input_value("input[name='t-1-entry']") == "80"
    with chenwei.leaving():
        page.click("button[value='send']")
    assert page.locator("input[name='t-1-entry']").is_disabled()  # its text stands still from now on

    zhoulin = desk("zhoulin", theme="dark", width=390)
    zhoulin.open(address)
    zhoulin.page.locator("#consequence .lead").wait_for(timeout=WAIT)
    zhoulin.page.evaluate("document.querySelectorAll('main details').forEach(one => one.open = true)")
    assert zhoulin.page.evaluate("document.documentElement.scrollWidth") <= 390
    zhoulin.page.fill("input[name='reason']", "请先说明对三家分行的影响")
    with zhoulin.leaving():
        zhoulin.page.click("button[value='return']")
    assert "草稿" in zhoulin.text(".life [aria-current]")
    lihua = desk("lihua")
    assert lihua.context.request.get(lihua.url + address).status == 404
