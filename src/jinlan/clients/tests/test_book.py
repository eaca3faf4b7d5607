"""Who sees what: coverage, delegation, roles and the branch tree, on the day of the actor."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from jinlan.clients.models import Branch, Coverage, Employee, Party, Unit, UnitMember
from jinlan.clients.testing import (
    Cast,
    a_branch,
    a_party,
    a_unit,
    an_employee,
    covers,
    stands_in,
    the_cast,
)
from jinlan.kernel.models import Person
from jinlan.kernel.scope import ScopeDenied, lake_scope, scoped
from jinlan.kernel.testing import AT, TODAY, a_grant, a_person, an_actor, writing
from jinlan.serving.models import Load as LoadRow
from jinlan.serving.models import MemberResult, Run, UnitResult
from jinlan.work.models import Task

DAY = timedelta(days=1)


@pytest.fixture
def cast(database: None) -> Cast:
    cast = the_cast()
    publish(cast.group, cast.household, cast.other)
    return cast


def publish(*units: Unit) -> None:
    """Give every unit and member a figure."""
    with writing():
        load = LoadRow.objects.create(entity="JLB", as_of=TODAY, status="loaded", started_at=AT)
        run = Run.objects.create(entity="JLB", as_of=TODAY, load=load, status="published", started_at=AT)
        for unit in units:
            key = {"entity": "JLB", "run": run, "as_of": TODAY, "unit_id": unit.pk}
            UnitResult.objects.create(
                **key,
                domain=unit.domain,
                branch_id=unit.branch_id,
                kind=unit.kind,
                tier_state="active",
                score=80,
            )
            for member in unit.members.all():
                MemberResult.objects.create(
                    **key, party_id=member.party_id, domain=member.domain, branch_id=member.branch_id,
                    unit_branch_id=unit.branch_id,
                )  # fmt: skip
            Task.objects.create(
                entity="JLB", subject=f"tier:{unit.code}", kind="tier", unit_id=unit.pk, domain=unit.domain,
                branch_id=unit.branch_id, role="committee", title="x", opened_on=TODAY,
            )  # fmt: skip


def sight(person: Person, at: datetime = AT) -> dict[str, list[str]]:
    """Everything in sight, as codes: unit headers, whole-unit figures, tasks, members, their figures, parties, teams."""
    with scoped(an_actor(person, at)) as scope:
        units = dict(Unit.objects.values_list("pk", "code"))
        codes = dict(Party.objects.values_list("pk", "code"))
        figures = sorted(units[key] for key in UnitResult.objects.values_list("unit_id", flat=True))
        members = sorted(codes[key] for key in UnitMember.objects.values_list("party_id", flat=True))
        assert members == sorted(
            codes[key] for key in MemberResult.objects.values_list("party_id", flat=True)
        )
        assert figures == sorted(units[key] for key in Task.objects.values_list("unit_id", flat=True))
        return {
            "kind": [scope.kind],
            "headers": sorted(units.values()),
            "figures": figures,
            "members": members,
            "parties": sorted(codes.values()),
        }


def codes(cast: Cast, *names: str) -> list[str]:
    return sorted(cast.parties[name].code for name in names)


def test_a_lead_sees_the_whole_group_and_not_its_controllers_wealth(cast: Cast) -> None:
    jia = codes(cast, "jia", "jia-2", "jia-3")

    assert sight(cast.people["lihua"]) == {
        "kind": ["T"], "headers": ["G-JIA"], "figures": ["G-JIA"], "members": jia, "parties": jia
    }  # fmt: skip


def test_a_members_manager_sees_the_header_and_his_member_only(cast: Cast) -> None:
    mine = codes(cast, "jia-3")

    assert sight(cast.people["wangmin"]) == {
        "kind": ["T"], "headers": ["G-JIA"], "figures": [], "members": mine, "parties": mine
    }  # fmt: skip


def test_a_private_banker_sees_the_household_and_not_the_group(cast: Cast) -> None:
    zhang = codes(cast, "zhang", "zhang-2")

    assert sight(cast.people["zhaoyan"]) == {
        "kind": ["T"], "headers": ["H-ZHANG"], "figures": ["H-ZHANG"], "members": zhang, "parties": zhang
    }  # fmt: skip


def test_a_branch_head_sees_what_is_at_home_in_the_subtree_with_all_its_members(cast: Cast) -> None:
    mine = codes(cast, "jia", "jia-2", "jia-3", "zhang", "zhang-2")

    assert sight(cast.people["sunjie"]) == {
        "kind": ["B"], "headers": ["G-JIA", "H-ZHANG"], "figures": ["G-JIA", "H-ZHANG"], "members": mine, "parties": mine
    }  # fmt: skip


def test_a_branch_head_sees_header_and_own_member_of_a_unit_at_home_elsewhere(cast: Cast) -> None:
    head = a_person("", "branch_head", branch="SH")
    mine = codes(cast, "jia-3", "yi", "yi-2")

    assert sight(head) == {
        "kind": ["B"], "headers": ["G-JIA", "G-YI"], "figures": ["G-YI"], "members": mine, "parties": mine
    }  # fmt: skip


def test_a_branch_head_of_one_side_of_the_wall_sees_that_side(cast: Cast) -> None:
    head = a_person("", "manager")
    a_grant(head, "branch_head", branch="BJ", domain=0)

    assert sight(head)["figures"] == ["H-ZHANG"]
    assert sight(head)["parties"] == codes(cast, "zhang", "zhang-2")


@pytest.mark.parametrize(
    ("username", "kind"), [("chenwei", "A"), ("zhoulin", "A"), ("zhengyu", "A"), ("wuhan", "C")]
)
def test_whole_bank_roles_see_every_unit(cast: Cast, username: str, kind: str) -> None:
    seen = sight(cast.people[username])

    assert seen["kind"] == [kind]
    assert seen["figures"] == ["G-JIA", "G-YI", "H-ZHANG"]
    assert seen["parties"] == codes(cast, *cast.parties)


def test_a_department_of_one_side_sees_that_side(cast: Cast) -> None:
    head = a_person()
    a_grant(head, "dept_head", domain=1)

    seen = sight(head)
    assert (seen["kind"], seen["figures"]) == (["D"], ["G-JIA", "G-YI"])
    assert seen["parties"] == codes(cast, "jia", "jia-2", "jia-3", "yi", "yi-2")


def test_the_system_administrator_sees_no_client(cast: Cast) -> None:
    from django.db import ProgrammingError

    for model in (Unit, Party, UnitResult, UnitMember, Coverage, Task):
        with pytest.raises(ProgrammingError, match="permission denied"), scoped(cast.actor("hejun")):
            model.objects.count()
    with scoped(cast.actor("hejun")) as scope:
        assert scope.kind == "O"
        assert Run.objects.count() == 1


def test_another_entity_sees_nothing_of_this_one(cast: Cast) -> None:
    for role in ("dept_head", "compliance", "auditor"):
        stranger = a_person("", role, entity="OTHER")
        seen = sight(stranger)
        assert seen["headers"] == seen["parties"] == []


def test_two_hats_see_the_union(cast: Cast) -> None:
    both = a_person("", "branch_head", "manager", branch="SH", employee="E9")
    covers(an_employee("E9", cast.branches["SH"]), cast.household)

    seen = sight(both)
    assert seen["kind"] == ["M"]
    assert seen["figures"] == ["G-YI", "H-ZHANG"]
    assert seen["headers"] == ["G-JIA", "G-YI", "H-ZHANG"]
    assert seen["parties"] == codes(cast, "jia-3", "yi", "yi-2", "zhang", "zhang-2")


def test_a_narrow_hat_takes_nothing_from_a_wide_one(cast: Cast) -> None:
    both = a_person("", "dept_head", "branch_head", branch="SH", employee="E9")
    covers(an_employee("E9", cast.branches["SH"]), cast.household)

    assert sight(both)["kind"] == ["A"]
    assert sight(both)["figures"] == ["G-JIA", "G-YI", "H-ZHANG"]


def test_one_side_of_the_wall_and_a_client_on_the_other(cast: Cast) -> None:
    both = a_person("", employee="E9")
    a_grant(both, "dept_head", domain=1)
    a_grant(both, "manager")
    covers(an_employee("E9", cast.branches["SH"]), cast.household)

    assert sight(both)["kind"] == ["N"]
    assert sight(both)["figures"] == ["G-JIA", "G-YI", "H-ZHANG"]
    assert sight(both)["parties"] == codes(cast, *cast.parties)


def test_a_managers_grant_for_one_side_cuts_his_coverage_to_it(cast: Cast) -> None:
    person = a_person("", employee="E9")
    a_grant(person, "manager", domain=1)
    staff = an_employee("E9", cast.branches["BJ"])
    covers(staff, cast.group)
    covers(staff, cast.household)

    assert sight(person)["headers"] == ["G-JIA"]


def test_coverage_holds_from_its_first_day_up_to_its_last(cast: Cast) -> None:
    person = a_person("", "manager", employee="E9")
    covers(an_employee("E9", cast.branches["BJ"]), cast.other, since=TODAY, until=TODAY + DAY)

    assert [sight(person, AT + shift * DAY)["figures"] for shift in (-1, 0, 1)] == [[], ["G-YI"], []]


def test_the_day_is_the_banks_not_utcs(cast: Cast) -> None:
    person = a_person("", "manager", employee="E9")
    covers(an_employee("E9", cast.branches["BJ"]), cast.other, since=TODAY)

    before, after = AT.replace(day=9, hour=15, minute=59), AT.replace(day=9, hour=16)
    assert [sight(person, at)["figures"] for at in (before, after)] == [[], ["G-YI"]]


def test_a_role_holds_from_its_first_day_up_to_its_last(cast: Cast) -> None:
    person = a_person()
    a_grant(person, "auditor", since=TODAY, until=TODAY + DAY)

    assert sight(person)["kind"] == ["A"]
    for shift in (-1, 1):
        with pytest.raises(ScopeDenied), scoped(an_actor(person, AT + shift * DAY)):
            pass


def test_a_deputy_has_the_book_of_the_absent_while_he_is_away(cast: Cast) -> None:
    stands_in(cast.employees["E1002"], cast.employees["E1001"], TODAY, TODAY + DAY)

    assert sight(cast.people["wangmin"])["figures"] == ["G-JIA"]
    assert sight(cast.people["wangmin"], AT + DAY)["figures"] == []
    assert sight(cast.people["lihua"])["figures"] == ["G-JIA"]


def test_a_deputy_does_not_inherit_a_deputys_books(cast: Cast) -> None:
    stands_in(cast.employees["E1002"], cast.employees["E1003"], TODAY, TODAY + DAY)
    stands_in(cast.employees["E1003"], cast.employees["E1001"], TODAY, TODAY + DAY)

    assert sight(cast.people["wangmin"])["figures"] == ["H-ZHANG"]


def test_who_has_left_the_bank_or_is_switched_off_sees_nothing(cast: Cast) -> None:
    with writing():
        Employee.objects.filter(code="E1001").update(active=False)
    assert sight(cast.people["lihua"])["headers"] == []

    with writing():
        Person.objects.filter(username="zhaoyan").update(is_active=False)
    with pytest.raises(ScopeDenied), scoped(cast.actor("zhaoyan")):
        pass


def test_a_revoked_coverage_is_gone_in_the_next_transaction(cast: Cast) -> None:
    assert sight(cast.people["lihua"])["figures"] == ["G-JIA"]

    with writing():
        Coverage.objects.filter(employee__code="E1001").delete()

    assert sight(cast.people["lihua"])["figures"] == []


def test_the_manager_of_the_only_member_sees_the_unit(cast: Cast) -> None:
    party = a_party(cast.branches["BJ"])
    unit = a_unit(party)
    publish(unit)
    person = a_person("", "manager", employee="E9")
    covers(an_employee("E9", cast.branches["BJ"]), party)
    assert sight(person)["figures"] == [unit.code]

    with writing():
        UnitMember.objects.create(
            entity="JLB", unit=unit, party=cast.parties["yi-2"], domain=1, branch=cast.branches["SH"],
            unit_branch=cast.branches["BJ"], source="DELIVERED", valid_from=TODAY,
        )  # fmt: skip

    with scoped(an_actor(person)):
        assert UnitResult.objects.count() == 0


def test_a_member_that_left_is_out_of_sight_of_its_manager(cast: Cast) -> None:
    with writing():
        UnitMember.objects.filter(party=cast.parties["jia-3"]).update(valid_to=TODAY, current=False)

    with scoped(cast.actor("wangmin")):
        assert Unit.objects.count() == 0
        assert Party.objects.count() == 1


def test_a_merged_branch_belongs_to_the_branch_it_went_into_from_that_day(cast: Cast) -> None:
    old = a_branch("OLD", cast.branches["SH"], level=3)
    unit = a_unit(a_party(old))
    publish(unit)
    with writing():
        Branch.objects.filter(pk=old.pk).update(merged_into=cast.branches["BJ-CY"], valid_to=TODAY)
    shanghai = a_person("", "branch_head", branch="SH")

    yesterday = AT - DAY
    assert unit.code in sight(shanghai, yesterday)["figures"]
    assert unit.code not in sight(shanghai)["figures"]
    assert unit.code in sight(cast.people["sunjie"])["figures"]
    assert unit.code not in sight(cast.people["sunjie"], yesterday)["figures"]


def test_a_closed_branch_stays_with_its_parent(cast: Cast) -> None:
    old = a_branch("OLD", cast.branches["SH"], level=3)
    unit = a_unit(a_party(old))
    publish(unit)
    with writing():
        Branch.objects.filter(pk=old.pk).update(valid_to=date(2026, 1, 1))

    assert unit.code in sight(a_person("", "branch_head", branch="SH"))["figures"]


def test_the_lake_gets_the_same_scope_in_the_banks_codes(cast: Cast) -> None:
    lead, local, head = (lake_scope(cast.actor(name)) for name in ("lihua", "wangmin", "sunjie"))
    chief = lake_scope(cast.actor("chenwei"))

    assert (lead.whole, lead.units, lead.headers) == (False, frozenset({"G-JIA"}), frozenset({"G-JIA"}))
    assert lead.parties == {(code, 1) for code in codes(cast, "jia", "jia-2", "jia-3")}
    assert (local.units, local.headers) == (frozenset(), frozenset({"G-JIA"}))
    assert local.sees_party(cast.parties["jia-3"].code, 1, "SH")
    assert not local.sees_party(cast.parties["jia"].code, 1, "BJ")
    assert head.branches == {("BJ", 0), ("BJ", 1), ("BJ-CY", 0), ("BJ-CY", 1)}
    assert head.sees_party("anyone", 0, "BJ-CY")
    assert chief.whole
    assert chief.sees_unit("anything", 1, "SH")
    assert not lake_scope(cast.actor("hejun")).sees_party(cast.parties["jia"].code, 1, "BJ")
