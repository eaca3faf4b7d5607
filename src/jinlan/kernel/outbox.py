"""What a transaction leaves for later: jobs, notices to people, and the addresses that are told of events.

A row is written in the transaction of the act, so it is there exactly when the act is. See docs/decisions/0014-jobs.md.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import INTERNAL, STAFF
from jinlan.kernel.record import AtTheDoor, Scoped
from jinlan.kernel.sealed import SealedField


class Job(AtTheDoor):
    """A piece of work that runs after the transaction that asked for it, in the name and with the rights of who asked.

    `args` hold keys and settings, `result` counts and short lines: neither holds a client's data. `taken_by` names the attempt
    that has it now: an attempt that was overtaken cannot finish.
    """

    CLASSES = {"*": INTERNAL, "person": STAFF}
    STATES = (
        ("waiting", "等待"),
        ("running", "进行中"),
        ("done", "已完成"),
        ("refused", "未执行"),
        ("dead", "失败"),
        ("cancelled", "已取消"),
    )
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=80)  # one job of a person per name and key
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=9, choices=STATES, default="waiting")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    taken_by = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)  # 0: not known
    error = models.CharField(max_length=300, blank=True)
    result = models.JSONField(null=True)

    class Meta(AtTheDoor.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "name", "key"], name="job_once")]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=models.Q(state__in=("waiting", "running")), name="job_due"
            ),
            models.Index(fields=["entity", "-id"], name="job_entity"),
        ]


class Notice(Scoped):
    """A line to one person about something that waits for him; `kind` and `values` make its words in his language."""

    CLASSES = {"*": INTERNAL, "person": STAFF, "by": STAFF}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80)  # one notice of a kind per person and key
    values = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(
        null=True
    )  # handed to the mail's job; null: not yet, or no mail of this kind

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["person", "kind", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_person"),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="notice_unread"),
        ]


class Webhook(Scoped):
    """An address of another system of the bank that is told what happened: verbs and keys, never a client's data.

    The audit is the outbox: `xact` and `entry` say up to where it was told.
    """

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=300)
    verbs = models.CharField(
        max_length=1000
    )  # prefixes of verbs, by commas: "work.,compliance.consent_withdrawn"
    secret = SealedField(place=lambda row: str(row.public_id))
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    xact = models.BigIntegerField(default=0)
    entry = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    failures = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "name"], name="webhook_name")]
