"""Taking the list out: with a purpose, within a limit, above it after a check by another person; every file is written down."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from jinlan.basics import register
from jinlan.kernel.models import AuditEntry
from jinlan.kernel.scope import scoped

GIVEN = {"kind": "csv", "purpose": "REPORT", "reason": "十一月客户分析会"}


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def exports(cast):
    with scoped(cast.actor("zhengyu")):
        return list(
            AuditEntry.objects.filter(verb="resource.exported")
            .order_by("id")
            .values_list("username", "after__rows", "reason")
        )


@pytest.fixture
def one_row_each(monkeypatch):
    """Let everybody take one row alone."""
    shipped = register.rule

    def tight(code, on):
        return (
            replace(shipped(code, on), value=Decimal(1))
            if code.startswith("EXPORT.ROWS")
            else shipped(code, on)
        )

    monkeypatch.setattr("jinlan.kernel.resource.files.rule", tight)


def test_the_file_holds_what_the_person_sees_as_it_is_shown(world, as_person):
    mine = rows_of(as_person("lihua").post("/clients/file", GIVEN))
    whole = rows_of(as_person("chenwei").post("/clients/file?view=all&sort=-aum", GIVEN))

    assert mine[0][:4] == ["客户", "层级", "得分", "同类排名"]
    assert [row[0] for row in mine[1:-1]] == ["甲集团"]
    assert [row[0] for row in whole[1:-1]] == ["甲集团", "张三家庭", "乙集团"]
    assert mine[1][mine[0].index("时点 AUM CNY")] == "100000000.00"
    assert mine[-1][0].startswith("导出 李华 (lihua) · ")
    assert exports(world.cast) == [("lihua", 1, "十一月客户分析会"), ("chenwei", 3, "十一月客户分析会")]


def test_filters_and_the_date_of_the_page_decide_the_rows(world, as_person):
    client = as_person("chenwei")

    household = rows_of(client.post("/clients/file?kind=HNW", GIVEN))
    rewound = rows_of(client.post("/clients/file?as_of=2026-09-30", GIVEN))

    assert [row[0] for row in household[1:-1]] == ["张三家庭"]
    assert [row[0] for row in rewound[1:-1]] == ["甲集团", "张三家庭"]
    assert rewound[1][rewound[0].index("层级")] == "重点"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"reason": "要"}, "说明至少 5 个字"), ({"purpose": "FUN"}, "选择"), ({"kind": "exe"}, "选择")],
)
def test_without_purpose_or_reason_nothing_leaves(world, as_person, wrong, words):
    answer = as_person("lihua").post("/clients/file", GIVEN | wrong)

    assert (answer.status_code, answer["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert words in answer.content.decode()
    assert exports(world.cast) == []


def test_above_the_limit_another_person_grants_it_and_the_asker_takes_it_for_a_day(
    world, as_person, one_row_each
):
    with time_machine.travel(datetime(2026, 11, 10, 2, 0, tzinfo=UTC), tick=False) as clock:
        asked = as_person("zhoulin").post("/clients/file", GIVEN)
        address = asked.headers["Location"]
        assert (asked.status_code, as_person("zhoulin").get(f"{address}/file").status_code) == (302, 404)
        assert as_person("chenwei").post(f"{address}/decide", {"say": "yes"}).status_code == 302

        taken = as_person("zhoulin").get(f"{address}/file")
        assert as_person("chenwei").get(f"{address}/file").status_code == 404
        clock.shift(timedelta(hours=24))
        late = as_person("zhoulin").get(f"{address}/file")

    assert [row[0] for row in rows_of(taken)[1:-1]] == ["甲集团", "张三家庭", "乙集团"]
    assert late.status_code == 404
    assert exports(world.cast) == [("zhoulin", 3, "十一月客户分析会")]


def test_a_refused_export_gives_no_file(world, as_person, one_row_each):
    address = as_person("zhoulin").post("/clients/file", GIVEN).headers["Location"]

    as_person("wuhan").post(f"{address}/decide", {"say": "no", "reason": "用途不清,请补充"})

    assert as_person("zhoulin").get(f"{address}/file").status_code == 404
    assert exports(world.cast) == []


def test_who_sees_no_clients_takes_none(world, as_person):
    assert as_person("hejun").get("/clients/file").status_code == 404
    assert as_person("hejun").post("/clients/file", GIVEN).status_code == 404
    assert exports(world.cast) == []
