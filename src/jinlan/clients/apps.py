"""The directory of who is who as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Branches, employees, parties, units, coverage and the identity vault."""

    name = "jinlan.clients"
    label = "clients"

    def ready(self) -> None:
        """Declare the jobs of this room."""
        from jinlan.clients import applying  # noqa: F401
