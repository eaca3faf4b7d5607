"""How a name is found: Chinese fragment, full pinyin, initials, former name, USCC fragment; and how it sorts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from pypinyin import Style, lazy_pinyin, pinyin

VARIANTS = 8  # other readings of a name that are kept: 单 is dān, shàn or chán
KEY_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Search:
    """What the directory stores for finding and sorting a name."""

    pinyin_key: str
    grams: list[str]
    search_text: str


@lru_cache(maxsize=20_000)
def _other_readings(letter: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pinyin(letter, style=Style.NORMAL, heteronym=True)[0]))


def readings(name: str) -> list[list[str]]:
    """Return the readings of a name as syllables, the usual one first, then one other reading of one character each."""
    usual = lazy_pinyin(name, style=Style.NORMAL)
    found = [usual]
    if len(usual) != len(name):  # Latin words stand as one syllable: no place for a character's other reading
        return found
    for place, letter in enumerate(name):
        if not "\u4e00" <= letter <= "\u9fff":
            continue
        for other in _other_readings(letter):
            if other != usual[place] and len(found) <= VARIANTS:
                found.append([*usual[:place], other, *usual[place + 1 :]])
    return found


def grams(texts: Iterable[str]) -> list[str]:
    """Return the single characters and pairs of neighbours of the texts, white space left out, sorted."""
    found: set[str] = set()
    for text in texts:
        joined = "".join(text.lower().split())
        found.update(joined)
        found.update(joined[place : place + 2] for place in range(len(joined) - 1))
    return sorted(found)


def search_of(names: Iterable[str], codes: Iterable[str] = ()) -> Search:
    """Return how a party with these names (the present one first) and codes is found and sorted."""
    known = [name for name in names if name]
    lines = dict.fromkeys(name.lower() for name in known)
    key = ""
    for place, name in enumerate(known):
        found = readings(name)
        if place == 0:
            key = " ".join(found[0]).lower()[:KEY_LENGTH]
        for syllables in found:
            lines[("".join(syllables)).lower()] = None
            lines[("".join(part[:1] for part in syllables)).lower()] = None
    lines |= dict.fromkeys(code.lower() for code in codes if code)
    return Search(key, grams(lines), "\n".join(lines))


class Searchable(models.Model):
    """Base of models that are found by name, pinyin, initials and fragments; `findable` gives the three values.

    A large table wants a GIN index on `grams` with the operator class ``sec.key_ops``.
    """

    pinyin_key = models.CharField(max_length=KEY_LENGTH, blank=True)  # for sorting
    grams = ArrayField(
        models.CharField(max_length=8), default=list
    )  # pairs of characters of what it is found by
    search_text = models.TextField(
        blank=True
    )  # what the grams were made of, one text a line: for the recheck

    class Meta:
        abstract = True


def findable(*names: str, codes: Iterable[str] = ()) -> dict[str, Any]:
    """Return the values by which a `Searchable` row with these names is found: to be stored with it."""
    return asdict(search_of(names, codes))


def grams_of(text: str) -> Sequence[str]:
    """Return the pairs of characters that a search text is looked up by; a single character stands for itself."""
    joined = "".join(text.lower().split())
    return [joined[place : place + 2] for place in range(max(1, len(joined) - 1))] if joined else []


def named(text: str) -> Q:
    """Return the condition that a row's names, pinyin, initials, former names or codes hold a text."""
    cleaned = " ".join(text.lower().split())
    written = Q(search_text__icontains=cleaned) | Q(search_text__icontains=cleaned.replace(" ", ""))
    return Q(grams__holds=list(grams_of(cleaned))) & written
