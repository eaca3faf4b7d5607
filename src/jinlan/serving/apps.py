"""The published results as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ServingConfig(AppConfig):
    """Loads, runs and results: written by the system only."""

    name = "jinlan.serving"
    label = "serving"

    def ready(self) -> None:
        """Declare the act that accepts corrections."""
        from jinlan.serving import corrections  # noqa: F401
