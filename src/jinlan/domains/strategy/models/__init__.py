"""Tables of chapter 1."""

from jinlan.domains.strategy.models.definitions import DefinitionVersion
from jinlan.domains.strategy.models.overrides import Override

__all__ = ["DefinitionVersion", "Override"]
