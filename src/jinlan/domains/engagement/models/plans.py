"""Account plans (客户发展计划) by version, what is done for them, what was measured by hand, and their reviews (06 §6.5)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jinlan.domains.engagement.models.promises import Promise
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import AboutUnit

_KEYS = {
    "id": INTERNAL,
    "public_id": INTERNAL,
    "entity": INTERNAL,
    "unit_id": INTERNAL,
    "domain": INTERNAL,
    "branch_id": INTERNAL,
}


class Drafted(AboutUnit):
    """A document about a client by version: written as a draft, approved by others, then left as it is.

    `entries` is a list of `rules.document.Entry` as JSON keeps them.
    """

    DRAFTED = {**_KEYS, "number": INTERNAL, "state": INTERNAL, "edition": INTERNAL, "content": INTERNAL, "made_by": STAFF, "made_name": STAFF,
               "made_at": INTERNAL, "changed_at": INTERNAL, "checked_by": STAFF, "approved_at": INTERNAL}  # fmt: skip
    number = models.IntegerField()  # 1, 2, … of a client
    state = models.CharField(max_length=10)
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    entries = models.JSONField(default=list)
    content = models.CharField(max_length=64)  # SHA-256 of what would be approved
    edition = models.IntegerField(default=1)
    made_by = models.CharField(max_length=64)
    made_name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    checked_by = ArrayField(
        models.CharField(max_length=64), default=list, db_default=[]
    )  # user names, in order
    approved_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")  # why it was closed or withdrawn

    class Meta(AboutUnit.Meta):
        abstract = True


class AccountPlan(Drafted):
    """One version of a client's plan. What happens with it stands in rows of its own; `shared` are the fields that the client may see."""

    CLASSES = {"*": FIGURE, **Drafted.DRAFTED, "shared": INTERNAL}
    STATES = (
        ("draft", "起草中"),
        ("in_force", "执行中"),
        ("replaced", "已被新版取代"),
        ("closed", "已结束"),
        ("withdrawn", "已撤回"),
    )
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    shared = models.JSONField(default=list)

    class Meta(Drafted.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "number"], name="plan_number"),
            models.UniqueConstraint(fields=["unit_id"], condition=Q(state="draft"), name="plan_one_draft"),
            models.UniqueConstraint(fields=["unit_id"], condition=Q(state="in_force"), name="plan_one_in_force"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="plan_period"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn"), approved_at=None, checked_by=[])
                | Q(state__in=("in_force", "replaced", "closed"), approved_at__isnull=False, checked_by__len__gte=2),
                name="plan_approved",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["entity", "state"], name="plan_state")]


class PlanAction(AboutUnit):
    """An action of the plan in force as it stands: who does it until when, and what came of it. One with a `promise` follows that."""

    CLASSES = {"*": FIGURE, **_KEYS, "entry": INTERNAL, "objective": INTERNAL, "owner": STAFF, "closed_by": STAFF, "closed_at": INTERNAL}  # fmt: skip
    STATES = (("open", "进行中"), ("done", "已完成"), ("dropped", "已取消"))
    plan = models.ForeignKey(AccountPlan, on_delete=models.PROTECT, related_name="actions")
    entry = models.UUIDField()  # key of the entry, the same over versions
    objective = models.UUIDField(null=True)  # null: unplanned
    side = models.CharField(max_length=8, choices=Promise.SIDES)
    text = models.CharField(max_length=300)
    owner = models.CharField(max_length=64)
    since = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=STATES, default="open")
    promise = models.ForeignKey(Promise, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True, default="")
    closed_on = models.DateField(null=True)
    closed_by = models.CharField(max_length=64, blank=True, default="")
    closed_at = models.DateTimeField(null=True)

    class Meta(AboutUnit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "entry"], name="plan_action_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("since")), name="plan_action_period"),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None, closed_at=None, closed_by="")
                | Q(~Q(state="open"), ~Q(closed_by=""), closed_on__isnull=False, closed_at__isnull=False),
                name="plan_action_closed",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["entity", "owner", "state", "due_on"], name="plan_action_owner")]


class PlanReading(AboutUnit):
    """What an objective that is measured by hand had reached on a day, and how that is known. Never changed; a later one counts."""

    CLASSES = {"*": FIGURE, **_KEYS, "objective": INTERNAL, "by": STAFF, "by_name": STAFF, "at": INTERNAL}
    objective = models.UUIDField()  # key of the entry
    read_on = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=4)
    evidence = models.CharField(max_length=500)
    by = models.CharField(max_length=64)
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta(AboutUnit.Meta):
        indexes = [
            models.Index(fields=["unit_id", "objective", "-read_on", "-id"], name="plan_reading_newest")
        ]


class PlanReview(AboutUnit):
    """The minutes of a review of a plan with how far each objective was then. Never changed."""

    CLASSES = {
        "*": FIGURE,
        **_KEYS,
        "health": INTERNAL,
        "staff": STAFF,
        "by": STAFF,
        "by_name": STAFF,
        "at": INTERNAL,
    }
    plan = models.ForeignKey(AccountPlan, on_delete=models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    minutes = models.CharField(max_length=4000)
    decisions = models.CharField(max_length=2000, blank=True, default="")
    staff = ArrayField(models.CharField(max_length=64))
    people = ArrayField(models.BigIntegerField(), default=list, db_default=[])  # keys of ContactPerson
    health = models.CharField(max_length=8)
    reached = models.JSONField(default=list)  # {objective, text, actual, share, line, as_of}
    next_on = models.DateField(null=True)
    by = models.CharField(max_length=64)
    by_name = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta(AboutUnit.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(staff__len__gte=1), name="plan_review_has_staff"),
            models.CheckConstraint(
                condition=Q(next_on=None) | Q(next_on__gt=F("held_on")), name="plan_review_next"
            ),
        ]
        indexes = [models.Index(fields=["unit_id", "-held_on", "-id"], name="plan_review_newest")]
