"""Doing an action once, the same way for a page and a program: hold the row, refuse an older version, clean, perform."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused, Words
from jinlan.kernel.acts import Outcome, perform
from jinlan.kernel.resource.declare import Action, Resource
from jinlan.kernel.resource.forms import ActForm
from jinlan.kernel.scope import ScopeDenied, scoped

STALE, NOT_NOW = "STALE", "NOT_NOW"


def row_of(resource: Resource, actor: Actor, public_id: UUID, rows: Any = None) -> Any:
    """Return a row in the actor's sight, decorated; in his scope.

    Raises:
        ScopeDenied: there is none for him.
    """
    found = resource.pick(actor, resource.rows(actor) if rows is None else rows, [public_id]).first()
    if found is None:
        raise ScopeDenied("ABSENT", "没有这条记录。", "")
    return resource.decorate(actor, [found])[0]


def possible(action: Action, row: Any) -> None:
    """Raise `Refused` (NOT_NOW) when an action makes no sense for a row."""
    if row is not None and not action.when(row):
        why = action.why_not or Words("这项操作现在不适用。")
        raise Refused(NOT_NOW, "%(why)s", "请核对它现在的状态。", why=why)


def do(*, actor: Actor, resource: Resource, action: Action, public_id: UUID | None, form: ActForm) -> Outcome:
    """Perform an action with a form that is valid.

    Args:
        actor: who acts.
        resource: the list.
        action: one of its actions.
        public_id: of the row; None for an act that makes one.
        form: its values, its key (done once), and the version of the row that was looked at ("" for any).

    Raises:
        ScopeDenied: no such row in sight, or no right to act.
        Refused: STALE, NOT_NOW, what a field's cleaning or the act refuses.
    """
    with scoped(actor, write=True):
        if public_id is not None:
            _held(resource, actor, action, public_id, form.cleaned_data["seen"])
        payload = form.payload() | ({action.target: public_id} if action.target else {})
        reason = form.cleaned_data.get("reason", "")
        return perform(
            actor=actor, act=action.act.name, payload=payload, key=form.cleaned_data["key"], reason=reason
        )


def _held(resource: Resource, actor: Actor, action: Action, public_id: UUID, seen: str) -> None:
    """Hold the row until the act is done, where this person may change it himself."""
    rows = resource.rows(actor)
    lock = not action.act.stages and _may_update(resource.model)
    row = row_of(resource, actor, public_id, rows.select_for_update() if lock else rows)
    if seen and resource.version(row) != seen:
        raise Refused(STALE, "这条记录在您打开之后被改过。", "请核对现在的内容，再提交一次。")
    possible(action, row)


def _may_update(model: Any) -> bool:
    """Tell whether the role of the running scope may lock rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute("select has_table_privilege(current_user, %s, 'UPDATE')", [model._meta.db_table])
        return bool(cursor.fetchone()[0])
