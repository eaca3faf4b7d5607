"""The page of a client's people: what stands on it, who sees whom, how many statements it takes, and where a dragged person is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date, now_utc
from jinlan.domains.engagement.models import ContactPerson, Post, Tie
from jinlan.domains.engagement.services.people import note_person, take_post
from jinlan.domains.engagement.services.ties import know_person, set_pair
from jinlan.domains.engagement.tests.people import held, noted, row_of
from jinlan.kernel.scope import scoped
from jinlan.kernel.search import findable
from jinlan.kernel.testing import AT, TODAY, writing
from jinlan.workspace.tests.conftest import World

Sign = Callable[[str], Client]


def doer(world: World, username: str = "lihua") -> Actor:
    """Return somebody at this moment: pages read at it."""
    return replace(world.cast.actor(username), at=now_utc())


def ago(days: int) -> str:
    return (business_date(now_utc()) - timedelta(days=days)).isoformat()


@pytest.fixture
def circle(world: World) -> dict[str, UUID]:
    """Three people of the group with access 3, 1 and 2, all met: 66.7 % covered; one of them at the member at SH."""
    cast = world.cast
    keys = {
        "top": noted(cast, "周静", title="董事长", influence=5, attitude=1, level=1, decision_role="DECIDER")
    }
    keys["cfo"] = noted(cast, "孙立", influence=4, attitude=1, level=2, reports_to=keys["top"])
    keys["far"] = noted(cast, "吴平", company="jia-3", title="司库", influence=3, attitude=1, level=3)
    lihua = doer(world)
    for key, access in (("top", 3), ("cfo", 1), ("far", 2)):
        know_person(actor=lihua, public_id=keys[key], employee="E1001", access=access)
    set_pair(actor=lihua, public_id=keys["top"], employee="E1001", level=1, days=30)
    people = [row_of(cast, one).pk for one in keys.values()]
    for days, begun in ((90, "client"), (91, "bank"), (100, "bank"), (101, "bank")):
        held(cast.group, cast.parties["jia"], people, days=days, begun=begun, today=business_date(now_utc()))
    return keys


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return told(answer)


def told(answer: Any) -> str:
    """Return what an answer says, its escapes read."""
    text = answer.content.decode()
    return json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_figures_are_those_worked_out_by_hand(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    """30 × 8/12 + 25 × 1/2 + 20 × 1/4 + 15 × 3/4 + 10 × 2/6 = 20 + 12.5 + 5 + 11.25 + 3.33."""
    text = words(shown(as_person("lihua"), world.address(world.cast.group, "/people")))

    assert "52.1 / 100 五项都已计入" in text
    assert "66.7% 影响力 8 / 12，180 天内联系过" in text
    assert "1 人 × 2 人" in text
    assert "单线联系：与该客户经常往来的只有 李华 一人。" in text


def test_the_panel_says_what_each_part_was_computed_of(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    text = words(shown(as_person("lihua"), world.address(world.cast.group, "/people/strength")))

    assert (
        "覆盖 66.7% 30% 20.0 新近 50.0% 25% 12.5 双向 25.0% 20% 5.0 态度 75.0% 15% 11.3 广度 33.3% 10% 3.3"
        in text
    )
    assert (
        "有往来且 180 天内联系过的影响力 8，全部已评定的影响力 12；3 人中 0 人未评定影响力，不计入。" in text
    )
    assert f"最近一次联系 {ago(90)}，距今 90 天；每 90 天减半。" in text
    assert "近 365 天 4 次往来，其中客户发起 1 次。" in text


def test_what_is_unknown_is_said_and_no_zero(world: World, as_person: Sign) -> None:
    noted(world.cast, "周静", influence=4)
    text = words(shown(as_person("lihua"), world.address(world.cast.group, "/people/strength")))

    assert "新近、双向、态度未知：不按零计，其余各项的权重按比例放大到 100%。" in text
    assert "新近 未知 25% —" in text
    assert "新近：没有记录过与联系人的往来。" in text


def test_every_level_has_its_pairs_or_its_gap(world: World, circle: dict[str, UUID], as_person: Sign) -> None:
    page = shown(as_person("lihua"), world.address(world.cast.group, "/people"))
    text = words(page[page.index('id="levels"') : page.index('id="reach"')])

    assert f"董事会与一把手 李华 周静 董事长 30 天 {ago(90)} {ago(60)} 逾期 60 天" in text
    assert "高管 缺口 已登记 1 人，还没有约定对接" in text
    assert "部门负责人 缺口 已登记 1 人，还没有约定对接" in text
    assert "经办 缺口 客户这一层还没有登记联系人" in text


def test_how_to_reach_somebody_in_words(world: World, circle: dict[str, UUID], as_person: Sign) -> None:
    page = shown(as_person("sunjie"), world.address(world.cast.group, f"/people?reach={circle['cfo']}"))
    ways = re.findall(r"<li>([^<]+)</li>", page[page.index('class="ways') :])

    assert ways == ["孙杰 → 同事 李华 见过 孙立", "孙杰 → 同事 李华 信任 周静 → 下属 孙立"]


def test_without_a_way_the_page_says_what_is_missing(world: World, as_person: Sign) -> None:
    noted(world.cast, "孙立", reports_to=noted(world.cast, "周静"))
    lone = noted(world.cast, "吴平")
    know_person(actor=doer(world), public_id=lone, employee="E1001", access=2)
    lihua, address = as_person("lihua"), world.address(world.cast.group, "/people?reach=")
    with scoped(world.cast.actor("lihua")):
        chief = ContactPerson.objects.get(name="周静")

    assert "通向他的人我行都不认识：先认识其中一位。 他身边的人：孙立。" in words(
        shown(lihua, f"{address}{chief.public_id}")
    )


def test_the_map_is_signed_sized_and_connected(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    page = shown(as_person("lihua"), world.address(world.cast.group, "/people"))
    spec = json.loads(
        re.search(r'id="people-map-data" type="application/json">(.*?)</script>', page, re.DOTALL)[1]
    )  # type: ignore[index]

    nodes = {one["label"]: one for one in spec["nodes"]}
    assert [(name, one["size"], one["tone"], one["x"], one["y"]) for name, one in nodes.items()] == [
        ("+ 周静", 34, "for", 500, 125),
        ("+ 孙立", 28, "for", 500, 375),
        ("+ 吴平", 22, "for", 500, 625),
        ("李华", 20, "us", 500, 875),
    ]
    assert [one["name"] for one in spec["bands"]] == ["董事会与一把手", "高管", "部门负责人", "我行"]
    ids = {one["id"]: name for name, one in nodes.items()}
    assert [(ids[one["source"]], ids[one["target"]], one["kind"], one["width"]) for one in spec["edges"]] == [
        ("+ 周静", "+ 孙立", "line", 1.5),
        ("李华", "+ 周静", "tie", 3),
        ("李华", "+ 吴平", "tie", 2),
        ("李华", "+ 孙立", "tie", 1),
    ]


def test_the_card_of_the_client_page_names_strength_alarm_and_the_most_influential(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    lihua = as_person("lihua")
    text = words(shown(lihua, world.address(world.cast.group, "/people/card")))

    assert "单线联系 经常往来的只有 李华 一人" in text
    assert "关系强度 52.1 / 100 · 覆盖 66.7% · 往来线 1 人 × 2 人" in text
    assert "周静 董事长 + 偏支持 · 信任" in text
    assert f"{world.address(world.cast.group, '/people/card')}" in shown(
        lihua, world.address(world.cast.group)
    )


def test_a_dragged_person_is_kept_and_stands_there(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    lihua, address = as_person("lihua"), world.address(world.cast.group, "/people/draw")
    answer = lihua.post(address, {"person": str(circle["cfo"]), "place_x": "120", "place_y": "640"})

    assert answer.status_code == 204
    row = row_of(world.cast, circle["cfo"])
    assert (row.place_x, row.place_y) == (120, 640)
    assert '"x": 120, "y": 640' in shown(lihua, world.address(world.cast.group, "/people"))


def test_a_place_that_is_none_or_somebody_elses_is_refused_and_nothing_moves(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    address = world.address(world.cast.group, "/people/draw")
    given = {"person": str(circle["cfo"]), "place_x": "120", "place_y": "640"}
    lihua = as_person("lihua")

    assert lihua.post(address, {}).status_code == 422
    assert lihua.post(address, given | {"place_x": "1001"}).json() == {
        "message": "只能填 0 至 1000。 请改正后重新提交。"
    }
    assert lihua.post(world.address(world.cast.household, "/people/draw"), given).status_code == 404
    for username in ("zhaoyan", "zhoulin", "wuhan", "zhengyu"):
        assert as_person(username).post(address, given).status_code == 404
    assert as_person("wangmin").post(address, given).status_code == 404
    row = row_of(world.cast, circle["cfo"])
    assert (row.place_x, row.place_y) == (None, None)


EVERYWHERE = (
    "/contact-people?view=all",
    "/api/v1/contact-people?view=all",
    "/pairs?view=all",
    "/api/v1/pairs?view=all",
)


@pytest.mark.parametrize("username", ["zhaoyan", "hejun"])
def test_who_looks_after_another_client_sees_none_of_them(
    world: World, circle: dict[str, UUID], as_person: Sign, username: str
) -> None:
    client = as_person(username)
    for address in (*(world.address(world.cast.group, tail) for tail in ("/people", "/people/card", "/people/strength")),
                    f"/contact-people/{circle['top']}", f"/api/v1/contact-people/{circle['top']}"):  # fmt: skip
        assert client.get(address).status_code in {403, 404}, address
    for address in EVERYWHERE:
        answer = client.get(address)
        text = told(answer)
        assert answer.status_code in {200, 403, 404}
        assert not any(name in text for name in ("周静", "孙立", "吴平")), address


def test_the_other_side_of_the_wall_sees_none_of_a_household(world: World, as_person: Sign) -> None:
    cast = world.cast
    key = noted(cast, "郑芳", company="zhang", username="zhaoyan", unit=cast.household, influence=5)
    lihua = as_person("lihua")

    assert "郑芳" in shown(as_person("zhaoyan"), world.address(cast.household, "/people"))
    for address in (
        world.address(cast.household, "/people"),
        f"/contact-people/{key}",
        f"/api/v1/contact-people/{key}",
    ):
        assert lihua.get(address).status_code == 404
    for address in EVERYWHERE:
        assert "郑芳" not in told(lihua.get(address))


def test_who_looks_after_a_member_sees_the_people_of_that_member_alone(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    wangmin = as_person("wangmin")
    for address in (
        world.address(world.cast.group, "/people"),
        "/contact-people?view=all",
        "/api/v1/contact-people?view=all",
    ):
        text = shown(wangmin, address)
        assert "吴平" in text, address
        assert "周静" not in text, address
        assert "孙立" not in text, address
    assert "周静" not in shown(wangmin, "/pairs?view=all")
    assert wangmin.get(f"/contact-people/{circle['top']}").status_code == 404
    assert wangmin.get(f"/api/v1/contact-people/{circle['top']}").status_code == 404
    text = words(shown(wangmin, world.address(world.cast.group, "/people")))
    assert "0.0% 影响力 0 / 3" in text  # nor does she see what was held with the holding


def test_the_list_shows_access_and_last_contact_and_filters_by_them(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    lihua = as_person("lihua")
    rows = lihua.get("/api/v1/contact-people?view=all").json()["items"]
    found = {one["name"]: (one["company"], one["post"], one["access"], one["last"]) for one in rows}

    assert found == {
        "周静": ("甲控股集团有限公司", "董事长", 3, ago(90)),
        "孙立": ("甲控股集团有限公司", "财务总监", 1, ago(90)),
        "吴平": ("甲物流有限公司", "司库", 2, ago(90)),
    }
    for query, names in (("access=2", {"周静", "吴平"}), ("access=0", set()), ("influence=4", {"周静", "孙立"}), ("level=3", {"吴平"}),
                         ("decision_role=DECIDER", {"周静"}), ("q=zj", {"周静"})):  # fmt: skip
        assert {
            one["name"] for one in lihua.get(f"/api/v1/contact-people?view=all&{query}").json()["items"]
        } == names, query
    (pair,) = lihua.get("/api/v1/pairs").json()["items"]
    assert (pair["employee"], pair["person"], pair["last"], pair["due"], pair["overdue"]) == (
        "李华",
        "周静",
        ago(90),
        ago(60),
        60,
    )


def test_somebody_is_noted_through_the_form_and_a_refusal_stands_at_its_field(
    world: World, as_person: Sign
) -> None:
    lihua = as_person("lihua")
    given = {
        "key": "k1",
        "unit": "甲集团",
        "company": str(world.cast.parties["jia-3"].public_id),
        "name": "周静",
        "title": "总经理",
        "since": "2025-01-01",
    }
    answer = lihua.post("/contact-people/new", given)
    assert answer.status_code == 302

    again = lihua.post("/contact-people/new", given | {"key": "k2"})
    assert again.status_code == 422
    assert "这家公司已有同名的联系人。" in again.content.decode()
    with scoped(world.cast.actor("lihua")):
        assert ContactPerson.objects.count() == 1


def test_the_page_of_a_person_ends_a_post_by_its_link(
    world: World, circle: dict[str, UUID], as_person: Sign
) -> None:
    post = take_post(
        actor=world.cast.actor("lihua"), public_id=circle["top"], company=world.cast.parties["jia-2"].public_id, title="董事", since=date(2025, 1, 1)
    )  # fmt: skip
    lihua, address = as_person("lihua"), f"/contact-people/{circle['top']}/leave-post?post={post}"
    assert f"{address}" in shown(lihua, f"/contact-people/{circle['top']}")
    assert f'value="{post}"' in shown(lihua, address)

    answer = lihua.post(address, {"key": "k", "post": post, "until": "2026-06-30"})
    assert answer.status_code == 302
    with scoped(world.cast.actor("lihua")):
        assert Post.objects.get(public_id=post).until == date(2026, 6, 30)


def plant(world: World, many: int) -> None:
    """Write many people with posts and ties at once."""
    firm, group = world.cast.parties["jia"], world.cast.group
    about = {"entity": group.entity, "unit_id": group.pk, "party_id": firm.pk, "domain": firm.domain, "branch_id": firm.branch_id,
             "unit_branch_id": group.branch_id}  # fmt: skip
    with writing():
        rows = [
            ContactPerson(
                **about, name=f"联系人{number}", level=number % 4 + 1, influence=number % 5 + 1, attitude=number % 5 - 2, made_by="lihua", made_at=AT,
                **findable(f"联系人{number}"),
            )
            for number in range(many)
        ]  # fmt: skip
        made = ContactPerson.objects.bulk_create(rows)
        since = TODAY - timedelta(days=400)
        Post.objects.bulk_create(Post(**about, person=one, title="经理", since=since) for one in made)
        Tie.objects.bulk_create(
            Tie(**about, person=one, employee="E1001", access=2, since=since) for one in made
        )
    held(group, firm, [one.pk for one in made], days=30, today=business_date(now_utc()))


def test_three_hundred_people_take_as_many_statements_as_three(
    world: World, as_person: Sign, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    lihua, address = as_person("lihua"), world.address(world.cast.group, "/people")
    plant(world, 3)
    shown(lihua, address)
    with count_queries() as few:
        shown(lihua, address)
    plant(world, 297)
    with count_queries() as many:
        page = shown(lihua, address)

    assert len(many) == len(few)
    assert "联系人296" in page


def test_a_crowded_map_keeps_every_sign_and_leaves_out_slight_ties(world: World, as_person: Sign) -> None:
    slight = noted(world.cast, "周静", influence=1, attitude=-1)
    know_person(actor=doer(world), public_id=slight, employee="E1002", access=1)
    plant(world, 40)
    page = shown(as_person("lihua"), world.address(world.cast.group, "/people"))
    found = re.search(r'id="people-map-data" type="application/json">(.*?)</script>', page, re.DOTALL)
    spec = json.loads(found[1]) if found else {}

    labels = {one["name"]: one["label"] for one in spec["nodes"]}
    assert spec["crowded"] is True
    assert [labels[name] for name in ("周静", "联系人3", "联系人4", "联系人2", "李华")] == ["−", "+ 联系人3", "++ 联系人4", "○", "李华"]  # fmt: skip
    assert {one["width"] for one in spec["edges"] if one["kind"] == "tie"} == {2}
    assert "人数较多：只写影响力 4 及以上的姓名，只画经常往来及以上；其余见下表。" in words(page)


def test_nobody_yet_says_what_to_do(world: World, as_person: Sign) -> None:
    text = words(shown(as_person("lihua"), world.address(world.cast.group, "/people")))

    assert "还没有登记联系人 登记第一位关键人之后，这里画出决策链，并算出关系强度与覆盖。" in text
    assert "登记联系人" not in words(shown(as_person("zhoulin"), world.address(world.cast.group, "/people"))).replace("还没有登记联系人", "")  # fmt: skip
    assert note_person.roles == {"manager", "private_banker", "branch_head", "dept_head"}
