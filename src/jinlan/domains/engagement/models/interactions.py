"""Interactions: what was planned, met and said with people of a client (06 §6.2, §6.7)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value

from jinlan.domains.engagement.models.base import ABOUT, AboutMember, Walled
from jinlan.kernel.fields import INTERNAL, STAFF


class Interaction(AboutMember, Walled):
    """One visit, call, video talk, mail or event. `minutes_at` says when its minutes were filed: it counts by that (06 §6.2)."""

    CLASSES = {**ABOUT, "staff": STAFF, "readers": INTERNAL, "inside": INTERNAL, "made_by": STAFF, "made_name": STAFF,
               "minutes_by": STAFF, "made_at": INTERNAL, "changed_at": INTERNAL, "edition": INTERNAL, "brief_out": INTERNAL, "brief_edition": INTERNAL}  # fmt: skip
    KINDS = (
        ("VISIT", "拜访"),
        ("CALL", "电话"),
        ("VIDEO", "视频"),
        ("MAIL", "邮件"),
        ("EVENT", "活动"),
    )
    STATES = (("planned", "计划中"), ("held", "已进行"), ("cancelled", "已取消"))
    BEGUN = (("bank", "我行发起"), ("client", "客户发起"))
    kind = models.CharField(max_length=8, choices=KINDS)
    state = models.CharField(max_length=10, choices=STATES)
    begun_by = models.CharField(max_length=8, choices=BEGUN, default="bank")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=100, blank=True, default="")
    subject = models.CharField(max_length=200)  # what it is about; before: what we want
    staff = ArrayField(models.CharField(max_length=64))  # codes of the bank's people who took part
    people = ArrayField(models.BigIntegerField(), default=list, db_default=[])  # keys of ContactPerson
    two_way = models.BooleanField(default=True, db_default=True)  # both sides spoke; a mass mail never is
    minutes = models.TextField(blank=True, default="")
    needs = ArrayField(models.CharField(max_length=200), default=list, db_default=[])
    next_on = models.DateField(null=True)
    minutes_at = models.DateTimeField(null=True)
    minutes_by = models.CharField(max_length=64, blank=True, default="")
    arrived_at = models.DateTimeField(null=True)  # checked in at the client's
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")  # why it was cancelled
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)  # when somebody last did something about it
    edition = models.IntegerField(default=1)
    brief_out = ArrayField(
        models.CharField(max_length=120), default=list, db_default=[]
    )  # marks of sentences that its brief leaves out
    brief_own = models.JSONField(default=list, db_default=Value([], models.JSONField()))  # {part, text, by}
    brief_edition = models.IntegerField(default=0, db_default=0)

    class Meta(AboutMember.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="interaction_period"
            ),
            models.CheckConstraint(condition=Q(staff__len__gte=1), name="interaction_has_staff"),
            models.CheckConstraint(
                condition=Q(minutes_at=None, minutes_by="")
                | Q(Q(minutes_at__isnull=False, state="held"), ~Q(minutes_by="")),
                name="interaction_minutes_held",
            ),
            models.CheckConstraint(
                condition=Q(inside=False) | Q(readers__len__gte=1), name="interaction_readers"
            ),
        ]
        indexes = [
            models.Index(fields=["unit_id", "-starts_at", "-id"], name="interaction_unit"),
            GinIndex(fields=["people"], name="interaction_people"),
        ]
