"""What someone must do next. The small part that identification uses: decisions that wait for a person."""

from __future__ import annotations

from django.db import models

from jinlan.kernel.fields import FIGURE, INTERNAL
from jinlan.kernel.record import Scoped


class Task(Scoped):
    """Something that one person or role has to do about a unit. `subject` makes opening it idempotent."""

    CLASSES = {"*": INTERNAL, "title": FIGURE, "detail": FIGURE}
    id = models.BigAutoField(primary_key=True)
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

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["entity", "subject"], name="task_subject_unique")]
        indexes = [models.Index(fields=["unit_id", "closed_at"], name="task_unit")]
