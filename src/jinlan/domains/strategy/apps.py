"""Chapter 1 as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """Definitions and overrides."""

    name = "jinlan.domains.strategy"
    label = "strategy"

    def ready(self) -> None:
        """Declare the acts and jobs of this room."""
        from jinlan.domains.strategy import tasks  # noqa: F401
        from jinlan.domains.strategy.services import committee, overrides, versions  # noqa: F401
