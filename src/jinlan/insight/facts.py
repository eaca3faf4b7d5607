"""What the lake says on a date about parties and their ties, as plain Python values for membership and gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ENDED = ("CLOSED", "DECEASED", "DISSOLVED")


class Party(NamedTuple):
    """A party's attributes; compliance facts included, so never shown whole."""

    party_id: str
    party_type: str
    party_status: str
    org_size: str | None
    registered_capital: Decimal | None
    home_branch_id: str
    source_key: str | None
    cdd_status: str | None
    cdd_due_date: date | None
    ml_risk_level: str | None


class Span(NamedTuple):
    """A membership somebody states: unit (or group) code, root, member and dates (`until` exclusive)."""

    unit_id: str
    kind: str
    root: str
    party_id: str
    valid_from: date | None
    valid_to: date | None


class Listed(NamedTuple):
    """An entry of the approved list."""

    entry_id: str
    unit_id: str
    kind: str
    root: str
    tier: str
    since: date
    valid_to: date | None
    decided_by: str
    document_no: str


class Edge(NamedTuple):
    """An ownership: `owner` holds `share` of `owned`; the beneficial party stands for a nominee."""

    owner: str
    owned: str
    share: Decimal
    valid_from: date


@dataclass(slots=True)
class Facts:
    """All facts of one date."""

    as_of: date
    parties: dict[str, Party] = field(default_factory=dict)
    opened: dict[str, date] = field(default_factory=dict)  # first account opening of those with accounts
    approved: list[Listed] = field(default_factory=list)
    approved_members: list[Span] = field(default_factory=list)
    credit: list[Span] = field(default_factory=list)
    delivered: list[Span] = field(default_factory=list)
    ownership: list[Edge] = field(default_factory=list)
    relations: list[tuple[str, str, str, date]] = field(default_factory=list)  # from, to, type, valid_from
    guarantees: list[tuple[str, str]] = field(default_factory=list)  # guarantor, guaranteed
    chain: list[tuple[str, str]] = field(default_factory=list)  # who trade with each other
    controllers: list[tuple[str, str]] = field(default_factory=list)  # person, company: by the bank's word
    consented: set[str] = field(default_factory=set)  # purpose HOUSEHOLD, given and not withdrawn
    ended: dict[str, date] = field(default_factory=dict)  # parties no longer alive, and since when we know
    hits: set[str] | None = None  # parties with a confirmed screening hit; None: table absent
