"""Tables of chapter 1."""

from jinlan.domains.strategy.models.definitions import DefinitionVersion
from jinlan.domains.strategy.models.overrides import Override
from jinlan.domains.strategy.models.trials import Trial

__all__ = ["DefinitionVersion", "Override", "Trial"]
