from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.insight.definition import Definition
from jinlan.insight.differences import differences
from jinlan.insight.parsing import parse, shipped
from jinlan.insight.writing import to_toml

GROUP = next(one for one in shipped() if one.kind == "GROUP")


def said(after: Definition, before: Definition = GROUP) -> list[str]:
    return [str(one.text) for one in differences(before, after)]


def changed(code: str, **more: object) -> Definition:
    lines = tuple(replace(line, **more) if line.tier == code else line for line in GROUP.lines)
    return replace(GROUP, lines=lines)


def test_a_version_does_not_differ_from_itself() -> None:
    assert differences(GROUP, replace(GROUP, version="2027.1", sha256="x")) == []


def test_a_raised_line_is_said_with_both_numbers() -> None:
    (one,) = differences(GROUP, changed("HQ", entry=Decimal("86.5")))

    assert (one.kind, one.about, one.code) == ("changed", "tiers", "HQ")
    assert str(one.text) == "层级 总行级战略 的准入线由 84 改为 86.5"


def test_every_part_of_a_line_is_compared() -> None:
    after = changed(
        "POTENTIAL", exit=Decimal(50), observe_up=3, observe_down=4, min_hold=9, on="loyalty", decision="committee", sizes=(), within=()
    )  # fmt: skip

    assert said(after) == [
        "层级 潜力/培育 的退出线由 54 改为 50",
        "层级 潜力/培育 的升级观察期由 2 个月改为 3 个月",
        "层级 潜力/培育 的降级观察期由 3 个月改为 4 个月",
        "层级 潜力/培育 的最短持有期由 6 个月改为 9 个月",
        "层级 潜力/培育 的依据由 potential 改为 loyalty",
        "层级 潜力/培育 的决定方式由 automatic 改为 committee",
        "层级 潜力/培育 适用的企业规模由 SMALL、MEDIUM、MICRO 改为 不限",
        "层级 潜力/培育 的适用范围由 deposit_avg_12m 1000000–20000000 改为 不限",
    ]


def test_criteria_and_gates_that_come_go_and_change() -> None:
    first, second, *rest = GROUP.criteria
    heavier = replace(
        first,
        weight=Decimal("0.30"),
        none=Decimal(5),
        points=((Decimal(0), Decimal(0)), (Decimal(1000000), Decimal(100))),
    )
    new = replace(second, code="fees", zh="手续费", weight=Decimal("0.08"))
    gates = (replace(GROUP.gates[0], limit="1"), replace(GROUP.gates[2], secret=False))
    after = replace(GROUP, valid_from=date(2027, 1, 1), criteria=(heavier, new, *rest), gates=gates)

    assert said(after) == [
        "生效日由 1900-01-01 改为 2027-01-01",
        "指标项 近12月日均存款 的权重由 0.35 改为 0.3",
        "指标项 近12月日均存款 的分值表由 0→0 1000000→10 10000000→30 30000000→50 120000000→70 500000000→90 2000000000→100 改为 0→0 1000000→100",
        "指标项 近12月日均存款 无数据时的分值由 0 改为 5",
        "删去指标项 客户融资总量",
        "新增指标项 手续费,权重 0.08",
        "准入门槛 五级分类不差于关注 的限值由 2 改为 1",
        "删去准入门槛 客户尽职调查在有效期内",
        "准入门槛 名单筛查无确认命中 改为可见",
    ]


def test_tiers_that_come_go_and_change_places() -> None:
    hq, branch, key, _potential = GROUP.lines
    top = replace(hq, tier="GLOBAL", zh="全球级")

    assert said(replace(GROUP, lines=(top, branch, hq, key))) == [
        "删去层级 潜力/培育",
        "新增层级 全球级,准入线 84",
        "层级由高到低改为 全球级、分行级战略、总行级战略、重点",
    ]


@pytest.mark.parametrize("definition", shipped(), ids=lambda one: one.kind)
def test_what_is_written_is_read_back_as_it_was(definition: Definition) -> None:
    again = parse(to_toml(definition))

    assert replace(again, sha256=definition.sha256) == definition
    assert to_toml(again) == to_toml(definition)


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40))
def test_any_name_survives_writing(name: str) -> None:
    again = parse(to_toml(replace(GROUP, zh=name)))

    assert again.zh == name
