"""A file that leaves the house holds no formula and says who took it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinlan.kernel.export import Column, Mark, harmless, write

MARK = Mark("李华", "lihua", datetime(2026, 11, 10, 2, 0, tzinfo=UTC), "客户服务:年度回访", "0199-abc")
COLUMNS = [
    Column("客户", lambda row: row[0]),
    Column("AUM", lambda row: row[1]),
    Column("到期", lambda row: row[2]),
]
HOSTILE = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=cmd", "＝1+1", "＋1", "－1", "＠a", " =1", "\u200b=1", "\u00a0=1",
           "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0"]  # fmt: skip
RUNS = re.compile(r"^[\s\u200b\u200c\u200d\u2060\ufeff\u00a0]*[=+\-@＝＋－＠]")


def read_csv(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def sheet(body: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml").decode()


def strings(body: bytes) -> list[str]:
    text = zipfile.ZipFile(io.BytesIO(body)).read("xl/sharedStrings.xml").decode()
    return re.findall(r"<t[^>]*>(.*?)</t>", text, re.DOTALL)


def test_a_csv_holds_what_the_list_shows_and_a_last_line() -> None:
    body = write(
        "csv", COLUMNS, [("甲集团", Decimal("-1000.50"), date(2027, 1, 31)), ("乙", None, None)], MARK
    )

    assert body.startswith(b"\xef\xbb\xbf")
    assert read_csv(body) == [
        ["客户", "AUM", "到期"], ["甲集团", "-1000.50", "2027-01-31"], ["乙", "", ""],
        ["导出 李华 (lihua) · 2026-11-10 02:00 · 客户服务:年度回访 · 0199-abc"],
    ]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_in_both_formats(text: str) -> None:
    rows = [(text, 1, None)]

    assert read_csv(write("csv", COLUMNS, rows, MARK))[1][0].startswith("'")
    body = write("xlsx", COLUMNS, rows, MARK)
    assert "<f>" not in sheet(body)
    assert "hyperlink" not in sheet(body)
    assert any(one.startswith("'") for one in strings(body))


@given(st.text(max_size=40))
def test_no_text_whatever_runs(text: str) -> None:
    assert not RUNS.match(harmless(text))


def test_numbers_and_dates_stay_numbers_and_dates_in_a_sheet() -> None:
    body = write("xlsx", COLUMNS, [("甲集团", Decimal("1234.56"), date(2027, 1, 31))], MARK)
    text = sheet(body)

    assert '<c r="B2"><v>1234.56</v></c>' in text
    assert re.search(r'<c r="C2" s="\d+"><v>46418</v></c>', text)
    assert strings(body)[-1].startswith("导出 李华 (lihua)")
    assert "0199-abc" in text  # the footer of every printed page
