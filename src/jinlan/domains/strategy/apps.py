"""Chapter 1 as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """Definitions, overrides and the service charter."""

    name = "jinlan.domains.strategy"
    label = "strategy"

    def ready(self) -> None:
        """Declare the acts and jobs of this room, and offer its lists."""
        from jinlan.domains.strategy import tasks  # noqa: F401
        from jinlan.domains.strategy.resources import Obligations, Quiets
        from jinlan.domains.strategy.services import (  # noqa: F401
            charter_acts,
            committee,
            overrides,
            targets,
            trials,
            versions,
        )
        from jinlan.kernel.resource.registry import register

        register(Obligations)
        register(Quiets)
