"""Dry runs that were kept: a text, the date it was tried on, and what it would have done."""

from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from jinlan.kernel.fields import FIGURE, INTERNAL
from jinlan.kernel.record import Scoped


class Trial(Scoped):
    """One kept dry run. Figures of all clients of a kind: in sight of whole-bank kinds only; its text and figures never change."""

    CLASSES = {"*": INTERNAL, "figures": FIGURE, "steadiness": FIGURE}
    WAITING, DONE, FAILED = "waiting", "done", "failed"
    STATES = ((WAITING, _("计算中")), (DONE, _("完成")), (FAILED, _("没有算成")))
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(db_default=RandomUUID(), unique=True)
    entity = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    base_version = models.CharField(max_length=20)
    base_body = models.TextField()
    as_of = models.DateField()
    run_id = models.BigIntegerField()  # the evaluation whose stored measures were judged
    figures = models.JSONField()  # insight.consequence
    steadiness = models.JSONField(
        default=dict
    )  # insight.stability of the text and of what it was compared with
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    note = models.CharField(max_length=300, blank=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "kind", "name"], name="trial_name_unique"),
        ]
