"""A hand-over from the resignation to the end of the dispute window, in the browser, on a clock that is moved.

The application is served by this process, so that its clock can be: at the instant the old manager is out on every door, with his pages
still open; what was left behind is raised, settled, and the hand-over closes by itself when the window is over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from time_machine import escape_hatch

from jinlan.basics.clock import SHANGHAI, business_date, now_utc
from jinlan.basics.ids import uuid7
from jinlan.domains.engagement.models import HandOver, Interaction, Promise
from jinlan.domains.engagement.rules.handover import ITEMS
from jinlan.domains.engagement.services.carrying import carry_over
from jinlan.domains.engagement.services.promises import make_promise
from jinlan.kernel import scope, working
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, an_actor, writing
from jinlan.site.inprocess import serving
from jinlan.workspace.tests.conftest import World, as_person, nothing_remembered, world  # noqa: F401  fixtures
from jinlan.workspace.tests.test_team import DOORS
from tests.journeys.desk import Desk, press
from tests.journeys.test_manager_day import SUBMIT, clean

pytestmark = [pytest.mark.browser]

NOTICE = 20  # days from the resignation to the last one
Sit = Callable[[str], Desk]


def by_the_wall() -> datetime:
    """Return the instant of the machine's clock, whatever ours says."""
    hatch = escape_hatch.datetime.datetime
    return hatch.now(UTC) if escape_hatch.is_travelling() else now_utc()


@pytest.fixture(scope="module", autouse=True)
def beside_browser_and_database() -> Iterator[None]:
    """Let this thread ask the database while the browser's loop runs in it, and seal scopes by the database's clock, which is not moved."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        patched.setattr(scope, "now_utc", by_the_wall)
        yield


@pytest.fixture
def served(world: World) -> Iterator[str]:
    """Serve the application from this process; return its address."""
    with serving() as address:
        yield address


@pytest.fixture
def sit(served: str, browser: Any, as_person: Callable[[str], Client]) -> Iterator[Sit]:
    """Return how somebody sits down at a desk, signed in a moment ago on the clock as it stands."""
    desks: list[Desk] = []

    def down(user: str) -> Desk:
        cookies = {
            settings.SESSION_COOKIE_NAME: as_person(user).cookies[settings.SESSION_COOKIE_NAME].value,
            "jl_lang": "zh-hans",
        }
        context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.add_cookies(
            [{"name": name, "value": value, "url": served} for name, value in cookies.items()]
        )
        desk = Desk(served, user, context, context.new_page())
        desk.page.on("console", desk.heard)
        desks.append(desk)
        return desk

    yield down
    for one in desks:
        one.context.close()


def filled(one: Desk, page: str, **given: str) -> None:
    """Open a form, fill it in and send it."""
    one.open(page)
    for name, value in given.items():
        field = one.page.locator(f"#id_{name}")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(one, SUBMIT)


def codes(one: Desk, base: str) -> set[int]:
    return {one.ask(base + door)[0] for door in DOORS}


def night(at: datetime) -> None:
    """Do what the night does about hand-overs, and what it left for the workers."""
    with scoped(system_actor(ENTITY, at), write=True) as found:
        carry_over(found.actor)
    worked()


def worked() -> None:
    """Do what waits for the workers."""
    while running := working.take(now_utc()):
        assert working.run(running) == "done"


def begun_and_signed(sit: Sit, world: World, leaves: datetime) -> str:
    lihua = sit("lihua")
    filled(
        lihua, f"/hand-overs/new?unit={world.cast.group.public_id}", giver="E1001", taker="E1002", trigger="RESIGN",
        effective_on=business_date(leaves).isoformat(), reason="个人原因离职，交给王敏", sensitive="利率谈判正在进行",
    )  # fmt: skip
    found = re.search(r"/hand-overs/[0-9a-f-]{36}", lihua.page.url)
    assert found is not None
    for item in ITEMS:
        filled(lihua, f"{found[0]}/check-hand-over-item", item=item)
    for one in (lihua, sit("wangmin"), sit("sunjie")):
        one.open(found[0])
        press(one, f"main a[href='{found[0]}/sign-hand-over']")
        press(one, SUBMIT)
    worked()
    return found[0]


def test_from_the_resignation_to_the_end_of_the_dispute_window(sit: Sit, world: World) -> None:
    base = f"/clients/{world.cast.group.public_id}"
    last = business_date(AT) + timedelta(days=NOTICE)
    leaves = datetime.combine(last, time(), SHANGHAI)
    with time_machine.travel(AT):
        promised = make_promise(
            actor=an_actor(world.cast.people["lihua"], AT), unit=world.cast.group.public_id, side="bank", what="给出利率方案", due_on=last + timedelta(days=5)
        )  # fmt: skip
        page = begun_and_signed(sit, world, leaves)

    with time_machine.travel(leaves - timedelta(minutes=2)) as clock:
        lihua, wangmin = sit("lihua"), sit("wangmin")
        assert codes(lihua, base) == {200}
        assert wangmin.ask(base + "/charter")[0] == 404
        lihua.open(f"{base}/log")  # stays open over midnight
        clock.move_to(leaves - timedelta(seconds=30))
        assert lihua.ask(f"{base}/promise")[0] == 200
        clock.move_to(leaves)
        assert_out(lihua, base, page, world, promised)
        assert codes(wangmin, base) == {200}
        night(leaves)
        wangmin.open(f"/promises/{promised}")
        assert "王敏" in wangmin.text("main")
        wangmin.open(page)
        clean(wangmin)
        assert last.isoformat() in wangmin.text("main")

    with time_machine.travel(leaves + timedelta(days=9, hours=10)):
        wangmin, sunjie = sit("wangmin"), sit("sunjie")
        filled(wangmin, f"{page}/raise-hand-over-issue", what="授信档案缺少一份担保合同原件")
        assert "授信档案缺少一份担保合同原件" in wangmin.text("main")
        introduced(world)
        filled(sunjie, f"{page}/settle-hand-over-issue", number="1", note="已由李华补齐合同原件")
        night(now_utc())
        assert row_of(page).state == "signed"  # until the window is over

    over = datetime.combine(row_of(page).dispute_until + timedelta(days=1), time(9), SHANGHAI)
    with time_machine.travel(over):
        night(now_utc())
        wangmin = sit("wangmin")
        wangmin.open(page)
        assert "已了结" in wangmin.text("main")
        assert wangmin.page.locator("main a[href$='/raise-hand-over-issue']").count() == 0
        clean(wangmin)
        assert codes(sit("lihua"), base) == {404}
    assert (row_of(page).state, row_of(page).closed_on) == ("closed", business_date(over))
    with scoped(an_actor(world.cast.people["wangmin"], over)):
        assert Promise.objects.get(public_id=promised).owner == "E1002"


def assert_out(lihua: Desk, base: str, page: str, world: World, promised: str) -> None:
    """The old manager is out: page, part, file, search, API and hand-over; what he sends from an open page is not written."""
    name = world.cast.group.name
    before = count()
    with lihua.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        lihua.page.fill("#id_minutes", "今天拜访客户，谈妥了利率")
        lihua.page.click("button[name=step][value=read]")
    assert sent.value.status == 404
    assert count() == before
    assert codes(lihua, base) == {404}
    for address in (page, f"/promises/{promised}", f"/api/v1/clients/{world.cast.group.public_id}"):
        assert lihua.ask(address)[0] == 404, address
    for address in ("/clients?view=all", "/today", "/promises?view=all", "/interactions?view=all"):
        assert name not in lihua.open(address), address
    assert base not in lihua.ask(f"/find?q={name}")[1]


def count() -> int:
    with writing():
        return Interaction.objects.count()


def introduced(world: World) -> None:
    unit = world.cast.group
    with writing():
        Interaction.objects.create(
            entity=ENTITY, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, unit_branch_id=unit.branch_id, party_id=None, public_id=uuid7(),
            kind="VISIT", state="held", starts_at=now_utc(), subject="引见", staff=["E1002", "E1001"], made_by="wangmin", made_name="王敏",
            made_at=now_utc(),
        )  # fmt: skip


def row_of(page: str) -> HandOver:
    with writing():
        return HandOver.objects.get(public_id=page.rpartition("/")[2])
