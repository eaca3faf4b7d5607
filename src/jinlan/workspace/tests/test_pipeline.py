"""The pipeline's board: what it sums, what a card says, what a button does, whom it opens for, and how much it asks of the database."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date, now_utc
from jinlan.clients.models import Unit
from jinlan.domains.engagement.models import ContactPerson, Opportunity
from jinlan.domains.engagement.services.pipeline import open_opportunity, push_opportunity, tick_criterion
from jinlan.domains.engagement.tests.worlds import a_contact
from jinlan.kernel.testing import an_actor, writing
from jinlan.workspace.tests.conftest import World

Sign = Callable[[str], Client]
M = Decimal(1_000_000)
PROOF = "张总面谈时确认"


def text_of(content: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content.decode()).split())


def actor(world: World, username: str = "lihua") -> Actor:
    return an_actor(world.cast.people[username], now_utc())


def opened(world: World, **said: Any) -> UUID:
    given = {
        "unit": world.cast.group.public_id, "title": "扩建项目贷款", "product": "LOAN", "amount": 10 * M, "margin": Decimal("0.02"),
        "closes_on": business_date(now_utc()) + timedelta(days=30), "source": "VISIT",
    } | said  # fmt: skip
    return UUID(open_opportunity(actor=actor(world), **given))


def put(key: UUID, **values: Any) -> None:
    with writing():
        Opportunity.objects.filter(public_id=key).update(**values)


def row_of(key: UUID) -> dict[str, Any]:
    with writing():
        return dict(Opportunity.objects.values().get(public_id=key))


def many(unit: Unit, count: int) -> None:
    """Write opportunities of a client down over all stages."""
    today = business_date(now_utc())
    with writing():
        Opportunity.objects.bulk_create((
            Opportunity(
                entity=unit.entity, unit_id=unit.pk, domain=unit.domain, branch_id=unit.branch_id, unit_branch_id=unit.branch_id, title=f"商机{number}",
                product="LOAN", amount=M, currency="CNY", margin=Decimal("0.02"), closes_on=today + timedelta(days=number % 90),
                first_closes_on=today, owner="E1001", source="VISIT", stage=1 + number % 5, furthest=5, stage_since=today - timedelta(days=number % 60),
                made_by="lihua", made_name="李华", made_at=now_utc(),
            )
            for number in range(count)
        ), batch_size=2_000)  # fmt: skip


def test_the_board_shows_counts_sums_and_weights_of_the_worked_example(world: World, as_person: Sign) -> None:
    """06 §6.6: 10 m × 0.25 + 4 m × 0.7 = 5.3 m, that is 530 万元 of 1,400 万元."""
    put(opened(world), stage=2, furthest=2)
    put(opened(world, amount=4 * M, title="设备贷款"), stage=4, furthest=4)

    page = text_of(as_person("lihua").get("/pipeline").content)

    assert "进行中的商机 2" in page
    assert "金额合计 1,400.00 万元" in page
    assert "加权金额 530.00 万元" in page
    assert "1,000.00 万元 → 250.00 万元" in page
    assert "400.00 万元 → 280.00 万元" in page
    assert "赢率为规则登记簿的默认值。 各阶段赢率" in page


def test_another_currency_stands_beside_the_banks_own_and_is_never_added(
    world: World, as_person: Sign
) -> None:
    opened(world)
    opened(world, amount=9 * M, currency="USD", title="美元债务套保")
    page = text_of(as_person("lihua").get("/pipeline").content)
    english = Client(headers={"accept-language": "en"})
    english.force_login(world.cast.people["lihua"], backend="django.contrib.auth.backends.ModelBackend")

    assert (
        "金额合计 1,000.00 万元 加权金额 100.00 万元 加权利润 2.00 万元 金额合计 900.00 万 USD 加权金额 90.00 万 USD"
        in page
    )
    assert "Total USD 9.00m Weighted amount USD 900.00k" in text_of(english.get("/pipeline").content)


def test_a_card_says_what_is_missing_and_that_it_is_unplanned_still_and_pushed(
    world: World, as_person: Sign
) -> None:
    today = business_date(now_utc())
    key = opened(world)
    push_opportunity(
        actor=actor(world), public_id=key, closes_on=today + timedelta(days=50), reason="客户推迟立项"
    )
    put(key, stage_since=today - timedelta(days=29))  # 14 days are usual: 28 are in order
    page = text_of(as_person("lihua").get("/pipeline").content)

    assert "扩建项目贷款" in page
    assert "停滞 29 天 推后 1 次 20 天 计划外" in page
    assert "下一步缺： 客户需求已确认 及另外 3 项" in page
    put(key, stage_since=today - timedelta(days=28))
    assert "本阶段 28 天" in text_of(as_person("lihua").get("/pipeline").content)


def test_a_refused_advance_changes_nothing_and_leads_to_what_is_missing(
    world: World, as_person: Sign
) -> None:
    key = opened(world)
    before = row_of(key)
    answer = as_person("lihua").post(f"/pipeline/{key}/advance", {"stage": "1", "key": "k1"}, follow=True)

    assert answer.redirect_chain == [(f"/opportunities/{key}", 302)]
    page = text_of(answer.content)
    assert (
        "还不能推进到「已确认资格」，缺：客户需求已确认、预算或用款计划已确认、已登记客户的决策者、客户的时间安排已确认。"
        in page
    )
    assert "在客户的「联系人」页登记一位决策者，系统即认可" in page
    assert row_of(key) == before


def proved(world: World, key: UUID) -> None:
    with writing():
        person = a_contact(world.cast.group, "张伟")
        ContactPerson.objects.filter(pk=person.pk).update(decision_role="DECIDER")
    for code in ("NEED", "BUDGET", "TIMING"):
        tick_criterion(actor=actor(world), public_id=key, criterion=code, evidence=PROOF)


def test_a_proved_opportunity_advances_once_however_often_the_button_is_sent(
    world: World, as_person: Sign
) -> None:
    key = opened(world)
    proved(world, key)
    lihua = as_person("lihua")
    assert "条件齐备，可以推进" in text_of(lihua.get("/pipeline").content)
    for _n in range(2):
        answer = lihua.post(
            f"/pipeline/{key}/advance", {"stage": "1", "key": "k1", "back": "/pipeline?owner=me"}, follow=True
        )
        assert answer.redirect_chain == [("/pipeline?owner=me", 302)]
        assert "已推进到「已确认资格」" in text_of(answer.content)
    assert row_of(key)["stage"] == 2

    second = as_person("sunjie").post(f"/pipeline/{key}/advance", {"stage": "1", "key": "k2"}, follow=True)
    assert "已把这个商机移到「已确认资格」。" in text_of(second.content)
    assert row_of(key)["stage"] == 2


def test_where_a_button_leads_back_to_is_this_house_alone(world: World, as_person: Sign) -> None:
    key = opened(world)
    answer = as_person("lihua").post(
        f"/pipeline/{key}/advance", {"stage": "x", "back": "https://example.org/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/pipeline")


def test_who_does_not_see_the_client_or_only_reads_cannot_advance(world: World, as_person: Sign) -> None:
    key = opened(world)
    proved(world, key)
    before = row_of(key)
    for username in ("wangmin", "zhaoyan", "zhoulin", "wuhan", "zhengyu"):
        assert (
            as_person(username).post(f"/pipeline/{key}/advance", {"stage": "1", "key": "k"}).status_code
            == 404
        )
    assert row_of(key) == before
    assert "扩建项目贷款" not in text_of(as_person("wangmin").get("/pipeline").content)
    risk = as_person("zhoulin").get("/pipeline").content.decode()
    assert "扩建项目贷款" in risk
    assert "data-advance" not in risk


def test_the_board_is_narrowed_by_owner_branch_client_and_product(world: World, as_person: Sign) -> None:
    opened(world)
    opened(world, title="总行代管", owner="E2001", product="FX")
    head = as_person("chenwei")
    for query, there, gone in (
        ("owner=E1001", "扩建项目贷款", "总行代管"), ("product=FX", "总行代管", "扩建项目贷款"),
        (f"unit={world.cast.other.public_id}", "没有符合条件的商机", "总行代管"), ("branch=BJ&owner=E2001", "总行代管", "扩建项目贷款"),
    ):  # fmt: skip
        page = head.get(f"/pipeline?{query}").content.decode()
        assert there in page, query
        assert f">{gone}<" not in page, query
    assert "扩建项目贷款" in as_person("lihua").get("/pipeline?owner=me").content.decode()
    assert "扩建项目贷款" not in as_person("sunjie").get("/pipeline?owner=me").content.decode()


def test_ten_thousand_opportunities_ask_as_much_as_ten(world: World, as_person: Sign) -> None:
    many(world.cast.group, 10)
    head = as_person("chenwei")
    head.get("/pipeline")
    with CaptureQueriesContext(connection) as few:
        head.get("/pipeline")
    many(world.cast.group, 9_990)
    with CaptureQueriesContext(connection) as all_:
        page = head.get("/pipeline").content.decode()

    assert len(all_) == len(few)
    assert len(all_) <= 30
    assert page.count("data-card data-stage") == 100  # twenty of each stage; the list has the others
    assert "还有 1,980 个" in page
    assert "金额合计" in page
    board = [one for one in all_.captured_queries if "SUM(" in one["sql"] and "engagement_opportunity" in one["sql"]]  # fmt: skip
    assert len(board) == 1
    assert float(board[0]["time"]) < 1.0


def test_the_clients_card_tells_of_its_opportunities(world: World, as_person: Sign) -> None:
    put(opened(world), stage=2, furthest=2)
    client = as_person("lihua")
    address = f"/clients/{world.cast.group.public_id}"
    page = text_of(client.get(f"{address}/pipeline").content)
    assert "共 1 个，金额 1,000.00 万元，加权 250.00 万元" in page
    assert "扩建项目贷款 计划外" in page
    assert f'hx-get="{address}/pipeline"' in client.get(address).content.decode()
    assert "商机" in text_of(client.get(f"{address}/timeline").content)
    assert as_person("chenwei").get(f"/clients/{world.cast.other.public_id}/pipeline").status_code == 200
    assert as_person("lihua").get(f"/clients/{world.cast.other.public_id}/pipeline").status_code == 404


def test_what_closes_this_week_stands_in_todays_page(world: World, as_person: Sign) -> None:
    today = business_date(now_utc())
    opened(world, closes_on=today + timedelta(days=7), title="本周成交")
    opened(world, closes_on=today + timedelta(days=8), title="下周成交")
    page = text_of(as_person("lihua").get("/today").content)
    assert "预计七天内成交，或已过预计日" in page
    assert "本周成交" in page
    assert "下周成交" not in page


def test_the_form_opens_an_opportunity_and_its_page_shows_the_checklist(
    world: World, as_person: Sign
) -> None:
    lihua = as_person("lihua")
    day = (business_date(now_utc()) + timedelta(days=30)).isoformat()
    new = f"/opportunities/new?unit={world.cast.group.public_id}"
    form = lihua.get(new).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', form)
    assert key is not None
    answer = lihua.post(new, {
        "key": key.group(1), "unit": world.cast.group.name, "title": "供应链融资", "product": "LOAN", "amount": "2500000", "currency": "CNY",
        "margin": "0.015", "source": "CLIENT", "closes_on": day, "owner": "E1001",
    }, follow=True)  # fmt: skip
    page = text_of(answer.content)
    assert "已完成：建立商机" in page
    for word in (
        "供应链融资",
        "阶段条件",
        "客户需求已确认",
        "由经办确认",
        "系统核对",
        "他人复核",
        "经过",
        "建立商机",
    ):
        assert word in page
    assert "赢率 10.0%" in page


def test_the_form_of_a_change_takes_back_what_it_showed(world: World, as_person: Sign) -> None:
    key = opened(world, margin=Decimal("0.0175"))
    address = f"/opportunities/{key}/change-opportunity"
    lihua = as_person("lihua")
    form = lihua.get(address).content.decode()
    typed = {name: re.search(rf'name="{name}" value="([^"]*)"', form) for name in ("key", "seen", "title", "amount", "currency", "margin")}  # fmt: skip
    said = {name: one.group(1) for name, one in typed.items() if one}
    assert said["margin"] == "0.0175"
    assert said["amount"] == "10000000.00"
    answer = lihua.post(
        address, said | {"title": "扩建二期", "product": "LOAN", "source": "VISIT", "reason": "客户改了项目名称"}, follow=True
    )  # fmt: skip

    assert "已完成：修改" in text_of(answer.content)
    row = row_of(key)
    assert (row["title"], row["margin"], row["amount"], row["edition"]) == (
        "扩建二期", Decimal("0.0175"), 10 * M, 2
    )  # fmt: skip
