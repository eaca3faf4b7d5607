"""身份信息: what the vault shows masked to everybody who sees a party, and the act that shows its plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.models import Party, PartyIdentity
from jinlan.kernel.acts import act
from jinlan.kernel.audit import audit
from jinlan.kernel.duties import ADMINISTRATORS
from jinlan.kernel.reading import visible
from jinlan.kernel.scope import ScopeDenied
from jinlan.kernel.sealed import sealed_field

# Accounts have a card of their own on the client's page.
KINDS = {
    "ID_NO": _("证件号码"),
    "BIRTH": _("出生或成立日期"),
    "GENDER": _("性别"),
    "MOBILE": _("电话"),
    "EMAIL": _("电子邮箱"),
    "ADDR": _("地址"),
    "CONTACT": _("联系人"),
}
ROLES = ("manager", "private_banker", "branch_head", "dept_head", "risk", "compliance")
NEVER = ("auditor", *ADMINISTRATORS)
REASON_LEAST, REASON_MOST = 5, 200


def may_unmask(actor: Actor) -> bool:
    """Tell whether a person's roles ever show him plain values: no auditor and no administrator, whatever else they are."""
    return actor.has(*ROLES) and not actor.has(*NEVER)


def party_of(actor: Actor, *, public_id: UUID) -> Party | None:
    """Return a party whose own row the actor sees, None otherwise."""
    return visible(actor, Party).filter(public_id=public_id).defer("grams", "search_text").first()


def masked(actor: Actor, *, party_ids: Iterable[int]) -> dict[int, list[tuple[Any, list[str]]]]:
    """Return per visible party what the vault holds, masked: (word of the kind, values); one query."""
    rows = visible(actor, PartyIdentity).filter(party_id__in=list(party_ids), kind__in=KINDS)
    found: dict[int, dict[str, list[str]]] = {}
    for party, kind, value in rows.order_by("party_id", "id").values_list("party_id", "kind", "masked"):
        found.setdefault(party, {}).setdefault(kind, []).append(value)
    return {party: _in_order(values) for party, values in found.items()}


def _in_order(values: dict[str, list[str]]) -> list[tuple[Any, list[str]]]:
    return [(word, values[kind]) for kind, word in KINDS.items() if kind in values]


@act("clients.unmask_identity", title=_("查看身份信息明文"), roles=ROLES)
def unmask_identity(*, actor: Actor, party: UUID, reason: str) -> Sequence[tuple[Any, list[str]]]:
    """Return the plain identifiers of a party: (word of the kind, values), recorded in the same transaction.

    Raises:
        Refused: REASON (too short), PARTY_RESTRICTED (its use is restricted), NOTHING_SEALED.
        ScopeDenied: a role that never sees plain values, or a party that is not in the actor's sight.
    """
    if not may_unmask(actor):
        raise ScopeDenied("ROLE", "您的角色不能做这项操作。", "请联系有权的同事。")
    found = party_of(actor, public_id=party)
    if found is None:
        raise ScopeDenied("ABSENT", "没有这个客户。", "")
    said = " ".join(reason.split())
    if not REASON_LEAST <= len(said) <= REASON_MOST:
        raise Refused("REASON", "理由须为 5 到 200 个字。", "请写明查看的用途。")
    if found.restricted:
        raise Refused("PARTY_RESTRICTED", "该客户已限制使用其个人信息。", "请联系合规部门。")
    rows = list(visible(actor, PartyIdentity).filter(party=found, kind__in=KINDS).order_by("id"))
    if not rows:
        raise Refused("NOTHING_SEALED", "保险库中没有该客户的身份信息。")
    kinds = [kind for kind in KINDS if any(row.kind == kind for row in rows)]
    audit(actor, "clients.identity_unmasked", "party", found.code, after={"kinds": kinds}, reason=said)
    plain, value = dict[str, list[str]](), sealed_field(PartyIdentity, "value")
    for row in rows:
        plain.setdefault(row.kind, []).append(value.open(row))
    return _in_order(plain)
