"""What can be done about a gift."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.errors import Refused
from jinlan.clients.resources import about, in_sight
from jinlan.domains.tests.gifts.models import Gift
from jinlan.kernel.acts import Matter, act
from jinlan.kernel.audit import audit
from jinlan.kernel.search import findable

GIVERS = ("manager", "private_banker", "dept_head")


@act("gifts.give", title="登记礼品", roles=GIVERS)
def give(
    *, actor: Actor, unit: UUID, what: str, kind: str, value: Decimal, given_on: date, phone: str = ""
) -> str:
    if value <= 0:
        raise Refused("GIFT_VALUE", "价值须大于零。", "请填写市价。", field="value")
    gift = Gift.objects.create(
        **about(in_sight(actor, unit)),
        **findable(what),
        what=what,
        kind=kind,
        value=value,
        given_on=given_on,
        phone=phone,
    )
    audit(actor, "gifts.given", "gift", gift.public_id, after={"value": value, "kind": kind})
    return str(gift.public_id)


@act("gifts.amend", title="更正礼品", roles=GIVERS)
def amend(*, actor: Actor, gift: UUID, value: Decimal, note: str = "", reason: str) -> None:
    row = Gift.objects.get(public_id=gift)
    before = {"value": row.value, "note": row.note}
    row.value, row.note = value, note
    row.save(update_fields=["value", "note"])
    audit(
        actor,
        "gifts.amended",
        "gift",
        gift,
        before=before,
        after={"value": value, "note": note},
        reason=reason,
    )


@act("gifts.take_back", title="退回礼品", roles=GIVERS)
def take_back(*, actor: Actor, gift: UUID, reason: str) -> None:
    Gift.objects.filter(public_id=gift).update(returned=True)
    audit(actor, "gifts.returned", "gift", gift, reason=reason)


def about_waiver(*, actor: Actor, gift: UUID, reason: str) -> Matter:
    row = Gift.objects.get(public_id=gift)
    return Matter(
        row.what,
        {"value": str(row.value)},
        {"value": "0.01"},
        f"{row.value}",
        (row.unit_id, row.domain, row.branch_id),
    )


@act(
    "gifts.waive",
    title="豁免礼品价值",
    roles=GIVERS,
    stages=(("risk", "compliance", "dept_head"),),
    matter=about_waiver,
)
def waive(*, actor: Actor, gift: UUID, reason: str) -> None:
    changed: Any = Gift.objects.filter(public_id=gift).update(value=Decimal("0.01"))
    audit(actor, "gifts.waived", "gift", gift, after={"rows": changed}, reason=reason)
