"""A definition from its first draft to the clients whom it changes, at browsers: tried, reviewed, voted on, in force from its day.

The bank has thirty days of November: ten are there when the product starts, twenty are delivered while the version waits for its day.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jinlan.site.demobank import write_demo_bank
from jinlan.site.fill import PASSWORD
from tests.conftest import Product, free_port, start_product, wait_ready
from tests.journeys.desk import Desk, press
from tests.journeys.test_pages import violations

pytestmark = [pytest.mark.xdist_group("month"), pytest.mark.browser]

Sit = Callable[..., Desk]
WAIT = 60_000
DAY, END = "2026-11-20", "2026-11-30"
# Key clients of 李华: 60.3 points, 62.5 points, and 58.5 points by a list of names.
DROPPED, STAYS, NAMED = "G00017", "G00006", "G00010"


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the deliveries after the tenth of November wait."""
    return tmp_path_factory.mktemp("later")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, later: Path) -> Iterator[Product]:
    """Start the product with the tiny demo bank up to its tenth day."""
    home = tmp_path_factory.mktemp("month") / "home"
    home.mkdir()
    write_demo_bank(home / "demo", size="tiny", seed=20261124, daily=30)
    for folder in (home / "demo" / "JLB").glob("as_of_date=2026-11-*"):
        if folder.name > "as_of_date=2026-11-10":
            shutil.move(folder, later / "JLB" / folder.name)
    port = free_port()
    process = start_product(home, port)
    try:
        wait_ready(home, process)
        yield Product(f"http://127.0.0.1:{port}", home)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def prove(at: Desk, address: str) -> None:
    """Open a page, proving oneself on the way when it asks for it."""
    at.open(address)
    if at.page.locator("a[href^='/account/confirm']").count():
        press(at, "a[href^='/account/confirm'] >> nth=0")
        at.page.fill("input[name='password']", PASSWORD)
        press(at, "main button.btn-primary")


def drafted(chenwei: Desk) -> str:
    """Draft version 2 with a higher key line, read its consequence, keep it and send it to review."""
    page = chenwei.page
    chenwei.open("/definitions")
    with chenwei.leaving():
        page.get_by_role("button", name="起草新版").nth(1).click()
    page.locator("#consequence .lead").wait_for(timeout=WAIT)
    for name, value in (("entry", "62"), ("exit", "61"), ("observe_down", "1"), ("min_hold", "0")):
        page.fill(f"input[name='t-2-{name}']", value)
    page.fill("input[name='valid_from']", DAY)
    page.locator("#consequence .lead", has_text="户会变：").wait_for(timeout=WAIT)
    said = chenwei.text("#consequence")
    assert "的准入线由 50 改为 62" in said
    assert "客户经理负荷" in said
    assert "李华" in said
    page.fill("textarea[name='purpose']", "重点层过宽,客户经理负荷不均,上调准入线与退出线")
    press(chenwei, "button.btn-primary:has-text('保存草稿')")
    press(chenwei, "button[value='send']")
    return str(page.url).removeprefix(chenwei.url).partition("?")[0]


def decided(desk: Sit, chenwei: Desk, zhoulin: Desk) -> str:
    """Call the committee, put the version on its agenda, vote with one conflicted member, and return the item's address."""
    chenwei.open("/committee/new")
    press(chenwei, "main button.btn-primary")
    press(chenwei, "button[value='agenda']")
    press(chenwei, "button[value='open']")  # who calls it takes the chair unless another is named
    link = chenwei.page.locator("table tr", has_text="准入标准").locator("a.name").first
    item = str(link.get_attribute("href"))
    prove(chenwei, item)
    assert "因此只能弃权" in chenwei.body()
    assert chenwei.page.locator("button[value='FOR']").count() == 0
    press(chenwei, "button[value='ABSTAIN']")
    for one in (zhoulin, desk("wuhan")):
        prove(one, item)
        press(one, "button[value='FOR']")
    prove(chenwei, item)
    chenwei.page.fill("textarea[name='note']", f"上调重点层,自 {DAY} 起")
    press(chenwei, "button:has-text('计票并形成决议')")
    assert "回避 1" in chenwei.text("main")
    return item


def test_a_version_goes_from_draft_to_the_client_who_drops_and_last_quarter_keeps_its_reasons(
    desk: Sit, product: Product, later: Path
) -> None:
    chenwei, zhoulin = desk("chenwei"), desk("zhoulin")
    address = drafted(chenwei)
    zhoulin.open(address)
    zhoulin.page.fill("input[name='reason']", "测算与负荷已核对,同意提交委员会")
    press(zhoulin, "button[value='pass']")
    decided(desk, chenwei, zhoulin)
    chenwei.open(address)
    assert "已批准" in chenwei.text(".life [aria-current]")
    before = product.units("2026-11-10")
    assert {before[one]["effective_tier"] for one in (DROPPED, STAYS, NAMED)} == {"KEY"}
    lihua = desk("lihua")
    client = lihua.find(before[DROPPED]).address.partition("?")[0]

    product.run("load", str(later))
    product.run("nightly", "--as-of", END)

    after = product.units(END)
    tiers = {one: (after[one]["effective_tier"], after[one]["tier_state"]) for one in (DROPPED, STAYS, NAMED)}
    # What the bank decided by name waits for the committee.
    assert tiers == {DROPPED: ("", "none"), STAYS: ("KEY", "active"), NAMED: ("KEY", "proposed_down")}
    chenwei.open(address)
    assert chenwei.text(".life [aria-current]") == "生效"
    told_why(lihua, client)


def told_why(lihua: Desk, client: str) -> None:
    """The client's manager reads why it dropped and what would bring it back; last quarter's page keeps its reasons."""
    page = lihua.open(client)
    assert "2026.2" in page
    # The review that follows a publication tells the lead, with the page that says why.
    lihua.page.wait_for_function(
        "async () => (await (await fetch('/notices')).text()).includes('您主办的一户客户降层')", polling=1000, timeout=WAIT
    )  # fmt: skip
    two = lihua.open(f"{client}/between?from=2026-10-31&to={END}")
    assert "的退出线由 45 改为 61" in two
    assert violations(lihua) == []
    past = lihua.open(f"{client}?as_of=2026-09-30")
    assert "2026.1" in past
    assert "2026.2" not in past
