"""Engagement as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """People of a client, interactions with them, and promises of either side."""

    name = "jinlan.domains.engagement"
    label = "engagement"

    def ready(self) -> None:
        """Declare the acts and jobs of this room, and offer its lists."""
        from jinlan.domains.engagement import tasks  # noqa: F401
        from jinlan.domains.engagement.care_checks import CHECKS
        from jinlan.domains.engagement.care_indicators import INDICATORS
        from jinlan.domains.engagement.resources.absence import Absences
        from jinlan.domains.engagement.resources.care import CareDays, Cares, CareSilences
        from jinlan.domains.engagement.resources.gifts import GiftsRegister
        from jinlan.domains.engagement.resources.handover import HandOvers
        from jinlan.domains.engagement.resources.interactions import Interactions
        from jinlan.domains.engagement.resources.people import ContactPeople, Pairs
        from jinlan.domains.engagement.resources.promises import Promises
        from jinlan.domains.engagement.resources.rhythm import Silences
        from jinlan.domains.engagement.resources.team import TeamProposals
        from jinlan.domains.engagement.selectors.counting import contacts
        from jinlan.domains.engagement.selectors.events import gifts_given, greeted, held, promise_steps
        from jinlan.kernel.resource.registry import register
        from jinlan.work import happened, indicators
        from jinlan.work.contacted import register_contacts
        from jinlan.work.preflight import register_check

        for resource in (
            Interactions,
            Promises,
            ContactPeople,
            Pairs,
            Absences,
            TeamProposals,
            HandOvers,
            Silences,
            Cares,
            CareDays,
            CareSilences,
            GiftsRegister,
        ):
            register(resource)
        register_contacts(contacts)
        happened.register_events("interaction", (happened.INTERACTION,), held)
        happened.register_events("promise", (happened.PROMISE,), promise_steps)
        happened.register_events("greeting", (happened.CARE,), greeted)
        happened.register_events("gift", (happened.CARE,), gifts_given)
        for check in CHECKS:
            register_check(check)
        for one in INDICATORS:
            indicators.register(one)
