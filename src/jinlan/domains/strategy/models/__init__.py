"""Tables of chapter 1."""

from jinlan.domains.strategy.models.charter import CharterRefresh, LeaveAlone, Obligation
from jinlan.domains.strategy.models.committee import AgendaItem, Ballot, Meeting, Seat
from jinlan.domains.strategy.models.decisions import TierDecision, TierProposal
from jinlan.domains.strategy.models.definitions import DefinitionVersion
from jinlan.domains.strategy.models.overrides import Override
from jinlan.domains.strategy.models.targets import Achieved, Credit, Target
from jinlan.domains.strategy.models.trials import Trial

__all__ = [
    "Achieved",
    "AgendaItem",
    "Ballot",
    "CharterRefresh",
    "Credit",
    "DefinitionVersion",
    "LeaveAlone",
    "Meeting",
    "Obligation",
    "Override",
    "Seat",
    "Target",
    "TierDecision",
    "TierProposal",
    "Trial",
]
