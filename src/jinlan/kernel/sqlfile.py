"""SQL files of the rooms, for their migrations. A file that a released migration names is never changed again."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def sql(room: str, name: str) -> str:
    """Return the text of ``<room>/sql/<name>``; `room` is dotted below ``jinlan`` (``domains.strategy``)."""
    return _ROOT.joinpath(*room.split("."), "sql", name).read_text(encoding="utf-8")
