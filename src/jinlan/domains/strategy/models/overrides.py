"""Overrides of the computed tier."""

from __future__ import annotations

from django.db import models

from jinlan.kernel.fields import FIGURE, INTERNAL
from jinlan.kernel.record import Scoped


class Override(Scoped):
    """A decided exception from the computed tier: read by the nightly run, edited from the committee later."""

    CLASSES = {"*": FIGURE, "id": INTERNAL}
    REASONS = (
        ("INDUSTRY", "战略行业"),
        ("MANDATE", "政府任务"),
        ("SYNERGY", "集团协同"),
        ("RELATIONSHIP", "关系维护"),
    )
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    unit_code = models.CharField(max_length=80)
    tier = models.CharField(max_length=12)
    reason_code = models.CharField(max_length=12, choices=REASONS)
    evidence = models.CharField(max_length=500)
    proposer = models.CharField(max_length=64)
    checker = models.CharField(max_length=64)
    approver = models.CharField(max_length=64)
    valid_from = models.DateField()
    expires = models.DateField()

    class Meta(Scoped.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(expires__gt=models.F("valid_from")), name="override_period"),
            models.CheckConstraint(
                condition=~models.Q(proposer=models.F("approver")) & ~models.Q(proposer=models.F("checker"))
                & ~models.Q(checker=models.F("approver")),
                name="override_three_people",
            ),
        ]  # fmt: skip
