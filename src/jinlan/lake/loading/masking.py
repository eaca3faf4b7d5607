"""Personal values as quarantine may show them (domain reference 09 §9.4)."""

from __future__ import annotations

from jinlan.lake.extracts.schema import Column

_LONG, _PHONE = 15, 11


def masked(column: Column, value: object) -> str:
    """Return a value as text, masked when its column never enters the lake in clear."""
    text = "" if value is None else str(value)
    if column.keep == "plain" or not text:
        return text
    if column.keep == "drop":
        return "***"
    return mask(text)


def mask(text: str) -> str:
    """Keep what identifies the faulty record to its owner: ID ``110105********002X``, phone ``138****1234``, ``张*``."""
    if len(text) >= _LONG:
        return text[:6] + "*" * (len(text) - 10) + text[-4:]
    if len(text) >= _PHONE:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    return text[0] + "*" * (len(text) - 1)
