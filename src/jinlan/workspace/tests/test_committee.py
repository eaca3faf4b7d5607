"""The committee's pages: from the call to the minutes, and what a client's team reads of it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from jinlan.clients.testing import SIGN_INS, covers
from jinlan.domains.strategy.models import AgendaItem, Ballot, Meeting, TierDecision
from jinlan.domains.strategy.services.review import review_month
from jinlan.domains.strategy.tests.worlds import SEP, published
from jinlan.domains.strategy.tests.worlds import publish as publish_unit
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, a_grant, a_person, prove, writing
from jinlan.kernel.testing_database import Remembered
from jinlan.serving.models import UnitResult


@pytest.fixture
def world(database: None, remembered: Remembered):
    return remembered(published)


def call(as_person, **other):
    given = {"day": "2026-11-10", "members": ["chenwei", "zhoulin", "wuhan"], "chair": "zhoulin"} | other
    return as_person("chenwei").post("/committee/new", given)


def opened(as_person) -> str:
    address = call(as_person).headers["Location"]
    assert as_person("chenwei").post(f"{address}/do", {"say": "agenda"}).status_code == 302
    assert as_person("zhoulin").post(f"{address}/do", {"say": "open"}).status_code == 302
    return address


def item_address(world, number=1) -> str:
    with scoped(world.cast.actor("chenwei")):
        return f"/committee/items/{AgendaItem.objects.get(number=number).public_id}"


def text(answer) -> str:
    assert answer.status_code in {200, 422}, answer
    return answer.content.decode()


def stored(world):
    with scoped(world.cast.actor("chenwei")):
        return (
            list(Meeting.objects.values_list("state", "minutes")),
            list(AgendaItem.objects.order_by("number").values_list("number", "result")),
            list(Ballot.objects.order_by("id").values_list("seat__username", "choice", "conflict")),
            list(TierDecision.objects.order_by("id").values_list("unit_code", "step")),
        )


def test_a_meeting_is_called_voted_and_closed_on_its_pages(world, as_person):
    covers(world.cast.employees["E3001"], world.cast.group, role="SPONSOR")
    address = opened(as_person)
    agenda = text(as_person("wuhan").get(address))
    assert "1. 甲集团" in agenda
    assert "2. 张三家庭" in agenda

    page = text(as_person("chenwei").get(item_address(world)))
    assert "您在该客户的服务团队中，因此只能弃权" in page
    assert 'value="FOR"' not in page
    assert "观察期满仍低于“分行级战略”的退出线" in page
    refused = as_person("chenwei").post(f"{item_address(world)}/vote", {"choice": "FOR"})
    assert refused.status_code == 422
    assert "只能弃权" in text(refused)
    assert stored(world)[2] == []

    for name, choice in (("chenwei", "ABSTAIN"), ("zhoulin", "AGAINST"), ("wuhan", "AGAINST")):
        assert as_person(name).post(f"{item_address(world)}/vote", {"choice": choice}).status_code == 302
    while_open = text(as_person("wuhan").get(item_address(world)))
    assert "已投票" in while_open
    assert "反对</span>" not in while_open  # who said what is told when it is decided
    closed = as_person("zhoulin").post(f"{item_address(world)}/close", {"note": "集团订单在恢复，保留观察"})
    assert closed.status_code == 302
    after = text(as_person("wuhan").get(item_address(world)))
    assert "同意 0，反对 2，弃权 0，回避 1（席位 3）" in after
    assert (
        as_person("zhoulin").post(f"{address}/do", {"say": "minutes", "text": "改过的记录"}).status_code
        == 302
    )
    assert as_person("zhoulin").post(f"{address}/do", {"say": "close"}).status_code == 302
    assert stored(world)[0] == [("closed", "改过的记录")]
    assert stored(world)[3] == [("G-JIA", "retained")]
    assert "改过的记录" in text(as_person("zhengyu").get(address))


def test_the_team_reads_what_was_decided_and_the_letter_says_facts_only(world, as_person):
    address = opened(as_person)
    for name in ("zhoulin", "wuhan"):
        as_person(name).post(f"{item_address(world)}/vote", {"choice": "FOR"})
    as_person("zhoulin").post(f"{item_address(world)}/close", {"note": "连续三个月末低于退出线"})

    client = f"/clients/{world.cast.group.public_id}"
    page = text(as_person("lihua").get(client))
    assert "层级的来历" in page
    assert "连续三个月末低于退出线" in page
    assert "2026-11-1" in page
    with scoped(world.cast.actor("lihua")):
        step = TierDecision.objects.get()
    talk = text(as_person("lihua").get(f"/decisions/{step.public_id}"))
    assert "由“分行级战略”调整为“重点”" in talk
    assert "61.20" not in talk
    assert as_person("zhaoyan").get(f"/decisions/{step.public_id}").status_code == 404
    assert as_person("lihua").get(address).status_code == 404


def test_a_secret_suspension_has_no_letter_and_tells_nobody_why(world, as_person):
    with writing():
        UnitResult.objects.filter(unit_id=world.cast.other.pk, as_of__gt=SEP).update(
            tier_state="suspended", tier_source="GATE", gates="RESTRICTED", effective_tier="", tier_level=0
        )
        publish_unit(
            world.run, world.cast.other, SEP, effective_tier="KEY", tier_level=2, tier_state="active"
        )
    review_month(actor=system_actor("JLB", AT))

    with scoped(world.cast.actor("chenwei")):
        step = TierDecision.objects.get(step="suspended")
    assert (step.letter, step.evidence, step.approvers) == ("", {}, [])
    client = f"/clients/{world.cast.other.public_id}"
    for name in ("chenwei", "wuhan"):
        assert as_person(name).get(f"/decisions/{step.public_id}").status_code == 404
        page = text(as_person(name).get(client))
        assert f"decisions/{step.public_id}" not in page


def test_the_worklist_shows_what_waits_and_how_far_it_is(world, as_person):
    review_month(actor=system_actor("JLB", AT))
    page = text(as_person("zhengyu").get("/committee"))
    assert "甲集团" in page
    assert page.count("等待上会") == 2
    opened(as_person)
    assert text(as_person("zhengyu").get("/committee")).count("已在议程") == 2


def test_what_one_may_not_do_changes_nothing(world, as_person):
    address = opened(as_person)
    before = stored(world)
    deeds = (
        ("", {"say": "close"}),
        ("", {"say": "minutes", "text": "x"}),
        ("/1", {"choice": "FOR"}),
        ("/1", {"note": "不应生效的决议"}),
    )
    for name, *_ in SIGN_INS:
        if name in {"chenwei", "zhoulin", "wuhan"}:
            continue
        for tail, given in deeds:
            verb = "do" if not tail else "vote" if "choice" in given else "close"
            answer = as_person(name).post(f"{item_address(world) if tail else address}/{verb}", given)
            assert answer.status_code == 404, (name, tail)
    for name in ("chenwei", "wuhan"):  # they sit, and do not chair
        assert as_person(name).post(f"{address}/do", {"say": "close"}).status_code in {404, 422}
        assert as_person(name).post(
            f"{item_address(world)}/close", {"note": "不应生效的决议"}
        ).status_code in {
            404,
            422,
        }
    assert stored(world) == before


def test_a_head_of_one_side_of_the_wall_finds_no_committee(world, as_person):
    half = a_person("half")
    a_grant(half, "dept_head", domain=1)
    address = opened(as_person)
    browser = Client()
    browser.force_login(half, backend="django.contrib.auth.backends.ModelBackend")
    prove(browser)
    for page in ("/committee", "/committee/new", address, item_address(world)):
        assert browser.get(page).status_code == 404, page
    assert browser.post(f"{item_address(world)}/vote", {"choice": "FOR"}).status_code == 404


def test_a_refused_call_stands_at_its_field(world, as_person):
    answer = call(as_person, members=["chenwei", "zhoulin"])
    assert answer.status_code == 422
    assert "委员会至少需要 3 个席位" in text(answer)
    assert "会改写历史" in text(call(as_person, day="2026-11-01"))
    assert stored(world)[0] == []


def test_the_past_page_shows_the_steps_up_to_its_day(world, as_person):
    review_month(actor=system_actor("JLB", AT))
    opened(as_person)
    for name in ("zhoulin", "wuhan"):
        as_person(name).post(f"{item_address(world)}/vote", {"choice": "FOR"})
    as_person("zhoulin").post(f"{item_address(world)}/close", {"note": "连续三个月末低于退出线"})
    client = f"/clients/{world.cast.group.public_id}"
    assert "连续三个月末" in text(as_person("lihua").get(client))
    past = text(as_person("lihua").get(f"{client}?as_of=2026-10-31"))
    assert "连续三个月末" not in past
    assert date(2021, 9, 15).isoformat() in past
