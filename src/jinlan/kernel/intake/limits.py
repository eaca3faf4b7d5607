"""How large a file may be, packed and unpacked: figures of the rule register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jinlan.basics.register import rule

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file and of all files of one form, pixels of a picture, parts and unpacked bytes of what is packed, objects of a PDF."""

    file: int
    form: int
    pixels: int
    parts: int
    unpacked: int
    objects: int

    @property
    def file_mb(self) -> int:
        """Return the megabytes of one file."""
        return self.file // MB

    @property
    def form_mb(self) -> int:
        """Return the megabytes of one form."""
        return self.form // MB


def limits_on(day: date) -> Limits:
    """Return the limits of a business day."""

    def of(code: str) -> int:
        return int(rule(code, day).value)

    return Limits(
        of("FILE.SIZE") * MB, of("FILE.FORM") * MB, of("FILE.PIXELS") * MB, of("FILE.PARTS"), of("FILE.UNPACKED") * MB, of("FILE.OBJECTS")
    )  # fmt: skip
