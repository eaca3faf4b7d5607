"""The first wall: a model with client data whose manager refuses to work where no scope is active."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models

from jinlan.basics.ids import uuid7
from jinlan.kernel.scope import ScopeMissing, active_scope, require_scope

M = TypeVar("M", bound=models.Model)


class ScopedManager(models.Manager[M]):
    """Raises `ScopeMissing` outside `scoped()`; the second wall is the database's policies."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Return a query set, inside a scope only."""
        require_scope()
        return super().get_queryset()


class Scoped(models.Model):
    """Base of every model that holds client data; `class Meta(Scoped.Meta)` keeps the manager for relations too."""

    objects: models.Manager[Any] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class AboutUnit(Scoped):
    """Base of rows about a managed unit, in sight of whoever sees its figures: ``sec.protect(table, 'unit')``."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid7, unique=True)
    entity = models.CharField(max_length=16)
    unit_id = models.BigIntegerField()
    domain = models.SmallIntegerField()
    branch_id = models.BigIntegerField()  # the unit's home

    class Meta(Scoped.Meta):
        abstract = True


class DoorManager(models.Manager[Any]):
    """Rows that are needed before anybody has a scope; the database shows them to the application outside scopes only."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Return a query set, outside every scope only."""
        if active_scope() is not None:
            raise ScopeMissing("what is read before a scope is never read inside one")
        return super().get_queryset()

    def create(self, **values: Any) -> Any:
        """Make a row; `Model.save` would go through the base manager, which asks for a scope."""
        (made,) = self.bulk_create([self.model(**values)])
        return made


class AtTheDoor(Scoped):
    """Base of the tables of signing in and of the worker: `objects` inside a scope, `door` before any."""

    door: models.Manager[Any] = DoorManager()

    class Meta(Scoped.Meta):
        abstract = True
        default_manager_name = "objects"
