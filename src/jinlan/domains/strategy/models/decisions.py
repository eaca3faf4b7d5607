"""The life of a tier: what the monthly review proposes, and every step that was decided, with its evidence."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jinlan.domains.strategy.models.committee import AgendaItem
from jinlan.domains.strategy.rules import life
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import AboutUnit, Scoped


class TierProposal(AboutUnit):
    """What the review of one month-end found about a unit; written once, by the review alone."""

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL}
    STEPS = (
        (life.UP, _("拟升")), (life.DOWN, _("拟降")), (life.WATCH, _("观察")), (life.RETAINED, _("保留")), (life.SUSPENDED, _("暂停")),
        (life.CLOSED, _("关闭")),
    )  # fmt: skip
    unit_code = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)
    as_of = models.DateField()
    step = models.CharField(max_length=12, choices=STEPS)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    evidence = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "as_of", "step"], name="tier_proposal_once"),
        ]
        indexes = [models.Index(fields=["entity", "as_of"], name="tier_proposal_month")]


class TierDecision(AboutUnit):
    """One step of a tier's life; nothing in it ever changes.

    The committee's steps are written in its meeting and read by the next evaluation; the others (gate, list, automatic line,
    override) are written down by the monthly review, after the fact.
    """

    CLASSES = {
        "*": FIGURE,
        "id": INTERNAL,
        "public_id": INTERNAL,
        "entity": INTERNAL,
        "proposer": STAFF,
        "approvers": STAFF,
    }
    STEPS = (
        (life.UP, _("升层")), (life.DOWN, _("降层")), (life.RETAINED, _("保留")), (life.SUSPENDED, _("暂停")),
        (life.REINSTATED, _("恢复")), (life.CLOSED, _("关闭")),
    )  # fmt: skip
    COMMITTEE = "COMMITTEE"
    SOURCES = (
        (COMMITTEE, _("委员会决定")), ("APPROVED_LIST", _("批准名单")), ("AUTOMATIC", _("自动规则")), ("OVERRIDE", _("人工调整")),
        ("GATE", _("门槛")),
    )  # fmt: skip
    LETTERS = (("", _("无")), (life.LETTER, _("告知函")), (life.TALK, _("沟通要点")))
    unit_code = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)
    step = models.CharField(max_length=12, choices=STEPS)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)
    since = models.DateField()
    source = models.CharField(max_length=14, choices=SOURCES)
    as_of = models.DateField()  # the published date whose figures are the evidence
    evidence = models.JSONField(default=dict)
    item = models.ForeignKey(AgendaItem, null=True, on_delete=models.PROTECT, related_name="decisions")
    meeting_code = models.CharField(max_length=20, blank=True)  # the team reads it, and not the meeting
    proposer = models.CharField(max_length=100, blank=True)
    approvers = ArrayField(models.CharField(max_length=100), default=list)
    letter = models.CharField(max_length=8, choices=LETTERS, blank=True)
    made_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "step", "since", "source"], name="tier_decision_once"),
            models.CheckConstraint(
                condition=Q(source="COMMITTEE", item__isnull=False) | (~Q(source="COMMITTEE") & Q(item=None)),
                name="tier_decision_of_a_meeting",
            ),
        ]
        indexes = [models.Index(fields=["unit_id", "since"], name="tier_decision_unit")]
