"""What free text may not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.errors import Refused
from jinlan.domains.engagement.rules.screening import screen
from jinlan.domains.engagement.services.screening import refuse_terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("张总近期确诊糖尿病，会面推迟", [("health", "确诊"), ("health", "糖尿病")]),
        ("他信佛，办公室有佛像", [("religion", "信佛")]),
        ("政治立场保守", [("politics", "政治立场")]),
        ("性取向不明", [("sexual", "性取向")]),
        ("李总正在离婚", [("family", "离婚")]),
        ("证件 11010519491231002X 已核", [("identity", "11010519491231002X")]),
        ("卡号 6222 0212 3456 7890 129", []),  # its check digit is wrong
        ("卡号 4111 1111 1111 1111", [("card", "4111 1111 1111 1111")]),
        ("手机 13800138000 联系", [("mobile", "13800138000")]),
        ("手机 +86 138 0013 8000", [("mobile", "+86 138 0013 8000")]),
        ("护照 E12345678", [("passport", "E12345678")]),
        ("网银登录密码：abc", [("secret", "登录密码")]),
        ("He is getting a Divorce.", [("family", "Divorce")]),
        ("cancerous growth of costs", []),  # a word stands alone
        ("与市第一人民医院院长、党委书记座谈", []),
        ("统一社会信用代码 91110000MA01ABCD1X", []),
        ("贷款 123456789012 元，电话 010-88886666", []),
        ("", []),
    ],
)
def test_what_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.kind, one.text) for one in screen(text)] == found


def test_the_refusal_names_the_words_and_the_field() -> None:
    with pytest.raises(Refused) as refused:
        refuse_terms("minutes", "他离婚了，手机 13800138000")

    assert (refused.value.code, refused.value.params["field"]) == ("TEXT_TERMS", "minutes")
    assert refused.value.message == "这里不能记录：离婚、13800138000。"
    refuse_terms("minutes", "谈了授信方案")


@given(st.text(max_size=80))
def test_finds_lie_inside_the_text_and_apart(text: str) -> None:
    last = 0
    for one in screen(text):
        assert last <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text
        last = one.end
