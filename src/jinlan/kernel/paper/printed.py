"""A document as a PDF.

Chinese is set in STSong-Light of Adobe's GB1 collection, which the standard names and every reader brings or replaces: no font is
shipped and none is embedded. A bank that wants its own letters in the file names a TrueType font in `JINLAN_PAPER_FONT`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache, partial
from html import escape
from itertools import groupby
from typing import Any

from django.conf import settings
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    KeepTogether,
    ListFlowable,
    ListItem,
    LongTable,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from jinlan.basics.money import MINUS
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

INK, GREY, LINE, SHADE, FAINT = (
    HexColor(one) for one in ("#1f2a37", "#6b7280", "#c9ced6", "#f1f3f6", "#e9ebef")
)
WIDTH, HEIGHT = A4
SIDE, TOP, BOTTOM = 20 * mm, 26 * mm, 24 * mm
FULL = WIDTH - 2 * SIDE
LATIN, LATIN_BOLD, CJK = "Helvetica", "Helvetica-Bold", "STSong-Light"
WORD, MOST = 26 * mm, 62 * mm  # what a word and a text may claim for their column before the rest is shared
MANY, SMALL = 8, 7.0  # columns beyond which letters are smaller, and how small
_WORD = re.compile(r"[\x21-\x7e]+")  # what is not broken between letters, if it can be helped
MISSING = "\u3013"  # 〓, the typesetter's mark for a letter that the font has not


@cache
def _cjk(path: str) -> str:
    """Return the font for everything that is not Latin: the bank's own, embedded, where it names one."""
    if path:
        pdfmetrics.registerFont(TTFont("Own", path))
        return "Own"
    pdfmetrics.registerFont(UnicodeCIDFont(CJK))
    return CJK


def printed(paper: Paper) -> bytes:
    """Return the bytes of the PDF."""
    return _Pages(paper).lay()


class _Counted(Canvas):  # type: ignore[misc]  # the library has no types
    """Keeps the pages until all are laid out, so that each can say how many there are."""

    def __init__(self, *args: Any, number: Callable[[Any, int], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number: Callable[[Any, int], None] = number
        self.kept: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  the library's name
        """Put a page aside."""
        self.kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Number the pages and write them."""
        kept = self.kept
        for page in kept:
            self.__dict__.update(page)
            self.number(self, len(kept))
            super().showPage()
        super().save()


class _Pages:
    """Lays one paper out."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.font = _cjk(str(getattr(settings, "JINLAN_PAPER_FONT", "")))
        base = ParagraphStyle(
            "base", fontName=LATIN, fontSize=9.5, leading=14.5, textColor=INK, wordWrap="CJK", spaceAfter=4
        )
        cell = {"fontSize": 8.5, "leading": 12.5, "spaceAfter": 0}
        many = {"fontSize": SMALL, "leading": 10.5, "spaceAfter": 0}
        self.styles = {
            "few": base.clone("few", **cell), "few right": base.clone("few right", **cell, alignment=TA_RIGHT),
            "many": base.clone("many", **many), "many right": base.clone("many right", **many, alignment=TA_RIGHT),
            "text": base, "word": base.clone("word", **cell, textColor=GREY),
            "title": base.clone("title", fontSize=19, leading=26, spaceAfter=2), "subtitle": base.clone("subtitle", fontSize=10.5, leading=16, textColor=GREY, spaceAfter=10),
            "1": base.clone("1", fontSize=13, leading=19, spaceBefore=12, spaceAfter=5, keepWithNext=1), "2": base.clone("2", fontSize=10.5, leading=16, spaceBefore=6, spaceAfter=3, keepWithNext=1, textColor=GREY),
            "small": base.clone("small", fontSize=7.5, leading=10, textColor=GREY, spaceAfter=0),
        }  # fmt: skip

    def lay(self) -> bytes:
        """Lay it out."""
        out = io.BytesIO()
        book = BaseDocTemplate(
            out, pagesize=A4, invariant=1, title=one_line(self.paper.title), subject=one_line(self.paper.subtitle), author="Jinlan",
            creator="Jinlan", producer="Jinlan", keywords="", lang="en" if self.paper.language == "en" else "zh-CN",
        )  # fmt: skip
        frame = Frame(
            SIDE,
            BOTTOM,
            FULL,
            HEIGHT - TOP - BOTTOM,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        book.addPageTemplates(PageTemplate("page", [frame], onPage=lambda canvas, _book: self._frame(canvas)))
        book.build(self._story(), canvasmaker=partial(_Counted, number=self._number))
        return out.getvalue()

    def runs(self, text: str, *, bold: bool = False) -> str:
        """Return a text as markup: Latin letters in a Latin font, all others in the Chinese one."""
        latin, found = LATIN_BOLD if bold else LATIN, []
        for plain, letters in groupby(_drawn(text), lambda one: one == "\n" or _latin(one)):
            run = escape("".join(letters), quote=False).replace("\n", "<br/>")
            if not plain:
                run = "".join(one if self.font != CJK or _known(one) else MISSING for one in run)
            found.append(f'<font name="{latin if plain else self.font}">{run}</font>')
        return "".join(found)

    def say(self, text: str, style: str, *, bold: bool = False) -> Any:
        """Return a paragraph."""
        chosen = self.styles[style]
        if all(one == "\n" or _latin(one) for one in _drawn(text)):  # broken between words, not letters
            chosen = chosen.clone(f"{style} latin", wordWrap=None)
        return Paragraph(self.runs(text, bold=bold), chosen)

    def _frame(self, canvas: Any) -> None:
        """Draw what is on every page: the mark across it, the head, the foot."""
        canvas.saveState()
        if self.paper.watermark:
            self._across(canvas)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(SIDE, HEIGHT - TOP + 5 * mm, WIDTH - SIDE, HEIGHT - TOP + 5 * mm)
        canvas.line(SIDE, BOTTOM - 5 * mm, WIDTH - SIDE, BOTTOM - 5 * mm)
        self._small(canvas, self.paper.title, HEIGHT - TOP + 10.5 * mm)
        self._small(canvas, head_of(self.paper), HEIGHT - TOP + 6.5 * mm)
        self._small(canvas, self.paper.footer, BOTTOM - 9 * mm)
        canvas.restoreState()

    def _number(self, canvas: Any, of: int) -> None:
        self._small(
            canvas, said(self.paper).page % {"page": canvas.getPageNumber(), "pages": of}, BOTTOM - 13 * mm
        )

    def _small(self, canvas: Any, text: str, at: float) -> None:
        """Draw one small line; of a long one as much as fits."""
        line = Paragraph(self.runs(one_line(text)), self.styles["small"])
        line.wrap(FULL, HEIGHT)
        first = line.split(FULL, 1.5 * line.style.leading)[:1] or [line]
        first[0].wrap(FULL, HEIGHT)
        first[0].drawOn(canvas, SIDE, at - 2)

    def _across(self, canvas: Any) -> None:
        text = one_line(self.paper.watermark)
        font = LATIN_BOLD if all(_latin(one) for one in text) else self.font
        size = min(96.0, 0.72 * WIDTH / max(pdfmetrics.stringWidth(text, font, 1), 0.1))
        canvas.saveState()
        canvas.setFillColor(FAINT)
        canvas.setFont(font, size)
        canvas.translate(WIDTH / 2, HEIGHT / 2)
        canvas.rotate(45)
        canvas.drawCentredString(0, -size / 3, text)
        canvas.restoreState()

    def _story(self) -> list[Any]:
        found = [self.say(one_line(self.paper.title), "title", bold=True)]
        if self.paper.subtitle:
            found.append(self.say(one_line(self.paper.subtitle), "subtitle"))
        if self.paper.facts:
            rows = [[self.say(word, "word"), self.say(value, "few")] for word, value in self.paper.facts]
            found += [
                Grid(rows, colWidths=[36 * mm, FULL - 36 * mm], style=_STYLE, splitInRow=1),
                Spacer(0, 8),
            ]
        for part in self.paper.parts:
            found += self._part(part)
        return found

    def _part(self, part: Part) -> list[Any]:
        if isinstance(part, Heading):
            level = min(max(part.level, 1), 2)
            return [self.say(one_line(part.text), str(level), bold=level == 1)]
        if isinstance(part, Text):
            return [self.say(part.text, "text")]
        if isinstance(part, Points):
            items = [ListItem(self.say(line, "text"), leftIndent=12) for line in part.lines]
            return (
                [ListFlowable(items, bulletType="bullet", start="·", bulletFontSize=13, leftIndent=12)]
                if items
                else []
            )
        return self._table(part) if isinstance(part, Table) else self._signatures(part)

    def _table(self, part: Table) -> list[Any]:
        rows = part.rows or ((said(self.paper).nothing, *("",) * (len(part.head) - 1)),)
        small = "few" if len(part.head) <= MANY else "many"
        cells = [
            [self.say(text, f"{small} right" if place in part.numeric else small, bold=head) for place, text in enumerate(row)]
            for head, row in ((number == 0, row) for number, row in enumerate((part.head, *rows)))
        ]  # fmt: skip
        widths = _widths((part.head, *rows), part.numeric, self.styles[small].fontSize)
        style = [*_STYLE, ("BACKGROUND", (0, 0), (-1, 0), SHADE)]
        return [LongTable(cells, colWidths=widths, repeatRows=1, style=style, splitInRow=1), Spacer(0, 8)]

    def _signatures(self, part: Signatures) -> list[Any]:
        words, found = said(self.paper), []
        for place in range(0, len(part.parties), 2):
            pair = part.parties[place : place + 2]
            lines = [
                self.say(f"{one_line(one)}\n\n{words.sign}\n\n\n{words.seal}\n\n\n{words.day}\n", "few")
                for one in pair
            ]
            found += [
                KeepTogether([Grid([lines], colWidths=[FULL / 2] * len(pair), style=_STYLE, hAlign="LEFT")]),
                Spacer(0, 8),
            ]
        return found


_STYLE = [
    ("GRID", (0, 0), (-1, -1), 0.5, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
]  # fmt: skip


def _drawn(text: str) -> str:
    """Return a clean text with an en dash for the true minus, which neither font has."""
    return clean(text).replace(MINUS, "–")


def _known(one: str) -> bool:
    """Tell whether the standard's Chinese font has a letter: those of GBK and the first two blocks of ideographs."""
    if "\u3400" <= one <= "\u4db5" or "\u4e00" <= one <= "\u9fa5":
        return True
    try:
        one.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _latin(one: str) -> bool:
    """Tell whether the standard's Latin fonts have a letter (Windows code page 1252)."""
    try:
        one.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return one not in "—“”‘’…"  # in Chinese these are as wide as a character


def _widths(rows: tuple[tuple[str, ...], ...], whole: frozenset[int], size: float) -> list[float]:
    """Share the page among columns: each first gets room for its longest word, or line of a column of figures, then by need."""
    texts = [[one for row in rows for one in clean(row[place]).split("\n")] for place in range(len(rows[0]))]
    words = [
        column if place in whole else [word for one in column for word in _WORD.findall(one)]
        for place, column in enumerate(texts)
    ]
    least = [min(_longest(each, size), MOST if place in whole else WORD) for place, each in enumerate(words)]
    wants = [
        max(min(_longest(column, size), MOST), first) for column, first in zip(texts, least, strict=True)
    ]
    if sum(wants) <= FULL:
        return [one * FULL / sum(wants) for one in wants]
    more, room = sum(wants) - sum(least), FULL - sum(least)
    if room <= 0 or more <= 0:
        return [one * FULL / sum(least) for one in least]
    return [first + room * (one - first) / more for one, first in zip(wants, least, strict=True)]


def _longest(texts: list[str], size: float) -> float:
    """Return the width of the longest of some texts with what stands around it, in points."""
    ems = max((sum(0.6 if _latin(one) else 1.0 for one in text) for text in texts), default=0.0)
    return max(ems, 2.0) * size + 10
