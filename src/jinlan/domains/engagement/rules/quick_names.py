"""Who is named in a text: people of the client and colleagues, by name or by surname and title; several candidates are never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DOUBLE = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "端木")
_TITLES = (
    "董事长", "副董事长", "总经理", "副总经理", "总裁", "副总裁", "副总", "总监", "财务总监", "行长", "副行长", "主任", "主席", "书记", "处长", "部长", "经理",
    "科长", "局长", "院长", "校长", "厂长", "会计", "秘书", "先生", "女士", "老师", "工", "董", "总",
)  # fmt: skip
_TITLE = "|".join(sorted(_TITLES, key=len, reverse=True))
_AFTER = r"(?![体行额部计共结之是量监裁经会])"  # 总体, 总行, … are no titles
_EN_TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Chairman|Chairwoman|President|Director|Manager)\.?"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who may be named: by what key, his name, his titles (of a contact person), his name in Latin letters, surname first."""

    key: str
    name: str
    titles: tuple[str, ...] = ()
    latin: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A person whom a text names; several `keys`: it could be each of them."""

    keys: tuple[str, ...]
    text: str
    start: int
    end: int


def surname(name: str) -> str:
    """Return the family name of a Chinese name."""
    return name[:2] if name.startswith(_DOUBLE) else name[:1]


def names_in(text: str, known: Sequence[Known], *, prefixes: str = "") -> list[Named]:
    """Return who is named, in the order of the text, each person once.

    Args:
        text: what was written.
        known: who may be meant.
        prefixes: what makes a familiar name of a surname, e.g. "小老" for colleagues: 小王.
    """
    found = [
        *_whole(text, known),
        *_titled(text, known),
        *_english(text, known),
        *(_familiar(text, known, prefixes) if prefixes else ()),
    ]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Named] = []
    for one in found:
        if kept and one.start < kept[-1].end:
            continue
        if not any(one.keys == other.keys for other in kept):
            kept.append(one)
    sure = {one.keys[0] for one in kept if len(one.keys) == 1}
    return [one for one in kept if len(one.keys) == 1 or not sure & set(one.keys)]


def _whole(text: str, known: Sequence[Known]) -> Iterator[Named]:
    """Yield full names; two people of one name are both candidates."""
    by_name: dict[str, list[str]] = {}
    for one in known:
        for name in filter(None, (one.name if len(one.name) > 1 else "", one.latin, _turned(one.latin))):
            by_name.setdefault(name.lower(), []).append(one.key)
    for name, keys in by_name.items():
        edge = r"(?<![A-Za-z])%s(?![A-Za-z])" if name.isascii() else "%s"
        for match in re.finditer(edge % re.escape(name), text, re.IGNORECASE):
            yield Named(tuple(dict.fromkeys(keys)), match.group(), match.start(), match.end())


def _turned(latin: str) -> str:
    """Return a Latin name with its family name last, "" for one of a single word."""
    family, _space, given = latin.partition(" ")
    return f"{given} {family}" if given else ""


def _titled(text: str, known: Sequence[Known]) -> Iterator[Named]:
    for family in sorted({surname(one.name) for one in known if not one.name.isascii()}):
        for match in re.finditer(f"{re.escape(family)}({_TITLE}){_AFTER}", text):
            same = [one for one in known if surname(one.name) == family]
            yield from _one(match, same, match[1])


def _english(text: str, known: Sequence[Known]) -> Iterator[Named]:
    for match in re.finditer(rf"\b{_EN_TITLE}\s+([A-Z][a-z]+)\b", text):
        same = [one for one in known if one.latin.partition(" ")[0] == match[1].lower()]
        yield from _one(match, same)


def _familiar(text: str, known: Sequence[Known], prefixes: str) -> Iterator[Named]:
    for family in sorted({surname(one.name) for one in known if not one.name.isascii()}):
        for match in re.finditer(f"[{prefixes}]{re.escape(family)}", text):
            same = [one for one in known if surname(one.name) == family]
            yield from _one(match, same)


def _one(match: re.Match[str], same: Sequence[Known], title: str = "") -> Iterator[Named]:
    """Yield the one who is meant: the only one of the name, or the only one who holds the title; else all of them."""
    fitting = [one for one in same if title and any(title in held for held in one.titles)]
    meant = fitting if len(same) > 1 and len(fitting) == 1 else same
    if meant:
        yield Named(tuple(one.key for one in meant), match.group(), match.start(), match.end())
