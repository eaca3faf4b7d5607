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
        from jinlan.domains.engagement.indicators import INDICATORS
        from jinlan.domains.engagement.resources.absence import Absences
        from jinlan.domains.engagement.resources.chances import Chances
        from jinlan.domains.engagement.resources.handover import HandOvers
        from jinlan.domains.engagement.resources.interactions import Interactions
        from jinlan.domains.engagement.resources.people import ContactPeople, Pairs
        from jinlan.domains.engagement.resources.pipeline import Opportunities
        from jinlan.domains.engagement.resources.plans import PlanActions, Plans
        from jinlan.domains.engagement.resources.promises import Promises
        from jinlan.domains.engagement.resources.rhythm import Silences
        from jinlan.domains.engagement.resources.team import TeamProposals
        from jinlan.domains.engagement.selectors.counting import contacts, reviews
        from jinlan.domains.engagement.selectors.events import held, opportunity_steps, promise_steps
        from jinlan.kernel.resource.registry import register
        from jinlan.work import happened, indicators
        from jinlan.work.contacted import register_contacts

        for resource in (
            Interactions,
            Promises,
            ContactPeople,
            Pairs,
            Absences,
            TeamProposals,
            HandOvers,
            Silences,
            Plans,
            PlanActions,
            Opportunities,
            Chances,
        ):
            register(resource)
        register_contacts(contacts)
        register_contacts(reviews)
        happened.register_events("interaction", (happened.INTERACTION,), held)
        happened.register_events("promise", (happened.PROMISE,), promise_steps)
        happened.register_events("opportunity", (happened.OPPORTUNITY,), opportunity_steps)
        for one in INDICATORS:
            indicators.register(one)
