"""Chapter 1 as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """Definitions and overrides."""

    name = "jinlan.domains.strategy"
    label = "strategy"
