"""标准: reading, drafting, editing, trying, sending on; each as who may and as who may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from jinlan.domains.strategy.forms.sheet import sheet_of
from jinlan.domains.strategy.models import DefinitionVersion, Trial
from jinlan.domains.strategy.services.definitions import install_charter, install_definitions
from jinlan.domains.strategy.tests.test_sheet import sent
from jinlan.insight.asking.tests.desk import DAY, Desk, a_row, store
from jinlan.insight.parsing import FOLDER, loose
from jinlan.kernel.models import Job
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, writing
from jinlan.workspace.lake import _reader

GROUP = (FOLDER / "group.toml").read_text("utf-8")


@pytest.fixture
def criteria(world: Any) -> Any:
    install_definitions("JLB", actor=system_actor("JLB", AT))
    return world


@pytest.fixture
def lake(criteria: Any, settings: Any, tmp_path: Any) -> Iterator[Any]:
    """Let the newest published date be one that the lake holds, and a reader answer for it."""
    rows = [
        a_row(1, 900_000_000, "HQ") | {"unit_id": "G-JIA"},
        a_row(2, 150_000_000, "BRANCH"),
        a_row(3, 1_000_000, ""),
    ]
    folder = store(tmp_path / "lake", "JLB", criteria.run.pk, rows)
    with writing():
        criteria.run.files = {
            DAY.isoformat(): {"folder": folder, "load": criteria.run.load_id, "definitions": "d"}
        }
        criteria.run.save(update_fields=["files"])
    settings.JINLAN_READER_SOCKET = tmp_path / "reader.sock"
    desk = Desk(tmp_path / "lake", tmp_path / "reader.sock")
    yield criteria
    desk.stop()
    _reader.cache_clear()


def text(answer: Any) -> str:
    return answer.content.decode()


def rows(**where: Any) -> list[DefinitionVersion]:
    with writing():
        return list(DefinitionVersion.objects.filter(**where).order_by("id"))


def drafted(client: Client) -> DefinitionVersion:
    base = rows(kind="GROUP")[0]
    client.post("/definitions/draft", {"base": str(base.public_id)})
    return rows(kind="GROUP")[-1]


def form(row: DefinitionVersion, **changed: Any) -> dict[str, Any]:
    return (
        sent(sheet_of(loose(row.body)))
        | {"edition": [str(row.edition)], "purpose": ["准入线过低,覆盖面过大,需要上调"]}
        | changed
    )


def test_everybody_reads_what_is_in_force(criteria, as_person):
    for username in ("lihua", "zhaoyan", "sunjie", "chenwei", "zhengyu"):
        page = text(as_person(username).get("/definitions"))
        assert page.count("生效中") == 3
    assert as_person("lihua").get(f"/definitions/{rows(kind='GROUP')[0].public_id}").status_code == 200


def test_a_draft_begins_from_the_version_in_force_under_the_next_name(criteria, as_person):
    row = drafted(as_person("chenwei"))

    assert (row.version, row.valid_from.isoformat(), row.state, row.based_on, row.author) == (
        "2026.2", "2026-12-01", "draft", "2026.1", "chenwei")  # fmt: skip
    assert loose(row.body).criteria == loose(GROUP).criteria


@pytest.mark.parametrize("username", ["lihua", "sunjie", "zhoulin", "zhengyu"])
def test_nobody_else_drafts(criteria, as_person, username):
    base = rows(kind="GROUP")[0]
    assert as_person(username).post("/definitions/draft", {"base": str(base.public_id)}).status_code == 404
    assert len(rows()) == 3


def test_a_draft_is_out_of_sight_until_it_is_approved(criteria, as_person):
    row = drafted(as_person("chenwei"))

    for username, status in (("lihua", 404), ("sunjie", 404), ("zhoulin", 200), ("wuhan", 200)):
        assert as_person(username).get(f"/definitions/{row.public_id}").status_code == status
        assert as_person(username).get(f"/definitions/{row.public_id}/file").status_code == status


def test_what_is_typed_is_saved_and_read_back(criteria, as_person):
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    answer = chenwei.post(f"/definitions/{row.public_id}", form(row, **{"t-0-entry": ["86"]}))

    assert answer.status_code == 302
    (saved,) = rows(public_id=row.public_id)
    assert (str(loose(saved.body).lines[0].entry), saved.edition) == ("86", 2)
    assert "的准入线由 84 改为 86" in text(chenwei.get(f"/definitions/{row.public_id}"))


def test_a_number_that_is_none_is_said_at_its_field_and_nothing_is_lost(criteria, as_person):
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    answer = chenwei.post(
        f"/definitions/{row.public_id}", form(row, **{"t-0-entry": ["八十"], "c-0-weight": ["0.36"]})
    )

    assert answer.status_code == 422
    page = text(answer)
    assert "不是数值" in page
    assert 'value="八十"' in page
    assert 'value="0.36"' in page
    assert rows(public_id=row.public_id)[0].body == row.body


def test_two_tabs_never_overwrite_each_other(criteria, as_person):
    chenwei = as_person("chenwei")
    row = drafted(chenwei)
    chenwei.post(f"/definitions/{row.public_id}", form(row, **{"t-0-entry": ["86"]}))

    answer = chenwei.post(f"/definitions/{row.public_id}", form(row, **{"t-0-entry": ["88"]}))

    assert answer.status_code == 409
    assert "草稿已被另一处修改" in text(answer)
    assert 'value="88"' in text(answer)
    assert str(loose(rows(public_id=row.public_id)[0].body).lines[0].entry) == "86"


def test_a_text_is_imported_and_the_file_of_a_version_is_what_it_is(criteria, as_person):
    chenwei = as_person("chenwei")
    base = rows(kind="GROUP")[0]
    body = GROUP.replace('version = "2026.1"', 'version = "2027.9"').replace("1900-01-01", "2027-01-01")

    chenwei.post("/definitions/draft", {"base": str(base.public_id), "text": body.replace("\n", "\r\n")})
    wrong = chenwei.post("/definitions/draft", {"base": str(base.public_id), "text": "kind = "}, follow=True)

    (made,) = rows(version="2027.9")
    assert made.body == body
    assert chenwei.get(f"/definitions/{made.public_id}/file").content.decode() == body
    assert "不是有效的 TOML" in text(wrong)
    assert len(rows()) == 4


def test_what_is_wrong_is_said_live_at_its_place(criteria, as_person):
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    page = text(chenwei.post(
        f"/definitions/{row.public_id}/consequence", form(row, **{"c-0-weight": ["0.36"], "t-0-exit": ["90"]})
    ))  # fmt: skip

    assert "权重之和为 1.01,应为 1。" in page
    assert '<span class="error" id="at-t-0-exit" hx-swap-oob="true">' in page
    assert "退出线 90 应低于准入线 84" in page
    assert 'id="at-t-0-entry" hx-swap-oob="true"></span>' in page


def test_the_consequence_names_who_moves_and_why(lake, as_person):
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    page = text(chenwei.post(
        f"/definitions/{row.public_id}/consequence", form(row, **{"t-0-entry": ["99"], "t-0-exit": ["98"]})
    ))  # fmt: skip

    assert "1 户会变：进入 0，退出 0，升层 0，降层 1。" in page
    assert f'<a href="/clients/{lake.cast.group.public_id}">{lake.cast.group.name}</a>' in page
    assert "的准入线由 84 改为 99" in page
    assert page.count('<svg class="drawn"') == 2
    assert "李华" in page  # her load before and after


def test_a_gate_that_nobody_passes_is_said_at_the_gate(lake, as_person, tmp_path):
    failed = [
        {"code": "FIVE_TIER", "passed": False, "secret": False, "value": "3", "limit": "2", "detail": ""}
    ]
    store(tmp_path / "lake", "JLB", lake.run.pk, [a_row(1, 900_000_000, "HQ", gates=failed)])
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    page = text(chenwei.post(f"/definitions/{row.public_id}/consequence", form(row)))

    assert "没有一户通过：按这个标准不会有任何战略客户" in page
    assert page.rindex('id="at-g-FIVE_TIER"') < page.rindex("没有一户通过这道门槛")
    assert page.count("没有一户通过这道门槛") == 1


def test_who_does_not_see_the_whole_bank_gets_no_dry_run(lake, as_person):
    base = rows(kind="GROUP")[0]

    for username in ("lihua", "sunjie"):
        assert as_person(username).get(f"/definitions/{base.public_id}/consequence").status_code == 404
        assert as_person(username).post(f"/definitions/{base.public_id}", form(base)).status_code == 404


def test_a_reader_that_is_away_is_said_and_the_form_stays(criteria, as_person, settings, tmp_path):
    with writing():
        criteria.run.files = {
            DAY.isoformat(): {"folder": "JLB/results/run=1/as_of=2026-11-10", "load": 1, "definitions": "d"}
        }
        criteria.run.save(update_fields=["files"])
    settings.JINLAN_READER_SOCKET = tmp_path / "nobody.sock"
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    assert "数据湖读取进程没有运行" in text(
        chenwei.post(f"/definitions/{row.public_id}/consequence", form(row))
    )
    assert chenwei.get(f"/definitions/{row.public_id}").status_code == 200


def test_weights_are_computed_into_the_form_and_not_saved(lake, as_person):
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    by_pairs = text(
        chenwei.post(
            f"/definitions/{row.public_id}/weigh", form(row, method=["ahp"], **{"p-deposits/revenue": ["3"]})
        )
    )
    by_data = text(chenwei.post(f"/definitions/{row.public_id}/weigh", form(row, method=["entropy"])))

    assert 'name="c-0-weight" id="f-c-0-weight" value="0.1' in by_pairs
    assert "一致性比率 CR" in by_pairs
    assert 'name="c-4-weight" id="f-c-4-weight" value="0"' in by_data
    assert rows(public_id=row.public_id)[0].body == row.body


def test_a_dry_run_is_kept_under_a_name_and_its_stability_asked_for(lake, as_person):
    chenwei = as_person("chenwei")
    row = drafted(chenwei)

    answer = chenwei.post(
        f"/definitions/{row.public_id}/keep",
        form(row, name=["上调总行级"], **{"t-0-entry": ["99"], "t-0-exit": ["98"]}),
    )
    again = chenwei.post(f"/definitions/{row.public_id}/keep", form(row, name=["上调总行级"]))

    assert answer.status_code == 302
    assert again.status_code == 422
    assert "已有名为“上调总行级”的测算" in text(again)
    with writing():
        (made,) = Trial.objects.all()
        assert (made.name, made.figures["moves"], made.state, made.base_version) == (
            "上调总行级",
            {"down": 1},
            "waiting",
            "2026.1",
        )
        assert Job.objects.filter(name="strategy.measure_stability", key=str(made.public_id)).count() == 1
    assert "上调总行级" in text(chenwei.get("/definitions/trials?kind=GROUP"))
    for username in ("lihua", "sunjie"):
        assert as_person(username).get("/definitions/trials?kind=GROUP").status_code == 404


def test_a_measure_that_the_date_lacks_is_computed_when_asked_for(lake, as_person):
    chenwei, sunjie = as_person("chenwei"), as_person("sunjie")
    row = drafted(chenwei)
    page = f"/definitions/{row.public_id}"

    told = text(chenwei.post(f"{page}/consequence", form(row, **{"c-1-measure": ["referrals_12m"]})))

    assert "这一天的结果里没有指标:referrals_12m" in told
    assert "现在补算这些指标" in told
    assert f'action="{page}/measure"' in told
    assert sunjie.post(f"{page}/measure").status_code == 404
    with writing():
        assert not Job.objects.filter(name="strategy.add_measures").exists()
    answer = chenwei.post(f"{page}/measure", follow=True)
    assert "正在后台补算指标，完成后再看后果" in text(answer)
    with writing():
        assert Job.objects.get(name="strategy.add_measures").args == {"as_of": DAY.isoformat()}


def test_a_version_is_sent_reviewed_and_given_back_on_its_page(criteria, as_person):
    chenwei, zhoulin = as_person("chenwei"), as_person("zhoulin")
    row = drafted(chenwei)
    step = f"/definitions/{row.public_id}/step"

    assert chenwei.post(step, {"step": "send"}).status_code == 422  # no reason told yet
    chenwei.post(f"/definitions/{row.public_id}", form(row))
    assert chenwei.post(step, {"step": "send"}).status_code == 302
    assert chenwei.post(step, {"step": "pass", "reason": "自己审核自己"}).status_code == 404
    assert rows(public_id=row.public_id)[0].state == "review"
    assert zhoulin.post(step, {"step": "return", "reason": "请说明负荷影响"}).status_code == 302
    assert rows(public_id=row.public_id)[0].state == "draft"
    chenwei.post(step, {"step": "send"})
    zhoulin.post(step, {"step": "pass", "reason": "口径与测算已核对"})
    assert (rows(public_id=row.public_id)[0].state, rows(public_id=row.public_id)[0].reviewer) == (
        "committee",
        "zhoulin",
    )
    assert (
        chenwei.post(f"/definitions/{row.public_id}", form(row, **{"t-0-entry": ["90"]})).status_code == 409
    )


def test_the_step_of_a_version_that_is_not_there_is_not_found(criteria, as_person):
    answer = as_person("chenwei").post(
        "/definitions/00000000-0000-7000-8000-000000000000/step", {"step": "send"}
    )
    assert answer.status_code == 404


def test_the_scope_of_the_page_is_the_readers(criteria: Any, as_person: Callable[[str], Client]) -> None:
    drafted(as_person("chenwei"))
    with scoped(criteria.cast.actor("lihua")):
        assert (
            DefinitionVersion.objects.filter(state="draft").count() == 1
        )  # no client's data: the page decides, not the row
    assert "2026.2" not in text(as_person("lihua").get("/definitions"))


def test_the_charter_is_a_version_like_the_others(criteria, as_person):
    install_charter("JLB", actor=system_actor("JLB", AT))
    chenwei, zhoulin = as_person("chenwei"), as_person("zhoulin")
    base = rows(kind="CHARTER")[0]
    begun = chenwei.post("/definitions/draft", {"base": str(base.public_id)}, follow=True)
    assert "服务章程 2026.1" in text(begun), [str(m) for m in begun.context["messages"]]
    row = rows(kind="CHARTER")[-1]
    address = f"/definitions/{row.public_id}"

    wrong = chenwei.post(
        address, {"text": row.body.replace("FACE = 30", "FACE = -1", 1), "edition": "1", "purpose": "x"}
    )
    right = chenwei.post(
        address,
        {
            "text": row.body.replace("FACE = 30", "FACE = 28", 1),
            "edition": "1",
            "purpose": "总行级改为四周一次见面",
        },
    )
    chenwei.post(f"{address}/step", {"step": "send"})
    zhoulin.post(f"{address}/step", {"step": "pass", "reason": "负荷已核对"})

    assert (row.version, row.valid_from.isoformat(), row.based_on) == ("2026.1", "2026-12-01", "1")
    assert row.body.count("#") == base.body.count("#")  # remarks stay
    assert right.status_code == 302
    assert wrong.status_code == 422
    assert "FACE = -1" in text(wrong)  # what was typed stays on the page
    assert rows(kind="CHARTER")[-1].state == "committee"
    assert chenwei.get(f"{address}/consequence").status_code == 404


@pytest.mark.parametrize("query", ["", "?kind=HNW", "?kind=HNW&pick=x", "?kind=CLUB"])
def test_the_comparison_stands_before_anything_was_kept(criteria, as_person, query):
    answer = as_person("chenwei").get(f"/definitions/trials{query}")

    assert answer.status_code == (404 if "x" in query or "CLUB" in query else 200)
    assert answer.status_code == 404 or "还没有保存过测算" in text(answer)
