"""The command line's tables: aligned for Chinese, harmless in a spreadsheet, exact in JSON."""

from __future__ import annotations

import json
from datetime import date

import pytest

from jinlan.site.publish import memberships
from jinlan.site.tables import harmless, render, width

ROWS = [{"unit_id": "G1", "name": "华岳", "score": None}, {"unit_id": "G22", "name": "a", "score": "71.50"}]


def test_chinese_takes_two_columns():
    assert width("华a") == 3
    assert render(ROWS, "table") == "unit_id  name  score\nG1       华岳\nG22      a     71.50\n"


def test_json_keeps_null_and_csv_leaves_it_empty():
    assert json.loads(render(ROWS, "json")) == ROWS
    assert render(ROWS, "csv") == "unit_id,name,score\r\nG1,华岳,\r\nG22,a,71.50\r\n"


def test_an_empty_list_says_so():
    assert render([], "table") == "没有可见的客户单元 / no unit in sight\n"
    assert render([], "json") == "[]\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "@x", "＝1", "-cmd", "\t=1"])
def test_a_formula_is_quoted(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["-12.50", "12", "G-1", ""])
def test_numbers_and_plain_texts_stay(text):
    assert harmless(text) == text


def row(unit, party, start):
    return {"unit_id": unit, "party_id": party, "valid_from": start, "valid_to": None, "claims": "[]"}


def test_a_membership_that_is_no_longer_stated_ends_on_the_date_it_is_missing():
    june, july = date(2026, 6, 30), date(2026, 7, 31)
    start = date(2026, 1, 1)

    found = memberships(
        [(june, [row("G1", "P1", start), row("G1", "P2", start)]), (july, [row("G1", "P1", start)])]
    )

    assert {(one["party_id"], one["valid_to"]) for one in found} == {("P1", None), ("P2", july)}
