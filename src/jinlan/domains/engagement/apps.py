"""Engagement as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """People of a client, interactions with them, and promises of either side."""

    name = "jinlan.domains.engagement"
    label = "engagement"

    def ready(self) -> None:
        """Offer the lists of this room."""
        from jinlan.domains.engagement.resources.absence import Absences
        from jinlan.kernel.resource.registry import register

        register(Absences)
