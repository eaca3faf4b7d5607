"""What rows of engagement share: they are about a client or one of its members, and some stand behind the wall."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jinlan.kernel.fields import FIGURE, INTERNAL
from jinlan.kernel.record import AboutUnit

ABOUT = {"*": FIGURE, "id": INTERNAL, "public_id": INTERNAL, "entity": INTERNAL, "unit_id": INTERNAL, "domain": INTERNAL,
         "branch_id": INTERNAL, "party_id": INTERNAL, "unit_branch_id": INTERNAL}  # fmt: skip


class AboutMember(AboutUnit):
    """Base of rows about a member of a unit, or about the whole unit where `party_id` is null: ``sec.protect(table, 'member')``.

    `domain` and `branch_id` are the member's, or the unit's where the row is about the whole.
    """

    party_id = models.BigIntegerField(null=True)
    unit_branch_id = models.BigIntegerField()  # the unit's home

    class Meta(AboutUnit.Meta):
        abstract = True


class Walled(models.Model):
    """Base of rows that may hold inside information (内幕信息): then only `readers` (keys of persons) and compliance see them."""

    inside = models.BooleanField(default=False, db_default=False)
    readers = ArrayField(models.BigIntegerField(), default=list, db_default=[])

    class Meta:
        abstract = True
