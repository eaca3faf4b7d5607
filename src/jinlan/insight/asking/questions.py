"""Questions about definitions; importing this lets both sides of the lake reader's door know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jinlan.lake.reader.questions import Pin, Scope, learn


@learn
@dataclass(frozen=True, slots=True)
class DryRun:
    """What would a definition do to all clients of its kind on a date? Only for who sees the whole bank.

    Args:
        record: the load that the date was evaluated at.
        folder: where the date's results stand in the lake.
        kind: of the clients.
        as_of: the date.
        base: the text in force, which is compared with.
        body: the text that is tried.
        part: ``consequence`` or ``sensitivity``.
        scope: of the person who asks.
    """

    record: Pin
    folder: str
    kind: str
    as_of: date
    base: str
    body: str
    scope: Scope
    part: str = "consequence"


@learn
@dataclass(frozen=True, slots=True)
class Weights:
    """Which weights does the spread of the data give the criteria of a text (entropy)? As `DryRun`."""

    record: Pin
    folder: str
    kind: str
    as_of: date
    body: str
    scope: Scope


@learn
@dataclass(frozen=True, slots=True)
class Books:
    """Lines of the profitability statement of accounts of parties, in two periods of whole months.

    Args:
        record: the load as which the lake is read.
        first: first day of the earlier period.
        as_of: first day of the later one, which ends the earlier.
        last: last day of the later one.
        parties: whose accounts.
        scope: of the person who asks.
    """

    record: Pin
    first: date
    as_of: date
    last: date
    parties: tuple[str, ...]
    scope: Scope
