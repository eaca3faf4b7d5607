"""What a terminal shows while a long command works."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

WIDTH = 100


class ProgressLine:
    """One line that is written over on a terminal; nothing on a pipe, so that output stays clean."""

    def __init__(self) -> None:
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def show(self, text: str) -> None:
        """Show what the command is at."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[2K{text[:WIDTH]}")
            sys.stderr.flush()
            self._shown = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
