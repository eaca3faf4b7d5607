"""Which words of a free text may not be stored: what is nobody's business, and numbers that belong in the vault."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinlan.basics.identifiers import bank_card, resident_id

TERMS = Path(__file__).with_name("screening_terms.toml")
_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?[0-9]){14,18}[0-9Xx]?(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])")
_PASSPORT = re.compile(
    r"(?<![0-9A-Za-z])(?:[EeGgDdSsPpHhMm]\d{8}|[Ee][A-HJ-NP-Za-hj-np-z]\d{7})(?![0-9A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A word that may not be stored, of which kind, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def screen(text: str) -> tuple[Found, ...]:
    """Return what may not be stored, in the order of the text; overlapping finds give the first."""
    found = sorted((*_words(text), *_numbers(text)), key=lambda one: (one.start, -one.end))
    kept: list[Found] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = tomllib.loads(TERMS.read_text("utf-8"))
    return tuple(
        (kind, re.compile("|".join(map(_term, row["terms"])), re.IGNORECASE)) for kind, row in rows.items()
    )


def _term(word: str) -> str:
    """Return a pattern for a word; a Latin one stands alone."""
    edge = r"(?<![A-Za-z])%s(?![A-Za-z])" if word[0].isascii() else "%s"
    return edge % re.escape(word)


def _words(text: str) -> Iterator[Found]:
    for kind, pattern in _patterns():
        for one in pattern.finditer(text):
            yield Found(kind, one.group(), one.start(), one.end())


def _numbers(text: str) -> Iterator[Found]:
    for one in _NUMBER.finditer(text):
        plain = re.sub(r"[ -]", "", one.group())
        if resident_id(plain).ok:
            yield Found("identity", one.group(), one.start(), one.end())
        elif plain.isdigit() and 16 <= len(plain) <= 19 and bank_card(plain).ok:
            yield Found("card", one.group(), one.start(), one.end())
    for one in _MOBILE.finditer(text):
        yield Found("mobile", one.group(), one.start(), one.end())
    for one in _PASSPORT.finditer(text):
        yield Found("passport", one.group(), one.start(), one.end())
