"""The promise ledger (承诺台账): what either side said it would do, until when, and what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jinlan.domains.engagement.models.base import ABOUT, AboutMember, Walled
from jinlan.domains.engagement.models.interactions import Interaction
from jinlan.domains.engagement.models.people import ContactPerson
from jinlan.kernel.fields import INTERNAL, STAFF


class Promise(AboutMember, Walled):
    """One promise. Its steps are its history; it is shared with the client unless `internal`."""

    CLASSES = {**ABOUT, "owner": STAFF, "readers": INTERNAL, "inside": INTERNAL, "made_by": STAFF, "made_at": INTERNAL,
               "closed_at": INTERNAL, "edition": INTERNAL}  # fmt: skip
    SIDES = (("bank", "我行"), ("client", "客户"))
    STATES = (
        ("made", "进行中"),
        ("kept", "已兑现"),
        ("late", "迟延兑现"),
        ("broken", "未兑现"),
        ("released", "已解除"),
    )
    side = models.CharField(max_length=8, choices=SIDES)
    what = models.CharField(max_length=300)
    owner = models.CharField(max_length=64)  # employee code: who does it, or who follows the client's
    person = models.ForeignKey(ContactPerson, null=True, on_delete=models.PROTECT, related_name="+")
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.PROTECT, related_name="promises")
    made_on = models.DateField()
    due_on = models.DateField()
    first_due_on = models.DateField()  # as it was promised first
    state = models.CharField(max_length=10, choices=STATES, default="made")
    closed_on = models.DateField(null=True)
    evidence = models.CharField(max_length=500, blank=True, default="")
    internal = models.BooleanField(default=False)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    edition = models.IntegerField(default=1)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("made_on"), first_due_on__gte=F("made_on")), name="promise_period"
            ),
            models.CheckConstraint(
                condition=Q(state="made", closed_on=None, closed_at=None)
                | Q(~Q(state="made"), closed_on__isnull=False, closed_at__isnull=False),
                name="promise_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state="kept") | Q(closed_on__lte=F("due_on")), name="promise_kept_in_time"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("late", "broken")) | Q(closed_on__gt=F("due_on")), name="promise_late"
            ),
            models.CheckConstraint(
                condition=Q(inside=False) | Q(readers__len__gte=1), name="promise_readers"
            ),
        ]
        indexes = [
            models.Index(fields=["unit_id", "state", "due_on"], name="promise_unit"),
            models.Index(fields=["entity", "owner", "state", "due_on"], name="promise_owner"),
        ]


class PromiseStep(AboutMember, Walled):
    """One step of a promise's life: made, moved to another day, kept, late, broken, released, taken over. Never changed."""

    CLASSES = {**ABOUT, "by": STAFF, "by_name": STAFF, "at": INTERNAL, "act": INTERNAL, "readers": INTERNAL,
               "inside": INTERNAL}  # fmt: skip
    ACTS = (*Promise.STATES, ("moved", "改期"), ("handed", "换人"))
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10, choices=ACTS)
    due_on = models.DateField()  # as it stands after the step
    owner = models.CharField(max_length=64)
    reason = models.CharField(max_length=500, blank=True, default="")
    by = models.CharField(max_length=64)
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta(AboutMember.Meta):
        indexes = [models.Index(fields=["promise", "at"], name="promise_step")]
