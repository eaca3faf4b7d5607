"""记一笔: sentences as managers write them, each with the draft worked out by hand; today is Tuesday 2026-11-10."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.basics.calendar import china
from jinlan.domains.engagement.rules.quick_log import Draft, parse
from jinlan.domains.engagement.rules.quick_names import Known

TODAY = date(2026, 11, 10)
CALENDAR = china((2027,))
PEOPLE = (
    Known("zw", "张伟", ("董事长",), "zhang wei"), Known("lq", "李强", ("财务总监",), "li qiang"), Known("lm", "李梅", ("总经理",), "li mei"),
    Known("oy", "欧阳明", ("行长",), "ouyang ming"),
)  # fmt: skip
STAFF = (
    Known("E1", "李华", latin="li hua"), Known("E2", "王敏", latin="wang min"), Known("E3", "周宁", latin="zhou ning"),
    Known("E4", "王磊", latin="wang lei"),
)  # fmt: skip


def read(text: str) -> Draft:
    return parse(text, today=TODAY, calendar=CALENDAR, people=PEOPLE, staff=STAFF, me="E1")


def told(text: str) -> dict[str, Any]:
    """Return what was read of a text, without what was not said."""
    draft = read(text)
    found: dict[str, Any] = {name: piece and piece.value for name, piece in
                             (("kind", draft.kind), ("begun_by", draft.begun_by), ("inside", draft.inside))}  # fmt: skip
    found |= {"on": draft.on and short(draft.on.value), "next": draft.next_on and short(draft.next_on.value)}
    found |= {"at": draft.at and f"{draft.at.value:%H:%M}"}
    found |= {
        "people": " ".join(one.keys[0] for one in draft.people),
        "staff": " ".join(one.keys[0] for one in draft.staff),
    }
    found |= {
        "unclear": [(one.text, " ".join(one.keys)) for one in draft.unclear],
        "needs": [one.value for one in draft.needs],
    }
    found |= {
        "promises": [(one.side, one.what, (one.due_on and short(one.due_on)) or "") for one in draft.promises]
    }
    return {name: value for name, value in found.items() if value}


def short(day: date) -> str:
    return f"{day:%m-%d}" if day.year == TODAY.year else day.isoformat()


V, C = "VISIT", "CALL"
SENTENCES: list[tuple[str, dict[str, Any]]] = [
    # days and hours
    ("今天拜访张总", {"kind": V, "on": "11-10", "people": "zw"}),
    ("今天下午3点拜访张总，谈了授信方案。", {"kind": V, "on": "11-10", "at": "15:00", "people": "zw"}),
    ("昨天上午十点电话张伟", {"kind": C, "on": "11-09", "at": "10:00", "people": "zw"}),
    ("前天走访", {"kind": V, "on": "11-08"}),
    ("大前天见面", {"kind": V, "on": "11-07"}),
    ("三天前上门", {"kind": V, "on": "11-07"}),
    ("两周前会面", {"kind": V, "on": "10-27"}),
    ("上周三拜访", {"kind": V, "on": "11-04"}),
    ("上上周五拜访", {"kind": V, "on": "10-30"}),
    ("本周一拜访", {"kind": V, "on": "11-09"}),
    ("周五拜访", {"kind": V, "on": "11-06"}),
    ("星期二拜访", {"kind": V, "on": "11-10"}),
    ("11月3日拜访", {"kind": V, "on": "11-03"}),
    ("11月3号下午两点半拜访", {"kind": V, "on": "11-03", "at": "14:30"}),
    ("十一月三日走访", {"kind": V, "on": "11-03"}),
    ("11-03 电话", {"kind": C, "on": "11-03"}),
    ("2026-11-05 座谈", {"kind": V, "on": "11-05"}),
    ("3号拜访", {"kind": V, "on": "11-03"}),
    ("12月30日拜访", {"kind": V, "on": "12-30"}),
    ("11月20日下午2点拜访张总", {"kind": V, "on": "11-20", "at": "14:00", "people": "zw"}),
    ("2月30日拜访", {"kind": V}),  # no such day
    ("拜访，晚上7点结束", {"kind": V, "at": "19:00"}),
    ("14:30-16:00 会面", {"kind": V, "at": "14:30"}),
    ("visited today", {"kind": V, "on": "11-10"}),
    ("met yesterday at 3pm", {"kind": V, "on": "11-09", "at": "15:00"}),
    ("called last Wed", {"kind": C, "on": "11-04"}),
    ("called on Monday", {"kind": C, "on": "11-09"}),
    ("met on 3 Nov 2026", {"kind": V, "on": "11-03"}),
    ("met on November 3rd, 10:30 am", {"kind": V, "on": "11-03", "at": "10:30"}),
    ("meeting two days ago", {"kind": V, "on": "11-08"}),
    # kinds, and who began
    ("周一视频会议", {"kind": "VIDEO", "on": "11-09"}),
    ("腾讯会议，之后电话补充", {"kind": "VIDEO"}),
    ("客户来电询价", {"kind": C, "begun_by": "client"}),
    ("前天来访，对现金管理很感兴趣", {"kind": V, "on": "11-08", "begun_by": "client", "needs": ["现金管理"]}),
    ("今天发邮件", {"kind": "MAIL", "on": "11-10"}),
    ("参加客户答谢会", {"kind": "EVENT"}),
    ("client called today", {"kind": C, "on": "11-10", "begun_by": "client"}),
    ("sat down with Zhang Wei at the forum on 5 November 2026", {"kind": "EVENT", "on": "11-05", "people": "zw"}),
    ("video call yesterday", {"kind": "VIDEO", "on": "11-09"}),
    ("emailed Li Mei", {"kind": "MAIL", "people": "lm"}),
    # people and colleagues
    ("拜访张董事长和李总监", {"kind": V, "people": "zw lq"}),
    ("拜访李总经理", {"kind": V, "people": "lm"}),
    ("拜访李总", {"kind": V, "unclear": [("李总", "lq lm")]}),
    ("拜访李强，李总认可", {"kind": V, "people": "lq"}),
    ("欧阳行长来访", {"kind": V, "begun_by": "client", "people": "oy"}),
    ("与小周拜访张总", {"kind": V, "people": "zw", "staff": "E3"}),
    ("与小王拜访张总", {"kind": V, "people": "zw", "unclear": [("小王", "E2 E4")]}),
    ("带王敏、周宁走访", {"kind": V, "staff": "E2 E3"}),
    ("李华拜访陈总", {"kind": V}),  # oneself is no colleague, and nobody of the client is called 陈
    ("谈了总体方案，气氛紧张", {}),
    ("visited Mr Zhang with Wang Min", {"kind": V, "people": "zw", "staff": "E2"}),
    ("visited Ms Li", {"kind": V, "unclear": [("Ms Li", "lq lm")]}),
    ("met Wei Zhang and zhou ning", {"kind": V, "people": "zw", "staff": "E3"}),
    # promises
    ("我行承诺三个工作日内给出授信方案", {"promises": [("bank", "给出授信方案", "11-13")]}),
    ("客户承诺下周五前提供三季报", {"promises": [("client", "提供三季报", "11-20")]}),
    ("我们答应11月20日前回复利率", {"promises": [("bank", "回复利率", "11-20")]}),
    ("张总答应明天发报表", {"people": "zw", "promises": [("client", "发报表", "11-11")]}),
    ("承诺周五前，把利率方案发给张总", {"promises": [("bank", "把利率方案发给张总", "11-13")]}),
    ("我行将于月底前出具方案；对方会在10天内反馈", {"promises": [("bank", "出具方案", "11-30"), ("client", "反馈", "11-20")]}),
    ("李梅同意在11月18日前签约", {"people": "lm", "promises": [("client", "签约", "11-18")]}),
    ("我们答应尽快回复", {"promises": [("bank", "尽快回复", "")]}),
    ("客户签了承诺函，我们会议上看过", {}),
    ("we will send the term sheet by Friday", {"promises": [("bank", "send the term sheet", "11-13")]}),
    ("They will provide the Q3 report in 3 working days.", {"promises": [("client", "provide the Q3 report", "11-13")]}),
    ("Zhang Wei promised to sign by 20 Nov", {"people": "zw", "promises": [("client", "sign", "11-20")]}),
    ("will send pricing by tomorrow", {"promises": [("bank", "send pricing", "11-11")]}),
    ("we will reply by next Tuesday, he will confirm in two weeks", {
        "promises": [("bank", "reply", "11-17"), ("client", "confirm", "11-24")],
    }),
    # needs, the next day, what is inside
    ("客户希望做一笔跨境并购贷款", {"needs": ["做一笔跨境并购贷款"]}),
    ("客户需要代发工资，有意发行债券", {"needs": ["代发工资", "发行债券"]}),
    ("我行需要补材料", {}),
    ("client needs cash pooling", {"needs": ["cash pooling"]}),
    ("he wants a cross-border loan", {"needs": ["a cross-border loan"]}),
    ("下次见面12月1日", {"next": "12-01"}),
    ("约好下周二再谈", {"next": "11-17"}),
    ("下次拜访定在1月5日", {"next": "2027-01-05"}),
    ("Next meeting 20 Nov", {"next": "11-20"}),
    ("收购事项尚未公告", {"inside": "尚未公告"}),
    ("并购一事请保密", {"inside": "并购一事请保密"}),
    ("the deal is not yet public", {"inside": "not yet public"}),
    # whole notes
    ("昨天与李总监电话，客户希望做一笔跨境并购贷款。", {"kind": C, "on": "11-09", "people": "lq", "needs": ["做一笔跨境并购贷款"]}),
    ("上周三和小周走访欧阳行长，我行承诺三个工作日内给出授信方案，客户承诺下周五前提供三季报。下次见面12月1日", {
        "kind": V, "on": "11-04", "people": "oy", "staff": "E3", "next": "12-01",
        "promises": [("bank", "给出授信方案", "11-13"), ("client", "提供三季报", "11-20")],
    }),
    ("visited Mr Zhang yesterday at 3pm, we will send the term sheet by Friday", {
        "kind": V, "on": "11-09", "at": "15:00", "people": "zw", "promises": [("bank", "send the term sheet", "11-13")],
    }),
    ("Called Li Qiang today. They will provide the Q3 report in 3 working days. Next meeting 20 Nov.", {
        "kind": C, "on": "11-10", "people": "lq", "next": "11-20", "promises": [("client", "provide the Q3 report", "11-13")],
    }),
    ("降10个基点，点评3-5家，8折，100%到位，第3版", {}),
    ("", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "draft"), SENTENCES, ids=range(len(SENTENCES)))
def test_a_sentence_is_read_into_its_draft(text: str, draft: dict[str, Any]) -> None:
    assert told(text) == draft
    assert read(text).minutes == text


def test_there_are_many_sentences() -> None:
    assert len(SENTENCES) >= 60


def test_every_piece_says_where_it_was_read() -> None:
    text = (
        "上周三下午3点和小周拜访张总，尚未公告。客户需要代发工资，我行承诺三个工作日内回复。下次见面12月1日"
    )
    draft = read(text)
    pieces = (
        draft.on,
        draft.at,
        draft.kind,
        draft.inside,
        draft.next_on,
        *draft.people,
        *draft.staff,
        *draft.needs,
        *draft.promises,
    )
    assert [text[one.start : one.end] for one in pieces if one] == [
        "上周三", "下午3点", "拜访", "尚未公告", "12月1日", "张总", "小周", "客户需要代发工资", "我行承诺三个工作日内回复"
    ]  # fmt: skip


_BITS = st.sampled_from([text for text, _draft in SENTENCES] + ["，", "。", " ", "\n", "\x00", "2月29日", "9999-12-31", "99个工作日内", "会", "将", "will ", "上周", "点"])  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(_BITS, max_size=8).map("".join)))
def test_reading_never_fails_is_always_the_same_and_stays_inside_the_text(text: str) -> None:
    draft = read(text)

    assert draft == read(text)
    assert draft.minutes == text
    pieces = [draft.kind, draft.on, draft.at, draft.begun_by, draft.next_on, draft.inside]
    for one in [*pieces, *draft.people, *draft.staff, *draft.unclear, *draft.promises, *draft.needs]:
        assert one is None or 0 <= one.start < one.end <= len(text)


@given(st.dates(date(2020, 1, 1), date(2026, 12, 31)), st.sampled_from([text for text, _draft in SENTENCES]))
def test_a_promise_is_due_from_today_on_whatever_today_is(today: date, text: str) -> None:
    draft = parse(text, today=today, calendar=CALENDAR, people=PEOPLE, staff=STAFF, me="E1")
    assert all(one.due_on is None or one.due_on >= today for one in draft.promises)


def test_a_year_without_a_calendar_leaves_the_day_open() -> None:
    draft = parse(
        "我行承诺三个工作日内回复", today=date(2031, 1, 1), calendar=CALENDAR, people=(), staff=(), me=""
    )
    assert [(one.what, one.due_on) for one in draft.promises] == [("三个工作日内回复", None)]
