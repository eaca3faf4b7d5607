"""The kernel as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jinlan.basics.errors import speak


class KernelConfig(AppConfig):
    """Mechanisms without business: people, scope, audit, crypto, masks."""

    name = "jinlan.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Let refusals speak the language of who reads them; register the look-ups and the place of the security administrator."""
        from jinlan.kernel import lookups, mailing, standing  # noqa: F401
        from jinlan.kernel.operations import Jobs, Webhooks
        from jinlan.kernel.pages import RailEntry, register_rail
        from jinlan.kernel.resource.registry import register

        speak(gettext)
        register(Jobs)
        register(Webhooks)

        register_rail(
            RailEntry(
                "people", _("人员管理"), "people", "users", "p", lambda who: who.has("security_admin"), 20
            )
        )
