"""Compliance as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    """Consents, and the checks that stand before messages, proposals and exports."""

    name = "jinlan.domains.compliance"
    label = "compliance"

    def ready(self) -> None:
        """Declare the acts, register the checks, and then the list whose ways past a check are theirs."""
        from jinlan.domains.compliance import services  # noqa: F401
        from jinlan.domains.compliance.checks import CHECKS
        from jinlan.domains.compliance.events import withdrawals
        from jinlan.kernel.resource.registry import register
        from jinlan.work.happened import CONSENT, register_events
        from jinlan.work.preflight import register_check

        for check in CHECKS:
            register_check(check)
        register_events("consent", (CONSENT,), withdrawals)
        from jinlan.domains.compliance.resources import Contacts

        register(Contacts)
