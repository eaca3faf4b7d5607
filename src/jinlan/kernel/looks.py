"""How a code is shown: its word, the tone of its badge, its icon and a line of help."""

from __future__ import annotations

from typing import Any, NamedTuple


class Look(NamedTuple):
    """How a code is shown: word, tone of the badge, icon."""

    word: Any
    tone: str = ""
    mark: str = ""
    help: Any = ""
