"""Files that leave the house: what a list shows, with no cell that a spreadsheet would run, and with the name of who took it.

Text is always text (CSV: an apostrophe before what looks like a formula, as spreadsheets expect it; XLSX: string cells);
numbers and dates are numbers and dates. The last line says who exported what, when and what for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00a0 "
_LONGEST = 32_000  # characters of a cell; a spreadsheet holds 32,767
Format = Literal["csv", "xlsx"]
TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading and how a row's value is read (text, number, date or None)."""

    title: str
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """Who takes the file: shown in its last line and kept in the audit. `number` names the export."""

    person: str
    username: str
    at: datetime
    purpose: str
    number: str

    def line(self) -> str:
        """Return the last line of the file."""
        return f"导出 {self.person} ({self.username}) · {self.at:%Y-%m-%d %H:%M} · {self.purpose} · {self.number}"


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; control characters are taken out."""
    kept = "".join(one for one in text if one >= " " or one in "\t\r\n")[:_LONGEST]
    return "'" + kept if kept.lstrip(_INVISIBLE).startswith(_RUNS) or kept.startswith(_RUNS) else kept


def write(kind: Format, columns: Sequence[Column], rows: Iterable[Any], mark: Mark) -> bytes:
    """Return the file's bytes; `rows` are read once, in order."""
    lines = ([column.read(row) for column in columns] for row in rows)
    titles = [harmless(column.title) for column in columns]
    return _csv(titles, lines, mark) if kind == "csv" else _xlsx(titles, lines, mark)


def _csv(titles: Sequence[str], lines: Iterable[Sequence[Any]], mark: Mark) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([_plain(value) for value in line] for line in lines)
    writer.writerow([harmless(mark.line())])
    return b"\xef\xbb\xbf" + out.getvalue().encode()  # the mark by which spreadsheets know UTF-8


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal | int | date) and not isinstance(value, bool):
        return str(value)
    return harmless(str(value))


def _xlsx(titles: Sequence[str], lines: Iterable[Sequence[Any]], mark: Mark) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": "Jinlan", "author": mark.username, "comments": mark.line()})
    sheet = book.add_worksheet("Jinlan")
    head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "yyyy-mm-dd"})
    for place, title in enumerate(titles):
        sheet.write_string(0, place, title, head)
    last = 0
    for last, line in enumerate(lines, start=1):
        for place, value in enumerate(line):
            _cell(sheet, last, place, value, day)
    sheet.write_string(last + 1, 0, harmless(mark.line()))
    sheet.set_footer(f"&L{mark.line().replace('&', '&&')}&R&P / &N")
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()


def _cell(sheet: Any, row: int, place: int, value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        sheet.write_number(row, place, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001  a cell has no zone
    else:
        sheet.write_string(row, place, harmless(str(value)))
