"""A declared list in a browser: make, edit in two tabs, give a value back, act on many rows, keep a view, on a phone as well."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.desk import Desk, press

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
SUBMIT = "main form button[type=submit]"


def give(one: Desk, unit: str, what: str, value: str) -> str:
    """Fill in the form of a gift; return the address of its row."""
    one.open("/gifts/new")
    for name, text in (("unit", unit), ("what", what), ("value", value), ("phone", "13812341234")):
        one.page.fill(f"#id_{name}", text)
    press(one, SUBMIT)
    return str(one.page.url).removeprefix(one.url)


def amend(one: Desk, value: str, reason: str) -> None:
    one.page.fill("#id_value", value)
    one.page.fill("#id_reason", reason)


def test_a_row_is_made_edited_in_two_tabs_and_given_back(desk: Sit) -> None:
    lihua = desk("lihua")
    client = lihua.rows()[0]
    name = lihua.page.locator("tbody a.name").first.get_attribute("title")
    assert client.address.startswith("/clients/")
    row = give(lihua, name, "龙井茶礼盒", "300")
    assert "138****1234" in lihua.body()

    phone = desk("lihua", width=390)
    lihua.open(f"{row}/amend")
    phone.open(f"{row}/amend")
    amend(lihua, "3000", "手误多写了一个零")
    press(lihua, SUBMIT)
    amend(phone, "299", "以为没有人改过")
    with phone.page.expect_response(lambda answer: answer.status == 422):
        phone.page.click(SUBMIT)
    phone.settle()
    phone.complaints.clear()  # the browser notes the 422
    assert "这条记录在您打开之后被改过" in phone.body()
    assert phone.page.input_value("#id_reason") == "以为没有人改过"

    lihua.open(f"{row}?tab=history")
    press(lihua, "text=恢复原值")
    assert lihua.page.input_value("#id_value") == "300.00"
    lihua.page.fill("#id_reason", "恢复登记时的价值")
    press(lihua, SUBMIT)
    history = lihua.open(f"{row}?tab=history")
    assert "恢复登记时的价值" in history
    assert "手误多写了一个零" in history
    assert desk("wangmin").ask(row)[0] == 404


def test_many_rows_show_their_effect_before_and_their_result_after(desk: Sit) -> None:
    lihua = desk("lihua")
    lihua.rows()
    name = lihua.page.locator("tbody a.name").first.get_attribute("title")
    for what in ("年历一", "年历二"):
        give(lihua, name, what, "20")
    lihua.open("/gifts?q=nianli")
    lihua.page.check("[data-check-all]")
    press(lihua, "button[value=take-back]")
    assert "将对 2 行执行" in lihua.body()
    lihua.page.fill("#id_reason", "年末清理库存")
    press(lihua, SUBMIT)
    assert "2 行已完成" in lihua.body()


def test_a_view_is_kept_from_the_side_panel_and_stands_as_a_tab(desk: Sit) -> None:
    chenwei = desk("chenwei")
    chenwei.open("/clients?view=all&kind=HNW&sort=-aum")
    chenwei.page.click("text=筛选与显示")
    chenwei.page.wait_for_selector("#side[open] #view-name")
    chenwei.page.fill("#view-name", "家庭按规模")
    press(chenwei, "#side form[action$='/views'] button.btn:not(.icon-button)")
    assert "家庭按规模" in chenwei.text(".tabs [aria-current]")
    chenwei.open("/clients")
    press(chenwei, ".tabs a:has-text('家庭按规模')")
    assert "kind=HNW" in chenwei.page.url
    assert set(chenwei.page.locator("tbody th .kind").all_inner_texts()) == {"家庭"}
