"""The versions of the criteria and of the service charter: texts that a person can read, decided step by step."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from jinlan.kernel.fields import INTERNAL
from jinlan.kernel.record import Scoped


class DefinitionVersion(Scoped):
    """One version of the criteria of one kind of unit, or of the service charter; the body is the TOML that a person can read.

    The database holds its life (`sql/versions.sql`): a body changes in a draft only, whoever reviews is not the author, and what is
    approved never changes.
    """

    CLASSES = {"*": INTERNAL}
    DRAFT, REVIEW, COMMITTEE, APPROVED, WITHDRAWN = "draft", "review", "committee", "approved", "withdrawn"
    STATES = (
        (DRAFT, _("草稿")), (REVIEW, _("待审核")), (COMMITTEE, _("待审议")), (APPROVED, _("已批准")), (WITHDRAWN, _("已撤回")),
    )  # fmt: skip
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(db_default=RandomUUID(), unique=True)
    entity = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    version = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=STATES, default=APPROVED, db_default=APPROVED)
    based_on = models.CharField(max_length=20, blank=True, db_default="")
    purpose = models.CharField(max_length=300, blank=True, db_default="")  # why it is to come
    author = models.CharField(max_length=64, blank=True, db_default="")
    reviewer = models.CharField(max_length=64, blank=True, db_default="")
    approved_by = models.CharField(max_length=200, blank=True)
    edition = models.IntegerField(default=1, db_default=1)  # counts the changes of a draft
    changed_at = models.DateTimeField(null=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "kind", "version"], name="definition_version_unique"),
            models.UniqueConstraint(
                fields=["entity", "kind", "valid_from"], condition=models.Q(state="approved"), name="definition_one_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(reviewer="") | ~models.Q(reviewer=models.F("author")), name="definition_two_people"
            ),
        ]  # fmt: skip

    def speaks(self, on: date) -> bool:
        """Tell whether a version has begun and was not closed; of several the newest is the one in force."""
        return (
            self.state == self.APPROVED
            and self.valid_from <= on
            and (self.valid_to is None or on < self.valid_to)
        )
