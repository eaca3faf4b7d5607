"""Which resources there are; a wrong declaration fails at start, not at a click."""

from __future__ import annotations

import inspect
from dataclasses import replace
from functools import partial
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.kernel.pages import RailEntry, register_rail
from jinlan.kernel.resource.columns import Column
from jinlan.kernel.resource.declare import RESOURCES, Action, Resource

RESERVED = frozenset(("filters", "new", "many", "file", "views", "one"))


def register(declared: type[Resource]) -> Resource:
    """Take a resource into the product; called in `AppConfig.ready`.

    Raises:
        ValueError: the declaration contradicts itself or its acts.
    """
    resource = declared()
    if resource.name in RESOURCES:
        raise ValueError(f"resource {resource.name} is registered twice")
    declared.columns = tuple(_classified(declared, column) for column in declared.columns)
    declared.facts = tuple(_classified(declared, column) for column in declared.facts)
    names = [column.name for column in (*declared.columns, *declared.facts)]
    if len(set(names)) != len(names):
        raise ValueError(f"{resource.name}: a column stands twice")
    for action in resource.acts():
        _check(resource, action)
    called = [one.name for one in resource.acts()]
    if len(set(called)) != len(called) or RESERVED & set(called):
        raise ValueError(f"{resource.name}: two actions have one name, or the name of a page")
    if resource.change is not None and "reason" not in _arguments(resource.change):
        raise ValueError(f"{resource.change.act.name} changes rows and takes no reason")
    RESOURCES[resource.name] = resource
    if resource.key:
        register_rail(RailEntry(
            resource.name, resource.title, resource.name, resource.icon, resource.key, partial(_opens, resource), resource.order
        ))  # fmt: skip
    return resource


def _opens(resource: Resource, actor: Actor) -> bool:
    return actor.has(*(resource.railed or resource.roles))


def _classified(declared: type[Resource], column: Column) -> Column:
    """Give a column the mask of its model field; names are shown to whoever sees the row."""
    classes: Any = getattr(declared.model, "CLASSES", {})
    known = {one.name for one in declared.model._meta.concrete_fields}
    name = column.of if isinstance(column.of, str) and column.of else column.name
    if column.mask or callable(column.of) or name not in known:
        return column
    kind = classes.get(name, classes.get("*")).mask
    return replace(column, mask=kind) if kind not in {"none", "name"} else column


def _arguments(action: Action) -> list[str]:
    return [name for name in inspect.signature(action.act.run).parameters if name != "actor"]


def _check(resource: Resource, action: Action) -> None:
    asked = set(_arguments(action)) - {action.target}
    if set(action.fields) != asked:
        raise ValueError(
            f"{resource.name}: {action.act.name} takes {sorted(asked)}, its form asks for {sorted(action.fields)}"
        )
    if asked & {"key", "seen"}:
        raise ValueError(f"{resource.name}: {action.act.name} uses a name that forms keep for themselves")
    if action.target and action.target not in _arguments(action):
        raise ValueError(f"{resource.name}: {action.act.name} takes no {action.target}")
    if action.act.roles - set(resource.roles):
        raise ValueError(f"{resource.name}: who may {action.act.name} cannot open the list")
