"""Tables of chapter 1."""

from jinlan.domains.strategy.models.charter import CharterRefresh, LeaveAlone, Obligation
from jinlan.domains.strategy.models.definitions import DefinitionVersion
from jinlan.domains.strategy.models.overrides import Override
from jinlan.domains.strategy.models.trials import Trial

__all__ = ["CharterRefresh", "DefinitionVersion", "LeaveAlone", "Obligation", "Override", "Trial"]
