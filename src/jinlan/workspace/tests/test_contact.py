"""同意与触达: what members agreed to, forms that write down what they say, the lamps, and contacts from prepared to stopped."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from jinlan.basics.clock import business_date, now_utc
from jinlan.domains.compliance.contacts import prepare_contact
from jinlan.domains.compliance.models import ConsentEntry, Contact
from jinlan.domains.compliance.services import install_texts
from jinlan.kernel.scope import console_actor, scoped
from jinlan.kernel.testing import ENTITY, an_actor, writing
from jinlan.serving.models import UnitResult
from jinlan.work.models import PreflightRecord
from jinlan.workspace.tests.conftest import make_findable

LATER = f"{business_date(now_utc()) + timedelta(days=2):%Y-%m-%d}T09:30"  # outside quiet hours
RECORD = {
    "key": "k1",
    "purpose": "MARKETING",
    "channels": ["SMS", "CALL"],
    "way": "BRANCH",
    "proof": "扫描件 17",
}
WITHDRAW = {"key": "k2", "purpose": "MARKETING", "channel": "SMS", "way": "PHONE", "reason": "客户来电"}


@pytest.fixture
def told(world):
    with writing():
        install_texts(ENTITY)
    return world


def address(world, tail: str = "", unit: str = "household", party: str = "zhang") -> str:
    return (
        f"/clients/{getattr(world.cast, unit).public_id}/contact/{world.cast.parties[party].public_id}{tail}"
    )


def entries() -> list[tuple[str, str, str]]:
    with scoped(console_actor(ENTITY, now_utc())):
        return list(ConsentEntry.objects.order_by("id").values_list("act", "purpose", "channel"))


def asked() -> tuple[int, int]:
    with scoped(console_actor(ENTITY, now_utc())):
        return PreflightRecord.objects.count(), Contact.objects.count()


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_client_page_leads_to_a_line_for_each_member_in_sight(told, as_person):
    client = as_person("zhaoyan")
    client.post(address(told, "/record"), RECORD)
    home = f"/clients/{told.cast.household.public_id}"

    assert f'hx-get="{home}/contact"' in client.get(home).content.decode()
    lines = text(client.get(f"{home}/contact"))
    assert "张三" in lines
    assert "短信" in lines
    assert "李四" in lines


def test_a_consent_is_written_down_shown_with_its_text_and_proof_and_withdrawn_at_once(told, as_person):
    client = as_person("zhaoyan")
    form = client.get(address(told, "/record")).content.decode()
    assert "营销信息 · 文本 2026-1" in form

    done = client.post(address(told, "/record"), RECORD)
    again = client.post(address(told, "/record"), RECORD)
    page = text(client.get(address(told)))

    assert (done.status_code, again.status_code, done["Location"]) == (302, 302, address(told))
    assert entries() == [("given", "MARKETING", "SMS"), ("given", "MARKETING", "CALL")]
    assert ("2026-1 扫描件 17" in page, "已授权" in page) == (True, True)
    ask = client.get(address(told, "/withdraw?purpose=MARKETING&channel=SMS")).content.decode()
    assert "营销信息 · 短信" in ask
    client.post(address(told, "/withdraw"), WITHDRAW)
    assert entries()[2:] == [("withdrawn", "MARKETING", "SMS")]
    assert "客户来电" in text(client.get(address(told)))


def test_do_not_contact_and_its_end_are_one_step_each(told, as_person):
    client = as_person("zhaoyan")
    client.post(address(told, "/suppress"), {"key": "k3", "way": "PHONE", "reason": "不想再被打扰"})
    page = text(client.get(address(told)))
    assert "起要求请勿联系" in page
    refused = client.post(address(told, "/restore"), {"key": "k4", "way": "PHONE", "reason": "好"})
    client.post(
        address(told, "/restore"), {"key": "k5", "way": "PHONE", "reason": "客户来电要求恢复,录音 88"}
    )

    assert (refused.status_code, "理由至少 5 个字" in text(refused)) == (422, True)
    assert [one[0] for one in entries()] == ["suppressed", "unsuppressed"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"channels": []}, "请选择至少一个联系渠道"), ({"proof": ""}, "请填写"), ({"purpose": "SHARING", "channels": []}, "写明对方名称"),
     ({"given_at": LATER}, "授权时间不能晚于现在"), ({"purpose": "SERVICE"}, "选择一个有效的选项")],
)  # fmt: skip
def test_what_the_rule_refuses_stands_in_the_form_and_nothing_is_written(told, as_person, change, said):
    answer = as_person("zhaoyan").post(address(told, "/record"), RECORD | change)

    assert (answer.status_code, said in text(answer)) == (422, True)
    assert entries() == []


def test_the_lamps_say_what_stands_in_the_way_and_keep_nothing(told, as_person):
    client = as_person("zhaoyan")
    query = "?purpose=MARKETING&channel=SMS&at=2026-11-26T21:30"
    red = text(client.get(address(told, query)))
    client.post(address(told, "/record"), RECORD)
    green = text(client.get(address(told, f"?purpose=MARKETING&channel=SMS&at={LATER}")))

    assert "2026-11-26 21:30 不可以联系" in red
    assert "没有取得营销信息（短信）的授权。" in red
    assert "21:30 在静默时段内（21:00 至次日 8:00）。" in red
    assert "「静默时段」可以例外放行" in red
    assert "「授权」可以例外放行" not in red
    assert f"{LATER.replace('T', ' ')} 可以联系" in green
    assert asked() == (0, 0)


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "x"])
def test_a_moment_that_cannot_be_is_told_so(told, as_person, at):
    client = as_person("zhaoyan")
    answer = client.get(address(told, f"?purpose=MARKETING&channel=SMS&at={at}"))
    record = client.post(address(told, "/record"), RECORD | {"given_at": at})

    assert (answer.status_code, "有内容需要修改" in text(answer), "verdicts" in answer.content.decode()) == (
        200,
        True,
        False,
    )
    assert (record.status_code, entries()) == (422, [])


def test_a_contact_is_prepared_from_the_lamps_and_stopped_when_the_consent_was_withdrawn(told, as_person):
    zhaoyan, wuhan = as_person("zhaoyan"), as_person("wuhan")
    zhaoyan.post(address(told, "/record"), RECORD)
    page = zhaoyan.get(address(told, f"?purpose=MARKETING&channel=SMS&at={LATER}")).content.decode()
    (link,) = re.findall(r'href="(/contacts/new\?[^"]+)"', page)
    form = zhaoyan.get(link.replace("&amp;", "&")).content.decode()
    unit, party = told.cast.household.public_id, told.cast.parties["zhang"].public_id
    for name, key in (("unit", unit), ("party", party)):
        assert f'type="hidden" name="{name}" value="{key}"' in form
    assert ("张三 · 张三家庭" in form, f'value="{LATER}"' in form) == (True, True)
    given = {"key": "k6", "unit": unit, "party": party, "what": "年末答谢会", "purpose": "MARKETING", "channel": "SMS",
             "planned_at": LATER}  # fmt: skip
    assert as_person("lihua").get(link.replace("&amp;", "&")).status_code == 404
    row = zhaoyan.post("/contacts/new", given)["Location"]
    assert "待执行" in text(zhaoyan.get(row))
    wuhan.post(address(told, "/withdraw"), WITHDRAW)

    release = zhaoyan.get(f"{row}/release-contact")
    done = zhaoyan.post(f"{row}/release-contact", {"key": "k7"}, follow=True)

    assert "客户已于" in text(release)
    assert "已拦下：客户已于" in text(done)
    assert "撤回营销信息的授权" in text(zhaoyan.get(address(told)))
    assert text(zhaoyan.get("/contacts")).count("已拦下") == 1
    dropped = zhaoyan.post(f"{row}/drop-contact", {"key": "k8", "reason": "客户已撤回"}, follow=True)
    assert "已放弃" in text(dropped)


def test_client_and_person_may_be_named_by_hand_and_an_unclear_name_is_asked_again(told, as_person):
    with writing():
        make_findable(told.cast.parties["zhang"], told.cast.parties["zhang-2"])
    client = as_person("zhaoyan")
    given = {
        "key": "h1",
        "unit": "张三家庭",
        "party": "王五",
        "what": "对账单",
        "purpose": "SERVICE",
        "channel": "CALL",
    }
    refused = client.post("/contacts/new", given)
    made = client.post("/contacts/new", given | {"party": "张三"})

    assert (refused.status_code, "没有找到这个人或公司" in text(refused)) == (422, True)
    assert (made.status_code, asked()) == (302, (1, 1))


def test_the_way_past_a_check_is_offered_only_where_it_stands_in_the_way(told, as_person):
    zhaoyan = as_person("zhaoyan")
    zhaoyan.post(address(told, "/record"), RECORD)
    cast, now = told.cast, now_utc()
    given = {
        "unit": cast.household.public_id,
        "party": cast.parties["zhang"].public_id,
        "purpose": "SERVICE",
        "channel": "SMS",
    }
    plain = prepare_contact(actor=an_actor(cast.people["zhaoyan"], now), what="对账单已出", **given)
    page = zhaoyan.get(f"/contacts/{plain}").content.decode()

    assert "release-contact" in page
    assert "override-" not in page
    assert "acknowledge-check" not in page
    assert "已放行，可以联系" in text(
        zhaoyan.post(f"/contacts/{plain}/release-contact", {"key": "k9"}, follow=True)
    )


def test_a_gate_is_let_pass_when_compliance_agrees(told, as_person):
    cast = told.cast
    with writing():
        UnitResult.objects.filter(unit_id=cast.household.pk).update(gates="CDD_CURRENT")
    zhaoyan, wuhan = as_person("zhaoyan"), as_person("wuhan")
    given = {"key": "q1", "unit": cast.household.public_id, "party": cast.parties["zhang"].public_id, "what": "季度回访",
             "purpose": "MARKETING", "channel": "SMS", "planned_at": LATER}  # fmt: skip
    row = zhaoyan.post("/contacts/new", given)["Location"]
    before = zhaoyan.get(row)
    asked = zhaoyan.post(f"{row}/override-gate", {"key": "q2", "reason": "回访正是为了更新尽调资料"})[
        "Location"
    ]
    wuhan.post(f"{asked}/decide", {"say": "yes"})
    after = zhaoyan.get(row)

    assert asked.startswith("/approvals/")
    assert ("未通过门槛：尽职调查在有效期内。" in text(before), "已由 吴菡 放行" in text(before)) == (
        True,
        False,
    )
    assert "已由 吴菡 放行" in text(after)
    assert [f"{row}/override-gate" in page.content.decode() for page in (before, after)] == [True, False]
    assert f"{row}/override-consent" not in before.content.decode()


@pytest.mark.parametrize(
    ("username", "unit", "party"),
    [("lihua", "household", "zhang"), ("wangmin", "group", "jia"), ("wangmin", "group", "zhang"), ("zhaoyan", "household", "jia-3"),
     ("chenwei", "household", "jia-3"), ("hejun", "household", "zhang")],
)  # fmt: skip
def test_out_of_scope_reads_like_what_does_not_exist_and_writes_nothing(
    told, as_person, username, unit, party
):
    client = as_person(username)
    absent = client.get(
        "/clients/01920000-0000-7000-8000-000000000000/contact/01920000-0000-7000-8000-000000000000"
    )

    for tail in ("", "/record", "/withdraw", "/suppress", "/restore"):
        answer = client.get(address(told, tail, unit, party))
        assert (answer.status_code, answer.content) == (404, absent.content), tail
    for tail, body in (
        ("/record", RECORD),
        ("/withdraw", WITHDRAW),
        ("/suppress", {"key": "k", "way": "PHONE"}),
    ):
        assert client.post(address(told, tail, unit, party), body).status_code == 404
    assert entries() == []


@pytest.mark.parametrize("username", ["sunjie", "chenwei", "zhoulin", "zhengyu"])
def test_who_only_reads_sees_the_state_and_no_form(told, as_person, username):
    client = as_person(username)
    page = client.get(address(told)).content.decode()

    assert ("/record" in page, "/suppress" in page, "/contacts/new" in page) == (False, False, False)
    assert client.get(address(told, "/record")).status_code == 404
    assert client.post(address(told, "/record"), RECORD).status_code == 404
    assert entries() == []


def test_a_members_manager_sees_his_member_alone(told, as_person):
    client = as_person("wangmin")
    lines = text(client.get(f"/clients/{told.cast.group.public_id}/contact"))

    assert ("甲物流有限公司" in lines, "甲控股集团有限公司" in lines) == (True, False)
    assert client.post(address(told, "/record", "group", "jia-3"), RECORD).status_code == 302
    assert len(entries()) == 2


def test_a_consent_may_have_been_given_before_it_is_written_down(told, as_person):
    client = as_person("zhaoyan")
    before = (now_utc() - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    client.post(address(told, "/record"), RECORD | {"given_at": before})

    assert len(entries()) == 2
