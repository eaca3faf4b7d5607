"""Kept views: a list's address under a name, for oneself or for a role, as a tab of the list where it is pinned."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import ADMINISTRATORS, BUSINESS
from jinlan.kernel.models import SavedView
from jinlan.kernel.reading import visible
from jinlan.kernel.resource.asking import from_query
from jinlan.kernel.resource.declare import RESOURCES
from jinlan.kernel.scope import ScopeDenied

EVERYBODY = (*BUSINESS, *ADMINISTRATORS)
SHARERS = ("branch_head", "dept_head", "risk", "compliance")  # heads give a list to those who work with them
MOST = 40  # of one person and list
PINNED = 6  # tabs that a list has room for


def of(actor: Actor, resource: str) -> QuerySet[SavedView]:
    """Return the kept views that a person has or was given, own ones first; in his scope."""
    mine = Q(person_id=actor.person_id)
    rows = visible(actor, SavedView).filter(mine | Q(role__in=sorted(actor.roles)), resource=resource)
    return rows.order_by("role", "name", "pk")


def pinned(actor: Actor, resource: str) -> list[SavedView]:
    """Return those that stand as tabs."""
    return list(of(actor, resource).filter(pinned=True)[:PINNED])


def may_share(actor: Actor) -> bool:
    """Tell whether a person may give a view to a role."""
    return actor.has(*SHARERS)


@act("resource.keep_view", title=_("保存视图"), roles=EVERYBODY)
def keep_view(*, actor: Actor, resource: str, name: str, query: str, role: str, pinned: bool) -> str:
    """Keep a list's address under a name, in place of an own one of the same name; return its public id.

    Args:
        actor: whose it is.
        resource: the list.
        name: what it is called, at most 40 characters.
        query: the list's query string; kept as the list reads it.
        role: "" for oneself, else the role that is given it.
        pinned: whether it stands as a tab.

    Raises:
        Refused: VIEW_NAME, VIEW_SHARE, VIEW_MANY.
    """
    declared = RESOURCES.get(resource)
    if declared is None or not actor.has(*declared.roles):
        raise ScopeDenied("ABSENT", "没有这个名单。", "")
    name = " ".join(name.split())
    if not 0 < len(name) <= 40:
        raise Refused("VIEW_NAME", "视图名称为 1 至 40 个字。", "请填写名称。", field="name")
    if role and (not may_share(actor) or role not in declared.roles):
        raise Refused("VIEW_SHARE", "您不能把视图给这个角色。", "请只给自己保存。", field="role")
    own = visible(actor, SavedView).filter(person_id=actor.person_id, resource=resource)
    if own.exclude(name=name).count() >= MOST:
        raise Refused("VIEW_MANY", "每个名单最多保存 %(most)s 个视图。", "请先删除不用的视图。", most=MOST)
    values = {
        "query": from_query(declared, query, actor).query(),
        "role": role,
        "pinned": pinned,
        "at": actor.at,
    }
    kept, _made = SavedView.objects.update_or_create(
        person_id=actor.person_id, resource=resource, name=name, defaults=values, create_defaults=values | {"entity": actor.entity}
    )  # fmt: skip
    after = {"resource": resource, "name": name, "role": role, "pinned": pinned}
    audit(actor, "resource.view_kept", "view", kept.public_id, after=after)
    return str(kept.public_id)


@act("resource.drop_view", title=_("删除视图"), roles=EVERYBODY)
def drop_view(*, actor: Actor, public_id: UUID) -> None:
    """Forget one of one's own kept views."""
    kept = visible(actor, SavedView).filter(public_id=public_id, person_id=actor.person_id).first()
    if kept is None:
        raise ScopeDenied("ABSENT", "没有这个视图。", "")
    before = {"resource": kept.resource, "name": kept.name}
    kept.delete()
    audit(actor, "resource.view_dropped", "view", public_id, before=before)
