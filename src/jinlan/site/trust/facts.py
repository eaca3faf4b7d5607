"""A seeded bank as plain data: what the oracle judges by. Imports nothing of the product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Grant:
    """A role from a day up to (not including) another; `branch` for branch heads, `domain` to one side of the wall."""

    role: str
    branch: str
    domain: int | None
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who signs in: employee code, home branch, whether personnel and the sign-in still know him."""

    employee: str
    home: str
    employed: bool
    signs_in: bool
    grants: tuple[Grant, ...]
    entity: str = "JLB"


@dataclass(frozen=True, slots=True)
class Cover:
    """An employee on the team of a unit or a party."""

    employee: str
    thing: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that was asked for and waits for a second person: about a unit or (unit "") about no client."""

    unit: str
    maker: str  # user name
    roles: frozenset[str]  # who may speak at the stage that waits
    done: bool = False


@dataclass(slots=True)
class Facts:
    """The bank: codes only."""

    entity: str = "JLB"
    parent: dict[str, str | None] = field(default_factory=dict)
    merged: dict[str, tuple[str, date]] = field(default_factory=dict)
    units: dict[str, tuple[int, str]] = field(default_factory=dict)  # domain, home branch
    parties: dict[str, tuple[int, str]] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    covers: list[Cover] = field(default_factory=list)
    delegations: list[tuple[str, str, date, date]] = field(
        default_factory=list
    )  # absent, deputy, since, until
    people: dict[str, Staff] = field(default_factory=dict)
    matters: dict[str, Matter] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)  # a thing of a list -> the unit that it is about
    own: dict[str, str] = field(default_factory=dict)  # a thing of a list -> whose it is; "" the house's
    tokens: dict[str, str] = field(default_factory=dict)  # unit or party code -> the word in its name


@dataclass(frozen=True, slots=True)
class Row:
    """What the matrix knows of an address.

    `public`: method -> (status for strangers, status for the signed-in); else a page for `roles` and nobody who also
    holds one of `never`, with a status for each method in `answers`. `about`: what of the object must be in sight: ""
    (no object), "header", "figures" or "member" of a unit, else any other kind of thing (`Sight.things`). Methods in
    `effects` change something when they are allowed: they are asked by people who may not. `may` names the roles of a
    method where they differ from `roles`; `stranger` is what somebody who is not signed in is answered.
    """

    roles: frozenset[str] = frozenset()
    about: str = ""
    codes: tuple[str, ...] = ()
    queries: tuple[str, ...] = ("",)
    public: dict[str, tuple[int, int]] | None = None
    by_member: bool = False  # ?party= narrows it to one member
    never: frozenset[str] = frozenset()
    answers: Mapping[str, int] = field(default_factory=lambda: {"GET": 200})
    effects: frozenset[str] = frozenset()
    may: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stranger: int = 302


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may see on one day; codes."""

    roles: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()  # units whole
    headers: frozenset[str] = frozenset()  # units of which the name is seen
    members: frozenset[tuple[str, str]] = frozenset()
    parties: frozenset[str] = frozenset()
    whole: bool = False
    secret: bool = False
    things: frozenset[str] = (
        frozenset()
    )  # what else may be opened: "matter:…", "file:…", "person:…", "session:…"
