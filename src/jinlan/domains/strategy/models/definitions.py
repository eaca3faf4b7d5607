"""The versions of the criteria."""

from __future__ import annotations

from django.db import models

from jinlan.kernel.fields import INTERNAL
from jinlan.kernel.record import Scoped


class DefinitionVersion(Scoped):
    """One version of the criteria of one kind of unit; the body is the TOML that a person can read."""

    CLASSES = {"*": INTERNAL}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    version = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    approved_by = models.CharField(max_length=200, blank=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["entity", "kind", "version"], name="definition_version_unique")
        ]
