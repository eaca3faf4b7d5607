"""What happened with a client as this room knows it: interactions and steps of promises, behind their wall; plans, opportunities, greetings, gifts."""

from __future__ import annotations

from django.db.models import Count, F, Q
from django.urls import reverse

from jinlan.basics.actor import Actor
from jinlan.basics.clock import business_date
from jinlan.domains.engagement.models import (
    AccountPlan,
    Agreement,
    Care,
    Gift,
    Interaction,
    OpportunityStep,
    PlanReview,
    PromiseStep,
)
from jinlan.kernel.reading import visible
from jinlan.work.happened import CARE, INTERACTION, OPPORTUNITY, PLAN, PROMISE, Asked, Event, beginning


def held(actor: Actor, asked: Asked) -> list[Event]:
    """Return what was held or cancelled with a client; one query. What is planned lies ahead and is shown apart."""
    rows = (
        visible(actor, Interaction)
        .filter(asked.after("interaction", "starts_at"), unit_id=asked.unit_id)
        .exclude(state="planned")
    )
    rows = rows.filter(staff__contains=[asked.who]) if asked.who else rows
    rows = rows.annotate(files=Count("attachments", filter=Q(attachments__withdrawn_at=None)))
    return [
        Event(
            row.starts_at, "interaction", row.pk, INTERACTION, row.kind, row.subject, tuple(row.staff),
            reverse("interactions-one", kwargs={"public_id": row.public_id}), inside=row.inside, routine=row.kind == "MAIL",
            values={"state": row.state, "minutes": row.minutes, "people": row.people, "place": row.place, "files": row.files},
        )
        for row in rows.order_by("-starts_at", "-id")[: asked.limit]
    ]  # fmt: skip


def promise_steps(actor: Actor, asked: Asked) -> list[Event]:
    """Return the steps of a client's promises; one query. That one was made in the minutes of an interaction is told there."""
    rows = (
        visible(actor, PromiseStep)
        .filter(asked.after("promise", "at"), unit_id=asked.unit_id)
        .select_related("promise")
    )
    rows = rows.exclude(Q(act="made", promise__interaction__isnull=False))
    rows = rows.filter(owner=asked.who) if asked.who else rows
    rows = rows.annotate(what=F("promise__what"), side=F("promise__side"), number=F("promise__public_id"))
    return [
        Event(
            row.at, "promise", row.pk, PROMISE, row.act, row.what, (row.owner,), reverse("promises-one", kwargs={"public_id": row.number}),
            inside=row.inside, values={"side": row.side, "due_on": row.due_on, "by": row.by_name},
        )
        for row in rows.order_by("-at", "-id")[: asked.limit]
    ]  # fmt: skip


TOLD = (
    "opened",
    "advanced",
    "back",
    "won",
    "lost",
)  # steps of an opportunity that matter to the line of time


def opportunity_steps(actor: Actor, asked: Asked) -> list[Event]:
    """Return how far a client's opportunities went; one query. What was ticked, and other days, are told on their own page."""
    rows = visible(actor, OpportunityStep).filter(
        asked.after("opportunity", "at"), unit_id=asked.unit_id, act__in=TOLD
    )
    rows = rows.filter(owner=asked.who) if asked.who else rows
    rows = rows.annotate(title=F("opportunity__title"), number=F("opportunity__public_id"))
    return [
        Event(
            row.at, "opportunity", row.pk, OPPORTUNITY, row.act, row.title, (row.owner,),
            reverse("opportunities-one", kwargs={"public_id": row.number}), values={"stage": row.stage, "by": row.by_name},
        )
        for row in rows.order_by("-at", "-id")[: asked.limit]
    ]  # fmt: skip


def greeted(actor: Actor, asked: Asked) -> list[Event]:
    """Return who of a client was greeted, for which occasion; one query. The day itself is told nowhere here."""
    rows = visible(actor, Care).filter(
        asked.after("greeting", "done_at"), unit_id=asked.unit_id, state="done"
    )
    rows = rows.filter(claimed_by=asked.who) if asked.who else rows
    rows = rows.annotate(named=F("person__name"))
    return [
        Event(
            row.done_at or actor.at, "greeting", row.pk, CARE, "greeted", row.named or "", (row.claimed_by,), reverse("care-one", kwargs={"public_id": row.public_id}),
            values={"occasion": row.occasion, "ordinal": row.ordinal, "channel": row.channel},
        )
        for row in rows.order_by("-done_at", "-id")[: asked.limit]
    ]  # fmt: skip


def gifts_given(actor: Actor, asked: Asked) -> list[Event]:
    """Return what was given to a client's people and offered by them; one query."""
    rows = visible(actor, Gift).filter(
        asked.after_day("gift", "given_on"), unit_id=asked.unit_id, state="valid"
    )
    rows = rows.filter(employee=asked.who) if asked.who else rows
    rows = rows.annotate(named=F("person__name"))
    return [
        Event(
            beginning(row.given_on), "gift", row.pk, CARE, row.direction, row.what, (row.employee,), reverse("gifts-register-one", kwargs={"public_id": row.public_id}),
            dated=True, values={"whom": row.named or "", "value": row.value, "currency": row.currency},
        )
        for row in rows.order_by("-given_on", "-id")[: asked.limit]
    ]  # fmt: skip


def plans_begun(actor: Actor, asked: Asked) -> list[Event]:
    """Return which versions of a client's plan took force; one query. Nobody of ours stands behind one alone."""
    if asked.who:
        return []
    rows = visible(actor, AccountPlan).filter(
        asked.after("plan", "approved_at"), unit_id=asked.unit_id, approved_at__isnull=False
    )
    rows = rows.only("unit_id", "number", "approved_at", "made_name", "ends_on", "public_id")
    return [
        Event(
            row.approved_at or actor.at, "plan", row.pk, PLAN, "in_force", url=reverse("plans-one", kwargs={"public_id": row.public_id}),
            values={"number": row.number, "until": row.ends_on, "by": row.made_name},
        )
        for row in rows.order_by("-approved_at", "-id")[: asked.limit]
    ]  # fmt: skip


def plans_reviewed(actor: Actor, asked: Asked) -> list[Event]:
    """Return when a client's plan was reviewed, and how it did; one query."""
    rows = visible(actor, PlanReview).filter(asked.after_day("plan_review", "held_on"), unit_id=asked.unit_id)
    rows = rows.filter(staff__contains=[asked.who]) if asked.who else rows
    rows = rows.annotate(number=F("plan__number"), plan_key=F("plan__public_id"))
    return [
        Event(
            beginning(row.held_on), "plan_review", row.pk, PLAN, "reviewed", who=tuple(row.staff), dated=True,
            url=reverse("plans-one", kwargs={"public_id": row.plan_key}), values={"number": row.number, "health": row.health},
        )
        for row in rows.order_by("-held_on", "-id")[: asked.limit]
    ]  # fmt: skip


def agreements_signed(actor: Actor, asked: Asked) -> list[Event]:
    """Return which agreements with a client were signed; one query."""
    if asked.who:
        return []
    rows = visible(actor, Agreement).filter(
        asked.after_day("agreement", "signed_on"), unit_id=asked.unit_id, signed_on__isnull=False
    )
    return [
        Event(
            beginning(row.signed_on or business_date(actor.at)), "agreement", row.pk, PLAN, "signed", url=reverse("agreements-one", kwargs={"public_id": row.public_id}), dated=True,
            values={"number": row.number, "until": row.ends_on},
        )
        for row in rows.order_by("-signed_on", "-id")[: asked.limit]
    ]  # fmt: skip


def agreements_ended(actor: Actor, asked: Asked) -> list[Event]:
    """Return which agreements with a client ended before their day; one query."""
    if asked.who:
        return []
    rows = visible(actor, Agreement).filter(
        asked.after_day("agreement_end", "ended_on"), unit_id=asked.unit_id, state="ended"
    )
    return [
        Event(
            beginning(row.ended_on or business_date(actor.at)), "agreement_end", row.pk, PLAN, "ended", url=reverse("agreements-one", kwargs={"public_id": row.public_id}), dated=True,
            values={"number": row.number},
        )
        for row in rows.order_by("-ended_on", "-id")[: asked.limit]
    ]  # fmt: skip
