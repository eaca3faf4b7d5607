"""A room that P19 adds to the product: jobs that take their time (`drainjobs`); no tables, no pages."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class DrainRoom(AppConfig):
    """The room."""

    name = "jinlan.site.trust.drainroom"
    label = "drainroom"

    def ready(self) -> None:
        """Declare its jobs."""
        import_module("jinlan.site.trust.drainjobs")
