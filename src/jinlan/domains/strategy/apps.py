"""Chapter 1 as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """Definitions, overrides and the service charter."""

    name = "jinlan.domains.strategy"
    label = "strategy"

    def ready(self) -> None:
        """Declare the acts, jobs and indicators of this room, and offer its lists."""
        from jinlan.domains.strategy import tasks  # noqa: F401
        from jinlan.domains.strategy.indicators import INDICATORS
        from jinlan.domains.strategy.resources import LeadChanges, Obligations, Quiets
        from jinlan.domains.strategy.selectors.events import overrides as set_by_hand
        from jinlan.domains.strategy.selectors.events import tier_steps
        from jinlan.domains.strategy.selectors.wishes import quiet_wishes
        from jinlan.domains.strategy.services import committee, overrides, targets, trials, versions  # noqa: F401
        from jinlan.kernel.resource.registry import register
        from jinlan.work import happened, indicators
        from jinlan.work.wished import register_wishes

        register(Obligations)
        register(Quiets)
        register(LeadChanges)
        for one in INDICATORS:
            indicators.register(one)
        register_wishes(quiet_wishes)
        happened.register_events("tier", (happened.TIER,), tier_steps)
        happened.register_events("override", (happened.TIER,), set_by_hand)
