"""The command line's sight on result files: the same units as on the pages, and never another entity's."""

from __future__ import annotations

from jinlan.clients.models import Branch, Unit
from jinlan.clients.testing import covers
from jinlan.kernel.scope import lake_scope
from jinlan.kernel.testing import a_person, an_actor, writing
from jinlan.site.listing import sight_of
from jinlan.site.tests.publishing import OCT, Bank, bank, member, seen, unit  # noqa: F401  the fixture


def listed(bank: Bank, username: str, entity: str = "JLB") -> list[str]:
    person = bank.cast.people.get(username) or a_person(username)
    scope = lake_scope(an_actor(person))
    found = bank.evaluated(OCT)[0].folder
    in_sight = sight_of(scope, entity, found)
    return [row["unit_id"] for row in bank.units if in_sight(row)]


def test_the_command_line_lists_what_the_pages_list(bank: Bank) -> None:
    bank.publish(bank.evaluated(OCT))
    with writing():
        covers(bank.cast.employees["E1001"], Unit.objects.get(code="G-JIA"))

    for username in ("lihua", "wangmin", "zhaoyan", "sunjie", "chenwei", "wuhan", "zhengyu"):
        published = [code for code, _ in seen(bank, username)[OCT]]
        assert listed(bank, username) == published, username


def test_another_entitys_head_sees_nothing(bank: Bank) -> None:
    bank.publish(bank.evaluated(OCT))

    stranger = a_person("stranger", "dept_head", entity="OTHER")
    in_sight = sight_of(lake_scope(an_actor(stranger)), "JLB", "nowhere")
    assert not any(in_sight(row) for row in bank.units)


def test_a_unit_that_nobody_manages_is_seen_by_who_covers_all_its_members(bank: Bank) -> None:
    jia2, yi = (bank.cast.parties[name] for name in ("jia-2", "yi"))
    bank.units = [
        unit("GROUP-x", jia2.code, "BJ-CY", managed=False),
        unit("GROUP-y", yi.code, "SH", managed=False),
    ]
    bank.members = [
        member("GROUP-x", jia2.code, "BJ-CY"),
        member("GROUP-y", yi.code, "SH"),
        member("GROUP-y", jia2.code, "BJ-CY"),
    ]
    covers(bank.cast.employees["E1001"], jia2)

    assert listed(bank, "lihua") == ["GROUP-x"]
    assert listed(bank, "sunjie") == ["GROUP-x"]
    assert listed(bank, "zhaoyan") == []


def test_a_unit_that_moved_is_listed_by_its_home_of_today(bank: Bank) -> None:
    bank.publish(bank.evaluated(OCT))
    with writing():
        Branch.objects.filter(code="SH").update(parent=None)
    bank.units = [unit("G-JIA", bank.cast.parties["jia"].code, "SH")]  # the date's branch, not today's

    assert listed(bank, "sunjie") == ["G-JIA"]
    shanghai = a_person("shanghai", "branch_head", branch="SH")
    bank.cast.people["shanghai"] = shanghai
    assert listed(bank, "shanghai") == []
