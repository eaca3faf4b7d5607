"""What a document consists of, without how it looks."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

IN_HEAD = 3  # facts that stand in the head of every page
# What reorders the letters beside it: a name or a sum must read as it is stored.
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LAID = {"\t": " ", "\u2028": "\n", "\u2029": "\n"}


@dataclass(frozen=True)
class Heading:
    """A heading: level 1 for a section, 2 for what stands within."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph; a line feed begins a line."""

    text: str


@dataclass(frozen=True)
class Points:
    """A list with bullets."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under a head that is repeated on every page; every row is as long as the head.

    `numeric` are the columns (from 0) that are set to the right.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Signatures:
    """A box for each party to sign: name, seal and date, empty."""

    parties: tuple[str, ...]


Part = Heading | Text | Points | Table | Signatures


@dataclass(frozen=True)
class Paper:
    """A document.

    Args:
        title: what it is; also in the head of every page.
        subtitle: of whom and of when, in one line.
        facts: (word, value) under the title; the first three (the bank, the day of the figures, the reader) head every page.
        parts: its text, in order.
        footer: the mark: who took it, when, what for and under which number.
        watermark: faint across every page; "" for none.
        language: ``zh-hans`` or ``en``: of the writer's own words and of what a reader speaks aloud.
    """

    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    footer: str
    watermark: str
    language: str


def clean(text: str) -> str:
    """Return a text that every reader of documents takes: no control characters, nothing XML forbids, nothing that turns the reading."""
    laid = "".join(_LAID.get(one, one) for one in text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(one for one in laid if one == "\n" or _kept(one))


def _kept(one: str) -> bool:
    return (
        one not in _TURNS and unicodedata.category(one) not in {"Cc", "Cs"} and (ord(one) & 0xFFFE) != 0xFFFE
    )


def one_line(text: str) -> str:
    """Return a clean text in one line."""
    return clean(text).replace("\n", " ")


@dataclass(frozen=True)
class Said:
    """The writer's own words."""

    page: str  # %(page)s of %(pages)s
    sign: str
    seal: str
    day: str
    nothing: str


_SAID = {
    "zh-hans": Said("第 %(page)s 页，共 %(pages)s 页", "签字", "盖章", "日期", "无"),
    "en": Said("Page %(page)s of %(pages)s", "Signature", "Seal", "Date", "None"),
}


def said(paper: Paper) -> Said:
    """Return the writer's own words in the language of a paper; Chinese for a language it does not know."""
    return _SAID.get(paper.language, _SAID["zh-hans"])


def head_of(paper: Paper) -> str:
    """Return what heads every page beside the title."""
    return " · ".join(one_line(f"{word} {value}".strip()) for word, value in paper.facts[:IN_HEAD])
