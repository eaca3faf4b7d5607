"""The planted stories: what was planted, where, and what a right answer looks like."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Story:
    """One planted story.

    `unit_ids` are the units it is about (``GROUP-<party>`` where the bank gave no number); `expected` holds
    the expected answer and, under ``raw``, the figures planted: money in yuan as text, at 2026-10-31
    unless a key says otherwise.
    """

    code: str
    name_zh: str
    name_en: str
    unit_ids: tuple[str, ...] = ()
    party_ids: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    expected: Mapping[str, Any] = field(default_factory=dict)


def yuan(amount: float) -> str:
    """Write money the way the stories file holds it."""
    return f"{amount:.2f}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{json.dumps(str(key))} = {_value(item)}" for key, item in value.items()) + " }"
        )
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def table(heading: str, pairs: Mapping[str, Any]) -> str:
    """Write one TOML table: scalars, lists and inline tables."""
    return "\n".join([heading, *(f"{key} = {_value(value)}" for key, value in pairs.items())]) + "\n"


def save_stories(out: Path, stories: Iterable[Story]) -> None:
    """Write ``stories.toml``."""
    parts = ["# Planted stories of the demo bank and the answers a right system gives.\n"]
    for story in stories:
        head = {
            name: getattr(story, name)
            for name in ("code", "name_zh", "name_en", "unit_ids", "party_ids", "dates")
        }
        parts += [table("[[story]]", head), table("[story.expected]", story.expected)]
    (out / "stories.toml").write_text("\n".join(parts), encoding="utf-8")


def load_stories(out: Path) -> dict[str, Story]:
    """Read ``stories.toml`` of a demo bank, by code."""
    rows = tomllib.loads((out / "stories.toml").read_text(encoding="utf-8"))["story"]
    return {
        row["code"]: Story(
            row["code"], row["name_zh"], row["name_en"], tuple(row["unit_ids"]), tuple(row["party_ids"]),
            tuple(row["dates"]), row.get("expected", {}),
        )
        for row in rows
    }  # fmt: skip
