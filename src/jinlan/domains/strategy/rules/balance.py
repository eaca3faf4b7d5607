"""Who should lead which client: proposals that bring overloaded managers under the line and give led-by-nobody clients a lead (06 §6.4).

Every one is a proposal to the head. A client goes to somebody of the same main branch who leads clients of the same side already
and stays within the available hours; of those the nearest in the branch tree, then who knows the industry, then the least loaded.
From an overloaded manager the lowest tier goes first, and of one tier the client who came last: the least is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from jinlan.basics.numbers import half_up

OVERLOADED, NOBODY, GONE = "OVERLOADED", "NOBODY", "GONE"  # why a client should have another lead
SAME_BRANCH, NEAR_BRANCH, INDUSTRY, ROOM = (
    "SAME_BRANCH",
    "NEAR_BRANCH",
    "INDUSTRY",
    "ROOM",
)  # what speaks for the taker
FULL = Decimal(1)
OTHERS = 4  # further takers offered beside the best


@dataclass(frozen=True, slots=True)
class Client:
    """A client with its standard hours; `lead` is "" for nobody, `since` the day its lead came as a sortable text."""

    code: str
    tier: str
    hours: Decimal  # a month; the more, the higher the tier
    domain: int
    branch: str  # its home
    main: str  # the main branch (level 2) to which the home belongs, the home itself above that
    industry: str
    lead: str
    since: str


@dataclass(slots=True)
class Manager:
    """A lead manager; `path` are the codes of the branches from the bank's top down to the own one; `active`: still with the bank."""

    code: str
    path: tuple[str, ...]
    available: Decimal
    active: bool = True
    clients: list[Client] = field(default_factory=list)

    @property
    def hours(self) -> Decimal:
        """Return the standard hours of the clients."""
        return sum((one.hours for one in self.clients), Decimal(0))

    def share(self, more: Decimal = Decimal(0)) -> Decimal:
        """Return the load, with so many hours more, with four places."""
        return half_up((self.hours + more) / self.available, 4)


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who could lead a client: the load before and after, and what speaks for it."""

    code: str
    before: Decimal
    after: Decimal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A client that should have another lead; `takers` the best first. `giver` is "" where nobody leads it."""

    client: Client
    why: str
    giver: str
    giver_before: Decimal | None
    giver_after: Decimal | None
    takers: tuple[Taker, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """What is proposed, and the clients for whom nobody has room (each with why it should move)."""

    proposals: tuple[Proposal, ...]
    stuck: tuple[tuple[Client, str], ...]


def balance(managers: Sequence[Manager], led_by_nobody: Sequence[Client], over: Decimal) -> Balance:
    """Return proposals, each counted on the ones before it; `over` is the load above which a manager is overloaded.

    The managers' books are changed on the way: pass ones that nobody else reads.
    """
    known = {one.code: one for one in managers}
    found: list[Proposal] = []
    stuck: list[tuple[Client, str]] = []
    for client in sorted(led_by_nobody, key=lambda one: (-one.hours, one.code)):
        _move(client, NOBODY, None, known, found, stuck)
    for giver in sorted(managers, key=lambda one: one.code):
        for client in [] if giver.active else sorted(giver.clients, key=lambda one: (-one.hours, one.code)):
            _move(client, GONE, giver, known, found, stuck)
    for giver in sorted(managers, key=lambda one: (-one.share(), one.code)):
        _relieve(giver, over, known, found, stuck)
    return Balance(tuple(found), tuple(stuck))


def _relieve(
    giver: Manager,
    over: Decimal,
    known: dict[str, Manager],
    found: list[Proposal],
    stuck: list[tuple[Client, str]],
) -> None:
    """Move clients away until the giver is not overloaded any more; the last of them tells that it could not be."""
    going = sorted(
        (one for one in giver.clients if one.hours), key=lambda one: (one.hours, _later(one.since), one.code)
    )
    for client in going:
        if not giver.active or giver.share() <= over:
            return
        if _takers(client, known):
            _move(client, OVERLOADED, giver, known, found, stuck)
    if giver.active and giver.share() > over and going:
        stuck.append((going[0], OVERLOADED))


def _later(since: str) -> tuple[int, ...]:
    """Order days so that the latest comes first."""
    return tuple(-ord(sign) for sign in since)


def _move(
    client: Client, why: str, giver: Manager | None, known: dict[str, Manager], found: list[Proposal], stuck: list[tuple[Client, str]]
) -> None:  # fmt: skip
    takers = _takers(client, known)
    if not takers:
        stuck.append((client, why))
        return
    before = giver.share() if giver else None
    if giver:
        giver.clients.remove(client)
    known[takers[0].code].clients.append(client)
    found.append(
        Proposal(client, why, giver.code if giver else "", before, giver.share() if giver else None, takers)
    )


def _takers(client: Client, known: dict[str, Manager]) -> tuple[Taker, ...]:
    """Return who could lead a client, the best first."""
    ranked = []
    for one in known.values():
        if not _may(one, client):
            continue
        distance = 0 if one.path[-1] == client.branch else 1
        skilled = bool(client.industry) and any(each.industry == client.industry for each in one.clients)
        reasons = (NEAR_BRANCH if distance else SAME_BRANCH, *([INDUSTRY] if skilled else []), ROOM)
        after = one.share(client.hours)
        ranked.append(
            ((distance, not skilled, after, one.code), Taker(one.code, one.share(), after, reasons))
        )
    return tuple(taker for _, taker in sorted(ranked, key=lambda row: row[0])[: OTHERS + 1])


def _may(one: Manager, client: Client) -> bool:
    """Tell whether a manager may take a client: with the bank, of its side, of its main branch, with room."""
    return (
        one.active and one.code != client.lead and client.main in one.path
        and any(each.domain == client.domain for each in one.clients) and one.share(client.hours) <= FULL
    )  # fmt: skip
