"""What someone must do next, as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Tasks and approvals."""

    name = "jinlan.work"
    label = "work"

    def ready(self) -> None:
        """Take the acts that need other eyes, declare the nightly job, and tell what happened."""
        from jinlan.kernel.acts import register_proposer
        from jinlan.work import tasks  # noqa: F401
        from jinlan.work.events import SOURCES
        from jinlan.work.happened import register_events
        from jinlan.work.services import asked_for

        register_proposer(asked_for)
        for name, kind, source in SOURCES:
            register_events(name, (kind,), source)
