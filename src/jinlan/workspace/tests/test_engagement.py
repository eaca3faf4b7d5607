"""记一笔, the line of time, an interaction's page, and the ledger: what people see and what their clicks do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from jinlan.basics.clock import SHANGHAI, business_date, now_utc
from jinlan.clients.testing import SIGN_INS
from jinlan.domains.engagement.models import Interaction, Promise
from jinlan.domains.engagement.services.interactions import log_interaction, plan_interaction
from jinlan.domains.engagement.services.promises import keep_promise, make_promise
from jinlan.domains.engagement.tests.worlds import a_contact
from jinlan.kernel.testing import an_actor, writing

NOTE = "昨天下午3点拜访张总，我行承诺三个工作日内给出授信方案。客户需要代发工资"


@pytest.fixture
def met(world):
    with writing():
        a_contact(world.cast.group, "张伟")
        a_contact(world.cast.group, "李强")
        a_contact(world.cast.other, "钱进")
    return world


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def posted(answer, **changes: Any) -> dict[str, Any]:
    """Return what the browser would send of a draft."""
    form, rows = answer.context["form"], answer.context["rows"]
    found: dict[str, Any] = {}
    for bound in [*form, *(bound for row in rows for bound in row)]:
        value = bound.value()
        if value in (None, False, [], ""):
            continue
        if value is True:
            value = "on"
        elif hasattr(value, "strftime") and bound.name == "starts_at":
            value = value.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        found[bound.html_name] = value
    for row in rows:
        found.setdefault(f"{row.prefix}-what", "")
        found.setdefault(f"{row.prefix}-side", "bank")
    return found | {"step": "keep"} | changes


def rows() -> list[dict[str, Any]]:
    with writing():
        return list(Interaction.objects.order_by("id").values())


def promises() -> list[tuple[str, str]]:
    with writing():
        return list(Promise.objects.order_by("id").values_list("side", "what"))


def actor(world, username: str = "lihua"):
    return an_actor(world.cast.people[username], now_utc())


def held(world, **said: Any) -> str:
    given = {
        "unit": world.cast.group.public_id, "kind": "VISIT", "starts_at": now_utc() - timedelta(hours=2), "subject": "授信沟通",
        "minutes": "谈了利率", "staff": ["E1001"],
    } | said  # fmt: skip
    return log_interaction(actor=actor(world), **given)


def test_one_sentence_and_two_clicks_write_a_visit_down(met, as_person):
    client, home = as_person("lihua"), met.address(met.cast.group)
    assert f'href="{home}/log"' in client.get(home).content.decode()

    draft = client.post(f"{home}/log", {"minutes": NOTE, "step": "read"})
    page = text(draft)
    assert (
        "日期 昨天" in page,
        "时间 下午3点" in page,
        "我行承诺 我行承诺三个工作日内给出授信方案" in page,
    ) == (True, True, True)
    done = client.post(f"{home}/log", posted(draft))

    assert (done.status_code, done["Location"]) == (302, f"{home}/interactions")
    (row,) = rows()
    yesterday = business_date(now_utc()) - timedelta(days=1)
    assert (row["kind"], row["minutes"], row["staff"], len(row["people"])) == ("VISIT", NOTE, ["E1001"], 1)
    assert row["starts_at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") == f"{yesterday} 15:00"
    assert (row["needs"], row["subject"], promises()) == (
        ["代发工资"], "昨天下午3点拜访张总", [("bank", "给出授信方案")]
    )  # fmt: skip
    line = text(client.get(f"{home}/interactions"))
    assert ("给出授信方案" in line, "代发工资" in line, "张伟" in line) == (True, True, True)


def test_the_same_draft_sent_twice_is_written_once(met, as_person):
    client, home = as_person("lihua"), met.address(met.cast.group)
    sent = posted(client.post(f"{home}/log", {"minutes": NOTE, "step": "read"}))

    answers = [client.post(f"{home}/log", sent).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert (len(rows()), len(promises())) == (1, 1)


def test_nothing_typed_is_lost_when_something_is_missing(met, as_person):
    client, home = as_person("lihua"), met.address(met.cast.group)
    sent = posted(client.post(f"{home}/log", {"minutes": NOTE, "step": "read"}))

    answer = client.post(
        f"{home}/log", sent | {"p1-what": "提供报表", "p1-side": "client", "subject": "他离婚了"}
    )
    again = client.post(f"{home}/log", sent | {"minutes": "他离婚了"})

    assert (
        answer.status_code,
        "请写明期限" in text(answer),
        'value="提供报表"' in answer.content.decode(),
    ) == (422, True, True)
    assert (again.status_code, "这里不能记录：离婚" in text(again)) == (422, True)
    assert (client.post(f"{home}/log", {"minutes": " ", "step": "read"}).status_code, rows()) == (422, [])


def test_what_lies_ahead_becomes_a_plan_and_a_clash_can_be_taken(met, as_person):
    client, home = as_person("lihua"), met.address(met.cast.group)
    note = "后天下午2点拜访张总"
    sent = posted(client.post(f"{home}/log", {"minutes": note, "step": "read"}))
    client.post(f"{home}/log", sent)
    clash = client.post(f"{home}/log", sent | {"key": "other"})
    taken = client.post(f"{home}/log", sent | {"key": "other", "anyway": "on"})

    assert (clash.status_code, "已有安排" in text(clash), 'name="anyway"' in clash.content.decode()) == (
        422,
        True,
        True,
    )
    assert taken.status_code == 302
    assert [(row["state"], row["minutes"]) for row in rows()] == [("planned", note)] * 2


def test_an_unclear_name_is_asked_about_and_nobody_is_ticked(met, as_person):
    with writing():
        a_contact(met.cast.group, "张敏")
    client, home = as_person("lihua"), met.address(met.cast.group)
    draft = client.post(f"{home}/log", {"minutes": "拜访张总", "step": "read"})
    assert "「张总」可能是 张伟、张敏" in text(draft)
    assert draft.context["form"]["people"].value() == []


def test_a_members_manager_notes_what_is_about_his_member(met, as_person):
    client, home = as_person("wangmin"), met.address(met.cast.group)
    draft = client.post(f"{home}/log", {"minutes": "今天电话", "step": "read"})
    assert client.post(f"{home}/log", posted(draft)).status_code == 302
    assert [row["party_id"] for row in rows()] == [met.cast.parties["jia-3"].pk]


@pytest.mark.parametrize(
    ("tail", "wanted"),
    [
        ("/log", {"lihua", "wangmin", "sunjie", "chenwei"}), ("/promise", {"lihua", "wangmin", "sunjie", "chenwei"}),
        ("/interactions", {"lihua", "wangmin", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"}),
        ("/engagement", {"lihua", "wangmin", "sunjie", "chenwei", "zhoulin", "wuhan", "zhengyu"}),
    ],
)  # fmt: skip
def test_pages_open_for_those_who_see_the_client(met, as_person, tail, wanted):
    address = met.address(met.cast.group, tail)
    assert {name for name, *_ in SIGN_INS if as_person(name).get(address).status_code == 200} == wanted


def test_what_is_behind_the_wall_is_not_there_for_others(met, as_person):
    key = held(
        met,
        inside=True,
        subject="某项交易",
        promises=[{"side": "bank", "what": "秘密方案", "due_on": f"{business_date(now_utc())}"}],
    )
    home = met.address(met.cast.group)

    answers = {
        name: as_person(name).get(f"/interactions/{key}").status_code
        for name in ("lihua", "wuhan", "sunjie", "chenwei")
    }
    assert answers == {"lihua": 200, "wuhan": 200, "sunjie": 404, "chenwei": 404}
    for name in ("sunjie", "chenwei", "zhengyu"):
        client = as_person(name)
        for page in (
            f"{home}/interactions",
            f"{home}/engagement",
            "/interactions?view=all",
            "/promises?view=all",
            "/find?q=秘密",
        ):
            found = client.get(page).content.decode()
            assert ("某项交易" in found, "秘密方案" in found) == (False, False), (name, page)
    assert "登记知情人" in text(as_person("lihua").get(f"/interactions/{key}"))


def test_minutes_of_a_plan_are_filed_on_its_page(met, as_person):
    client = as_person("lihua")
    key = plan_interaction(
        actor=actor(met), unit=met.cast.group.public_id, kind="CALL", starts_at=now_utc() - timedelta(seconds=5), subject="通话", notes="问利率"
    )  # fmt: skip
    page = client.get(f"/interactions/{key}")
    form = page.context["form"]
    assert "问利率" in text(page)

    sent = {
        "key": "k",
        "edition": form["edition"].value(),
        "minutes": "谈了利率",
        "needs": "代发工资\n\n债券",
    }
    wrong = client.post(f"/interactions/{key}", sent | {"minutes": "手机 13800138000"})
    done = client.post(f"/interactions/{key}", sent)

    assert (wrong.status_code, done.status_code) == (422, 302)
    (row,) = rows()
    assert (row["state"], row["minutes"], row["needs"]) == ("held", "谈了利率", ["代发工资", "债券"])


def test_a_promise_is_registered_kept_and_shown_with_both_shares(met, as_person):
    client, home = as_person("lihua"), met.address(met.cast.group)
    due = business_date(now_utc()) + timedelta(days=3)
    sent = {
        "key": "k",
        "side": "bank",
        "what": "给出授信方案",
        "due_on": due.isoformat(),
        "owner": "E1001",
        "person": "",
    }
    assert client.post(f"{home}/promise", sent | {"what": "13800138000"}).status_code == 422
    assert client.post(f"{home}/promise", sent).status_code == 302
    late = make_promise(
        actor=actor(met), unit=met.cast.group.public_id, side="client", what="提供三季报", made_on=due - timedelta(days=9),
        due_on=due - timedelta(days=5),
    )  # fmt: skip
    card = text(client.get(f"{home}/engagement"))
    assert ("给出授信方案" in card, "提供三季报" in card, "逾期 2 天" in card) == (True, True, True)
    with writing():
        key = Promise.objects.get(what="给出授信方案").public_id
    keep_promise(actor=actor(met), public_id=key, evidence="邮件已发 11-10")

    ledger = text(client.get("/promises?view=all"))
    assert "我行的承诺 办结 1 项，按时兑现 1 项" in ledger
    assert "逾期计入后 0.0%" in ledger
    one = text(client.get(f"/promises/{late}"))
    assert ("作出" in one, "李华" in one) == (True, True)


def test_lists_and_api_show_the_own_clients_only(met, as_person):
    held(met)
    assert [
        "授信沟通" in text(as_person(name).get("/interactions?view=all"))
        for name in ("lihua", "zhaoyan", "wangmin")
    ] == [True, False, False]
