"""Writing a definition as the TOML text that a person can read, and that `definition.parse` gives back unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal

from jinlan.insight.definition import Criterion, Definition, Gate, Line, Weighing


def to_toml(definition: Definition) -> str:
    """Return the text of a definition: head, criteria, gates, tiers, each value on a line of its own."""
    head = [
        f"kind = {_text(definition.kind)}",
        f"version = {_text(definition.version)}",
        f"valid_from = {definition.valid_from.isoformat()}",
        f"zh = {_text(definition.zh)}",
        f"en = {_text(definition.en)}",
    ]
    blocks = [
        head,
        *([_weighing(definition.weighing)] if definition.weighing.method != "hand" else []),
        *(_criterion(one) for one in definition.criteria),
        *(_gate(one) for one in definition.gates),
        *(_line(one) for one in definition.lines),
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _weighing(one: Weighing) -> list[str]:
    pairs = [f"{_text(f'{first}/{second}')} = {_text(value)}" for first, second, value in one.pairs]
    return [
        "[weighing]",
        f"method = {_text(one.method)}",
        *([f"share = {_number(one.share)}"] if one.method == "combined" else []),
        *(["", "[weighing.pairs]", *pairs] if pairs else []),
    ]


def _criterion(one: Criterion) -> list[str]:
    return [
        "[[criteria]]",
        f"code = {_text(one.code)}",
        f"family = {_text(one.family)}",
        f"measure = {_text(one.measure)}",
        f"weight = {_number(one.weight)}",
        f"points = [{', '.join(f'[{_number(raw)}, {_number(points)}]' for raw, points in one.points)}]",
        *([f"none = {_number(one.none)}"] if one.none else []),
        *_names(one.zh, one.en),
    ]


def _gate(one: Gate) -> list[str]:
    return [
        "[[gates]]",
        f"code = {_text(one.code)}",
        *([f"limit = {_text(one.limit)}"] if one.limit else []),
        *(["secret = true"] if one.secret else []),
        *_names(one.zh, one.en),
    ]


def _line(one: Line) -> list[str]:
    inside = [f"{code} = [{_number(low)}, {_number(high)}]" for code, low, high in one.within]
    return [
        "[[tiers]]",
        f"tier = {_text(one.tier)}",
        *([f"on = {_text(one.on)}"] if one.on != "score" else []),
        f"entry = {_number(one.entry)}",
        f"exit = {_number(one.exit)}",
        f"observe_up = {one.observe_up}",
        f"observe_down = {one.observe_down}",
        f"min_hold = {one.min_hold}",
        f"decision = {_text(one.decision)}",
        *([f"sizes = [{', '.join(_text(size) for size in one.sizes)}]"] if one.sizes else []),
        *_names(one.zh, one.en),
        *(["", "[tiers.within]", *inside] if inside else []),
    ]


def _names(zh: str, en: str) -> Iterable[str]:
    return [f"zh = {_text(zh)}", f"en = {_text(en)}"]


def _text(value: str) -> str:
    # A JSON string without escaped characters beyond ASCII is a TOML basic string.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")
