"""One version's whole way on the pages: drafted, tried, reviewed, voted on with one conflicted member, in force from its day."""

from __future__ import annotations

from datetime import date

from jinlan.domains.strategy.models import AgendaItem, Ballot, DefinitionVersion, Trial
from jinlan.domains.strategy.selectors.charter import charter_in_force
from jinlan.domains.strategy.services.definitions import definitions_of, install_charter
from jinlan.insight.definition import in_force
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.testing import AT, writing
from jinlan.workspace.tests.test_definitions import criteria, drafted, form, rows, text

__all__ = ["criteria"]  # the fixture of that module


def items(world):
    with scoped(world.cast.actor("chenwei")):
        return list(AgendaItem.objects.order_by("number"))


def sent_to_committee(as_person) -> DefinitionVersion:
    chenwei, zhoulin = as_person("chenwei"), as_person("zhoulin")
    row = drafted(chenwei)
    chenwei.post(f"/definitions/{row.public_id}", form(row, **{"t-1-entry": ["78"], "t-1-exit": ["70"]}))
    chenwei.post(f"/definitions/{row.public_id}/step", {"step": "send"})
    zhoulin.post(f"/definitions/{row.public_id}/step", {"step": "pass", "reason": "测算与负荷已核对"})
    return rows(public_id=row.public_id)[0]


def test_a_raised_line_is_voted_into_force_and_yesterday_keeps_its_reasons(criteria, as_person):
    row = sent_to_committee(as_person)
    assert row.state == "committee"

    called = as_person("chenwei").post(
        "/committee/new", {"day": "2026-11-10", "members": ["chenwei", "zhoulin", "wuhan"], "chair": "zhoulin"}
    )  # fmt: skip
    address = called.headers["Location"]
    as_person("chenwei").post(f"{address}/do", {"say": "agenda"})
    as_person("zhoulin").post(f"{address}/do", {"say": "open"})
    item = next(one for one in items(criteria) if one.kind == "DEFINITION")
    page = text(as_person("wuhan").get(f"/committee/items/{item.public_id}"))
    assert "的准入线由 67 改为 78" in page  # what is decided is said in words
    assert "这份文本没有保存过测算" in page

    mine = as_person("chenwei").post(f"/committee/items/{item.public_id}/vote", {"choice": "FOR"})
    assert mine.status_code == 422  # who drafted it only abstains
    for name, choice in (("chenwei", "ABSTAIN"), ("zhoulin", "FOR"), ("wuhan", "FOR")):
        assert (
            as_person(name).post(f"/committee/items/{item.public_id}/vote", {"choice": choice}).status_code
            == 302
        )
    as_person("zhoulin").post(f"/committee/items/{item.public_id}/close", {"note": "分行级线上调,自十二月起"})

    (approved,) = rows(public_id=row.public_id)
    assert approved.state == "approved"
    with scoped(criteria.cast.actor("chenwei")):
        ballots = Ballot.objects.order_by("id").values_list("seat__username", "choice", "conflict")
        assert [(name, choice, bool(conflict)) for name, choice, conflict in ballots] == [
            ("chenwei", "ABSTAIN", True), ("zhoulin", "FOR", False), ("wuhan", "FOR", False),
        ]  # fmt: skip
    versions = definitions_of("JLB", system_actor("JLB", AT))
    assert in_force(versions, date(2026, 11, 30))["GROUP"].version == "2026.1"
    assert in_force(versions, date(2026, 12, 1))["GROUP"].version == "2026.2"
    # what was judged by the first version still names it
    assert "2026.1" in text(
        as_person("lihua").get(criteria.address(criteria.cast.group, "?as_of=2026-09-30"))
    )


def test_a_version_that_is_voted_down_goes_back_to_its_author(criteria, as_person):
    row = sent_to_committee(as_person)
    called = as_person("chenwei").post(
        "/committee/new", {"day": "2026-11-10", "members": ["chenwei", "zhoulin", "wuhan"], "chair": "zhoulin"}
    )  # fmt: skip
    as_person("chenwei").post(f"{called.headers['Location']}/do", {"say": "agenda"})
    as_person("zhoulin").post(f"{called.headers['Location']}/do", {"say": "open"})
    item = next(one for one in items(criteria) if one.kind == "DEFINITION")
    for name, choice in (("chenwei", "ABSTAIN"), ("zhoulin", "AGAINST"), ("wuhan", "AGAINST")):
        as_person(name).post(f"/committee/items/{item.public_id}/vote", {"choice": choice})
    as_person("zhoulin").post(f"/committee/items/{item.public_id}/close", {"note": "请补充负荷测算后再议"})

    assert rows(public_id=row.public_id)[0].state == "draft"
    versions = definitions_of("JLB", system_actor("JLB", AT))
    assert [one.version for one in versions if one.kind == "GROUP"] == ["2026.1"]


def test_the_committee_reads_the_dry_run_of_the_very_text_that_it_decides(criteria, as_person):
    row = sent_to_committee(as_person)
    figures = {"tiers": [{"tier": "BRANCH", "before": 17, "after": 12}], "moves": {"down": 5}}
    for sha256, name in ((row.sha256, "上调分行级"), ("0" * 64, "另一份文本")):
        with writing():
            Trial.objects.create(
                entity="JLB", kind="GROUP", name=name, version=row.version, body=row.body, sha256=sha256, base_version="2026.1",
                base_body=row.body, as_of=date(2026, 11, 10), run_id=1, figures=figures, made_by="chenwei", made_at=AT,
                steadiness={"before": {"flaps": 3}, "after": {"flaps": 1}}, state="done",
            )  # fmt: skip
    called = as_person("chenwei").post(
        "/committee/new", {"day": "2026-11-10", "members": ["chenwei", "zhoulin", "wuhan"], "chair": "zhoulin"}
    )  # fmt: skip
    as_person("chenwei").post(f"{called.headers['Location']}/do", {"say": "agenda"})
    item = next(one for one in items(criteria) if one.kind == "DEFINITION")

    page = text(as_person("wuhan").get(f"/committee/items/{item.public_id}"))

    assert "进入 0，退出 0，升层 0，降层 5" in page
    assert "一年内来回：现行 3 次，新版 1 次" in page
    assert "17 → 12" in page
    assert "另一份文本" not in page


def test_the_committee_reads_what_a_charter_changes_and_puts_it_in_force(criteria, as_person):
    install_charter("JLB", actor=system_actor("JLB", AT))
    chenwei = as_person("chenwei")
    chenwei.post("/definitions/draft", {"base": str(rows(kind="CHARTER")[0].public_id)})
    row = rows(kind="CHARTER")[-1]
    body = row.body.replace("FACE = 30", "FACE = 28", 1)
    chenwei.post(
        f"/definitions/{row.public_id}", {"text": body, "edition": "1", "purpose": "总行级改为四周一次见面"}
    )
    chenwei.post(f"/definitions/{row.public_id}/step", {"step": "send"})
    as_person("zhoulin").post(f"/definitions/{row.public_id}/step", {"step": "pass", "reason": "负荷已核对"})
    called = chenwei.post(
        "/committee/new",
        {"day": "2026-11-10", "members": ["chenwei", "zhoulin", "wuhan"], "chair": "zhoulin"},
    )
    chenwei.post(f"{called.headers['Location']}/do", {"say": "agenda"})
    as_person("zhoulin").post(f"{called.headers['Location']}/do", {"say": "open"})
    item = next(one for one in items(criteria) if one.kind == "DEFINITION")

    page = text(as_person("wuhan").get(f"/committee/items/{item.public_id}"))
    for name, choice in (("zhoulin", "FOR"), ("wuhan", "FOR")):
        as_person(name).post(f"/committee/items/{item.public_id}/vote", {"choice": choice})
    as_person("zhoulin").post(f"/committee/items/{item.public_id}/close", {"note": "自十二月起四周一次"})

    assert any("28" in change for change in item.case["changes"])
    assert item.case["changes"][0] in page
    assert "没有保存过测算" not in page
    assert rows(public_id=row.public_id)[0].state == "approved"
    with scoped(criteria.cast.actor("lihua")) as scope:
        now, later = (charter_in_force(scope.actor, day) for day in (date(2026, 11, 30), date(2026, 12, 1)))
    assert now is not None
    assert later is not None
    assert (now.version, later.version) == ("1", "2026.1")
