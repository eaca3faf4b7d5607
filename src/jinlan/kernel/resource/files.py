"""Taking a list out of the house: what a page shows, marked with who took it; limits by role, four eyes above them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.basics.register import rule
from jinlan.kernel.acts import Matter, act
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import BUSINESS
from jinlan.kernel.export import TYPES, Format, Mark, write
from jinlan.kernel.export import Column as FileColumn
from jinlan.kernel.keyset import ordering
from jinlan.kernel.resource.asking import Ask, from_query
from jinlan.kernel.resource.chips import words_of
from jinlan.kernel.resource.declare import RESOURCES, Resource
from jinlan.kernel.scope import ScopeDenied, scoped
from jinlan.kernel.who import name_of

PURPOSES = {
    "SERVICE": _("客户服务"),
    "REPORT": _("内部报告"),
    "REGULATOR": _("监管报送"),
    "AUDIT": _("审计检查"),
}
TAKERS = BUSINESS
REASON = 5  # characters, at least


@dataclass(frozen=True, slots=True)
class Taken:
    """A file: its name and type, how many rows, its bytes."""

    name: str
    content_type: str
    rows: int
    body: bytes


def limit_of(actor: Actor) -> int:
    """Return how many rows the actor may take without asking: the largest of his roles."""
    day = actor.at.date()
    return max(
        (int(rule(f"EXPORT.ROWS.{role.upper()}", day).value) for role in TAKERS if actor.has(role)), default=0
    )


@act("resource.export", title=_("导出名单"), roles=TAKERS)
def export(*, actor: Actor, resource: str, query: str, kind: str, purpose: str, reason: str) -> Taken:
    """Return the file of a list within the actor's limit.

    Raises:
        Refused: EXPORT_LIMIT above it; EXPORT_PURPOSE, EXPORT_FORMAT, EXPORT_REASON.
    """
    declared, ask = _asked(actor, resource, query, kind, purpose, reason)
    count, most = declared.count(actor, ask), limit_of(actor)
    if count > most:
        raise Refused(
            "EXPORT_LIMIT",
            "共 %(count)s 行,超过您可直接导出的 %(most)s 行。",
            "请缩小范围,或提交复核后导出。",
            most=most,
            count=count,
        )
    return take(
        actor,
        {"resource": resource, "query": query, "kind": kind, "purpose": purpose, "reason": reason},
        granted_by="",
    )


def about_export(*, actor: Actor, resource: str, query: str, kind: str, purpose: str, reason: str) -> Matter:
    """Return what a large file would take; needs a running scope."""
    declared, ask = _asked(actor, resource, query, kind, purpose, reason)
    words = {
        "list": str(declared.title), "conditions": words_of(declared, actor, ask), "rows": str(declared.count(actor, ask)),
        "kind": kind.upper(), "purpose": purpose,
    }  # fmt: skip
    return Matter(f"{_('导出')} {declared.title}", {}, words, version=declared.edition(actor, ask))


@act("resource.export_large", title=_("导出名单（超过限额）"), roles=TAKERS, stages=(("dept_head", "compliance"),), matter=about_export)  # fmt: skip
def export_large(*, actor: Actor, resource: str, query: str, kind: str, purpose: str, reason: str) -> None:
    """Grant a file above the limit; the asker then takes it, in his own scope, for a day."""
    asked = {"resource": resource, "query": query, "kind": kind, "purpose": purpose}
    audit(actor, "resource.export_granted", "export", resource, after=asked, reason=reason)


def take(actor: Actor, asked: Mapping[str, Any], *, granted_by: str) -> Taken:
    """Make the file in the scope of the taker and write down that it left; `granted_by` names the approval.

    Args:
        actor: who takes it.
        asked: the payload of `export`.
        granted_by: public id of the approval, "" within the limit.
    """
    with scoped(actor, write=True):
        declared, ask = _asked(actor, **asked)
        found = list(declared.listed(actor, ask).order_by(*ordering(declared.order_of(ask))))
        rows = declared.decorate(actor, found)
        person = name_of(actor)
        why = f"{PURPOSES[asked['purpose']]}:{asked['reason'].strip()}"
        mark = Mark(person, actor.username, actor.at, why, str(uuid7()))
        kind = cast("Format", asked["kind"])
        columns = [FileColumn(one.file_title(), one.filed) for one in declared.columns_of(ask)]
        body = write(kind, columns, rows, mark)
        after = {"rows": len(rows), "granted_by": granted_by} | {
            name: asked[name] for name in ("resource", "query", "kind", "purpose")
        }
        audit(
            actor,
            "resource.exported",
            "export",
            mark.number,
            after=after,
            reason=asked["reason"].strip()[:500],
        )
    return Taken(f"jinlan-{declared.name}-{mark.number[-6:]}.{kind}", TYPES[kind], len(rows), body)


def _asked(
    actor: Actor, resource: str, query: str, kind: str, purpose: str, reason: str
) -> tuple[Resource, Ask]:
    declared = RESOURCES.get(resource)
    if declared is None or not actor.has(*declared.roles):
        raise ScopeDenied("ABSENT", "没有这个名单。", "")
    if kind not in TYPES:
        raise Refused("EXPORT_FORMAT", "没有格式 %(kind)s。", "请选 xlsx 或 csv。", kind=kind, field="kind")
    if purpose not in PURPOSES:
        raise Refused("EXPORT_PURPOSE", "请选择用途。", "导出须写明用途。", field="purpose")
    if len(reason.strip()) < REASON:
        raise Refused(
            "EXPORT_REASON",
            "说明至少 %(least)s 个字。",
            "请写明给谁、做什么用。",
            least=REASON,
            field="reason",
        )
    return declared, from_query(declared, query, actor)
