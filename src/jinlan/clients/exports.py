"""Taking the list of clients out of the house (security: purpose, limit by role, approval above it, audit of every file)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.basics.ids import uuid7
from jinlan.basics.register import rule
from jinlan.clients import selectors
from jinlan.clients.listing import SORTS, Listing
from jinlan.kernel.acts import Matter, act
from jinlan.kernel.audit import audit
from jinlan.kernel.export import TYPES, Column, Mark, write
from jinlan.kernel.keyset import ordering
from jinlan.kernel.models import Person
from jinlan.serving import matrix
from jinlan.serving import selectors as serving

PURPOSES = {
    "SERVICE": _("客户服务"),
    "REPORT": _("内部报告"),
    "REGULATOR": _("监管报送"),
    "AUDIT": _("审计检查"),
}
TAKERS = ("manager", "private_banker", "branch_head", "dept_head", "risk", "compliance", "auditor")
REASON = 5  # characters, at least


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to take: the list as he sees it, on a date, as a file, and what for."""

    listing: Mapping[str, Any]
    as_of: date
    kind: str
    purpose: str
    reason: str


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


def count_of(actor: Actor, listing: Mapping[str, Any], as_of: date) -> int:
    """Return how many rows the list has for this actor."""
    return int(_rows(actor, _listing(listing), as_of).count())


@act("clients.export_list", title=_("导出名册"), roles=TAKERS)
def export_list(
    *,
    actor: Actor,
    listing: dict[str, Any],
    as_of: date,
    kind: str,
    purpose: str,
    reason: str,
    columns: list[Column],
) -> Taken:
    """Return the file of a list within the actor's limit.

    Raises:
        Refused: EXPORT_LIMIT above it; EXPORT_PURPOSE, EXPORT_FORMAT, EXPORT_REASON.
    """
    asked = Asked(listing, as_of, kind, purpose, reason)
    _check(asked)
    count, most = count_of(actor, listing, as_of), limit_of(actor)
    if count > most:
        raise Refused(
            "EXPORT_LIMIT",
            f"共 {count} 行,超过您可直接导出的 {most} 行。",
            "请缩小范围,或提交复核后导出。",
            count=count,
        )
    return take(actor, asked, columns, granted_by="")


def about_export(
    *, actor: Actor, listing: dict[str, Any], as_of: date, kind: str, purpose: str, reason: str
) -> Matter:
    """Return what a large export would take; needs a running scope."""
    _check(Asked(listing, as_of, kind, purpose, reason))
    shown = serving.published(actor, as_of=as_of)
    if shown is None:
        raise Refused("EXPORT_DATE", f"{as_of} 没有已发布的数据。", "请换一个日期。")
    words = {
        "rows": str(count_of(actor, listing, as_of)),
        "as_of": as_of.isoformat(),
        "kind": kind.upper(),
        "purpose": purpose,
    }
    return Matter(str(_("导出名册")), {}, words, version=str(shown.run_id))


@act(
    "clients.export_large",
    title=_("导出名册（超过限额）"),
    roles=TAKERS,
    stages=(("dept_head", "compliance"),),
    matter=about_export,
)
def export_large(
    *, actor: Actor, listing: dict[str, Any], as_of: date, kind: str, purpose: str, reason: str
) -> None:
    """Grant an export above the limit; the asker then takes the file, in his own scope, for a day."""
    audit(
        actor,
        "clients.export_granted",
        "export",
        as_of.isoformat(),
        after={"listing": listing, "kind": kind, "purpose": purpose},
        reason=reason,
    )


def take(actor: Actor, asked: Asked, columns: list[Column], *, granted_by: str) -> Taken:
    """Make the file inside the running scope of the taker and write down that it left; `granted_by` names the approval."""
    listing = _listing(asked.listing)
    rows = _rows(actor, listing, asked.as_of).defer("measures", "detail")
    found = list(rows.order_by(*ordering(SORTS[listing.sort])))
    person: str = Person.objects.values_list("display_name", flat=True).get(pk=actor.person_id)
    mark = Mark(
        person, actor.username, actor.at, f"{PURPOSES[asked.purpose]}:{asked.reason.strip()}", str(uuid7())
    )
    kind: Any = asked.kind
    body = write(kind, columns, selectors.with_units(actor, rows=found, as_of=asked.as_of), mark)
    audit(actor, "clients.list_exported", "export", mark.number, reason=asked.reason.strip()[:500],
          after={"rows": len(found), "as_of": asked.as_of, "kind": kind, "purpose": asked.purpose, "listing": dict(asked.listing), "granted_by": granted_by})  # fmt: skip
    return Taken(f"jinlan-{asked.as_of.isoformat()}-{mark.number[-6:]}.{kind}", TYPES[kind], len(found), body)


def plain(listing: Listing) -> dict[str, Any]:
    """Return a list's request as JSON keeps it."""
    return asdict(listing)


def _listing(body: Mapping[str, Any]) -> Listing:
    known = {field.name for field in fields(Listing)}
    if set(body) - known or body.get("sort", "tier") not in SORTS:
        raise Refused("EXPORT_LIST", "名册的条件无法识别。", "请从名册页重新导出。")
    return Listing(**body)


def _rows(actor: Actor, listing: Listing, as_of: date) -> Any:
    return matrix.in_cell(selectors.unit_list(actor, as_of=as_of, listing=listing), listing.cell)


def _check(asked: Asked) -> None:
    if asked.kind not in TYPES:
        raise Refused("EXPORT_FORMAT", f"没有格式 {asked.kind}。", "请选 xlsx 或 csv。")
    if asked.purpose not in PURPOSES:
        raise Refused("EXPORT_PURPOSE", "请选择用途。", "导出须写明用途。")
    if len(asked.reason.strip()) < REASON:
        raise Refused("EXPORT_REASON", f"说明至少 {REASON} 个字。", "请写明给谁、做什么用。")
