"""What a language model may see of a brief, and which of its sentences are taken.

Only those are whose every figure, day and person stands in the sources that they name. Pure, so that it is tested without a model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST, LONGEST = 12, 300  # sentences that are taken; characters of one
FIGURE = re.compile(r"\d[\d.,]*")
MASK = re.compile(r"\[[PC]\d+\]")
FENCE = re.compile(r"\A\s*```[a-z]*\s*|\s*```\s*\Z")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence of a model with the places (from 0) of the sentences of the brief that it rests on."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Masks:
    """Names that do not leave, and what stands for them: ``[P1]`` for a person, ``[C1]`` for the client."""

    by_name: Mapping[str, str]

    def hide(self, text: str) -> str:
        """Return a text without the names, the longest first, so that no part of a name is left."""
        for name in sorted(self.by_name, key=len, reverse=True):
            text = text.replace(name, self.by_name[name])
        return text

    def show(self, text: str) -> str:
        """Return a text with the names put back."""
        for name, mask in self.by_name.items():
            text = text.replace(mask, name)
        return text


def masks_of(client: str, people: Collection[str]) -> Masks:
    """Return the masks of a client and of the people who are named."""
    found = {client: "[C1]"} if client else {}
    for place, name in enumerate(sorted(set(people) - {client, ""}), 1):
        found[name] = f"[P{place}]"
    return Masks(found)


def accepted(answer: str, sources: Sequence[str]) -> tuple[list[Drafted], int]:
    """Return the sentences of an answer that rest on their sources, and how many were dropped.

    Args:
        answer: what the model wrote: ``{"sentences": [{"text": …, "sources": [1, 2]}]}``, sources counted from 1.
        sources: the sentences that it was given, masked as it saw them.
    """
    try:
        said: Any = json.loads(FENCE.sub("", answer))
        rows = said["sentences"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return [], 0
    if not isinstance(rows, list):
        return [], 0
    found = [one for one in (_rested(row, sources) for row in rows) if one is not None]
    return found[:MOST], len(rows) - len(found[:MOST])


def _figures(text: str) -> set[str]:
    return {one.rstrip(".,") for one in FIGURE.findall(text)}


def _rested(row: Any, sources: Sequence[str]) -> Drafted | None:
    if not isinstance(row, dict):
        return None
    text, named = row.get("text"), row.get("sources")
    if (
        not isinstance(text, str)
        or not isinstance(named, list)
        or not named
        or not text.strip()
        or len(text) > LONGEST
    ):
        return None
    if any(type(one) is not int or not 1 <= one <= len(sources) for one in named):
        return None
    places = tuple(dict.fromkeys(one - 1 for one in named))
    given = " ".join(sources[place] for place in places)
    plain = MASK.sub("", text)
    if not _figures(plain) <= _figures(MASK.sub("", given)):
        return None
    if not set(MASK.findall(text)) <= set(MASK.findall(given)) or re.search(r"[<>\x00-\x1f]", text):
        return None
    return Drafted(text.strip(), places)
