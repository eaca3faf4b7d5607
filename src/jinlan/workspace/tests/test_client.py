"""客户全景: why, gates, rewind, the wall, the member's view, sources, secrets."""

from __future__ import annotations

import pytest

from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import ENTITY, TODAY, an_actor, writing
from jinlan.serving.models import UnitTie
from jinlan.workspace import lake


def text(answer) -> str:
    return answer.content.decode()


def test_the_page_says_why_in_words_and_numbers(world, as_person):
    page = text(as_person("lihua").get(world.address(world.cast.group)))

    assert "自 2026-09-30 起为“分行级战略”" in page
    assert "总分 70.0 / 100\uff0c在 12 户企业集团中排第 3。" in page
    assert "+24.0" in page  # the strongest reason for
    assert "−8.0" in page  # and against
    assert "距准入线" in page


def test_unknown_and_incomplete_are_neither_zero_nor_blank(world, as_person):
    page = text(as_person("lihua").get(world.address(world.cast.group)))

    assert "未知" in page
    assert "不完整" in page


def test_the_whole_page_rewinds(world, as_person):
    client = as_person("lihua")

    now = text(client.get(world.address(world.cast.group)))
    then = text(client.get(world.address(world.cast.group, "?as_of=2026-10-01")))

    assert "1.00 <span" in now
    assert "9,000.00 <span" in then
    assert "重点" in then
    assert "整页显示 2026-09-30 的数据" in then
    assert "2026-10-31" not in then.partition("整页显示")[2].partition('id="trend"')[2]


def test_a_members_manager_reads_the_member_and_nothing_of_the_group(world, as_person):
    client = as_person("wangmin")

    page = text(client.get(world.address(world.cast.group)))
    party = world.cast.parties["jia-3"].public_id
    sister = world.cast.parties["jia-2"].public_id
    own = client.get(world.address(world.cast.group, f"/figure/aum?party={party}"))
    other = client.get(world.address(world.cast.group, f"/figure/aum?party={sister}"))

    assert "甲物流有限公司" in page
    assert "甲科技有限公司" not in page
    assert "分行级战略" not in page
    assert (own.status_code, other.status_code) == (200, 404)
    assert "11,000,000.00 CNY" in text(own)


def test_the_wall_stands_between_the_controllers_wealth_and_the_groups_file(world, as_person):
    assert as_person("lihua").get(world.address(world.cast.household)).status_code == 404
    assert as_person("zhaoyan").get(world.address(world.cast.group)).status_code == 404


@pytest.mark.parametrize("username", ["chenwei", "zhoulin", "zhengyu"])
def test_a_secret_gate_is_neutral_words_outside_compliance(world, as_person, username):
    page = text(as_person(username).get(world.address(world.cast.other)))

    assert "限制中\uff0c原因不展示" in page
    assert "SANCTIONS_CLEAR" not in page
    assert "名单筛查" not in page


def test_compliance_sees_the_secret_gate(world, as_person):
    page = text(as_person("wuhan").get(world.address(world.cast.other)))

    assert "仅合规可见" in page
    assert "SANCTIONS_CLEAR" in page


def test_a_figure_opens_to_formula_run_load_and_definition(world, as_person):
    page = text(as_person("lihua").get(world.address(world.cast.group, "/figure/aum")))

    assert "100,000,000.00 CNY" in page
    assert "不扣贷款" in page
    assert f"#{world.run.pk}" in page
    assert "2026.1" in page
    assert f"R{world.run.pk}-L{world.run.load_id}-aum-20261110" in page


def test_source_rows_are_asked_for_visible_members_only_and_the_reading_is_recorded(
    world, as_person, monkeypatch
):
    asked = []
    monkeypatch.setattr(lake, "source_rows", lambda about, *, measure: asked.append((about, measure)) or [])

    as_person("wangmin").get(
        world.address(world.cast.group, f"/figure/aum/rows?party={world.cast.parties['jia-3'].public_id}")
    )

    (about, measure) = asked[0]
    assert (about.parties, about.domains, measure) == ((world.cast.parties["jia-3"].code,), (1,), "aum")
    assert about.pin.versions == {"account": 3}
    with scoped(an_actor(world.cast.people["zhengyu"])):
        entry = AuditEntry.objects.get(verb="workspace.sources_read")
    assert (entry.username, entry.object_id, entry.after["what"]) == ("wangmin", "G-JIA", "aum")


def test_a_lake_reader_that_is_away_leaves_the_page_and_says_so(world, as_person, settings, tmp_path):
    settings.JINLAN_READER_SOCKET = tmp_path / "nobody.sock"

    answer = as_person("lihua").get(world.address(world.cast.group, "/accounts"))

    assert answer.status_code == 200
    assert "暂时读不到数据湖里的来源行" in text(answer)


def test_the_page_costs_at_most_fourteen_queries(world, as_person, count_queries):
    client = as_person("lihua")
    with count_queries() as asked:
        client.get(world.address(world.cast.group))

    assert len(asked) <= 14


def test_the_table_behind_a_chart_comes_as_exact_csv(world, as_person):
    answer = as_person("lihua").get(world.address(world.cast.group, "/trend/aum?format=csv"))

    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "as_of_date,aum", "2026-09-30,90000000.00", "2026-10-31,95000000.00", "2026-11-10,100000000.00",
    ]  # fmt: skip


def test_a_client_outside_the_list_on_a_day_says_so_to_those_who_may_know_it(world, as_person):
    answer = as_person("chenwei").get(world.address(world.cast.other, "?as_of=2026-10-31"))

    assert answer.status_code == 200
    assert "2026-10-31 不在名册" in text(answer)


def test_what_a_client_moves_stands_beside_its_own_value_and_is_not_added(world, as_person):
    cast = world.cast
    with writing():
        for role, party, revenue in (("CONTROLLER", "jia", "4600000.00"), ("CONTROLLER", "jia-3", None)):
            UnitTie.objects.create(
                entity=ENTITY, run=world.run, as_of=TODAY, unit_id=cast.household.pk, domain=cast.household.domain,
                branch_id=cast.household.branch_id, role=role, party_id=cast.parties[party].pk, other_unit_id=cast.group.pk,
                revenue_12m=revenue,
            )  # fmt: skip
    head = text(as_person("chenwei").get(world.address(cast.household)))
    card = head.partition('id="influence"')[2].partition("</section>")[0]

    assert "由它控制" in card
    assert "2 户，其中客户 1" in card
    assert "460" in card
    assert "甲物流有限公司" in card
    assert "不是本行客户，或收入未知" in card
    assert 'id="influence"' not in text(as_person("zhaoyan").get(world.address(cast.household)))
