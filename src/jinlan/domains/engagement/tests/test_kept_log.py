"""A note that was written without a network: what is read back of it, and when nothing of it has to be understood."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from jinlan.basics.clock import SHANGHAI
from jinlan.domains.engagement.rules.kept_log import KeptLog, moment_of, read_kept, says_all
from jinlan.domains.engagement.tests.test_quick_log import read

NOON = datetime(2026, 11, 10, 12, tzinfo=SHANGHAI)
AT = datetime(2026, 11, 10, 9, 30, tzinfo=SHANGHAI)


def says(text: str, kind: str = "CALL", at: datetime | None = AT) -> bool:
    return says_all(KeptLog("甲集团", None, kind, at, text), read(text), NOON)


def test_a_kept_note_is_read_back_as_it_was_written():
    written = {
        "client": " 甲  集团 ",
        "unit": "",
        "kind": "CALL",
        "at": "2026-11-10T09:30",
        "text": "谈了利率\n第二行",
    }
    assert read_kept(json.dumps(written)) == KeptLog("甲 集团", None, "CALL", AT, "谈了利率\n第二行")


@pytest.mark.parametrize("text", ["", "[]", '"x"', "7", "{"])
def test_what_is_no_note_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        read_kept(text)


def test_an_unknown_unit_or_time_is_as_good_as_none():
    assert read_kept('{"unit": "x", "at": "gestern", "kind": null}') == KeptLog("", None, "", None, "")
    assert [moment_of(one) for one in ("2026-13-01T10:00", "2026-11-10T09:30Z", "2026-11-10")] == [None] * 3


@pytest.mark.parametrize("text", ["谈了利率", "今天9:30电话谈了利率", "今天谈了利率"])
def test_plain_words_with_kind_and_time_say_all(text):
    assert says(text)


@pytest.mark.parametrize(
    "text",
    ["拜访时谈了利率", "昨天谈了利率", "10点谈了利率", "与张伟谈了利率", "与王敏一起谈了利率", "我行承诺本周五给出方案", "客户需要代发工资", "客户来电", "下周三再见面"],
)  # fmt: skip
def test_words_that_name_promise_or_contradict_are_confirmed_first(text):
    assert not says(text)


def test_without_kind_or_time_or_ahead_of_now_it_is_confirmed_first():
    assert [
        says("谈了利率", kind=""),
        says("谈了利率", at=None),
        says("谈了利率", at=NOON.replace(hour=13)),
    ] == [False] * 3
