"""Strategic cooperation agreements (战略合作协议, 总对总) by number, and the promises that they brought about."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from jinlan.domains.engagement.models.plans import Drafted
from jinlan.domains.engagement.models.promises import Promise
from jinlan.kernel.fields import FIGURE, INTERNAL
from jinlan.kernel.record import AboutUnit

_SIGNED = ("in_force", "replaced", "ended")


class Agreement(Drafted):
    """One agreement with a client: drafted, cleared by two others, signed by both sides; a renewal is the next number."""

    CLASSES = {"*": FIGURE, **Drafted.DRAFTED, "signed_at": INTERNAL}
    STATES = (
        ("draft", "起草中"), ("cleared", "待签署"), ("in_force", "执行中"), ("replaced", "已续签"), ("ended", "已终止"), ("withdrawn", "已撤回"),
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    renew_on = models.DateField()  # from when on its renewal is due
    signed_on = models.DateField(null=True)
    signed_ours = models.CharField(max_length=100, blank=True, default="")  # who signed, in what office
    signed_theirs = models.CharField(max_length=100, blank=True, default="")
    reference = models.CharField(max_length=60, blank=True, default="")  # where the signed paper is filed
    signed_at = models.DateTimeField(null=True)

    class Meta(Drafted.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "number"], name="agreement_number"),
            models.UniqueConstraint(fields=["unit_id"], condition=Q(state__in=("draft", "cleared")), name="agreement_one_open"),
            models.UniqueConstraint(fields=["unit_id"], condition=Q(state="in_force"), name="agreement_one_in_force"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on"), renew_on__gte=F("starts_on"), renew_on__lte=F("ends_on")), name="agreement_period"),
            models.CheckConstraint(
                condition=Q(state="draft", approved_at=None, checked_by=[]) | Q(state="withdrawn")
                | Q(state__in=("cleared", *_SIGNED), approved_at__isnull=False, checked_by__len__gte=2),
                name="agreement_cleared",
            ),
            models.CheckConstraint(
                condition=Q(~Q(state__in=_SIGNED), signed_on=None, signed_at=None)
                | Q(Q(state__in=_SIGNED), ~Q(signed_ours=""), ~Q(signed_theirs=""), signed_on__isnull=False, signed_at__isnull=False),
                name="agreement_signed",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["entity", "state", "ends_on"], name="agreement_state")]


class AgreementDeed(AboutUnit):
    """One day of a deed of an agreement, and the promise in the ledger that stands for it."""

    CLASSES = {"*": INTERNAL}
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="deeds")
    entry = models.UUIDField()  # key of the entry
    due_on = models.DateField()  # as it was signed
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="+")

    class Meta(AboutUnit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["agreement", "entry", "due_on"], name="agreement_deed_once")
        ]
