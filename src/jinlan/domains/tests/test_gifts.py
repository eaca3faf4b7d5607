"""A room of a hundred lines gets list, search, filters, forms, history, many at once, files, four eyes and its rights."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest

from jinlan.domains.tests.gifts import resources
from jinlan.domains.tests.gifts.models import Gift
from jinlan.kernel.models import AuditEntry, RowChange, SavedView
from jinlan.kernel.scope import scoped
from jinlan.work.models import Approval


def named(answer) -> list[str]:
    return re.findall(r'<a class="name" href="[^"]+">([^<]+)</a>', answer.content.decode())


def hidden(answer) -> dict[str, str]:
    text = answer.content.decode()
    return dict(re.findall(r'<input type="hidden" name="(key|seen)" value="([^"]*)"', text))


def row_of(cast, gift) -> Gift:
    with scoped(cast.actor("chenwei")):
        return Gift.objects.get(pk=gift.pk)


def entries(cast, verb: str) -> list[tuple[str, str]]:
    with scoped(cast.actor("zhengyu")):
        return list(AuditEntry.objects.filter(verb=verb).order_by("id").values_list("username", "reason"))


def test_each_person_finds_the_rows_of_clients_in_sight_and_no_others(cast, gifts, sign_in) -> None:
    assert named(sign_in("lihua").get("/gifts")) == ["龙井茶", "敦煌画册"]
    assert named(sign_in("zhaoyan").get("/gifts")) == ["普洱茶"]
    assert named(sign_in("chenwei").get("/gifts")) == ["龙井茶", "敦煌画册", "普洱茶"]
    assert named(sign_in("wangmin").get("/gifts")) == []
    assert sign_in("hejun").get("/gifts").status_code == 404
    assert sign_in("lihua").get(f"/gifts/{gifts['pu'].public_id}").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=longjing", ["龙井茶"]), ("q=pec", ["普洱茶"]), ("q=画册", ["敦煌画册"]), ("q=甲", ["龙井茶", "敦煌画册"]), ("q=zs", ["普洱茶"]),
        ("kind=TEA", ["龙井茶", "普洱茶"]), ("given_on_after=2026-10-01", ["龙井茶", "敦煌画册"]), ("value_min=200&value_max=500", ["龙井茶"]),
        ("sort=value", ["敦煌画册", "龙井茶", "普洱茶"]), ("sort=-value", ["普洱茶", "龙井茶", "敦煌画册"]), ("sort=what", ["敦煌画册", "龙井茶", "普洱茶"]),
        ("kind=NONSENSE&given_on_after=yesterday&sort=drop table&view=none&cursor=W10", ["龙井茶", "敦煌画册", "普洱茶"]),
    ],
)  # fmt: skip
def test_the_list_is_searched_filtered_and_sorted_by_its_address(gifts, sign_in, query, found) -> None:
    assert named(sign_in("chenwei").get(f"/gifts?{query}")) == found


def test_pages_go_on_where_the_last_one_ended(gifts, sign_in, monkeypatch) -> None:
    monkeypatch.setattr("jinlan.kernel.resource.pages.SIZE", 2)
    client = sign_in("chenwei")
    first = client.get("/gifts?sort=-value")
    (onward,) = re.findall(r'href="([^"]+)" rel="next"', first.content.decode())
    second = client.get(onward.replace("&amp;", "&"))
    (back,) = re.findall(r'href="([^"]+)" rel="prev"', second.content.decode())

    assert named(first) == ["普洱茶", "龙井茶"]
    assert named(second) == ["敦煌画册"]
    assert named(client.get(back.replace("&amp;", "&"))) == ["普洱茶", "龙井茶"]


def test_columns_are_chosen_in_the_address_and_what_is_personal_is_masked(gifts, sign_in) -> None:
    client = sign_in("chenwei")
    usual, chosen = (
        client.get("/gifts").content.decode(),
        client.get("/gifts?cols=value,phone").content.decode(),
    )

    assert "138****1234" in usual
    assert "13812341234" not in usual
    assert re.findall(r'<th scope="col"[^>]*>(?:<input[^>]*> )?<a[^>]*>([^<]+)', chosen) == ["礼品", "价值"]
    assert "1,220.50" in re.sub(r"\s", "", chosen) or "0.12" in chosen  # the total, in the unit of the column


def test_a_row_is_made_by_the_form_of_its_act(cast, sign_in) -> None:
    client = sign_in("lihua")
    blank = client.get(f"/gifts/new?unit={cast.group.public_id}")
    given = {"unit": "甲集团", "what": "紫砂壶", "kind": "TEA", "value": "88.00", "given_on": "2026-11-09"}
    done = client.post("/gifts/new", given | hidden(blank))
    again = client.post("/gifts/new", given | hidden(blank))

    with scoped(cast.actor("chenwei")):
        (gift,) = Gift.objects.all()
    assert 'value="甲集团"' in blank.content.decode()
    assert (gift.what, gift.value, gift.unit_id) == ("紫砂壶", Decimal("88.00"), cast.group.pk)
    assert done["Location"] == again["Location"] == f"/gifts/{gift.public_id}"
    assert len(entries(cast, "gifts.given")) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": "0"}, "价值须大于零"),
        ({"value": "many"}, "输入一个数"),
        ({"unit": "没有这家"}, "没有找到这个客户"),
        ({"unit": "张三家庭"}, "没有找到这个客户"),
        ({"what": ""}, "请填写"),
        ({"kind": "GOLD"}, "选择一个有效的选项"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_made(cast, sign_in, change, said) -> None:
    client = sign_in("lihua")
    given = {"unit": "甲集团", "what": "紫砂壶", "kind": "TEA", "value": "88.00", "given_on": "2026-11-09"}
    answer = client.post("/gifts/new", given | change | hidden(client.get("/gifts/new")))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    with scoped(cast.actor("chenwei")):
        assert Gift.objects.count() == 0


def test_who_may_only_read_is_offered_no_form_and_changes_nothing(cast, gifts, sign_in) -> None:
    for who in ("zhengyu", "zhoulin", "sunjie"):
        client, address = sign_in(who), f"/gifts/{gifts['tea'].public_id}"
        assert client.get(address).status_code == 200
        assert "更正礼品" not in client.get(address).content.decode()
        assert client.get(f"{address}/amend").status_code == 404
        assert (
            client.post(f"{address}/amend", {"value": "1", "reason": "改一改看看", "key": "k"}).status_code
            == 404
        )
    assert row_of(cast, gifts["tea"]).value == Decimal("300.00")


def test_an_edit_of_a_version_that_is_gone_is_refused_and_can_be_sent_again(cast, gifts, sign_in) -> None:
    address = f"/gifts/{gifts['tea'].public_id}/amend"
    one, two = sign_in("lihua"), sign_in("chenwei")
    seen_one, seen_two = hidden(one.get(address)), hidden(two.get(address))
    assert one.post(address, {"value": "310", "note": "", "reason": "发票为准"} | seen_one).status_code == 302
    late = two.post(address, {"value": "999", "note": "", "reason": "以为没改过"} | seen_two)

    assert late.status_code == 422
    assert "这条记录在您打开之后被改过" in late.content.decode()
    assert row_of(cast, gifts["tea"]).value == Decimal("310.00")
    assert (
        two.post(address, {"value": "305", "note": "", "reason": "已核对过"} | hidden(late)).status_code
        == 302
    )
    assert row_of(cast, gifts["tea"]).value == Decimal("305.00")


def test_a_value_is_given_back_from_the_history_with_a_reason(cast, gifts, sign_in) -> None:
    client, address = sign_in("lihua"), f"/gifts/{gifts['tea'].public_id}"
    client.post(
        f"{address}/amend",
        {"value": "3000", "note": "", "reason": "手误多写了零"} | hidden(client.get(f"{address}/amend")),
    )
    history = client.get(f"{address}?tab=history&field=value").content.decode()
    (back,) = re.findall(r'href="([^"]+change=[^"]+)"', history)
    form = client.get(back.replace("&amp;", "&"))
    (old,) = re.findall(r'name="value" value="([^"]+)"', form.content.decode())
    client.post(f"{address}/amend", {"value": old, "note": "", "reason": "恢复原来的价值"} | hidden(form))

    assert "手误多写了零" in history
    assert old == "300.00"
    assert "恢复“价值”" in form.content.decode()
    assert row_of(cast, gifts["tea"]).value == Decimal("300.00")
    assert entries(cast, "gifts.amended") == [("lihua", "手误多写了零"), ("lihua", "恢复原来的价值")]
    with scoped(cast.actor("zhengyu")):
        assert RowChange.objects.filter(table_name="gifts_gift", op="U").count() == 2


def test_many_rows_at_once_show_their_effect_first_and_a_result_each(cast, gifts, sign_in) -> None:
    client = sign_in("chenwei")
    keys = [str(gift.public_id) for gift in gifts.values()]
    with scoped(cast.actor("chenwei"), write=True):
        Gift.objects.filter(pk=gifts["book"].pk).update(returned=True)
    preview = client.get("/gifts/many", {"action": "take-back", "row": keys})
    done = client.post(
        "/gifts/many", {"action": "take-back", "row": keys, "reason": "年末清理"} | hidden(preview)
    )

    assert "将对 2 行执行" in preview.content.decode()
    assert "2 行已完成，1 行没有做" in done.content.decode()
    assert "已经退回" in done.content.decode()
    assert all(row_of(cast, gift).returned for gift in gifts.values())
    assert entries(cast, "gifts.returned") == [("chenwei", "年末清理")] * 2


def test_many_rows_are_only_those_in_sight(cast, gifts, sign_in) -> None:
    client = sign_in("lihua")
    keys = [str(gift.public_id) for gift in gifts.values()]
    preview = client.get("/gifts/many", {"action": "take-back", "row": keys})
    client.post(
        "/gifts/many",
        {"action": "take-back", "all": "1", "query": "view=all", "reason": "全部退回"} | hidden(preview),
    )

    assert "将对 2 行执行" in preview.content.decode()
    assert "普洱茶" not in preview.content.decode()
    assert [row_of(cast, gift).returned for gift in gifts.values()] == [True, True, False]


def test_an_act_with_stages_waits_for_another_person(cast, gifts, sign_in) -> None:
    lihua, address = sign_in("lihua"), f"/gifts/{gifts['tea'].public_id}/waive"
    asked = lihua.post(address, {"reason": "客户自制样品，无市价"} | hidden(lihua.get(address)))
    with scoped(cast.actor("chenwei")):
        (approval,) = Approval.objects.all()
    before = row_of(cast, gifts["tea"]).value
    own = lihua.post(f"/approvals/{approval.public_id}/decide", {"say": "yes"})
    sign_in("wuhan").post(f"/approvals/{approval.public_id}/decide", {"say": "yes", "reason": "同意豁免"})

    page = sign_in("chenwei").get(f"/approvals/{approval.public_id}").content.decode()
    assert re.search(r'<th scope="row">价值</th>\s*<td>300.00</td>', page)
    assert "豁免礼品价值" in sign_in("zhengyu").get("/audit?verb=gifts.waived").content.decode()
    assert asked["Location"] == f"/approvals/{approval.public_id}"
    assert before == Decimal("300.00")
    assert own.status_code == 422
    assert row_of(cast, gifts["tea"]).value == Decimal("0.01")


def test_a_file_holds_what_the_list_shows_masked_and_marked(cast, gifts, sign_in) -> None:
    with scoped(cast.actor("chenwei"), write=True):
        Gift.objects.filter(pk=gifts["tea"].pk).update(note="=cmd|calc")
    asked = {"kind": "csv", "purpose": "REPORT", "reason": "礼品年度清查"}
    answer = sign_in("chenwei").post("/gifts/file?sort=value&cols=what,value,phone,note", asked)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))

    assert rows[0] == ["礼品", "价值 CNY", "收礼人电话", "备注"]
    assert rows[1:4] == [
        ["敦煌画册", "120.50", "138****1234", ""],
        ["龙井茶", "300.00", "138****1234", "'=cmd|calc"],
        ["普洱茶", "800.00", "138****1234", ""],
    ]
    assert rows[4][0].startswith("导出 陈伟 (chenwei) · ")
    assert entries(cast, "resource.exported") == [("chenwei", "礼品年度清查")]


def test_a_view_is_kept_under_a_name_pinned_and_given_to_a_role(cast, gifts, sign_in) -> None:
    chenwei, lihua = sign_in("chenwei"), sign_in("lihua")
    kept = {
        "name": "大额茶礼",
        "query": "kind=TEA&value_min=200&nonsense=1",
        "pinned": "1",
        "role": "manager",
    }
    chenwei.post("/gifts/views", kept)
    lihua.post("/gifts/views", {"name": "越权", "query": "", "role": "dept_head"})
    page = lihua.get("/gifts").content.decode()

    with scoped(cast.actor("chenwei")):
        (view,) = SavedView.objects.all()
    assert view.query == "view=all&kind=TEA&value_min=200"
    assert "大额茶礼" in page
    assert named(lihua.get(f"/gifts?{view.query}")) == ["龙井茶"]
    assert "大额茶礼" not in sign_in("zhengyu").get("/gifts").content.decode()
    assert lihua.post("/gifts/views", {"drop": str(view.public_id)}).status_code == 404
    chenwei.post("/gifts/views", {"drop": str(view.public_id)})
    with scoped(cast.actor("chenwei")):
        assert SavedView.objects.count() == 0


def test_the_declaration_of_a_list_stays_short() -> None:
    source = Path(resources.__file__).read_text("utf-8")

    assert len(source.splitlines()) <= 100


def test_more_rows_than_a_page_waits_for_are_done_by_a_job_each_once_with_those_left_named(
    cast, gifts, sign_in, monkeypatch
) -> None:
    from jinlan.basics.clock import now_utc
    from jinlan.kernel import working
    from jinlan.kernel.resource import many

    monkeypatch.setattr(many, "LARGEST", 2)
    with scoped(cast.actor("chenwei"), write=True):
        Gift.objects.filter(pk=gifts["tea"].pk).update(returned=True)
    client = sign_in("chenwei")
    page = client.get("/gifts/many?action=take-back&all=1&query=")
    assert "以及另外 1 行" in page.content.decode()
    form = hidden(page) | {"action": "take-back", "all": "1", "query": "", "reason": "清退礼品"}
    first, second = client.post("/gifts/many", form), client.post("/gifts/many", form)
    assert first["Location"] == second["Location"]
    assert row_of(cast, gifts["book"]).returned is False
    assert "还没有进度" in client.get(first["Location"]).content.decode()

    running = working.take(now_utc())
    assert running is not None
    assert working.run(running) == "done"
    assert working.take(now_utc()) is None
    assert [row_of(cast, gifts[name]).returned for name in ("tea", "book", "pu")] == [True, True, True]
    assert entries(cast, "gifts.returned") == [("chenwei", "清退礼品")] * 2
    text = client.get(first["Location"]).content.decode()
    assert "2 行已完成，1 行没有做" in text
    assert ">龙井茶</a>" in text
    assert "已经退回" in text
    english = client.get(first["Location"], headers={"accept-language": "en"}).content.decode()
    assert "Look at its present state." in english  # kept in Chinese words, read in the reader's
    assert sign_in("zhaoyan").get(first["Location"]).status_code == 404
    operator = sign_in("hejun").get(first["Location"])
    assert operator.status_code == 200
    assert "龙井茶" not in operator.content.decode()
    assert "批量办理已结束：2 行已完成，1 行没有做" in client.get("/notices").content.decode()


def test_a_request_is_told_to_those_who_may_check_it_and_its_end_to_who_asked(cast, gifts, sign_in) -> None:
    client = sign_in("lihua")
    address = f"/gifts/{gifts['tea'].public_id}/waive"
    client.post(address, hidden(client.get(address)) | {"reason": "客户已退回原物"})

    for who, count in (("chenwei", 1), ("zhoulin", 1), ("zhaoyan", 0), ("hejun", 0), ("lihua", 0)):
        text = sign_in(who).get("/notices").content.decode()
        assert text.count("申请“豁免礼品价值”，等待复核") == count, who
        assert "龙井茶" not in text
    with scoped(cast.actor("chenwei")):
        asked = Approval.objects.get().public_id
    sign_in("chenwei").post(f"/approvals/{asked}/decide", {"say": "yes", "reason": "同意豁免"})
    assert "您申请的“豁免礼品价值”已获批准并执行" in client.get("/notices").content.decode()
