"""The site as a Django app: jobs that join both halves."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """What belongs to no room."""

    name = "jinlan.site"
    label = "site"

    def ready(self) -> None:
        """Declare the jobs."""
        from jinlan.site import measuring, steadiness  # noqa: F401
