"""The operations of one resource: list, row, and one operation for each of its actions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Status

from jinlan.api import problems
from jinlan.api.doors import doors
from jinlan.api.shapes import Asked, body_shape, page_shape, row_shape
from jinlan.basics.actor import Actor
from jinlan.basics.ids import uuid7
from jinlan.kernel.figures import speak_in
from jinlan.kernel.keyset import decode, encode, page_of
from jinlan.kernel.resource.asking import OWN, read
from jinlan.kernel.resource.declare import LARGEST, SIZE, Action, Resource
from jinlan.kernel.resource.doing import do, row_of
from jinlan.kernel.resource.forms import ActForm
from jinlan.kernel.scope import scoped

KEY, SEEN = "Idempotency-Key", "If-Match"


def add(api: NinjaAPI, resource: Resource) -> None:
    """Give an API the operations of a resource."""
    may = doors(frozenset(resource.roles))
    tags = [resource.name]
    api.get(
        f"/{resource.name}", auth=may, response=page_shape(resource), tags=tags, url_name=resource.name,
        operation_id=f"{resource.name}_list", summary=str(resource.title), openapi_extra=_asks(resource),
    )(_list(resource))  # fmt: skip
    api.get(
        f"/{resource.name}/{{uuid:public_id}}", auth=may, response=row_shape(resource, whole=True), tags=tags,
        url_name=f"{resource.name}-one", operation_id=f"{resource.name}_row",
    )(_row(resource))  # fmt: skip
    if resource.create is not None:
        _act(resource, resource.create, "", api.post, 201)
    for action in resource.acts():
        if action.target:
            change = action is resource.change
            _act(
                resource,
                action,
                "" if change else f"/{action.name}",
                api.patch if change else api.post,
                200,
            )


def _asks(resource: Resource) -> dict[str, Any]:
    """Return the parameters of a list for the document: they are read by the list itself, as for its page."""
    names = [name for name in (*OWN, *resource.filter_names()) if name != "cols"]
    return {"parameters": [{"in": "query", "name": name, "required": False, "schema": {"type": "string"}} for name in names]}  # fmt: skip


def _list(resource: Resource) -> Callable[..., Any]:
    def operation(request: HttpRequest) -> Any:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        speak_in("")
        with scoped(actor):
            ask = read(resource, request.GET, actor)
            rows, order = resource.listed(actor, ask), resource.order_of(ask)
            page = page_of(rows, order, decode(request.GET.get("cursor", ""), order), _size(request))
            found = resource.decorate(actor, page.rows)
            return {
                "items": [_told(resource, row) for row in found], "count": resource.summary(actor, ask, rows).count,
                "next": encode(page.following) if page.following else None,
                "previous": encode(page.previous) if page.previous else None,
            }  # fmt: skip

    return operation


def _size(request: HttpRequest) -> int:
    text = request.GET.get("limit", "")
    return min(max(int(text), 1), LARGEST) if text.isascii() and text.isdigit() and len(text) < 6 else SIZE


def _told(resource: Resource, row: Any) -> dict[str, Any]:
    return {"id": row.public_id} | {column.name: column.told(row) for column in resource.columns}


def _row(resource: Resource) -> Callable[..., Any]:
    def operation(request: HttpRequest, public_id: UUID, response: HttpResponse) -> Any:
        actor: Actor = request.auth  # type: ignore[attr-defined]
        speak_in("")
        with scoped(actor):
            row = row_of(resource, actor, public_id)
            version = resource.version(row)
            response["ETag"] = f'"{version}"'
            facts = {column.name: column.told(row) for column in resource.facts}
            return _told(resource, row) | facts | {"version": version}

    return operation


def _act(resource: Resource, action: Action, tail: str, method: Any, done: int) -> None:
    """Add the operation of one action."""
    shape = body_shape(resource, action)
    path = f"/{resource.name}/{{uuid:public_id}}{tail}" if action.target else f"/{resource.name}"
    name = (
        f"{resource.name}-{action.name}"
        if tail
        else f"{resource.name}-one"
        if action.target
        else resource.name
    )
    headers = [
        {"in": "header", "name": one, "required": False, "schema": {"type": "string", "maxLength": 64}}
        for one in ((KEY, SEEN) if action.target else (KEY,))
    ]
    declared = method(
        path, auth=doors(frozenset(action.act.roles), resource if action.target else None), response={done: Asked, 202: Asked}, tags=[resource.name], url_name=name,
        operation_id=action.act.name.replace(".", "_"), summary=str(action.label), openapi_extra={"parameters": headers},
    )  # fmt: skip

    def perform(request: HttpRequest, public_id: UUID | None, given: Any) -> Any:
        return _performed(request, resource, action, public_id, given, done)

    if action.target:

        def on_row(request: HttpRequest, public_id: UUID, given: Any) -> Any:
            return perform(request, public_id, given)

        on_row.__annotations__["given"] = shape
        declared(on_row)
    else:

        def new(request: HttpRequest, given: Any) -> Any:
            return perform(request, None, given)

        new.__annotations__["given"] = shape
        declared(new)


def _performed(
    request: HttpRequest, resource: Resource, action: Action, public_id: UUID | None, given: Any, done: int
) -> Any:
    """Do it as the page does: the same form, the same cleaning, the same act."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    sent = {name: _written(value) for name, value in given.model_dump().items() if value is not None}
    sent |= {
        "key": request.headers.get(KEY) or str(uuid7()),
        "seen": request.headers.get(SEEN, "").strip('"'),
    }
    with scoped(actor):
        form = ActForm(sent, action=action, actor=actor)
    if not form.is_valid():
        return problems.invalid([{"field": name, "message": str(text)} for name, texts in form.errors.items() for text in texts])  # fmt: skip
    outcome = do(actor=actor, resource=resource, action=action, public_id=public_id, form=form)
    if outcome.asked is not None:
        return Status(202, {"state": "waiting", "approval": outcome.asked})
    return Status(done, {"state": "done", "id": public_id or outcome.result})


def _written(value: Any) -> Any:
    """Return a value as a form would have it."""
    if isinstance(value, bool):
        return "on" if value else ""
    return str(value) if isinstance(value, Decimal) else value
