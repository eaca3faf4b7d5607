"""A document as Word and PDF: what it says is in it and nothing else is, on every page, whatever was typed, and always the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import reportlab
from docx import Document
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st
from pypdf import PdfReader

from jinlan.kernel.paper import Heading, Paper, Points, Signatures, Table, Text, clean, docx, pdf

ZH = Paper(
    title="客户计划（草稿）", subtitle="甲集团 · 第 1 版",
    facts=(("银行", "金澜银行"), ("数据截至", "2026-11-10"), ("阅读人", "李华"), ("负责人", "王敏")),
    parts=(
        Heading("1 目标"), Table(("目标", "目标值"), (("日均存款增长", "1.60 亿元"), ("开证时间缩短", "−4 天")), frozenset({1})),
        Heading("小节", 2), Text("第一行\n第二行"), Points(("合作十年", "开证慢")), Table(("回顾", "结论"), ()), Signatures(("金澜银行", "甲集团")),
    ),
    footer="导出 李华 (lihua) · 2026-11-10 10:00 · 0199-abc", watermark="草稿 李华", language="zh-hans",
)  # fmt: skip
EN = Paper(
    title="Account plan", subtitle="Group A", facts=(("Bank", "Jinlan"), ("Data as of", "2026-11-10"), ("Reader", "Li Hua")),
    parts=(Heading("1 Objectives"), Table(("Objective", "Target"), (("Deposits & <loans>", "CNY 160.00m"),)), Signatures(("Bank", "Client"))),
    footer="Exported by Li Hua", watermark="DRAFT", language="en",
)  # fmt: skip
Write = Callable[[Paper], bytes]
BOTH = pytest.mark.parametrize("write", [docx, pdf])


def words(body: bytes) -> list[str]:
    """Return the lines of a Word file in the order of its body: paragraphs, then cells."""
    book = Document(io.BytesIO(body))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return [one.text for one in book.paragraphs if one.text] + cells


def pages(body: bytes) -> list[str]:
    found = [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
    return ["\n".join(line.strip() for line in page.split("\n")) for page in found]


def test_a_word_file_says_what_the_paper_says() -> None:
    book = Document(io.BytesIO(docx(ZH)))
    section = book.sections[0]

    assert words(docx(ZH)) == [
        "客户计划（草稿）", "甲集团 · 第 1 版", "1 目标", "小节", "第一行\n第二行", "合作十年", "开证慢",
        "银行", "金澜银行", "数据截至", "2026-11-10", "阅读人", "李华", "负责人", "王敏",
        "目标", "目标值", "日均存款增长", "1.60 亿元", "开证时间缩短", "−4 天", "回顾", "结论", "无", "",
        "金澜银行\n\n签字\n\n盖章\n\n\n日期\n", "甲集团\n\n签字\n\n盖章\n\n\n日期\n",
    ]  # fmt: skip
    assert (
        section.header.paragraphs[0].text
        == "客户计划（草稿）\n银行 金澜银行 · 数据截至 2026-11-10 · 阅读人 李华"
    )
    assert (
        section.footer.paragraphs[0].text == "导出 李华 (lihua) · 2026-11-10 10:00 · 0199-abc\n第  页，共  页"
    )
    foot = section.footer._element.xml
    assert re.findall(r'w:instr="(\w+)"', foot) == ["PAGE", "NUMPAGES"]
    assert 'string="草稿 李华"' in section.header._element.xml
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert [one.style.name for one in book.paragraphs if one.text in ("1 目标", "小节")] == [
        "Heading 1",
        "Heading 2",
    ]
    assert [bool(re.search("w:tblHeader", table._tbl.xml)) for table in book.tables] == [
        False,
        True,
        True,
        False,
    ]


def test_a_pdf_says_what_the_paper_says() -> None:
    (page,) = pages(pdf(ZH))

    lines = page.split("\n")
    for line in ("客户计划（草稿）", "银行 金澜银行 · 数据截至 2026-11-10 · 阅读人 李华", "甲集团 · 第 1 版", "第 1 页，共 1 页", "日均存款增长", "1.60 亿元", "–4 天",
                 "第一行", "第二行", "合作十年", "导出 李华 (lihua) · 2026-11-10 10:00 · 0199-abc", "草稿 李华", "签字", "盖章", "日期", "无"):  # fmt: skip
        assert line in lines, line
    (english,) = pages(pdf(EN))
    for line in (
        "Account plan",
        "Page 1 of 1",
        "Deposits & <loans>",
        "CNY 160.00m",
        "DRAFT",
        "Exported by Li Hua",
        "Signature",
        "Seal",
        "Date",
    ):
        assert line in english.split("\n"), line


@BOTH
def test_the_same_paper_gives_the_same_bytes(write: Write) -> None:
    assert write(ZH) == write(ZH)
    assert write(EN) == write(EN)
    assert write(ZH) != write(replace(ZH, footer="导出 陈伟"))


def test_the_properties_name_the_paper_and_nobody() -> None:
    core = Document(io.BytesIO(docx(ZH))).core_properties
    assert (core.title, core.author, core.last_modified_by, core.subject) == (
        "客户计划（草稿）",
        "Jinlan",
        "Jinlan",
        "甲集团 · 第 1 版",
    )
    assert (core.created.year, core.modified.year, core.revision) == (1980, 1980, 1)
    found = PdfReader(io.BytesIO(pdf(ZH))).metadata
    assert found is not None
    assert (found.title, found.author, found.creator, found.producer) == (
        "客户计划（草稿）",
        "Jinlan",
        "Jinlan",
        "Jinlan",
    )
    assert str(found.creation_date)[:10] == "2000-01-01"


def test_nothing_in_a_file_runs_or_leads_out_of_it() -> None:
    hostile = replace(
        ZH,
        parts=(
            Text('=HYPERLINK("http://x") <script>alert(1)</script> http://example.com'),
            Heading("<b>&amp;"),
        ),
    )
    archive = zipfile.ZipFile(io.BytesIO(docx(hostile)))
    everything = {name: archive.read(name).decode() for name in archive.namelist()}

    assert not [
        name for name in everything if re.search(r"vba|macro|embed|media|customXml|thumbnail|app\.xml", name)
    ]
    assert "External" not in "".join(text for name, text in everything.items() if name.endswith(".rels"))
    assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert re.findall(r"instr\w*[=>]\W*(\w+)", everything["word/document.xml"]) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything["word/document.xml"]
    reader = PdfReader(io.BytesIO(pdf(hostile)))
    seen = repr([reader.trailer["/Root"], *(dict(page) for page in reader.pages)])
    assert not re.search(
        "/JavaScript|/JS|/OpenAction|/AA|/Annots|/URI|/Launch|/EmbeddedFiles|/AcroForm", seen
    )
    assert "<script>alert(1)</script>" in pages(pdf(hostile))[0].replace("\n", "")


ODD = "甲\x00\x07\x0b\x1f\x7f\x85\ufffe\uffff\u202e乙\r\n丙\t丁\ud800\u2028戊"


@BOTH
def test_what_no_file_may_hold_is_taken_out(write: Write) -> None:
    assert clean(ODD) == "甲乙\n丙 丁\n戊"
    parts = (Heading(ODD), Text(ODD), Points((ODD,)), Table((ODD,), ((ODD,),)), Signatures((ODD,)))
    body = write(Paper(ODD, ODD, ((ODD, ODD),), parts, ODD, ODD, "zh-hans"))
    text = "\n".join(words(body) if write is docx else pages(body))
    assert text.count("甲乙") >= 8
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\u202e]", text)


@trials(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_whatever_was_typed_both_files_are_written(text: str) -> None:
    paper = replace(EN, title=text, parts=(Text(text), Table(("A", text), ((text, text),)), Points((text,))))
    assert Document(io.BytesIO(docx(paper))).paragraphs[0].text == clean(text).replace("\n", " ")
    assert len(PdfReader(io.BytesIO(pdf(paper))).pages) == 1


def test_many_rows_repeat_their_head_and_number_their_pages() -> None:
    rows = tuple((f"行动 {number}", "李华", "2026-12-31", "进行中") for number in range(400))
    paper = replace(ZH, parts=(Table(("行动", "负责人", "完成日", "状态"), rows),))

    found = pages(pdf(paper))

    assert len(found) > 8
    assert all(
        "负责人" in page and f"第 {number} 页，共 {len(found)} 页" in page
        for number, page in enumerate(found, 1)
    )
    assert all("草稿 李华" in page and "0199-abc" in page for page in found)
    assert [sum(f"行动 {number}\n" in page for page in found) for number in (0, 199, 399)] == [1, 1, 1]
    assert len(Document(io.BytesIO(docx(paper))).tables[1].rows) == 401


def test_long_words_tall_rows_and_empty_sections_find_room() -> None:
    tall = "长" * 9000
    paper = replace(EN, parts=(
        Heading("Empty"), Points(()), Table(("A", "B", "C"), ()), Heading("x" * 500), Text("w" * 4000),
        Table(tuple("ABCDEFGHIJKL"), (("w" * 300,) * 12,)), Table(("A", "B"), ((tall, "short"),)), Signatures(("One", "Two", "Three")), Signatures(()),
    ))  # fmt: skip
    found = pages(pdf(paper))
    assert len(found) > 3
    assert "".join(found).count("长") == 9000
    assert "".join(found).count("Signature") == 3
    assert docx(paper).startswith(b"PK")


def test_a_letter_that_the_standard_font_has_not_is_marked() -> None:
    assert "〓a" in pages(pdf(replace(ZH, parts=(Text("\U0002b36da"),))))[0]


def test_a_bank_may_embed_a_font_of_its_own(settings: Any) -> None:
    def fonts(body: bytes) -> str:
        return str(
            {
                name: font.get_object()
                for page in PdfReader(io.BytesIO(body)).pages
                for name, font in page["/Resources"]["/Font"].items()
            }
        )

    assert "STSong-Light" in fonts(pdf(ZH))
    settings.JINLAN_PAPER_FONT = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
    assert "BitstreamVeraSans" in fonts(pdf(ZH))
    assert "STSong" not in fonts(pdf(ZH))
    assert pdf(ZH) == pdf(ZH)
