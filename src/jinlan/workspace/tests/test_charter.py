"""The charter's page and a client's card: what is promised, owed and missed, for whom."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from jinlan.clients.testing import SIGN_INS
from jinlan.domains.strategy.models import DefinitionVersion, Obligation
from jinlan.domains.strategy.rules.charter_text import shipped
from jinlan.domains.strategy.services.charter_refresh import refresh_charter
from jinlan.domains.strategy.services.definitions import install_charter, install_definitions
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, ENTITY, TODAY, number, writing
from jinlan.serving.models import Load, UnitContact
from jinlan.work.models import Approval

BUSINESS = {"lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"}
MET = date(2026, 10, 12)


@pytest.fixture
def owed(world):
    """The world of the workspace's tests, with contacts, a charter, and what follows from them."""
    group = world.cast.group
    with writing():
        Load.objects.update(versions={"interaction": 1})
        for kind, day, more in (
            ("CALL", date(2026, 9, 1), {}), ("CALL", MET, {}), ("FACE", MET, {"two_way": False}),
        ):  # fmt: skip
            UnitContact.objects.create(
                entity=ENTITY, unit_id=group.pk, domain=group.domain, branch_id=group.branch_id, code=f"N{number()}", kind=kind,
                happened_on=day, minutes_on=day, **({"two_way": True, "client_side": True} | more),
            )  # fmt: skip
        UnitContact.objects.create(
            entity=ENTITY, unit_id=world.cast.other.pk, domain=1, branch_id=world.cast.other.branch_id, code="N0", kind="FACE",
            happened_on=date(2026, 9, 30), minutes_on=date(2026, 9, 30), two_way=True, client_side=True,
        )  # fmt: skip
    actor = system_actor(ENTITY, AT)
    install_definitions(ENTITY, actor=actor)
    install_charter(ENTITY, actor=actor)
    refresh_charter(actor=actor)
    with writing():  # long missed: the world's history is too young for a whole rhythm
        Obligation.objects.filter(unit_id=group.pk, kind="FACE").update(
            opens=date(2026, 7, 20), due_on=date(2026, 10, 19)
        )
    return world


def text_of(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def test_the_charter_is_read_by_everybody_of_the_business_and_by_nobody_else(owed, as_person):
    for address in ("/charter", "/obligations", "/quiets"):
        seen = {name for name, *_ in SIGN_INS if as_person(name).get(address).status_code == 200}

        assert seen == BUSINESS, address


def test_the_page_shows_the_matrix_the_share_and_what_is_not_measured(owed, as_person):
    text = text_of(as_person("chenwei").get("/charter").content)

    assert (
        "总行级战略 集团 30 天 14 天 182 天 91 天 2 小时 16 小时 主办、产品经理、风险经理、分管领导" in text
    )
    assert (
        "重点 集团 182 天 91 天 — 365 天 8 小时 40 小时 主办、产品经理 服务团队 · 15 个基点内 12 个月" in text
    )
    assert "第 1 版 · 2020-01-01 起生效" in text
    assert "计划回顾未计入：系统里还没有客户计划，无法判断是否回顾。" in text
    assert "高层会晤未计入：本行数据里没有分管领导，无法识别高层会晤。" in text
    assert "这是第一版，之前没有章程。" in text
    assert "北京分行" in text


def test_a_new_version_says_what_it_changes(owed, as_person):
    body = shipped().replace('version = "1"', 'version = "2"').replace("CALL = 14", "CALL = 10", 1)
    with writing():
        for version, day in (("2", date(2026, 11, 1)), ("3", date(2027, 1, 1))):
            text = body.replace('version = "2"', f'version = "{version}"').replace(
                "2020-01-01", day.isoformat()
            )
            DefinitionVersion.objects.create(
                entity=ENTITY, kind="CHARTER", version=version, valid_from=day, body=text.replace("CALL = 10", f"CALL = {12 - int(version)}"), sha256=version,
            )  # fmt: skip
    text = text_of(as_person("chenwei").get("/charter").content)

    assert (
        "第 2 版相对第 1 版： 生效日由 2020-01-01 改为 2026-11-01 总行级战略:电话或视频由每 14 天改为每 10 天"
        in text
    )
    assert "第 3 版将于 2027-01-01 生效，只改变此后到期的联系：" in text
    assert "总行级战略:电话或视频由每 10 天改为每 9 天" in text


def test_before_there_is_a_charter_the_page_says_so(world, as_person):
    text = text_of(as_person("chenwei").get("/charter").content)

    assert "还没有生效的服务章程" in text


def test_the_misses_of_a_branch_and_of_a_manager_are_a_click_away(owed, as_person):
    client = as_person("chenwei")
    page = client.get("/charter").content.decode()
    links = re.findall(r'href="(/obligations\?view=missed&amp;(?:branch|lead)=[^"]+)">(\d+)<', page)

    assert {link for link, _ in links} == {
        "/obligations?view=missed&amp;branch=BJ",
        "/obligations?view=missed&amp;lead=E1001",
        "/obligations?view=missed&amp;lead=E1003",
    }
    for link, count in links:
        rows = client.get(link.replace("&amp;", "&")).content.decode()
        assert len(re.findall(r'<th scope="row"', rows)) == int(count), link


def test_the_card_of_a_client_tells_what_it_is_owed(owed, as_person):
    text = text_of(as_person("lihua").get(owed.address(owed.cast.group, "/charter")).content)

    assert "面访 每 91 天 — 2026-10-19 逾期 22 天" in text
    assert "电话或视频 每 30 天 2026-10-12 2026-11-30" in text
    assert "计划回顾 每 182 天 未计量 · 系统里还没有客户计划" in text
    assert "主办 李华 · 产品经理 未指定 · 风险经理 未指定" in text
    assert "4 个工作小时内响应，24 个工作小时内解决" in text
    assert "面访 应完成日 2026-10-19 申请免除" in text
    assert "面访 2026-10-12 没有双方对话的结果" in text


def test_the_card_is_for_those_who_see_the_whole_client(owed, as_person):
    address = owed.address(owed.cast.group, "/charter")

    seen = {name for name, *_ in SIGN_INS if as_person(name).get(address).status_code == 200}

    assert seen == {"lihua", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"}
    for name in ("chenwei", "zhengyu"):
        assert "excuse-obligation" not in as_person(name).get(address).content.decode()


def test_a_client_without_a_tier_is_promised_nothing(owed, as_person):
    text = text_of(as_person("chenwei").get(owed.address(owed.cast.other, "/charter")).content)

    assert "未入层的客户没有章程承诺。" in text


def test_an_excuse_is_asked_for_from_the_card_and_waits_for_another(owed, as_person):
    lihua = as_person("lihua")
    card = lihua.get(owed.address(owed.cast.group, "/charter")).content.decode()
    address = re.search(r"/obligations/[0-9a-f-]+/excuse-obligation", card)
    assert address
    form = lihua.get(address[0]).content.decode()
    hidden = dict(re.findall(r'name="(key|seen|csrfmiddlewaretoken)"[^>]*value="([^"]+)"', form))

    answer = lihua.post(
        address[0],
        hidden
        | {"reason_code": "CLIENT_DECLINED", "evidence": "客户来函请求推迟到年后", "reason": "来函已归档"},
    )

    assert answer.status_code == 302
    assert answer["Location"].startswith("/approvals/")
    waiting = text_of(as_person("sunjie").get(answer["Location"]).content)
    assert "免除一次应尽联系" in waiting
    assert "客户来函请求推迟到年后" in waiting
    with scoped(owed.cast.actor("sunjie")):
        assert Approval.objects.get().state == "open"
        assert not Obligation.objects.exclude(excuse_code="").exists()


def test_quiet_is_noted_from_the_card(owed, as_person):
    lihua, group = as_person("lihua"), owed.cast.group
    form = lihua.get(f"/quiets/new?unit={group.public_id}").content.decode()
    assert "甲集团" in form
    hidden = dict(re.findall(r'name="(key|seen|csrfmiddlewaretoken)"[^>]*value="([^"]+)"', form))
    until = TODAY + timedelta(400)

    refused = lihua.post(
        "/quiets/new", hidden | {"unit": "甲集团", "not_before": until.isoformat(), "reason": "客户来电要求"}
    )

    assert refused.status_code == 422
    assert "一次最长 180 天" in text_of(refused.content)
