"""Days on which clients asked to be left alone, from rooms that write such wishes down: they register a source in `ready`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from jinlan.basics.actor import Actor


@dataclass(frozen=True, slots=True)
class Wish:
    """A client asked not to be contacted from a day on, before another ("not before")."""

    unit_id: int
    since: date
    until: date


class Source(Protocol):
    """What a room registers."""

    def __call__(self, actor: Actor) -> Iterable[Wish]:
        """Yield what is visible to the actor in the running scope."""


_sources: list[Source] = []


def register_wishes(source: Source) -> None:
    """Add a source."""
    if source not in _sources:
        _sources.append(source)


def wishes(actor: Actor) -> Iterator[Wish]:
    """Yield every wish that rooms know of."""
    for source in _sources:
        yield from source(actor)
