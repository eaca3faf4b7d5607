"""The portal as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """People of clients, their sessions and their pages."""

    name = "jinlan.portal"
    label = "portal"

    def ready(self) -> None:
        """Declare the acts."""
        from jinlan.portal import services  # noqa: F401
