"""Hand-overs (移交): a client goes from one who looks after it to another, with a pack, a checklist and three signatures (06 §6.8)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jinlan.clients.models import Covering
from jinlan.kernel.fields import FIGURE, INTERNAL, NAME, STAFF
from jinlan.kernel.record import AboutUnit


class HandOver(AboutUnit):
    """One client's hand-over of one role. The pack is what was known when it was made; signatures stand for its hash.

    `called` is the client's name as the one who takes it over may read it before it is his. `batch` joins those of one book.
    """

    CLASSES = {"*": STAFF, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "unit_id": INTERNAL, "domain": INTERNAL,
               "branch_id": INTERNAL, "role": INTERNAL, "state": INTERNAL, "called": NAME, "pack": FIGURE, "sensitive": FIGURE,
               "complaints": FIGURE, "issues": FIGURE, "checklist": INTERNAL, "batch": INTERNAL}  # fmt: skip
    STATES = (("open", "办理中"), ("signed", "已移交"), ("closed", "已了结"), ("withdrawn", "已撤回"))
    TRIGGERS = (
        ("RESIGN", "离职"),
        ("ROTATE", "轮岗"),
        ("LEAVE", "长期离岗"),
        ("TIER", "层级变化"),
        ("CONFLICT", "利益冲突回避"),
    )
    role = models.CharField(max_length=8, choices=Covering.ROLES)
    giver = models.CharField(max_length=64)  # employee codes
    taker = models.CharField(max_length=64)
    giver_id = models.BigIntegerField(
        null=True
    )  # who signs as giver: himself, or the head who does for one who left
    taker_id = models.BigIntegerField(null=True)
    trigger = models.CharField(max_length=8, choices=TRIGGERS)
    effective_on = models.DateField()
    reason = models.CharField(max_length=500)
    batch = models.UUIDField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    called = models.CharField(max_length=200)
    sensitive = models.CharField(max_length=500, blank=True, default="")  # what needs tact
    pack = models.JSONField(default=dict)
    pack_hash = models.CharField(max_length=64)
    packed_at = models.DateTimeField()
    checklist = models.JSONField(default=dict)  # item -> {by, at, note}
    complaints = models.JSONField(default=dict)  # open complaint -> employee who takes it on, "" for nobody
    giver_signed_at = models.DateTimeField(null=True)
    giver_absent = models.CharField(max_length=500, blank=True, default="")  # why a head signed for him
    taker_signed_at = models.DateTimeField(null=True)
    supervisor_id = models.BigIntegerField(null=True)
    supervisor = models.CharField(max_length=64, blank=True, default="")
    supervisor_name = models.CharField(max_length=100, blank=True, default="")
    supervisor_signed_at = models.DateTimeField(null=True)
    introduce_by = models.DateField(null=True)
    dispute_until = models.DateField(null=True)
    shadow_until = models.DateField(null=True)
    shadow_share = models.DecimalField(max_digits=12, decimal_places=8, null=True)
    carried_at = models.DateTimeField(null=True)  # when open work went over
    carried = models.JSONField(default=dict)  # kind -> how many
    issues = models.JSONField(default=list)  # {number, what, found_on, by, settled_on, note}
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    at = models.DateTimeField()
    closed_on = models.DateField(null=True)

    class Meta(AboutUnit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "role", "giver"], condition=Q(state="open"), name="hand_over_once"),
            models.CheckConstraint(
                condition=Q(supervisor_id=None)
                | (
                    (Q(giver_id=None) | ~Q(supervisor_id=F("giver_id")))
                    & (Q(taker_id=None) | ~Q(supervisor_id=F("taker_id")))
                ),
                name="hand_over_supervised",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("signed", "closed"))
                | Q(
                    giver_signed_at__isnull=False, taker_signed_at__isnull=False, supervisor_signed_at__isnull=False, supervisor_id__isnull=False,
                    dispute_until__isnull=False,
                ),
                name="hand_over_signed",
            ),
            models.CheckConstraint(condition=~Q(state="closed") | Q(closed_on__gt=F("dispute_until")), name="hand_over_closed"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["unit_id", "-at"], name="hand_over_newest"),
            models.Index(fields=["taker_id"], condition=Q(state="open"), name="hand_over_taker"),
        ]
