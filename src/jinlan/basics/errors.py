"""Refusals: what a person can act on, against failures, which are bugs or broken machines."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """A business act was refused. `code` is stable, `message` says what happened, `way_out` what to do."""

    def __init__(self, code: str, message: str, way_out: str = "", **params: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.way_out = way_out
        self.params: Mapping[str, object] = params

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()
