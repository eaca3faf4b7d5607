"""Bookings as columns of ints; text is made of them only when they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = "npt.NDArray[np.integer[Any]]"
INTERNAL, REVERSAL, PENDING, CASHED, CROSS = 1, 2, 4, 8, 16
LATE = 8  # bits 8 and up: days by which the delivery is late


@dataclass(slots=True)
class Entries:
    """Bookings of one month: place of the cash account, day of the month (0 = first), signed cents, codes.

    `other` is a counterparty: >= 0 in the table of names, -1 none. `back` is the row that a reversal undoes.
    """

    place: Ints
    day: Ints
    cents: Ints
    kind: Ints
    other: Ints
    flags: Ints
    channel: Ints
    text: Ints
    back: Ints

    def take(self, rows: Ints) -> Entries:
        """Return the chosen rows, in that order (`back` is not renumbered)."""
        return Entries(*(getattr(self, name)[rows] for name in self.__slots__))


class Pile:
    """Collects bookings of one month."""

    def __init__(self) -> None:
        self._parts: list[Entries] = []

    def add(
        self, place: Ints, day: Ints, cents: Ints, kind: int | Ints, *, other: int | Ints = -1,
        flags: int | Ints = 0, channel: int | Ints = 1, text: int | Ints = -1, back: int | Ints = -1,
    ) -> None:  # fmt: skip
        """Add bookings; scalars are repeated. `other` -2 asks for any outside counterparty."""
        size = len(place)
        if not size:
            return

        def full(value: int | Ints, kind: type[np.integer[Any]]) -> Ints:
            return np.full(size, value, kind) if isinstance(value, int) else value.astype(kind)

        self._parts.append(Entries(
            place.astype(np.int32), day.astype(np.int16), cents.astype(np.int64), full(kind, np.int8),
            full(other, np.int32), full(flags, np.int32), full(channel, np.int8), full(text, np.int8),
            full(back, np.int32),
        ))  # fmt: skip

    def __len__(self) -> int:
        return sum(len(part.place) for part in self._parts)

    def net(self, accounts: int, days: int) -> npt.NDArray[np.int64]:
        """Return the sum of booked cents by account and day (pending bookings do not count)."""
        total: Ints = np.zeros(accounts * days, dtype=np.int64)
        for part in self._parts:
            booked = (part.flags & PENDING) == 0
            cell = part.place[booked].astype(np.int64) * days + part.day[booked]
            np.add.at(total, cell, part.cents[booked])
        return total.reshape(accounts, days)

    def entries(self) -> Entries:
        """Return everything collected, in order of collection."""
        names = Entries.__slots__
        if not self._parts:
            return Entries(*(np.empty(0, dtype=np.int64) for _ in names))
        return Entries(*(np.concatenate([getattr(part, name) for part in self._parts]) for name in names))
