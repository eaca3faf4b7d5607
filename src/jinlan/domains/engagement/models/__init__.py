"""Tables of engagement, by topic."""

from __future__ import annotations

from jinlan.domains.engagement.models.agreements import Agreement, AgreementDeed
from jinlan.domains.engagement.models.attachments import Attachment, AttachmentContent
from jinlan.domains.engagement.models.care import Care, CareDay, CareSilence, Gift
from jinlan.domains.engagement.models.handover import HandOver
from jinlan.domains.engagement.models.interactions import Interaction
from jinlan.domains.engagement.models.people import ContactPerson, Pair, Post, Tie
from jinlan.domains.engagement.models.pipeline import Opportunity, OpportunityStep, PipelineMeasure
from jinlan.domains.engagement.models.plans import (
    AccountPlan,
    PlanAction,
    PlanReading,
    PlanReview,
)
from jinlan.domains.engagement.models.promises import Promise, PromiseStep
from jinlan.domains.engagement.models.rhythm import Rhythm

__all__ = [
    "AccountPlan",
    "Agreement",
    "AgreementDeed",
    "Attachment",
    "AttachmentContent",
    "Care",
    "CareDay",
    "CareSilence",
    "ContactPerson",
    "Gift",
    "HandOver",
    "Interaction",
    "Opportunity",
    "OpportunityStep",
    "Pair",
    "PipelineMeasure",
    "PlanAction",
    "PlanReading",
    "PlanReview",
    "Post",
    "Promise",
    "PromiseStep",
    "Rhythm",
    "Tie",
]
