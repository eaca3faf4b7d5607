"""The consent ledger (what a client agreed to and took back, and to which texts), and contacts that are prepared."""

from __future__ import annotations

from django.db import models

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import FIGURE, INTERNAL, PUBLIC, STAFF
from jinlan.kernel.record import AboutUnit, Scoped


class ConsentText(Scoped):
    """One version of the text for one purpose, as the client reads it. Never changed: a new wording is a new version."""

    CLASSES = {"*": PUBLIC}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    purpose = models.CharField(max_length=20)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    zh = models.TextField()
    en = models.TextField()
    valid_from = models.DateField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "purpose", "version"], name="consent_text_unique")
        ]


class ConsentEntry(Scoped):
    """One thing that a client said. The ledger is its own history: nothing in it changes, a withdrawal is an entry of its own.

    `purpose` and `channel` are "" for a global "do not contact"; `channel` is "" for purposes without one. `at` is when it was
    said, `recorded_at` when the bank learnt of it.
    """

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "person": STAFF, "person_name": STAFF}
    ACTS = (
        ("given", "授权"),
        ("withdrawn", "撤回"),
        ("suppressed", "请勿联系"),
        ("unsuppressed", "恢复联系"),
    )
    SOURCES = (("person", "本行人员"), ("extract", "供数"))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    party = models.ForeignKey("clients.Party", on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=12, choices=ACTS)
    purpose = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=12, blank=True)
    legal_entity = models.CharField(max_length=16)  # who may rely on it
    legal_basis = models.CharField(max_length=12, blank=True)
    recipient = models.CharField(max_length=200, blank=True)  # SHARING: the other handler, by name
    text_version = models.CharField(max_length=20, blank=True)
    text_sha256 = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    way = models.CharField(max_length=12, blank=True)  # how the client said it
    proof = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=8, choices=SOURCES)
    source_key = models.CharField(max_length=64)
    person = models.ForeignKey("kernel.Person", on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=100)
    recorded_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "source", "source_key", "act"], name="consent_entry_once"),
            models.CheckConstraint(condition=models.Q(at__lte=models.F("recorded_at")), name="consent_not_ahead"),
            models.CheckConstraint(
                condition=models.Q(act__in=("given", "withdrawn"), purpose__gt="")
                | models.Q(act__in=("suppressed", "unsuppressed"), purpose="", channel=""),
                name="consent_about_something",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["party", "-at"], name="consent_party")]


class Contact(AboutUnit):
    """A message to one person that was prepared and waits to go out; `public_id` is that of the first asking of its preflight.

    In sight as the person is among the unit's members: `domain` and `branch_id` are the member's. What was answered, and why it
    was stopped, stands in the preflight alone, since it may speak of the whole client.
    """

    CLASSES = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "person_name": STAFF}
    STATES = (("prepared", "待执行"), ("stopped", "已拦下"), ("released", "已放行"), ("dropped", "已放弃"))
    party_id = models.BigIntegerField()
    unit_branch_id = models.BigIntegerField()  # the unit's home
    purpose = models.CharField(max_length=20)
    channel = models.CharField(max_length=12)
    what = models.CharField(max_length=200)
    offer = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=STATES, default="prepared")
    planned_at = models.DateTimeField()
    prepared_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    person_name = models.CharField(max_length=100)  # who prepared it

    class Meta(AboutUnit.Meta):
        indexes = [models.Index(fields=["party_id", "-prepared_at"], name="contact_party")]
