"""One action on more rows than a page waits for: a job in the name of who asked, row by row, each done once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.acts import perform
from jinlan.kernel.jobs import job
from jinlan.kernel.notices import notice_kind, notify
from jinlan.kernel.resource.declare import RESOURCES, Action, Resource
from jinlan.kernel.resource.doing import possible, row_of
from jinlan.kernel.scope import scoped, system_actor
from jinlan.kernel.working import Running

NAME = "kernel.many"
KEPT = 500  # rows that were not done, which the result names
ENDED = notice_kind(
    "kernel.many_ended", why=gettext_lazy("您提交的批量办理"), icon="list-details",
    words=lambda said: _("批量办理已结束：%(done)s 行已完成，%(left)s 行没有做") % said,
)  # fmt: skip


def one_of_many(
    actor: Actor,
    resource: Resource,
    action: Action,
    payload: Mapping[str, Any],
    row: UUID,
    *,
    key: str,
    reason: str,
) -> tuple[bool, str | Refused]:
    """Do an action to one row, once under a key; returns whether it was done, and what to say of it."""
    try:
        with scoped(actor):
            possible(action, row_of(resource, actor, row))
        outcome = perform(
            actor=actor, act=action.act.name, payload={**payload, action.target: row}, key=f"{key[:31]}:{row.hex}", reason=reason
        )  # fmt: skip
    except Refused as refused:
        return False, refused
    return True, _("已提交复核") if outcome.asked else _("已完成")


@job(NAME, title=gettext_lazy("批量办理"), steps=True)
def many(
    *, actor: Actor, running: Running, resource: str, action: str, payload: dict[str, Any], reason: str, rows: list[str]
) -> dict[str, Any]:  # fmt: skip
    """Do an action to rows named by their public ids; the result counts them and names those that were not done, with the reason."""
    declared = RESOURCES[resource]
    wanted = declared.action(action)
    if wanted is None:
        raise Refused("NO_ACTION", "没有这项操作。", "")
    done, left = 0, list[list[Any]]()
    for number, row in enumerate(rows):
        running.progress(number, len(rows))
        good, said = one_of_many(
            actor, declared, wanted, payload, UUID(row), key=running.public_id.hex, reason=reason
        )
        done += good
        left += [[row, said.kept()]] if isinstance(said, Refused) else []
    with scoped(system_actor(actor.entity, actor.at), write=True) as scope:
        notify(
            ENDED, actor=scope.actor, people=[actor.person_id], key=str(running.public_id), url=f"/jobs/{running.public_id}",
            done=done, left=len(left),
        )  # fmt: skip
    return {"done": done, "left": left[:KEPT], "more": max(0, len(left) - KEPT)}


def named(actor: Actor, args: Mapping[str, Any], left: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return the rows that were not done as whoever looks may see them: label, address and what was said; in his scope."""
    resource = RESOURCES[args["resource"]]
    keys = [UUID(row) for row, _said in left]
    found = {
        row.public_id: row
        for row in resource.decorate(actor, list(resource.pick(actor, resource.rows(actor), keys)))
    }
    return [
        {
            "label": resource.label(found[key]) if key in found else _("已看不到"),
            "url": resource.url_of(found[key]) if key in found else "",
            "said": Refused.again(said)
            if isinstance(said, dict)
            else said,  # a text: from an earlier version
        }
        for key, (_row, said) in zip(keys, left, strict=True)
    ]
