"""Rows of the command line as an aligned table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from typing import Any

FORMULA = ("=", "+", "@", "\t", "\r", "＝", "＋", "－", "＠")


def width(text: str) -> int:
    """Return the columns that a text takes on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def cell(value: Any) -> str:
    """Return a value as text; null is empty."""
    return "" if value is None else str(value)


def harmless(text: str) -> str:
    """Quote what a spreadsheet would take for a formula; numbers with a minus stay numbers."""
    risky = text.startswith(FORMULA) or (text.startswith("-") and not text[1:2].isdigit())
    return "'" + text if risky else text


def render(rows: Sequence[dict[str, Any]], form: str) -> str:
    """Return the rows in the asked form; an empty list is said in words in the table form."""
    if form == "json":
        return json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n"
    names = list(rows[0]) if rows else []
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(names)
        writer.writerows([harmless(cell(row[name])) for name in names] for row in rows)
        return out.getvalue()
    if not rows:
        return "没有可见的客户单元 / no unit in sight\n"
    grid = [names, *([cell(row[name]) for name in names] for row in rows)]
    widths = [max(width(line[i]) for line in grid) for i in range(len(names))]
    return "".join(
        "  ".join(text + " " * (size - width(text)) for text, size in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in grid
    )
