"""A document as a Word file: headings that a reader can walk by, tables whose head is repeated, a mark on every page."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from html import escape
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from jinlan.kernel.paper.parts import (
    Heading,
    Paper,
    Part,
    Points,
    Signatures,
    Table,
    Text,
    clean,
    head_of,
    one_line,
    said,
)

LATIN, CJK, CJK_BOLD = (
    "Arial",
    "SimSun",
    "SimHei",
)  # named, never shipped: every office program has them or knows what to take instead
INK, GREY, LINE, SHADE = RGBColor(0x1F, 0x2A, 0x37), RGBColor(0x6B, 0x72, 0x80), "C9CED6", "F1F3F6"
NO_TIME = datetime(1980, 1, 1, tzinfo=UTC)  # the first that an archive can say
_STAMP = struct.pack("<HH", 0, 0x21)  # midnight of 1 January 1980
_DROPPED = (
    "/thumbnail",
    "/customXml",
    "/extended-properties",
)  # of the library's template: a picture, and whose program made it
_WATERMARK = (
    '<w:r {ns} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:rPr><w:noProof/></w:rPr><w:pict>'
    '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas>'
    '<v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>'
    '<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
    '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="PaperMark" o:spid="_x0000_s2049" type="#_x0000_t136" alt="" style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:{height}pt;'
    "rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
    'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#d5d9df" stroked="f"><v:fill opacity=".45"/>'
    '<v:textpath style="font-family:SimHei;font-size:1pt" string="{text}"/></v:shape></w:pict></w:r>'
)


def written(paper: Paper) -> bytes:
    """Return the bytes of the Word file."""
    book = Document()
    _styles(book)
    _page(book, paper)
    book.add_paragraph(one_line(paper.title), style="Title")
    if paper.subtitle:
        book.add_paragraph(one_line(paper.subtitle), style="Subtitle")
    if paper.facts:
        _facts(book, paper)
    for part in paper.parts:
        _part(book, part, paper)
    _told(book, paper)
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def _styles(book: Any) -> None:
    sizes = {
        "Normal": 10.5,
        "Title": 20,
        "Subtitle": 11,
        "Heading 1": 14,
        "Heading 2": 11.5,
        "List Bullet": 10.5,
        "Header": 8.5,
        "Footer": 8,
    }
    for name, size in sizes.items():
        style = book.styles[name]
        head = name in ("Title", "Heading 1", "Heading 2")
        style.font.name, style.font.size, style.font.bold, style.font.italic = LATIN, Pt(size), head, False
        style.font.color.rgb = GREY if name in ("Subtitle", "Header", "Footer") else INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), CJK_BOLD if head else CJK)
        style.paragraph_format.space_before = Pt({"Heading 1": 14, "Heading 2": 8}.get(name, 0))
        style.paragraph_format.space_after = Pt(
            {"Title": 4, "Subtitle": 10, "Header": 0, "Footer": 0}.get(name, 4)
        )
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), "en-US")
    spoken.set(qn("w:eastAsia"), "zh-CN")
    book.styles["Normal"].element.get_or_add_rPr().append(spoken)
    border = book.styles["Title"].element.find(".//" + qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)


def _page(book: Any, paper: Paper) -> None:
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(24), Mm(22)
    section.header_distance = section.footer_distance = Mm(11)
    head = section.header.paragraphs[0]
    head.add_run(f"{one_line(paper.title)}\n{head_of(paper)}" if paper.facts else one_line(paper.title))
    if paper.watermark:
        text = one_line(paper.watermark)
        width = min(480, 90 * max(len(text), 2))
        head._p.append(
            parse_xml(
                _WATERMARK.format(
                    ns=nsdecls("w"),
                    text=escape(text),
                    width=width,
                    height=round(width / max(2.5, len(text) * 0.6)),
                )
            )
        )
    foot = section.footer.paragraphs[0]
    foot.add_run(one_line(paper.footer) + "\n")
    before, _, rest = said(paper).page.partition("%(page)s")
    between, _, after = rest.partition("%(pages)s")
    for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
        foot.add_run(text)
        if field:
            foot._p.append(
                parse_xml(
                    f'<w:fldSimple {nsdecls("w")} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
                )
            )


def _facts(book: Any, paper: Paper) -> None:
    rows = tuple((word, value) for word, value in paper.facts)
    table = _grid(book, rows, widths=(38, 132))
    for row in table.rows:
        for run in row.cells[0].paragraphs[0].runs:
            run.font.color.rgb = GREY
    book.add_paragraph()


def _part(book: Any, part: Part, paper: Paper) -> None:
    if isinstance(part, Heading):
        book.add_paragraph(one_line(part.text), style=f"Heading {min(max(part.level, 1), 2)}")
    elif isinstance(part, Text):
        book.add_paragraph(clean(part.text))
    elif isinstance(part, Points):
        for line in part.lines:
            book.add_paragraph(clean(line), style="List Bullet")
    elif isinstance(part, Table):
        _table(book, part, paper)
    else:
        _signatures(book, part, paper)


def _table(book: Any, part: Table, paper: Paper) -> None:
    rows = part.rows or ((said(paper).nothing, *("",) * (len(part.head) - 1)),)
    table = _grid(book, (part.head, *rows))
    first = table.rows[0]
    first._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    for cell in first.cells:
        cell._tc.get_or_add_tcPr().append(
            parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{SHADE}"/>')
        )
        for run in cell.paragraphs[0].runs:
            run.font.bold = True
    for row in table.rows if part.numeric else ():
        for place in part.numeric:
            row.cells[place].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    book.add_paragraph()


def _signatures(book: Any, part: Signatures, paper: Paper) -> None:
    words = said(paper)
    for place in range(0, len(part.parties), 2):
        pair = part.parties[place : place + 2]
        lines = tuple(f"{one_line(one)}\n\n{words.sign}\n\n{words.seal}\n\n\n{words.day}\n" for one in pair)
        table = _grid(book, (lines,))
        table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        book.add_paragraph()


def _grid(book: Any, rows: tuple[tuple[str, ...], ...], widths: tuple[int, ...] = ()) -> Any:
    """Lay a table cell by cell through its XML: the library's own way looks every cell up anew, which takes minutes for long ones."""
    table = book.add_table(rows=0, cols=len(rows[0]))
    table.autofit = True
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{borders}</w:tblBorders>"))
    for texts in rows:
        cells = table.add_row().cells
        for place, text in enumerate(texts):
            paragraph = cells[place].paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            paragraph.add_run(clean(text)).font.size = Pt(9.5)
            if widths:
                cells[place].width = Mm(widths[place])
    return table


def _told(book: Any, paper: Paper) -> None:
    """Say in the properties what it is, and of nobody and no machine who made it."""
    for holder in (book.part.package, book.part):
        for key in [key for key, one in holder.rels.items() if one.reltype.endswith(_DROPPED)]:
            del holder.rels[key]
    core = book.core_properties
    core.title, core.subject, core.comments = (
        one_line(text)[:255] for text in (paper.title, paper.subtitle, paper.footer)
    )
    core.author = core.last_modified_by = "Jinlan"
    core.keywords = core.category = ""
    core.language = paper.language
    core.created = core.modified = NO_TIME.replace(tzinfo=None)
    core.revision = 1


def _timeless(body: bytes) -> bytes:
    """Say 1980 for every part of an archive, as its directory lists them (APPNOTE 6.3.10, §4.3.7, §4.3.12, §4.3.16)."""
    found = bytearray(body)
    end = body.rindex(b"PK\x05\x06")
    count, _size, at = struct.unpack_from("<HII", body, end + 10)
    for _ in range(count):
        name, extra, comment = struct.unpack_from("<HHH", body, at + 28)
        (local,) = struct.unpack_from("<I", body, at + 42)
        found[at + 12 : at + 16] = found[local + 10 : local + 14] = _STAMP
        at += 46 + name + extra + comment
    return bytes(found)
