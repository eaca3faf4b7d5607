"""The kernel as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Mechanisms without business: people, scope, audit, crypto, masks."""

    name = "jinlan.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Register the look-ups."""
        from jinlan.kernel import lookups  # noqa: F401
