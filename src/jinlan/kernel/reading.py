"""How selectors read: `visible(actor, Model)` are the rows of this actor's own scope, and of no other's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import models

from jinlan.basics.actor import Actor
from jinlan.kernel.scope import ScopeMissing, require_scope

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")
WHOLE_KINDS = frozenset({"A", "C"})  # scopes that are the same for everybody who has them
KEPT_SECONDS = 600


def sees_whole_bank() -> bool:
    """Tell whether the running scope is that of a whole bank: what is about no client is for those only."""
    return require_scope().kind in WHOLE_KINDS


def visible(actor: Actor, model: type[M]) -> models.QuerySet[M]:
    """Return the rows of a model that the database shows to `actor`.

    Raises:
        ScopeMissing: no scope runs, or it is somebody else's: a bug, since rows would be another person's.
    """
    if require_scope().actor.person_id != actor.person_id:
        raise ScopeMissing("rows are read in the scope of the actor they are read for")
    rows: models.QuerySet[M] = model._default_manager.all()
    return rows


def remembered(actor: Actor, key: str, make: Callable[[], T]) -> T:
    """Return `make()`, kept for ten minutes when the scope is a whole bank's; everybody else gets it made afresh.

    Args:
        actor: whose scope runs.
        key: names entity, run and everything else that the value depends on: published rows of a run never change.
        make: reads the value.
    """
    scope = require_scope()
    if scope.kind not in WHOLE_KINDS or scope.actor.person_id != actor.person_id:
        return make()
    name = "whole:" + hashlib.sha256(f"{scope.kind}|{key}".encode()).hexdigest()
    found: T | None = cache.get(name)
    if found is None:
        found = make()
        cache.set(name, found, KEPT_SECONDS)
    return found
