"""A strategic cooperation agreement in the browser: begun, written by both sides' commitments, cleared by two, signed, measured, its promise kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from jinlan.basics.clock import business_date, now_utc
from jinlan.domains.engagement.tests.agreeing import CREDIT, LETTERS, OTHERS, SIGNATURES
from tests.journeys.desk import Desk, press
from tests.journeys.test_control import prove
from tests.journeys.test_hand_over import clients
from tests.journeys.test_manager_day import SUBMIT, clean

pytestmark = [pytest.mark.xdist_group("product"), pytest.mark.browser]

Sit = Callable[..., Desk]
TODAY = business_date(now_utc())
SOON, ENDS = TODAY + timedelta(days=30), TODAY + timedelta(days=730)


def write(one: Desk, agreement: str, kind: str, said: dict[str, str]) -> None:
    """Fill the form of one entry and send it; a choice that is named "first" is the first that is offered."""
    one.open(f"{agreement}/entry/{kind}")
    for name, value in said.items():
        place = f"#id_{name}"
        if one.page.evaluate("place => document.querySelector(place).tagName", place) == "SELECT":
            one.page.select_option(place, **({"index": 0} if value == "first" else {"value": value}))
        else:
            one.page.fill(place, value)
    press(one, SUBMIT)
    assert f"{agreement}?number=1" in one.page.url


def without_agreement(one: Desk) -> list[str]:
    """Return the pages of the clients in somebody's list with whom nothing was ever drafted."""
    one.open("/agreements?view=all")
    found = "main a[href*='/agreement?']"
    agreed = set(
        one.page.eval_on_selector_all(
            found, "all => all.map(one => one.getAttribute('href').split('/agreement?')[0])"
        )
    )
    return [client for client in clients(one) if client not in agreed]


@pytest.mark.parametrize(("lang", "width", "place", "words"), [
    ("zh-hans", 1440, 0, ("执行中", "未达约定", "已兑现")), ("en", 390, 1, ("In force", "Not as agreed", "Kept")),
])  # fmt: skip
def test_an_agreement_is_written_cleared_signed_and_measured(
    desk: Sit, lang: str, width: int, place: int, words: tuple[str, str, str]
) -> None:
    lihua = desk("lihua", lang=lang, width=width)
    agreement = f"{without_agreement(lihua)[place]}/agreement"
    lihua.open(agreement)
    clean(lihua)
    press(lihua, "main a[href*='/agreements/new']")
    lihua.page.fill("#id_starts_on", TODAY.isoformat())
    lihua.page.fill("#id_ends_on", ENDS.isoformat())
    press(lihua, SUBMIT)
    lihua.open(agreement)
    assert lihua.page.locator("main a[href*='clear-agreement']").count() == 0  # it still lacks everything
    write(lihua, agreement, "OURS", {"branch": "first"})
    write(lihua, agreement, "THEIRS", {"member": "first"})
    for kind, said in OTHERS.items():
        write(lihua, agreement, kind, said)
    write(lihua, agreement, "CREDIT", CREDIT)
    write(
        lihua,
        agreement,
        "DEED",
        {"text": "提供集团用款计划", "side": "client", "owner": "E1001", "due": SOON.isoformat()},
    )
    write(lihua, agreement, "MEASURE", LETTERS | {"since": TODAY.isoformat(), "due": ENDS.isoformat()})
    clean(lihua)

    lihua.open(agreement)
    press(lihua, "main a[href*='clear-agreement']")
    lihua.page.fill("#id_reason", "总对总协议，请审批")
    press(lihua, SUBMIT)
    request = lihua.page.url
    for username in ("zhoulin", "chenwei"):
        one = desk(username, lang=lang, width=width)
        one.page.goto(request)
        press(one, "main a[href*='confirm']")
        prove(one)
        one.page.fill("#reason", "条款合适，额度仅为意向，同意")
        press(one, "main form button[value=yes]")
    lihua.open(agreement)
    assert lihua.page.locator("main a[href*='sign-agreement']").count() == 0  # a manager does not sign

    head = desk("chenwei", lang=lang, width=width)
    head.open(agreement)
    press(head, "main a[href*='sign-agreement']")
    for name, value in {"signed_on": TODAY.isoformat(), **SIGNATURES}.items():
        head.page.fill(f"#id_{name}", value)
    press(head, SUBMIT)
    head.open(agreement)
    assert words[0] in head.text("main")
    clean(head)

    lihua.open(agreement)
    press(lihua, "#MEASURES a[href*='/measure/']")
    lihua.page.fill("#id_value", "6")
    lihua.page.fill("#id_evidence", "抽查 20 笔开证，平均 6 天")
    press(lihua, SUBMIT)
    assert words[1] in lihua.text("#MEASURES")

    press(lihua, "#DEEDS a[href*='/promises/']")
    press(lihua, "main a[href*='keep-promise']")
    lihua.page.fill("#id_evidence", "收到集团用款计划")
    press(lihua, SUBMIT)
    lihua.open(agreement)
    assert words[2] in lihua.text("#DEEDS")
    assert "1 / 1" in lihua.text("#kept")
    clean(lihua)
