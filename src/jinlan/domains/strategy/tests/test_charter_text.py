from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from jinlan.domains.strategy.rules.charter_differences import charter_differences
from jinlan.domains.strategy.rules.charter_text import WrongCharter, parse_charter, shipped
from jinlan.insight.parsing import shipped as definitions

TEXT = shipped()
LADDERS = {one.kind: [line.tier for line in one.lines] for one in definitions()}
HQ = 'tier = "HQ"\ncontacts = { FACE = 30, CALL = 14, EXECUTIVE = 182, REVIEW = 91 }'


def test_the_shipped_charter_promises_something_to_every_tier_of_the_shipped_definitions() -> None:
    """06 §6.2: monthly, fortnightly, half-yearly, quarterly and so on, in days."""
    charter = parse_charter(TEXT, LADDERS)

    face_call_executive_review = {
        (one.kind, one.tier): tuple(one.contacts.get(kind) for kind in ("FACE", "CALL", "EXECUTIVE", "REVIEW"))
        for one in charter.promises
    }  # fmt: skip
    assert face_call_executive_review == {
        ("GROUP", "HQ"): (30, 14, 182, 91),
        ("GROUP", "BRANCH"): (91, 30, 365, 182),
        ("GROUP", "KEY"): (182, 91, None, 365),
        ("GROUP", "POTENTIAL"): (182, 91, None, 365),
        ("HNW", "ULTRA"): (91, 30, 365, 182),
        ("HNW", "PRIVATE"): (91, 30, 365, 182),
        ("PARTNER", "STRATEGIC"): (91, 30, 365, 182),
        ("PARTNER", "PARTNER"): (182, 91, None, 365),
    }
    assert charter.risk == {2: {"FACE": 91}, 3: {"FACE": 30}, 4: {"FACE": 7}, 5: {"FACE": 7}}
    assert (charter.version, charter.valid_from) == ("1", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "code", "field"),
    [
        ("[risk]", "[risk", "SYNTAX", "text"),
        ("valid_from = 2020-01-01", 'valid_from = "2020-01-01"', "DAY", "valid_from"),
        ("valid_from = 2020-01-01", "valid_from = 2020-01-01T00:00:00", "DAY", "valid_from"),
        ('version = "1"', "version = 1", "TEXT", "version"),
        ('version = "1"', 'version = " "', "TEXT", "version"),
        ('version = "1"', 'version = "1"\nowner = "x"', "NAME", "owner"),
        ("FACE = 30,", "FACE = 0,", "NUMBER", "promises[0].contacts.FACE"),
        ("FACE = 30,", "FACE = true,", "NUMBER", "promises[0].contacts.FACE"),
        ("FACE = 30,", "FACE = 2000,", "NUMBER", "promises[0].contacts.FACE"),
        ("FACE = 30,", "LETTER = 30,", "NAME", "promises[0].contacts.LETTER"),
        ("respond_hours = 2\nresolve_hours = 16", "respond_hours = 2", "MISSING", "promises[0].resolve_hours"),
        ("respond_hours = 2\nresolve_hours = 16", "respond_hours = 17\nresolve_hours = 16", "HOURS", "promises[0].resolve_hours"),
        ('roles = ["LEAD", "PRODUCT", "RISK", "SPONSOR"]', 'roles = ["PRODUCT"]', "LEAD", "promises[0].roles"),
        ('roles = ["LEAD", "PRODUCT", "RISK", "SPONSOR"]', 'roles = ["LEAD", "LEAD"]', "TWICE", "promises[0].roles"),
        ('roles = ["LEAD", "PRODUCT", "RISK", "SPONSOR"]', 'roles = "LEAD"', "LIST", "promises[0].roles"),
        ('services = ["DEDICATED_TEAM",', 'services = ["GOLF",', "CODE", "promises[0].services[0]"),
        ('price_authority = "HEAD_OFFICE"', 'price_authority = "NOBODY"', "CODE", "promises[0].price_authority"),
        ('code = "RESEARCH"', 'code = "CROSS_BORDER"', "TWICE", "services"),
        ('tier = "KEY"', 'tier = "HQ"', "TWICE", "promises"),
        ('tier = "KEY"', 'tier = "GOLD"', "TIER", "promises[2].tier"),
        ("[risk]\n2 =", "[risk]\n1 =", "NAME", "risk.1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_with_what_to_do(
    old: str, new: str, code: str, field: str
) -> None:
    assert TEXT.count(old) >= 1
    with pytest.raises(WrongCharter) as refused:
        parse_charter(TEXT.replace(old, new, 1), LADDERS)

    assert (refused.value.code, refused.value.params["field"]) == (f"CHARTER.{code}", field)
    assert re.search("请", refused.value.message)
    assert refused.value.way_out


def test_a_tier_without_a_promise_and_a_charter_without_any_are_refused() -> None:
    with pytest.raises(WrongCharter) as refused:
        parse_charter(TEXT, {**LADDERS, "GROUP": [*LADDERS["GROUP"], "NEW"]})
    assert refused.value.message == "层级 GROUP NEW 没有承诺。请为每个层级写一个 [[promises]]。"

    with pytest.raises(WrongCharter) as refused:
        parse_charter('version = "1"\nvalid_from = 2020-01-01\nzh = "空"\nen = "Empty"')
    assert refused.value.code == "CHARTER.EMPTY"


def test_differences_are_said_in_words_and_none_between_equals() -> None:
    first = parse_charter(TEXT)
    assert charter_differences(first, parse_charter(TEXT + "\n# 注释")) == []

    text = (
        TEXT.replace("valid_from = 2020-01-01", "valid_from = 2027-01-01")
        .replace(HQ, HQ.replace("FACE = 30, CALL = 14, EXECUTIVE = 182,", "FACE = 14, EXECUTIVE = 182,"), 1)
        .replace("respond_hours = 2", "respond_hours = 1", 1)
        .replace('"RESEARCH", "EMERGENCY_LINE"]', '"EMERGENCY_LINE", "JOINT_PROJECTS"]', 1)
        .replace('"PRODUCT", "RISK", "SPONSOR"]', '"PRODUCT", "SPONSOR"]', 1)
        .replace('price_authority = "HEAD_OFFICE"', 'price_authority = "BRANCH"', 1)
        .replace("2 = { FACE = 91 }", "2 = { FACE = 60, CALL = 30 }")
    )
    names = {"HQ": "总行级战略", "RESEARCH": "行业研究", "JOINT_PROJECTS": "联合项目", "2": "关注类"}
    said = charter_differences(first, parse_charter(text), lambda _what, code: names.get(code, code))

    assert [str(one.text) for one in said] == [
        "生效日由 2020-01-01 改为 2027-01-01",
        "总行级战略:面访由每 30 天改为每 14 天",
        "总行级战略:不再承诺电话或视频",
        "总行级战略:响应时限由 2 个工作小时改为 1 个工作小时",
        "总行级战略:价格由总行改为分行决定",
        "总行级战略:服务增加 联合项目",
        "总行级战略:服务减少 行业研究",
        "总行级战略:应具名角色减少 风险",
        "关注类:面访由每 91 天改为每 60 天",
        "关注类:新增电话或视频,每 30 天",
    ]


def test_a_tier_or_service_that_comes_or_goes_is_named() -> None:
    first = parse_charter(TEXT)
    less = replace(first, promises=first.promises[1:], services=first.services[1:])

    assert [str(one.text) for one in charter_differences(first, less)] == [
        "不再提供DEDICATED_TEAM", "不再对HQ作出承诺",
    ]  # fmt: skip
    assert [str(one.text) for one in charter_differences(less, first)] == [
        "新增DEDICATED_TEAM", "新增对HQ的承诺",
    ]  # fmt: skip
