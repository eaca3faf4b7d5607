"""Targets by person, branch and bank, and what was credited against them.

`sql/targets.sql` holds the sums: children add up to their owner in every month, looked at when a transaction ends.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from jinlan.basics.ids import uuid7
from jinlan.kernel.fields import FIGURE, INTERNAL, STAFF
from jinlan.kernel.record import AboutUnit, Scoped


class Target(Scoped):
    """What an owner is to reach of a metric in a year: twelve months; quarters and year are their sums, stored nowhere."""

    CLASSES = {"*": INTERNAL, "owner": STAFF, "parent": STAFF, "changed_by": STAFF}
    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    year = models.SmallIntegerField()
    metric = models.CharField(max_length=8)
    owner_kind = models.CharField(max_length=8)
    owner = models.CharField(max_length=64, blank=True)  # code of the branch or employee, "" for the bank
    parent_kind = models.CharField(max_length=8, blank=True)
    parent = models.CharField(max_length=64, blank=True)
    months = ArrayField(models.DecimalField(max_digits=24, decimal_places=2))
    currency = models.CharField(max_length=3, blank=True)  # "" for a number of clients
    edition = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "year", "metric", "owner_kind", "owner"], name="target_once"
            ),
            models.CheckConstraint(condition=Q(months__len=12), name="target_twelve_months"),
            models.CheckConstraint(
                condition=Q(owner_kind="BANK", owner="", parent_kind="", parent="")
                | Q(owner_kind="BRANCH", parent_kind__in=["BANK", "BRANCH"])
                | Q(owner_kind="EMPLOYEE", parent_kind="BRANCH"),
                name="target_tree",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "year", "metric", "parent_kind", "parent"], name="target_children")
        ]


class Credit(AboutUnit):
    """What of a client's month was credited to whom; kept by `services.target_refresh`.

    `branch` is the employee's as it was when the month was first credited to him: who moves later takes nothing along.
    """

    CLASSES = {
        "*": FIGURE,
        "id": INTERNAL,
        "public_id": INTERNAL,
        "entity": INTERNAL,
        "employee": STAFF,
        "branch": INTERNAL,
    }
    month = models.DateField()  # its last day
    metric = models.CharField(max_length=8)
    employee = models.CharField(max_length=64, blank=True)  # "" for days on which nobody had the client
    branch = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    share = models.DecimalField(max_digits=12, decimal_places=8)
    run_id = models.BigIntegerField()

    class Meta(AboutUnit.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit_id", "month", "metric", "employee"], name="credit_once"),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="credit_share"),
        ]
        indexes = [models.Index(fields=["entity", "month", "metric"], name="credit_month")]


class Achieved(Scoped):
    """What was credited to an employee at a branch in a month: the sum of his credits, without a word about clients.

    `before_id` is the run that spoke for the month-end before: a change of either has the month credited again.
    """

    CLASSES = {"*": INTERNAL, "employee": STAFF}
    id = models.BigAutoField(primary_key=True)
    entity = models.CharField(max_length=16)
    month = models.DateField()
    metric = models.CharField(max_length=8)
    employee = models.CharField(max_length=64, blank=True)
    branch = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=24, decimal_places=2)
    units = models.IntegerField()  # clients with a credit
    not_measured = models.IntegerField()  # clients whose change is not known; each with one employee only
    run_id = models.BigIntegerField()
    before_id = models.BigIntegerField()

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "month", "metric", "employee", "branch"], name="achieved_once"
            )
        ]
