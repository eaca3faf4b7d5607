"""客户价值: the statement of the members in sight, its lines, accounts and bridge; nobody else's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jinlan.insight.asking.questions import Books
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped
from jinlan.kernel.testing import an_actor
from jinlan.lake.features.lines import FLAGS, LINES
from jinlan.workspace import lake

ZEROS = dict.fromkeys((*LINES, *FLAGS), 0)
MILLION = 100_000_000  # cents


def rows(party: str, period: str = "now", share: int = 1) -> list[dict[str, Any]]:
    """Return the account lines of the worked example of 02 §2.2 over 31 days as if they were a year's, `share` times."""

    def row(account: str, side: str, **values: int) -> dict[str, Any]:
        keys = {
            "period": period,
            "party_id": party,
            "account_id": account,
            "product_code": "LWC",
            "side": side,
        }
        return {**keys, **ZEROS, **{name: value * share for name, value in values.items()}}

    return [
        row("L-1", "LOAN", balance_days=36_500 * MILLION, interest=450 * MILLION // 100, transfer=280 * MILLION // 100,
            expected_loss=54 * MILLION // 100, capital=1050 * MILLION // 100),
        row("D-1", "DEPOSIT", balance_days=21_900 * MILLION, interest=72 * MILLION // 100, transfer=138 * MILLION // 100),
        row("", "", fees=50 * MILLION // 100, cost=35 * MILLION // 100),
    ]  # fmt: skip


class Lake:
    """A lake reader that answers with given rows and remembers what it was asked."""

    def __init__(self, answer: list[dict[str, Any]], absent: tuple[str, ...] = ()) -> None:
        self.answer, self.absent = answer, absent
        self.asked: list[Books] = []

    def ask(self, question: Books, read: Any) -> Any:
        self.asked.append(question)
        return read({"rows": self.answer, "absent": list(self.absent)})


@pytest.fixture
def told(world, monkeypatch) -> Lake:
    code = world.cast.parties["jia"].code
    reader = Lake([*rows(code), *rows(code, "before", 2)])
    monkeypatch.setattr(lake, "reader", lambda **_: reader)
    return reader


def page(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_statement_of_the_worked_example_stands_on_the_page(world, as_person, told):
    found = page(as_person("lihua").get(world.address(world.cast.group, "/value/statement")))

    assert "经济增加值 32.25 万元" in found
    assert "RAROC 14.07% 要求回报 11.0%" in found
    assert "营业收入 286.00 万元" in found
    assert "税后利润 147.75 万元" in found
    assert "4.50%" in found
    assert "4.07%" in found  # the rate at which the whole relationship adds nothing
    assert "4.88%" in found  # the loan alone: without fees, deposit and the cost of serving the client


def test_the_page_stands_before_its_lines_and_asks_for_them_with_the_same_words(world, as_person, told):
    answer = as_person("lihua").get(world.address(world.cast.group, "/value?months=3&line=fees"))

    assert "2026-08-01 至 2026-10-31 的完整月份" in page(answer)
    assert "/value/statement?months=3&amp;line=fees" in answer.content.decode()
    assert told.asked == []


def test_the_question_is_about_visible_members_and_whole_months_only(world, as_person, told):
    for months in (1, 3):
        as_person("wangmin").get(world.address(world.cast.group, f"/value/statement?months={months}"))

    asked, further = told.asked
    mine = world.cast.parties["jia-3"].code
    assert (asked.parties, asked.scope.parties, asked.scope.domains, asked.scope.all) == (
        (mine,),
        (mine,),
        (1,),
        False,
    )
    assert [str(day) for day in (asked.first, asked.as_of, asked.last)] == [
        "2026-09-01",
        "2026-10-01",
        "2026-10-31",
    ]
    # The three months before are not in the data: they are not read.
    assert [str(day) for day in (further.first, further.as_of, further.last)] == [
        "2026-08-01",
        "2026-08-01",
        "2026-10-31",
    ]
    with scoped(an_actor(world.cast.people["zhengyu"])):
        entry, _ = AuditEntry.objects.filter(verb="workspace.sources_read")
    assert (entry.username, entry.object_id, entry.after["what"]) == ("wangmin", "G-JIA", "value")


def test_who_does_not_see_a_client_asks_nothing(world, as_person, told):
    for tail in ("/value", "/value/statement"):
        assert as_person("lihua").get(world.address(world.cast.household, tail)).status_code == 404
    assert told.asked == []


def test_capital_is_shown_as_the_average_of_its_period_and_raroc_by_the_year(world, as_person, told):
    found = page(as_person("lihua").get(world.address(world.cast.group, "/value/statement?months=1")))

    assert "占用资本（期间平均） 1.24 亿元" in found  # 10.5 m capital-years in 31 days
    assert "RAROC 14.07%" in found


def test_a_line_opens_the_accounts_that_move_it_before_everything_else(world, as_person, told):
    body = (
        as_person("lihua")
        .get(world.address(world.cast.group, "/value/statement?line=liabilities"))
        .content.decode()
    )
    accounts, _, rest = body.partition('id="accounts"')[2].partition('id="lines"')

    assert "D-1" in accounts
    assert "L-1" not in accounts
    assert "影响“负债 FTP 利差”的账户" in accounts
    assert '<td class="n keep" data-label="负债 FTP 利差">66</td>' in accounts
    assert 'id="accounts"' not in rest
    capital = (
        as_person("lihua")
        .get(world.address(world.cast.group, "/value/statement?line=capital"))
        .content.decode()
    )
    assert (
        '<td class="n keep" data-label="资本成本">\u2212116</td>' in capital
    )  # 11 % of 10.5 m: the line itself
    tax = (
        as_person("lihua").get(world.address(world.cast.group, "/value/statement?line=tax")).content.decode()
    )
    assert re.findall(r'data-label="所得税">(.*?)<', tax) == ["\u221229", "\u221217", "\u22124"]
    assert "/value?months=12&line=assets" in rest


def test_a_period_before_the_data_is_not_compared(world, as_person, told):
    found = page(as_person("lihua").get(world.address(world.cast.group, "/value/statement")))
    compared = page(as_person("lihua").get(world.address(world.cast.group, "/value/statement?months=1")))

    assert "上一期不在已有数据之内" in found
    assert "与上一期相比" not in found
    assert "与上一期相比：经济增加值为什么变了" in compared
    assert "贷款规模 −170" in compared
    assert "上一期 65" in compared


def test_what_is_not_known_is_said(world, as_person, told):
    told.answer[0]["unpriced"] = 1
    told.absent = ("unit_cost",)

    found = page(as_person("lihua").get(world.address(world.cast.group, "/value/statement")))

    assert "缺 FTP 价格，利差未计 · 1 个账户" in found
    assert "没有供数：作业单价" in found


def test_a_reader_that_is_away_leaves_the_page_and_says_so(world, as_person, settings, tmp_path):
    settings.JINLAN_READER_SOCKET = tmp_path / "nobody.sock"

    assert "数据湖读取进程没有运行" in page(
        as_person("lihua").get(world.address(world.cast.group, "/value/statement"))
    )
