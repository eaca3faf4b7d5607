from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from jinlan.clients.coverage import sync_coverage
from jinlan.clients.directory import sync_branches, sync_employees, sync_merges, sync_parties
from jinlan.clients.models import Branch, Coverage, Employee, Party, TeamChange, Unit, UnitMember
from jinlan.clients.register import sync_units
from jinlan.clients.resources import about
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import AT, TODAY, a_person, an_actor, writing
from jinlan.serving.load import follow_homes

pytestmark = pytest.mark.usefixtures("database")
START = date(2024, 1, 1)


def branch(code: str, parent: str | None = None, **other: Any) -> dict[str, Any]:
    return {
        "branch_id": code,
        "parent_id": parent,
        "level": 2,
        "name": code,
        "valid_from": None,
        "valid_to": None,
    } | other


def party(code: str, home: str = "BJ", kind: str = "ORG", **other: Any) -> dict[str, Any]:
    return {
        "party_id": code, "party_type": kind, "party_status": "ACTIVE", "home_branch_id": home, "region_code": None,
        "industry_code": None, "org_size": None, "id_type": "USCC",
    } | other  # fmt: skip


def member(unit: str, code: str, **other: Any) -> dict[str, Any]:
    return {
        "unit_id": unit, "party_id": code, "source": "DELIVERED", "valid_from": START, "valid_to": None, "current": True,
        "claims": [{"source": "DELIVERED"}], "parent_party_id": None, "share": None,
    } | other  # fmt: skip


def unit(code: str, root: str, kind: str = "GROUP", controller: str = "") -> dict[str, Any]:
    return {"unit_id": code, "kind": kind, "root_party_id": root, "controller": controller}


def assignment(
    employee: str, *, of_unit: str | None = None, of_party: str | None = None, **other: Any
) -> dict[str, Any]:
    return {
        "party_id": of_party, "unit_id": of_unit, "employee_id": employee, "role": "LEAD", "credit_share": None,
        "valid_from": START, "valid_to": None,
    } | other  # fmt: skip


def a_directory() -> None:
    sync_branches("JLB", [branch("BJ", "HQ"), branch("HQ"), branch("SH", "HQ")])
    sync_employees(
        "JLB",
        [
            {"employee_id": code, "branch_id": "BJ", "position": None, "leave_date": None}
            for code in ("E1", "E2")
        ],
        {"E1": "李华", "E2": "王敏"},
    )
    names = {
        "P1": {
            "name_zh": "华岳建设集团有限公司",
            "name_en": "Huayue",
            "former_name": "重单实业",
            "id_no": "91110000MA00000001",
        },
        "P2": {"name_zh": "华岳物流有限公司"},
        "P3": {"name_zh": "张三", "id_no": "110105199001011234"},
    }
    sync_parties("JLB", [party("P1"), party("P2", "SH"), party("P3", kind="PERSON")], names)


def test_the_branch_tree_comes_in_any_order_and_again_without_a_change() -> None:
    with writing():
        a_directory()
        before = list(Branch.objects.order_by("id").values())
        sync_branches("JLB", [branch("SH", "HQ"), branch("BJ", "HQ"), branch("HQ")])
        assert list(Branch.objects.order_by("id").values()) == before
        assert Branch.objects.get(code="BJ").parent.code == "HQ"

        sync_branches("JLB", [branch("BJ", "SH", valid_to=TODAY)])
        moved = Branch.objects.get(code="BJ")
        assert (moved.parent.code, moved.valid_to, Branch.objects.count()) == ("SH", TODAY, 3)


def test_an_employee_keeps_a_name_that_is_not_delivered_again_and_leaves() -> None:
    with writing():
        a_directory()
        sync_employees(
            "JLB", [{"employee_id": "E1", "branch_id": "SH", "position": "总监", "leave_date": TODAY}], {}
        )

        gone = Employee.objects.get(code="E1")
        assert (gone.name, gone.branch.code, gone.position, gone.active) == ("李华", "SH", "总监", False)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        (
            "P1",
            [
                "华岳",
                "建设集团",
                "huayue",
                "hyjs",
                "重单",
                "chongdan",
                "zhongdan",
                "zhongshan",
                "91110000ma",
                "0001",
            ],
        ),
        ("P3", ["张三", "zhangsan", "zs"]),
    ],
)
def test_a_party_is_found_by_fragment_pinyin_initials_former_name_and_credit_code(
    code: str, texts: list[str]
) -> None:
    from jinlan.kernel.search import named

    with writing():
        a_directory()

        for text in texts:
            assert code in Party.objects.filter(named(text)).values_list("code", flat=True), text
        assert not Party.objects.filter(named("110105")).exists()  # a person's number is no search text


def test_the_same_parties_again_change_nothing_and_use_up_no_key() -> None:
    with writing():
        a_directory()
        before = list(Party.objects.order_by("id").values())

        for _ in range(3):
            a_directory()
        assert list(Party.objects.order_by("id").values()) == before
        sync_parties("JLB", [party("P4")], {"P4": {"name_zh": "新来"}})
        assert Party.objects.get(code="P4").pk == max(row["id"] for row in before) + 1


def test_a_new_name_is_found_and_the_key_stays() -> None:
    with writing():
        a_directory()
        old = Party.objects.get(code="P2")
        sync_parties(
            "JLB", [party("P2", "BJ", party_status="DORMANT")], {"P2": {"name_zh": "岳海物流有限公司"}}
        )

        new = Party.objects.get(code="P2")
        assert (new.pk, new.public_id, new.name, new.branch.code, new.status) == (
            old.pk, old.public_id, "岳海物流有限公司", "BJ", "DORMANT"
        )  # fmt: skip
        assert new.pinyin_key.startswith("yue hai")
        assert "岳海" in new.grams


def test_merged_numbers_point_to_the_one_that_stands() -> None:
    with writing():
        a_directory()
        sync_merges("JLB", {"P2": "P1", "P9": "P1"})

        assert Party.objects.get(code="P2").merged_into.code == "P1"


def test_units_members_and_keys_follow_each_publication() -> None:
    with writing():
        a_directory()
        first = sync_units(
            "JLB",
            [unit("G1", "P1", controller="P3")],
            [member("G1", "P1"), member("G1", "P2", parent_party_id="P1")],
        )
        group = Unit.objects.get()
        assert (group.code, group.name, group.branch.code, group.controller_label) == (
            "G1",
            "华岳建设集团有限公司",
            "BJ",
            "张*",
        )
        assert "华岳" in group.grams
        assert "物流" not in group.grams  # a member's name is in his own row only
        assert Party.objects.get(code="P2").unit_keys == [group.pk * 2 + 1]
        assert sorted(group.member_branch_keys) == sorted(
            row.pk * 2 + 1 for row in Branch.objects.filter(code__in=("BJ", "SH"))
        )
        kept = UnitMember.objects.get(party__code="P1").pk

        ended = member("G1", "P2", valid_to=TODAY, current=False)
        second = sync_units("JLB", [unit("G1", "P1")], [member("G1", "P1"), ended])
        assert first["G1"].pk == second["G1"].pk
        assert UnitMember.objects.get(party__code="P1").pk == kept
        assert Party.objects.get(code="P2").unit_keys == []
        assert Unit.objects.get().member_branch_keys == [Branch.objects.get(code="BJ").pk * 2 + 1]

        sync_units("JLB", [unit("G1", "P1")], [member("G1", "P1")])
        assert UnitMember.objects.count() == 1


def test_a_unit_that_moves_takes_its_published_history_along() -> None:
    from jinlan.clients.tests.test_book import publish

    with writing():
        a_directory()
        sync_units("JLB", [unit("G1", "P1")], [member("G1", "P1")])
    with writing():
        publish(Unit.objects.get())
    shanghai = a_person("", "branch_head", branch="SH")
    with scoped(an_actor(shanghai)):
        assert Unit.objects.count() == 0

    with writing():
        sync_parties("JLB", [party("P1", "SH")], {})
        moved = sync_units("JLB", [unit("G1", "P1")], [member("G1", "P1")])["G1"]
        follow_homes({moved.pk: moved.branch_id}, {moved.root_party_id: moved.branch_id})

    from jinlan.serving.models import MemberResult, UnitResult

    with scoped(an_actor(shanghai)):
        assert (Unit.objects.count(), UnitResult.objects.count(), MemberResult.objects.count()) == (1, 1, 1)
    with scoped(an_actor(a_person("", "branch_head", branch="BJ"))):
        assert (Unit.objects.count(), UnitResult.objects.count(), MemberResult.objects.count()) == (0, 0, 0)


def test_coverage_follows_the_banks_assignments() -> None:
    with writing():
        a_directory()
        sync_units("JLB", [unit("G1", "P1")], [member("G1", "P1"), member("G1", "P2")])
        rows = [
            assignment("E1", of_unit="G1"),
            assignment("E2", of_party="P2", role="ASSIST"),
            assignment("E9", of_unit="G1"),
            assignment("E2", of_unit="not managed"),
            assignment("E2", of_unit="G1", valid_from=TODAY, valid_to=TODAY),
        ]
        sync_coverage("JLB", rows)
        before = list(Coverage.objects.order_by("id").values())
        assert [(row.employee.code, row.role, row.unit_id is None) for row in Coverage.objects.order_by("employee__code")] == [
            ("E1", "LEAD", False), ("E2", "ASSIST", True)
        ]  # fmt: skip

        sync_coverage("JLB", rows)
        assert list(Coverage.objects.order_by("id").values()) == before
        sync_coverage("JLB", [assignment("E1", of_unit="G1", valid_to=TODAY)])
        (only,) = Coverage.objects.all()
        assert (only.pk, only.valid_to) == (before[0]["id"], TODAY)


def test_a_unit_without_a_team_of_its_own_is_looked_after_by_its_roots() -> None:
    with writing():
        a_directory()
        sync_units("JLB", [unit("G1", "P1")], [member("G1", "P1"), member("G1", "P2")])
        sync_coverage("JLB", [assignment("E1", of_party="P1"), assignment("E2", of_party="P2")])

        assert list(Coverage.objects.filter(unit__isnull=False).values_list("employee__code", flat=True)) == [
            "E1"
        ]


def test_a_decided_lead_holds_until_the_bank_has_a_later_word_and_scope_follows_the_dates() -> None:
    later = TODAY + timedelta(days=20)
    with writing():
        a_directory()
        sync_units("JLB", [unit("G1", "P1")], [member("G1", "P1")])
        rows = [assignment("E1", of_unit="G1")]
        client = Unit.objects.get(code="G1")
        TeamChange.objects.create(
            **about(client), before="E1", after="E2", effective_on=TODAY, reason="负荷均衡", decided_by="chenwei",
            decided_name="陈伟", at=AT,
        )  # fmt: skip
        sync_coverage("JLB", rows)
        sync_coverage("JLB", rows)  # the next night: the same
        assert _leads() == [("E1", None, TODAY), ("E2", TODAY, None)]
    for employee, sees in (("E1", 0), ("E2", 1)):
        with scoped(an_actor(a_person(employee, "manager", employee=employee))):
            assert Unit.objects.count() == sees
    with writing():
        sync_coverage(
            "JLB",
            [
                assignment("E1", of_unit="G1", valid_to=later),
                assignment("E2", of_unit="G1", valid_from=later),
            ],
        )
        assert _leads() == [("E1", None, TODAY), ("E2", TODAY, None)]  # what held until then stays


def _leads() -> list[tuple[str, Any, Any]]:
    """Return employee, first day (None: from the beginning) and end of the leads, in order."""
    rows = (
        Coverage.objects.filter(role="LEAD")
        .order_by("valid_from")
        .values_list("employee__code", "valid_from", "valid_to")
    )
    return [(code, start if start >= TODAY else None, end) for code, start, end in rows]
