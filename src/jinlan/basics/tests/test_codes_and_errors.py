"""Code lists and refusals."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jinlan.basics.codes import COUNTRIES, MINOR_UNITS, currency_hint
from jinlan.basics.errors import Refused, Words, speak
from jinlan.basics.register import RuleNotInForce


def test_the_country_list_has_249_codes_with_hk_mo_tw_separate() -> None:
    assert len(COUNTRIES) == 249
    assert {"CN", "HK", "MO", "TW"} <= COUNTRIES


def test_market_labels_are_no_currencies_but_have_a_hint() -> None:
    assert "CNH" not in MINOR_UNITS
    assert currency_hint("rmb") == "CNY"
    assert currency_hint("XYZ") == ""


def test_a_refusal_says_what_happened_and_what_to_do() -> None:
    refusal = Refused("x.y", "未载入。", "请先导入。", year=2027)

    assert str(refusal) == "未载入。 请先导入。"
    assert refusal.params == {"year": 2027}


def test_a_refusal_is_filled_when_it_is_read_in_the_language_of_who_reads() -> None:
    english = {
        "%(path)s 已存在:%(names)s。": "%(path)s exists: %(names)s.",
        "请换%(what)s。": "Choose %(what)s.",
        "别的": "another one",
        "、": ", ",
    }
    refusal = Refused("x.y", "%(path)s 已存在:%(names)s。", "请换%(what)s。", path="/a", names=["甲", "乙"], what=Words("别的"))  # fmt: skip

    before = speak(lambda text: english.get(text, text))
    try:
        assert (refusal.message, refusal.way_out) == ("/a exists: 甲, 乙.", "Choose another one.")
        assert str(refusal) == "/a exists: 甲, 乙. Choose another one."
    finally:
        speak(before)
    assert (refusal.message, refusal.way_out) == ("/a 已存在:甲、乙。", "请换别的。")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("涨了 5%。", "涨了 5%。"),
        ("涨了 5%s。", "涨了 5%s。"),
        ("%% 是百分号。", "%% 是百分号。"),
        ("%(n)s 户,涨了 5%%。", "3 户,涨了 5%。"),
    ],
)
def test_a_text_without_a_place_is_taken_as_it_is(message: str, said: str) -> None:
    assert Refused("x", message, n=3).message == said


def test_what_fills_a_place_is_never_read_as_a_template() -> None:
    assert Refused("x", "没有 %(name)s。", name="%(password)s 5%").message == "没有 %(password)s 5%。"


def test_a_refusal_is_copied_and_packed_with_its_kind() -> None:
    refusal = RuleNotInForce("rule.not_in_force", "规则 %(rule)s。", "补充。", rule="A.B")

    for again in (copy.copy(refusal), pickle.loads(pickle.dumps(refusal))):
        assert (type(again), again.code, str(again)) == (
            RuleNotInForce,
            "rule.not_in_force",
            "规则 A.B。 补充。",
        )
        assert again.params == {"rule": "A.B"}


def test_the_same_refusal_at_a_field_is_a_plain_one() -> None:
    found = RuleNotInForce("x", "规则 %(rule)s。", rule="A.B").at(field="rule")

    assert (type(found), str(found), found.params) == (
        Refused,
        "规则 A.B。",
        {"rule": "A.B", "field": "rule"},
    )


def test_a_refusal_is_kept_as_json_and_read_again() -> None:
    part = Words("层级 %(tier)s", tier="HQ")
    refusal = Refused("x", "%(where)s 到 %(on)s 有 %(n)s 处:%(names)s。", "请改。", where=part, on=date(2026, 1, 2), n=2,
                      names=["甲", Path("/b")], field="tier", big=object())  # fmt: skip
    kept = json.loads(json.dumps(refusal.kept()))

    assert kept == {
        "code": "x", "message": "%(where)s 到 %(on)s 有 %(n)s 处:%(names)s。", "way_out": "请改。",
        "params": {"where": {"words": "层级 %(tier)s", "params": {"tier": "HQ"}}, "on": "2026-01-02", "n": 2, "names": ["甲", "/b"], "field": "tier"},
    }  # fmt: skip
    assert str(Refused.again(kept)) == str(refusal) == "层级 HQ 到 2026-01-02 有 2 处:甲、/b。 请改。"


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"code": "x", "message": "%(a)s", "way_out": "", "params": {}},
        {"code": "x", "message": "%(a)d", "way_out": "", "params": {"a": "one"}},
        {"code": "x", "message": "%(a)s", "way_out": "", "params": {"a": {"text": "?"}}},
        {"code": "x", "message": "", "way_out": "", "params": {"code": "y"}},
        {"code": "x", "message": "", "way_out": "", "params": None},
    ],
)
def test_what_tells_of_no_refusal_is_none(kept: dict[str, Any]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        Refused.again(kept)
