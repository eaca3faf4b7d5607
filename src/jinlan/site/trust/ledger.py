"""P21: the compliance ledger, one answer for every item of the standards; here is what makes an answer wrong.

Shape (``tests/trust/asvs.toml``): a header with ``automated``, the share below which the ASVS must not fall, then one table an
item: ``[[item]]`` (OWASP ASVS 5.0.0), ``[[mlps]]`` (GB/T 22239-2019, third level, 8.1.4), ``[[jrt]]`` (JR/T 0171-2020). An item
has ``id``, ``level`` (ASVS only), ``about`` and exactly one of ``tests``, ``promise``, ``not_applicable``, ``deployer``, ``open``.
Source of the numbers and levels: the standard's own list; the words of ``about`` are ours.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinlan.site.commands.trust import PROMISES
from jinlan.site.home import ROOT

LEDGER = ROOT / "tests" / "trust" / "asvs.toml"
ANSWERS = ("tests", "promise", "not_applicable", "deployer", "open")
AUTOMATED = ("tests", "promise")
SHORTEST = 20  # characters of a reason that says something
# The level of every item of a section, in order: 1.2 has ten items, the first five are of level 1, the last of level 3.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
# Chapter: (level 1, level 2, level 3), as the standard counts them itself.
COUNTS = {
    1: (8, 19, 3), 2: (4, 7, 2), 3: (8, 11, 12), 4: (2, 8, 6), 5: (4, 5, 4), 6: (13, 22, 12), 7: (6, 12, 1), 8: (4, 3, 6), 9: (4, 3, 0),
    10: (5, 24, 7), 11: (3, 11, 10), 12: (3, 6, 3), 13: (1, 12, 8), 14: (2, 7, 4), 15: (3, 10, 8), 16: (0, 16, 1), 17: (0, 7, 5),
}  # fmt: skip
# What a bank needs of level 3; of 16.3.2 the half that only level 3 asks for.
EXTRA = (
    "1.2.10", "1.3.12", "2.3.5", "3.4.7", "3.4.8", "4.1.4", "7.5.3", "8.2.4", "8.3.2", "14.2.6", "14.2.7", "14.2.8", "15.4.2", "16.3.2-L3", "16.5.4",
)  # fmt: skip
MLPS = {
    "8.1.4.1": "abcd", "8.1.4.2": "abcdefg", "8.1.4.3": "abcd", "8.1.4.4": "abcdef", "8.1.4.5": "a", "8.1.4.6": "a", "8.1.4.7": "ab",
    "8.1.4.8": "ab", "8.1.4.9": "abc", "8.1.4.10": "ab", "8.1.4.11": "ab",
}  # fmt: skip
Ledger = Mapping[str, Any]
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """What an answer may point at: does a test exist, which promises are proved, which headings deploy.md has."""

    has_test: Callable[[str], bool]
    promises: Collection[str]
    anchors: Collection[str]


@dataclass
class Counted:
    """One part of the ledger in figures."""

    items: int = 0
    automated: int = 0
    deployer: int = 0
    not_applicable: int = 0
    open: int = 0

    @property
    def share(self) -> float:
        """Return what is automated of what applies."""
        return self.automated / max(self.items - self.not_applicable, 1)


@dataclass
class Verdict:
    """What P21 found; `wrong` must stay empty, `canary` must be true."""

    parts: dict[str, Counted] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    canary: bool = False


def wanted() -> dict[str, int]:
    """Return the level of every ASVS item that the ledger must answer."""
    every = {f"{section}.{number}": int(level) for section, levels in LEVELS.items() for number, level in enumerate(levels, 1)}  # fmt: skip
    return {name: level for name, level in every.items() if level < 3} | dict.fromkeys(EXTRA, 3)


def answer_of(item: Item) -> str:
    """Return which answer an item has, "" without one."""
    return next((name for name in ANSWERS if name in item), "")


def problems(ledger: Ledger, known: Known) -> list[str]:
    """Return everything that is wrong with a ledger, a sentence each."""
    items: list[Item] = list(ledger.get("item", ()))
    found = [*_complete("item", items, wanted()), *_complete("mlps", ledger.get("mlps", ()), _mlps()), *_complete("jrt", ledger.get("jrt", ()), None)]  # fmt: skip
    for part in ("item", "mlps", "jrt"):
        for item in ledger.get(part, ()):
            found += [f"{part} {item.get('id')}: {one}" for one in _faults(item, known)]
    stated, true = ledger.get("automated"), count(items).share
    if not isinstance(stated, float) or true < stated:
        found.append(f"automated = {stated} is stated, {true:.4f} is true")
    return found


def _mlps() -> dict[str, None]:
    return {f"{clause}{letter}": None for clause, letters in MLPS.items() for letter in letters}


def _complete(part: str, items: Iterable[Item], ids: Mapping[str, int | None] | None) -> list[str]:
    """Say which ids are there twice, missing, unknown, or of another level."""
    levels = [(str(item.get("id")), item.get("level")) for item in items]
    found = [f"{part} {name} is there {times} times" for name, times in Counter(name for name, _ in levels).items() if times > 1]  # fmt: skip
    if ids is None:
        return found if levels else [f"{part} is empty"]
    there = dict(levels)
    found += [f"{part} {name} is missing" for name in ids if name not in there]
    found += [f"{part} {name} is no item of the standard" for name in there if name not in ids]
    return found + [
        f"{part} {name} is of level {ids[name]}, not {level}" for name, level in there.items() if name in ids and level != ids[name]
    ]  # fmt: skip


def _faults(item: Item, known: Known) -> list[str]:
    """Say what is wrong with one item."""
    given = [name for name in ANSWERS if name in item]
    unknown = set(item) - {"id", "level", "about", *ANSWERS}
    found = [f"unknown key {name}" for name in sorted(unknown)]
    if len(str(item.get("about", ""))) < 10:
        found.append("does not say what it is about")
    if len(given) != 1:
        return [*found, f"has {len(given)} answers ({', '.join(given)}), one is needed"]
    value = item[given[0]]
    if given[0] == "tests":
        return found + _dead(value, known)
    if given[0] == "promise":
        return found if value in known.promises else [*found, f"{value} is no promise that is proved"]
    if not isinstance(value, str) or len(value) < SHORTEST:
        return [*found, f"{given[0]} gives no reason"]
    return found + (_lost(value, known) if given[0] == "deployer" else [])


def _dead(tests: Any, known: Known) -> list[str]:
    if not isinstance(tests, list) or not tests:
        return ["tests is no list of tests"]
    return [f"test {test} does not exist" for test in tests if not known.has_test(str(test))]


def _lost(value: str, known: Known) -> list[str]:
    named = re.findall(r"docs/deploy\.md#([a-z0-9-]+)", value)
    if not named:
        return ["deployer names no section of docs/deploy.md"]
    return [f"docs/deploy.md has no section #{name}" for name in named if name not in known.anchors]


def count(items: Iterable[Item]) -> Counted:
    """Count the answers of one part."""
    found = Counted()
    for item in items:
        name = answer_of(item)
        found.items += 1
        found.automated += name in AUTOMATED
        found.deployer += name == "deployer"
        found.not_applicable += name == "not_applicable"
        found.open += name in ("open", "")
    return found


def anchors_of(text: str) -> frozenset[str]:
    """Return the anchors of the headings of a Markdown text, as hosts of repositories make them."""
    heads = re.findall(r"^#{1,6} +(.+?)\s*$", text, re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads)


def functions_in(source: str) -> frozenset[str]:
    """Return the test functions of a module: ``test_x``, or ``TestY::test_x`` of a class."""
    found: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}  # fmt: skip
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found.add(node.name)
    return frozenset(found)


@cache
def _tests_of(path: Path) -> frozenset[str]:
    return functions_in(path.read_text("utf-8")) if path.is_file() else frozenset()


def has_test(name: str) -> bool:
    """Tell whether a test of this installation exists: ``path::function`` or ``path::Class::method``."""
    path, _, function = name.partition("::")
    return Path(path).name.startswith("test_") and function in _tests_of(ROOT / path)


def known_here() -> Known:
    """Return what answers may point at in this checkout."""
    return Known(has_test, PROMISES, anchors_of((ROOT / "docs" / "deploy.md").read_text("utf-8")))


def read() -> dict[str, Any]:
    """Return the ledger of this checkout."""
    return tomllib.loads(LEDGER.read_text("utf-8"))


def with_dead_test(ledger: Ledger) -> dict[str, Any]:
    """Return a ledger whose first tested item names a test that is not there: the canary."""
    items = [dict(item) for item in ledger["item"]]
    first = next(item for item in items if answer_of(item) == "tests")
    first["tests"] = [first["tests"][0] + "_that_is_not_there"]
    return {**ledger, "item": items}


def prove() -> Verdict:
    """Run P21: count the answers, say what is wrong, and find a planted dead test."""
    ledger, known = read(), known_here()
    parts = {part: count(ledger[part]) for part in ("item", "mlps", "jrt")}
    wrong = problems(ledger, known)
    blind = [one for one in problems(with_dead_test(ledger), known) if "that_is_not_there" in one]
    return Verdict(parts, wrong, len(blind) == 1)
