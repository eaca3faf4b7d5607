"""How selectors read: `visible(actor, Model)` are the rows of this actor's own scope, and of no other's."""

from __future__ import annotations

from typing import TypeVar

from django.db import models

from jinlan.basics.actor import Actor
from jinlan.kernel.scope import ScopeMissing, require_scope

M = TypeVar("M", bound=models.Model)


def visible(actor: Actor, model: type[M]) -> models.QuerySet[M]:
    """Return the rows of a model that the database shows to `actor`.

    Raises:
        ScopeMissing: no scope runs, or it is somebody else's: a bug, since rows would be another person's.
    """
    if require_scope().actor.person_id != actor.person_id:
        raise ScopeMissing("rows are read in the scope of the actor they are read for")
    rows: models.QuerySet[M] = model._default_manager.all()
    return rows
