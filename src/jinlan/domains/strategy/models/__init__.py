"""Tables of chapter 1."""

from jinlan.domains.strategy.models.committee import AgendaItem, Ballot, Meeting, Seat
from jinlan.domains.strategy.models.decisions import TierDecision, TierProposal
from jinlan.domains.strategy.models.definitions import DefinitionVersion
from jinlan.domains.strategy.models.overrides import Override

__all__ = [
    "AgendaItem",
    "Ballot",
    "DefinitionVersion",
    "Meeting",
    "Override",
    "Seat",
    "TierDecision",
    "TierProposal",
]
