"""Code lists and refusals."""

from __future__ import annotations

from jinlan.basics.codes import COUNTRIES, MINOR_UNITS, currency_hint
from jinlan.basics.errors import Refused


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
