"""A log on a phone without a network: kept where nobody reads it, over a sign-out, sent once, and not by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from jinlan.site.commands.shots import sign_in
from tests.journeys.desk import Desk, press
from tests.journeys.test_manager_day import clean

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
LINES = "[data-list] > li"
WHOLE = """async () => {
  const base = await new Promise((done) => { const asking = indexedDB.open("jinlan"); asking.onsuccess = () => done(asking.result); });
  const found = {};
  for (const name of base.objectStoreNames) {
    found[name] = await new Promise((done) => { const all = base.transaction(name).objectStore(name).getAll(); all.onsuccess = () => done(all.result); });
  }
  base.close();
  return found;
}"""
SHELF = """async () => {
  const found = [];
  for (const name of await caches.keys()) for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
  return found.sort();
}"""


def until(one: Desk, truth: str) -> None:
    """Wait until something holds in the page; the page's own policy forbids the browser driver's way to wait."""
    waiting = f"async () => {{ for (let round = 0; round < 200; round += 1) {{ if (await ({truth})()) return true; await new Promise((go) => setTimeout(go, 50)); }} return false; }}"
    assert one.page.evaluate(waiting), truth


def lines(one: Desk, count: int, of: str = "") -> None:
    """Wait until so many kept logs stand on the page."""
    until(one, f"() => document.querySelectorAll('{LINES} {of}').length === {count}")


def ready(one: Desk) -> None:
    """Wait until the service worker answers for the page and the key is there."""
    one.open("/clients")
    one.page.evaluate("navigator.serviceWorker.ready")
    until(one, "() => navigator.serviceWorker.controller !== null")
    until(one, f"async () => (await ({WHOLE})()).state.some((row) => row.point)")


def offline_page(one: Desk, address: str) -> None:
    """Open an address without a network: what comes is the page of kept logs."""
    one.page.goto(one.url + address)
    one.page.wait_for_selector("[data-offline-page][data-ready]")


def write(one: Desk, client: str, text: str, kind: str = "") -> None:
    """Write a log and keep it."""
    before = one.page.locator(LINES).count()
    one.page.fill("[name=client]", client)
    one.page.fill("[name=text]", text)
    one.page.select_option("[name=kind]", kind)
    one.page.click("[data-write] button[type=submit]")
    lines(one, before + 1)


def quiet(one: Desk) -> None:
    """Forget what the browser notes of a network that is away, and nothing else."""
    away = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "422")
    one.complaints[:] = [text for text in one.complaints if not any(word in text for word in away)]


def logged(one: Desk, home: str, text: str) -> int:
    """Return how often a text stands among a client's interactions."""
    one.open(f"{home}/interactions")
    return one.page.locator("main .talk-text", has_text=text).count()


def fits(one: Desk, width: int) -> None:
    """Nothing is wider than the screen, what is pressed first is big enough, and nothing is wrong for a reader."""
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = one.page.locator("[data-write] .btn-primary, [data-list] .btn:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert width > 720 or min(sizes) >= 44
    clean(one)


def first_client(one: Desk) -> tuple[str, str]:
    """Return name and page of the first client of the person's list."""
    one.open("/clients")
    link = one.page.locator("table[data-rows] a.name").first
    return str(link.get_attribute("title")), str(link.get_attribute("href"))


@pytest.mark.parametrize(("lang", "width"), [("zh-hans", 390), ("zh-hans", 1440), ("en", 390)])
def test_a_log_without_a_network_outlives_the_sign_out_is_read_by_nobody_and_is_sent_once(
    desk: Sit, lang: str, width: int
) -> None:
    one = desk("lihua", lang=lang, width=width)
    name, home = first_client(one)
    ready(one)
    one.open(home)
    secret = f"利率八十七个基点 {uuid4().hex[:8]}"
    shelf = one.page.evaluate(SHELF)
    assert [path for path in shelf if not path.startswith(("/static/", "/offline/"))] == []
    assert [path for path in shelf if path.startswith("/offline/")] == ["/offline/en", "/offline/zh"]

    one.context.set_offline(True)
    offline_page(one, f"{home}/timeline")
    assert one.page.evaluate("document.documentElement.lang") == ("en" if lang == "en" else "zh-Hans")
    write(one, name, secret, "CALL")
    fits(one, width)
    assert one.page.locator("[data-list] [data-act=edit]:visible").count() == 0
    kept = one.page.evaluate(WHOLE)
    assert (len(kept["logs"]), secret in str(kept), name in str(kept)) == (1, False, False)
    assert sorted(kept["logs"][0]) == ["at", "id", "name", "owner", "sealed"]

    # Signed out with the log still there: it waits, nobody can write, and somebody else is told no more than that.
    one.context.set_offline(False)
    one.context.route("**/offline/send", lambda route: route.abort())
    one.open("/account")
    quiet(one)
    one.page.click("details.menu:has(form[data-signout]) summary")
    press(one, "form[data-signout] button")
    left = one.page.evaluate(WHOLE)
    assert (left["logs"], [row for row in left["state"] if "point" in row]) == (kept["logs"], [])
    offline_page(one, "/offline/zh")
    assert (
        one.page.locator(
            "[data-says=out]:visible, [data-says=locked]:visible, [data-says=others]:visible"
        ).count()
        == 3
    )
    assert (one.page.locator(LINES).count(), one.page.locator("[data-write] fieldset:disabled").count()) == (
        0,
        1,
    )
    clean(one)
    sign_in(one.page, one.url, "sunjie")
    offline_page(one, "/offline/zh")
    assert (one.page.locator(LINES).count(), one.page.locator("[data-says=others]:visible").count()) == (0, 1)
    assert "李华" not in one.text("main")
    stolen = one.page.evaluate(
        """async (log) => {
          const { token } = await (await fetch("/offline/key")).json();
          const body = new URLSearchParams({ id: log.id, name: log.name, sealed: log.sealed });
          const answer = await fetch("/offline/open", { method: "POST", body, headers: { "X-CSRFToken": token } });
          return [answer.status, (await answer.json()).code];
        }""",
        kept["logs"][0],
    )
    assert stolen == [422, "LETTER_SHUT"]
    assert one.page.evaluate(WHOLE)["logs"] == kept["logs"]
    one.open("/account")
    one.page.click("details.menu:has(form[data-signout]) summary")
    press(one, "form[data-signout] button")
    one.context.unroute("**/offline/send")

    # Signed in again: the server takes it and the answer is lost, so it is sent again, and stands there once.
    reached: list[int] = []

    def lose(route: Any) -> None:
        reached.append(route.fetch().status)
        route.abort()

    one.context.route("**/offline/send", lose)
    sign_in(one.page, one.url, "lihua")
    until(one, f"async () => (await ({WHOLE})()).state.some((row) => row.point)")
    offline_page(one, "/offline/zh")
    assert (set(reached), one.page.locator("[data-state=lost]:visible").count()) == ({200}, 1)
    one.context.unroute("**/offline/send")
    one.page.click("[data-act=send]")
    one.page.wait_for_selector("[data-says=sent]:visible")
    assert one.page.evaluate(WHOLE)["logs"] == []
    quiet(one)
    assert logged(one, home, secret) == 1


def test_what_has_to_be_understood_becomes_a_draft_and_what_is_refused_is_changed_or_discarded(
    desk: Sit,
) -> None:
    one = desk("lihua", width=390)
    name, home = first_client(one)
    ready(one)
    one.context.set_offline(True)
    offline_page(one, "/today")
    called = f"来过电话 {uuid4().hex[:8]}"
    promise = f"我行承诺三个工作日内给出离线方案 {uuid4().hex[:8]}"
    write(one, name, promise)
    write(one, "没有这样的客户", called, "CALL")
    write(one, name, "他离婚了", "CALL")

    one.context.set_offline(False)
    lines(one, 2, "[data-state=refused]:not([hidden])")
    kept = one.page.locator(LINES)
    assert "没有找到这位客户" in kept.nth(1).inner_text()
    assert "离婚" in kept.nth(2).inner_text()
    fits(one, 390)

    kept.nth(2).locator("[data-act=discard]").click()
    clean(one)
    one.page.click("dialog[data-discard] button[value='']")
    assert kept.count() == 3
    kept.nth(2).locator("[data-act=discard]").click()
    one.page.click("dialog[data-discard] button[value=discard]")
    lines(one, 2)

    kept.nth(1).locator("[data-act=edit]").click()
    until(one, f"() => document.querySelector('[name=text]').value === '{called}'")
    one.page.fill("[name=client]", name)
    one.page.click("[data-write] button[type=submit]")
    one.page.wait_for_selector("[data-says=sent]:visible")
    assert kept.count() == 1

    with one.leaving():
        kept.first.locator("[data-act=confirm]").first.click()
    assert one.page.input_value("#id_minutes") == promise
    clean(one)
    with one.leaving():
        one.page.click("button[value=keep]")
    until(one, f"async () => (await ({WHOLE})()).logs.length === 0")
    quiet(one)
    assert (logged(one, home, promise), logged(one, home, called), logged(one, home, "离婚")) == (1, 1, 0)


def test_a_log_that_was_open_when_the_network_went_keeps_its_words(desk: Sit) -> None:
    one = desk("lihua", width=390)
    _name, home = first_client(one)
    ready(one)
    one.open(f"{home}/log")
    text = f"电话里谈了离线时的汇率 {uuid4().hex[:8]}"
    one.page.fill("#id_minutes", text)
    one.context.set_offline(True)
    one.page.click("button[value=read]")
    one.page.wait_for_selector("[data-offline-page][data-ready]")
    assert (one.page.locator(LINES).count(), one.page.locator("[data-says=kept]:visible").count()) == (1, 1)
    assert text not in str(one.page.evaluate(WHOLE))

    one.context.set_offline(False)
    one.page.wait_for_selector("[data-list] [data-act=confirm]:visible")
    with one.leaving():
        one.page.click("[data-list] [data-act=confirm]")
    with one.leaving():
        one.page.click("button[value=keep]")
    until(one, f"async () => (await ({WHOLE})()).logs.length === 0")
    quiet(one)
    assert logged(one, home, text) == 1


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_on_a_phone_what_a_day_needs_is_within_reach_of_a_thumb(desk: Sit, lang: str) -> None:
    one = desk("lihua", lang=lang, width=390)
    _name, home = first_client(one)
    for address in ("/today", f"{home}/log", f"{home}/interactions", f"{home}/brief", "/approvals"):
        one.open(address)
        assert one.page.evaluate("document.documentElement.scrollWidth") <= 390, address
        heights = one.page.locator("main .btn:visible, .rail a:visible, .rail summary").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert min(heights) >= 44, address

    one.open("/today")
    one.page.click(".rail-more summary")
    clean(one)
    press(one, ".rail-more a[href='/approvals']")
    assert one.page.url == f"{one.url}/approvals"
    one.open(f"{home}/log")
    read = one.page.locator("button[value=read]").bounding_box()
    assert read["y"] + read["height"] <= 900
