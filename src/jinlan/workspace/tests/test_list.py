"""名册: views, filters, search, sorting, keyset pages, totals, matrix, empty states."""

from __future__ import annotations

import re

import pytest

from jinlan.clients.testing import a_party, a_unit
from jinlan.kernel.testing import TODAY, writing
from jinlan.serving.models import UnitResult
from jinlan.workspace.tests.conftest import make_findable


def names_in(page: str) -> list[str]:
    return re.findall(r'class="name" href="[^"]*"(?: title="[^"]*")?>([^<]+)</a>', page)


def names(answer) -> list[str]:
    return names_in(answer.content.decode())


def test_a_manager_sees_own_clients_and_the_head_all_best_tier_first(as_person):
    assert names(as_person("lihua").get("/clients")) == ["甲集团"]
    assert names(as_person("chenwei").get("/clients")) == ["甲集团", "张三家庭", "乙集团"]


@pytest.mark.parametrize("address", ["/find?q={}", "/clients?view=all&q={}"])
def test_a_name_that_is_out_of_sight_leads_nowhere(world, as_person, address):
    parties = world.cast.parties
    with writing():
        make_findable(*parties.values())

    def found(user, text):
        return "甲集团" in as_person(user).get(address.format(text)).content.decode()

    assert found("lihua", "甲科技")
    assert found("chenwei", "科技")
    assert not found("zhaoyan", "科技")
    if (
        "find" in address
    ):  # he opens the group's page for his own member; its other members are none of his business
        assert found("wangmin", "物流")
        assert not found("wangmin", "科技")
        assert not found("wangmin", "甲科")


def test_an_address_of_somebody_elses_view_shows_ones_own(as_person):
    for user in ("sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"):
        answer = as_person(user).get("/clients?view=mine")
        assert answer.status_code == 200
        assert "甲集团" in names(answer)


def test_a_members_manager_sees_the_member_and_no_total_of_the_group(as_person):
    page = as_person("wangmin").get("/clients")

    assert names(page) == ["甲物流有限公司"]
    assert "1,100" in page.content.decode()
    assert "10,000" not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("view=watch", ["乙集团"]),
        ("view=decide", []),
        ("view=borderline", ["甲集团", "张三家庭"]),
        ("kind=HNW", ["张三家庭"]),
        ("tier=BRANCH", ["甲集团"]),
        ("tier=none", ["乙集团"]),
        ("gate=1", ["乙集团"]),
        ("due=30", ["甲集团"]),
        ("branch=BJ", ["甲集团", "张三家庭"]),
        ("lead=E1003", ["张三家庭"]),
        ("q=甲集", ["甲集团"]),
        ("q=jiaji", ["甲集团"]),
        ("q=jiajituan", ["甲集团"]),
        ("q=没有", []),
        ("sort=-aum", ["甲集团", "张三家庭", "乙集团"]),
        ("sort=name", ["甲集团", "乙集团", "张三家庭"]),
        ("kind=NOPE&sort=nope&cursor=%00&class=x", ["甲集团", "张三家庭", "乙集团"]),
    ],
)
def test_views_filters_and_search(as_person, query, expected):
    assert names(as_person("chenwei").get("/clients?" + query)) == expected


def test_column_totals_count_every_row_of_the_list(as_person):
    page = as_person("chenwei").get("/clients").content.decode()

    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    assert "10,850" in foot  # 10,000 + 800 + 50 万元


def test_keyset_pages_meet_without_gap_or_repeat_forwards_and_back(world, as_person):
    with writing():
        row = UnitResult.objects.get(as_of=TODAY, unit_id=world.cast.group.pk)
        for place in range(120):
            unit = a_unit(a_party(world.cast.branches["SH"], f"客户{place}"))
            row.pk, row.unit_id, row.score = None, unit.pk, None if place % 7 == 0 else place % 50
            row.save(force_insert=True)
    client, seen, rows, address = as_person("chenwei"), [], [], "/clients?sort=-score"

    while address:
        page = client.get(address).content.decode()
        rows += names_in(page)
        seen.append(re.search(r"([\d,]+–[\d,]+ / [\d,]+)", page).group(1))
        following = re.search(r'href="([^"]+)" rel="next"', page)
        previous = re.search(r'href="([^"]+)" rel="prev"', page)
        address = following.group(1).replace("&amp;", "&") if following else ""
    back = client.get(previous.group(1).replace("&amp;", "&")).content.decode()

    assert seen == ["1–50 / 123", "51–100 / 123", "101–123 / 123"]
    assert len(rows) == len(set(rows)) == 123
    assert "51–100 / 123" in back
    assert names_in(back) == rows[50:100]


def test_the_list_costs_nine_queries_and_the_matrix_shows_bands(as_person, count_queries):
    client = as_person("chenwei")
    with count_queries() as asked:
        client.get("/clients")
    matrix = client.get("/clients?as=matrix").content.decode()

    assert len(asked) == 9  # one for the kept views
    assert "3 户缺少收入或潜力得分" in matrix


def test_a_rewound_list_shows_that_day_and_a_day_before_all_data_says_so(as_person):
    client = as_person("chenwei")

    rewound = client.get("/clients?as_of=2026-10-15").content.decode()
    before = client.get("/clients?as_of=2001-01-01").content.decode()

    assert "9,000" in rewound
    assert "乙集团" not in rewound
    assert "最早的数据是 2026-09-30" in before


def test_one_filter_chip_can_be_taken_off(as_person):
    page = as_person("chenwei").get("/clients?kind=GROUP&gate=1").content.decode()

    assert 'href="/clients?view=all&amp;gate=1" aria-label="去掉筛选\uff1a客户类型\uff1a企业集团"' in page
