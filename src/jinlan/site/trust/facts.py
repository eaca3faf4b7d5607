"""A seeded bank as plain data: what the oracle judges by. Imports nothing of the product."""

from __future__ import annotations

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
    tokens: dict[str, str] = field(default_factory=dict)  # unit or party code -> the word in its name


@dataclass(frozen=True, slots=True)
class Row:
    """What the matrix knows of an address.

    `public`: method -> (status for strangers, status for the signed-in); else a page: GET only, for `roles`. `about`:
    what of the object must be in sight: "" (no object), "header", "figures" or "member".
    """

    roles: frozenset[str] = frozenset()
    about: str = ""
    codes: tuple[str, ...] = ()
    queries: tuple[str, ...] = ("",)
    public: dict[str, tuple[int, int]] | None = None
    by_member: bool = False  # ?party= narrows it to one member


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
