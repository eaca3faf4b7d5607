"""Engagement as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """People of a client, interactions with them, and promises of either side."""

    name = "jinlan.domains.engagement"
    label = "engagement"

    def ready(self) -> None:
        """Declare the acts of this room, and offer its lists."""
        from jinlan.domains.engagement.resources.people import ContactPeople, Pairs
        from jinlan.kernel.resource.registry import register

        register(ContactPeople)
        register(Pairs)
