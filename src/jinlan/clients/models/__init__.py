"""Tables of who is who, by topic."""

from __future__ import annotations

from jinlan.clients.models.teams import Assignment, Coverage, Covering, Delegation, TeamChange, TeamProposal
from jinlan.clients.models.who import (
    CORPORATE,
    PERSONAL,
    Branch,
    CounterpartyIdentity,
    Employee,
    Party,
    PartyIdentity,
    PartyKey,
    Unit,
    UnitMember,
    data_keys,
    place_of,
)

__all__ = [
    "CORPORATE",
    "PERSONAL",
    "Assignment",
    "Branch",
    "CounterpartyIdentity",
    "Coverage",
    "Covering",
    "Delegation",
    "Employee",
    "Party",
    "PartyIdentity",
    "PartyKey",
    "TeamChange",
    "TeamProposal",
    "Unit",
    "UnitMember",
    "data_keys",
    "place_of",
]
