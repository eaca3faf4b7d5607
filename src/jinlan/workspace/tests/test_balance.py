"""组合均衡: loads in figures, proposals, deciding one, what a refusal keeps, and who may."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from jinlan.clients.models import Coverage, Employee, TeamChange, Unit
from jinlan.clients.testing import a_party, a_unit, covers
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import TODAY, writing
from jinlan.workspace.tests.conftest import publish

DAY = TODAY + timedelta(days=1)


@pytest.fixture
def crowded(world):
    """李华 leads 甲集团 and eighteen branch-strategic groups: 19 × 8 = 152 of 140 hours; 王敏 leads one at the same branch."""
    cast = world.cast
    with writing():
        Employee.objects.filter(code="E1002").update(branch=cast.branches["BJ"])
    for number in range(19):
        unit = a_unit(
            a_party(cast.branches["BJ"], f"丙{number:02d}有限公司"),
            code=f"G-{number:02d}",
            name=f"丙{number:02d}集团",
        )
        covers(cast.employees["E1002" if number == 18 else "E1001"], unit)
        with writing():
            publish(world.run, unit, TODAY, tier="BRANCH", level=3, aum="1000000.00")
    return world


def form(unit, **other):
    return {
        "unit": str(unit.public_id),
        "after": "E1002",
        "effective_on": DAY.isoformat(),
        "reason": "主办超负荷,已核对",
        "key": "k1",
    } | other


def unit_named(world, name):
    with scoped(world.cast.actor("chenwei")):
        return Unit.objects.get(name=name)


def test_the_page_shows_loads_and_the_smallest_change_that_helps(crowded, as_person):
    page = as_person("chenwei").get("/balance").content.decode()

    assert "109%" in page  # 152 ÷ 140 = 1.0857: heavy, and not above 110 %
    assert "没有需要调整的客户" in page  # 乙集团 has no tier; 张三家庭 has a lead
    with writing():
        publish(crowded.run, extra(crowded), TODAY, tier="BRANCH", level=3, aum="1000000.00")
    heavy = as_person("chenwei").get("/balance").content.decode()

    assert "超负荷" in heavy
    assert "李华：114% → 109%" in heavy  # 160 hours, 8 of them go
    assert "王敏：6% → 11%" in heavy


def extra(world):
    unit = a_unit(a_party(world.cast.branches["BJ"], "丁有限公司"), code="G-99", name="丁集团")
    covers(world.cast.employees["E1001"], unit)
    return unit


def test_a_head_accepts_a_proposal_once_and_the_team_changes_with_the_night_only(crowded, as_person):
    unit, client = unit_named(crowded, "丙03集团"), as_person("chenwei")
    first = client.post("/balance/accept", form(unit))
    second = client.post("/balance/accept", form(unit))

    assert (first.status_code, second.status_code) == (302, 302)
    with scoped(crowded.cast.actor("zhengyu")):
        (row,) = TeamChange.objects.all()
        assert (row.before, row.after, row.effective_on, row.decided_by) == ("E1001", "E1002", DAY, "chenwei")
        assert AuditEntry.objects.filter(verb="strategy.lead_assigned").count() == 1
        assert list(Coverage.objects.filter(unit=unit).values_list("employee__code", flat=True)) == ["E1001"]
    assert "丙03集团 由 李华 交给 王敏" in client.get("/balance").content.decode()


@pytest.mark.parametrize(
    ("where", "change", "said"),
    [
        ("丙00集团", {"effective_on": TODAY.isoformat()}, "生效日应晚于"),
        ("丙00集团", {"after": "E1001"}, "已经是这户的主办"),
        ("丙00集团", {"after": "E9"}, "工号 E9 不在职"),
        ("丙00集团", {"after": "E3001"}, "不能把客户分给自己"),
        ("丙00集团", {"reason": "忙"}, "理由至少 5 个字"),
        ("丙00集团", {"effective_on": "31.2."}, "effective_on"),
        ("丁集团", {"after": "E9"}, "工号 E9 不在职"),
    ],
)
def test_a_refusal_stands_at_the_proposal_or_above_all_and_changes_nothing(
    crowded, as_person, where, change, said
):
    with writing():
        publish(crowded.run, extra(crowded), TODAY, tier="BRANCH", level=3, aum="1000000.00")
    unit = unit_named(crowded, where)
    answer = as_person("chenwei").post("/balance/accept", form(unit, **change))
    page = answer.content.decode()

    assert answer.status_code == 422
    assert said in page
    assert (f'id="move-{unit.public_id}"' in page) == (
        where == "丙00集团"
    )  # the proposed one, or said above all
    typed = f'value="{change.get("reason", "主办超负荷,已核对")}"'
    assert (typed in page) == (where == "丙00集团")  # nothing typed is lost
    with scoped(crowded.cast.actor("chenwei")):
        assert TeamChange.objects.count() == 0


@pytest.mark.parametrize("username", ["lihua", "zhoulin", "zhengyu", "wuhan"])
def test_who_may_not_decide_is_told_nothing_and_changes_nothing(crowded, as_person, username):
    unit = unit_named(crowded, "丙03集团")
    answer = as_person(username).post("/balance/accept", form(unit))

    assert answer.status_code == 404
    with scoped(crowded.cast.actor("chenwei")):
        assert TeamChange.objects.count() == 0


def test_a_decision_is_withdrawn_before_its_day_and_never_after(crowded, as_person):
    unit, client = unit_named(crowded, "丙03集团"), as_person("chenwei")
    client.post("/balance/accept", form(unit))
    with scoped(crowded.cast.actor("chenwei")):
        row = TeamChange.objects.get()
    address = f"/lead-changes/{row.public_id}/withdraw-assignment"
    hidden = dict(re.findall(r'name="(key|seen)"[^>]*value="([^"]+)"', client.get(address).content.decode()))
    taken = client.post(address, hidden | {"reason": "客户不同意"})

    assert taken.status_code in (302, 303)
    with scoped(crowded.cast.actor("chenwei")):
        row = TeamChange.objects.get()
        assert (row.withdrawn_by, row.withdrawn_at is not None) == ("chenwei", True)
    again = client.post("/balance/accept", form(unit, key="k3"))
    assert again.status_code == 302  # the day is free again
