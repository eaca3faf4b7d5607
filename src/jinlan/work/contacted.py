"""Contacts that count for the service charter, from rooms that write them down themselves: they register a source in `ready`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from jinlan.basics.actor import Actor


@dataclass(frozen=True, slots=True)
class Contacted:
    """A contact with a client as a room knows it; whether its minutes came in time is the charter's question."""

    unit_id: int
    kind: Literal["FACE", "CALL", "REVIEW"]  # a review: of the client's plan
    happened_on: date
    minutes_on: date | None
    two_way: bool
    client_side: bool  # somebody of the client took part
    executive: bool  # so did the bank's sponsor of the client


class Source(Protocol):
    """What a room registers."""

    def __call__(self, actor: Actor, *, unit_id: int | None = None) -> Iterable[Contacted]:
        """Yield what is visible to the actor in the running scope: of all units, or of one."""


_sources: list[Source] = []


def register_contacts(source: Source) -> None:
    """Add a source."""
    if source not in _sources:
        _sources.append(source)


def contacts_made(actor: Actor, *, unit_id: int | None = None) -> Iterator[Contacted]:
    """Yield every contact that rooms wrote down, of all visible units or of one."""
    for source in _sources:
        yield from source(actor, unit_id=unit_id)


def contacts_that_may_count(actor: Actor) -> Iterator[Contacted]:
    """Yield the two-way contacts with somebody of the client that rooms wrote down."""
    return (one for one in contacts_made(actor) if one.two_way and one.client_side)
