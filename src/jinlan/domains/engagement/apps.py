"""Engagement as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """People of a client, interactions with them, promises, plans, opportunities, care and hand-overs."""

    name = "jinlan.domains.engagement"
    label = "engagement"

    def ready(self) -> None:
        """Declare the acts and jobs of this room, offer its lists, and tell other floors what it knows."""
        from jinlan.domains.engagement import tasks  # noqa: F401

        _offer()
        _tell()
        _measure()


def _offer() -> None:
    from jinlan.domains.engagement.resources.absence import Absences
    from jinlan.domains.engagement.resources.agreements import Agreements
    from jinlan.domains.engagement.resources.attachments import Attachments
    from jinlan.domains.engagement.resources.care import CareDays, Cares, CareSilences
    from jinlan.domains.engagement.resources.chances import Chances
    from jinlan.domains.engagement.resources.gifts import GiftsRegister
    from jinlan.domains.engagement.resources.handover import HandOvers
    from jinlan.domains.engagement.resources.interactions import Interactions
    from jinlan.domains.engagement.resources.people import ContactPeople, Pairs
    from jinlan.domains.engagement.resources.pipeline import Opportunities
    from jinlan.domains.engagement.resources.plans import PlanActions, Plans
    from jinlan.domains.engagement.resources.promises import Promises
    from jinlan.domains.engagement.resources.rhythm import Silences
    from jinlan.domains.engagement.resources.team import TeamProposals
    from jinlan.kernel.resource.registry import register

    for resource in (
        Interactions, Promises, ContactPeople, Pairs, Absences, TeamProposals, HandOvers, Silences, Plans, PlanActions, Agreements, Opportunities,
        Attachments, Chances, Cares, CareDays, CareSilences, GiftsRegister,
    ):  # fmt: skip
        register(resource)


def _tell() -> None:
    from jinlan.clients.vault import register_erasing
    from jinlan.domains.engagement.selectors import events
    from jinlan.domains.engagement.selectors.counting import contacts, reviews
    from jinlan.domains.engagement.services.attachments import erase_files
    from jinlan.work import happened
    from jinlan.work.contacted import register_contacts

    register_erasing(erase_files)
    register_contacts(contacts)
    register_contacts(reviews)
    happened.register_events("interaction", (happened.INTERACTION,), events.held)
    happened.register_events("promise", (happened.PROMISE,), events.promise_steps)
    happened.register_events("plan", (happened.PLAN,), events.plans_begun)
    happened.register_events("plan_review", (happened.PLAN,), events.plans_reviewed)
    happened.register_events("agreement", (happened.PLAN,), events.agreements_signed)
    happened.register_events("agreement_end", (happened.PLAN,), events.agreements_ended)
    happened.register_events("opportunity", (happened.OPPORTUNITY,), events.opportunity_steps)
    happened.register_events("greeting", (happened.CARE,), events.greeted)
    happened.register_events("gift", (happened.CARE,), events.gifts_given)


def _measure() -> None:
    from jinlan.domains.engagement import care_indicators
    from jinlan.domains.engagement import indicators as pipeline_indicators
    from jinlan.domains.engagement.care_checks import CHECKS
    from jinlan.work import indicators
    from jinlan.work.preflight import register_check

    for check in CHECKS:
        register_check(check)
    for one in (*pipeline_indicators.INDICATORS, *care_indicators.INDICATORS):
        indicators.register(one)
