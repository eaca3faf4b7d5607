"""A refusal on a terminal: in Chinese, or in English where the process's locale asks for it; needs no Django."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

from jinlan.basics.errors import Refused, speak

CATALOGUES = Path(__file__).resolve().parents[1] / "locale"


def in_english() -> bool:
    """Tell whether the locale of this process is English; the first of its variables that is set decides."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next(filter(None, map(os.environ.get, names)), "").startswith("en")


def printed(refused: Refused) -> str:
    """Return what a terminal shows of a refusal."""
    if not in_english():
        return str(refused)
    before = speak(gettext.translation("django", CATALOGUES, ["en"], fallback=True).gettext)
    try:
        return str(refused)
    finally:
        speak(before)
