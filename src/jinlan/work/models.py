"""What someone must do next. The small part that identification uses: decisions that wait for a person."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import Scoped


class Task(Scoped):
    """Something that one person or role has to do about a unit. `subject` makes opening it idempotent.

    The unit's lead does it, unless it was given to somebody else (`assignee`, an employee's code). Of it people change who does it
    and when it comes up again, never whether it is done: that follows from what it is about.
    """

    CLASSES = {"*": INTERNAL, "title": FIGURE, "detail": FIGURE, "assignee": STAFF}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(db_default=RandomUUID(), unique=True)
    entity = models.CharField(max_length=16)
    subject = models.CharField(max_length=200)  # e.g. "tier:GROUP-000012:2026-10-31"
    kind = models.CharField(max_length=20)
    unit_id = models.BigIntegerField()
    domain = models.SmallIntegerField()
    branch_id = models.BigIntegerField()
    role = models.CharField(max_length=20)  # whose decision it is
    title = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    opened_on = models.DateField()
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    assignee = models.CharField(max_length=64, blank=True, default="", db_default="")
    snoozed_until = models.DateField(null=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "subject"], name="task_subject_unique")]
        indexes = [models.Index(fields=["unit_id", "closed_at"], name="task_unit")]


class Approval(Scoped):
    """An act that somebody asked for and others check, stage by stage; it runs when the last stage said yes.

    `payload_hash` and `version` fix what is checked: another content, or an object that changed meanwhile, makes it void.
    """

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "maker": STAFF, "maker_name": STAFF}
    STATES = (
        ("open", "待复核"),
        ("done", "已执行"),
        ("refused", "已拒绝"),
        ("void", "已作废"),
        ("expired", "已过期"),
    )
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    act = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    payload = models.JSONField()
    payload_hash = models.CharField(max_length=64)
    version = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    unit_id = models.BigIntegerField(null=True)
    domain = models.SmallIntegerField(null=True)
    branch_id = models.BigIntegerField(null=True)
    beneficiaries = models.JSONField(default=list)  # employee codes
    stages = models.JSONField()  # [[role, …], …]
    stage = models.SmallIntegerField(default=0)
    maker = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")
    maker_name = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=STATES, default="open")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "act", "payload_hash"],
                condition=models.Q(state="open"),
                name="approval_open_once",
            ),
            models.UniqueConstraint(fields=["id", "maker"], name="approval_maker"),
        ]
        indexes = [models.Index(fields=["state", "-opened_at"], name="approval_state")]


class Decision(Scoped):
    """What one person said at one stage; the database itself refuses the maker, and a second word of the same person."""

    CLASSES = {"*": STAFF, "id": INTERNAL, "approval": INTERNAL, "reason": FIGURE}
    id = models.BigAutoField(primary_key=True)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    maker_id = models.BigIntegerField()
    person = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=100)
    username = models.CharField(max_length=64)
    stage = models.SmallIntegerField()
    approves = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["approval", "person"], name="decision_one_word"),
            models.UniqueConstraint(fields=["approval", "stage"], name="decision_one_per_stage"),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("maker_id")), name="decision_four_eyes"
            ),
        ]


class PreflightRecord(Scoped):
    """One asking whether something may go ahead, with every answer. Never changed; `root` is the first asking of a recheck."""

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "person": STAFF, "person_name": STAFF}
    MOMENTS = (("ask", "预检"), ("recheck", "复检"), ("release", "执行前"))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    kind = models.CharField(max_length=20)
    moment = models.CharField(max_length=8, choices=MOMENTS)
    root = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    unit_id = models.BigIntegerField(null=True)
    domain = models.SmallIntegerField(null=True)
    branch_id = models.BigIntegerField(null=True)
    party_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=12, blank=True)
    purpose = models.CharField(max_length=20, blank=True)
    facts = models.JSONField(default=dict)
    planned_at = models.DateTimeField()
    person = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    colour = models.CharField(max_length=5)
    clear = models.BooleanField()  # nothing stood in the way, or people cleared it
    verdicts = (
        models.JSONField()
    )  # [{"code", "title", "colour", "text", "rule_text", "source", "data", "way_out", "version", "cleared"}]

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["party_id", "-asked_at"], name="preflight_party")]


class Clearance(Scoped):
    """An amber verdict that somebody took on himself, or a red one that others let pass; for one undertaking, check and version."""

    CLASSES = {"*": FIGURE, "id": INTERNAL, "person": STAFF, "person_name": STAFF}
    KINDS = (("ack", "确认"), ("override", "例外放行"))
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    preflight = models.ForeignKey(PreflightRecord, on_delete=models.PROTECT, related_name="clearances")
    check_code = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=KINDS)
    version = models.CharField(max_length=200, blank=True)
    approval = models.ForeignKey(Approval, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")  # who spoke last
    person_name = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="ack", approval__isnull=True) | models.Q(kind="override", approval__isnull=False),
                name="clearance_override_approved",
            ),
        ]  # fmt: skip


class Release(Scoped):
    """What went ahead, once per preflight: whoever sees the party sees that it was contacted, not what was said about it."""

    CLASSES = {"*": FIGURE, "id": INTERNAL, "person": STAFF}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    preflight = models.OneToOneField(PreflightRecord, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    party_id = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=12, blank=True)
    purpose = models.CharField(max_length=20, blank=True)
    person = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["party_id", "channel", "at"], name="release_party")]


class IndicatorValue(Scoped):
    """An indicator as it stood on a published date: value, parts, target, and why there is none. Written by `work.snapshots` alone."""

    CLASSES = {"*": FIGURE, "id": INTERNAL, "code": INTERNAL, "why": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    code = models.CharField(max_length=20)
    as_of = models.DateField()
    run_id = models.BigIntegerField()  # serving.Run that speaks for the date
    value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    top = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    bottom = models.DecimalField(max_digits=24, decimal_places=2, null=True)
    target = models.DecimalField(max_digits=24, decimal_places=6)
    met = models.BooleanField(null=True)
    why = models.CharField(max_length=20, blank=True)
    inputs = models.JSONField(default=dict)  # {"rule", "cases": [[about, key, said], …], …}
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "code", "as_of"], name="indicator_value_once"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False, met__isnull=False, why="")
                | models.Q(~models.Q(why=""), value__isnull=True, met__isnull=True),
                name="indicator_value_or_why",
            ),
        ]
