"""What goes in and out, as schemas made of the same declarations as the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, create_model
from pydantic import Field as Described

from jinlan.kernel.payload import arguments
from jinlan.kernel.resource.declare import Action, Resource


class Body(Schema):
    """Base of what is sent: a name that the act does not know is refused, never ignored."""

    model_config = ConfigDict(extra="forbid")


class Asked(Schema):
    """What became of an action: done (with the row that it made), or waiting for other people."""

    state: str = Described(description="done | waiting")
    id: UUID | None = Described(None, description="public id of the row")
    approval: UUID | None = Described(None, description="public id of the request that waits")


def row_shape(resource: Resource, *, whole: bool) -> type[Schema]:
    """Return the shape of a row: its columns (and, `whole`, what only its own page shows)."""
    columns = (*resource.columns, *(resource.facts if whole else ()))
    fields: dict[str, Any] = {
        one.name: (one.schema | None, Described(None, description=str(one.title))) for one in columns
    }
    fields = {"id": (UUID, ...), **fields}
    if whole:
        fields["version"] = (str, Described(..., description="send it back as If-Match"))
    return create_model(f"{_name(resource)}{'Row' if whole else 'Line'}", __base__=Schema, **fields)


def page_shape(resource: Resource) -> type[Schema]:
    """Return the shape of one page of a list."""
    line = row_shape(resource, whole=False)
    return create_model(
        f"{_name(resource)}Page", __base__=Schema, items=(list[line], ...), count=(int, ...),  # type: ignore[valid-type]
        next=(str | None, Described(None, description="cursor of the next page")),
        previous=(str | None, Described(None, description="cursor of the page before")),
    )  # fmt: skip


def body_shape(resource: Resource, action: Action) -> type[Body]:
    """Return the shape of what an action takes; the types are the act's own."""
    declared = arguments(action.act.run)
    fields: dict[str, Any] = {}
    for name, one in action.fields.items():
        kind, required = declared[name]
        kind = str if one.clean is not None else kind  # a public id, or what a person would write
        fields[name] = (kind if required else kind | None, Described(... if required else None, description=str(one.label)))  # fmt: skip
    if action.act.stages and "reason" not in fields:
        fields["reason"] = (str, Described(..., description="why it is asked for"))
    words = action.name.replace("-", " ").title().replace(" ", "")
    made: type[Body] = create_model(f"{_name(resource)}{words}", __base__=Body, **fields)
    return made


def _name(resource: Resource) -> str:
    return type(resource).__name__
