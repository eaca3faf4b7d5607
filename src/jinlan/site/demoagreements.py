"""Agreements of the demo bank: one in force and half kept, one whose renewal is due, and one that is still written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinlan.basics.actor import Actor
from jinlan.basics.clock import SHANGHAI
from jinlan.clients import selectors as clients
from jinlan.domains.engagement.selectors import agreements as reading
from jinlan.domains.engagement.selectors import roster
from jinlan.domains.engagement.selectors.ledger import promises_of
from jinlan.domains.engagement.selectors.plans import entries_of, newest_value
from jinlan.domains.engagement.services.agreement_life import (
    clear_agreement,
    read_agreement_measure,
    sign_agreement,
)
from jinlan.domains.engagement.services.agreements import draft_agreement, write_agreement_entry
from jinlan.domains.engagement.services.promises import keep_promise
from jinlan.kernel.scope import scoped
from jinlan.site.demotalks import LAST
from jinlan.work.services import decide, propose

As = Callable[[str, datetime], Actor]
WRITTEN, CLEARED, SIGNED = date(2026, 9, 22), date(2026, 9, 25), date(2026, 9, 28)
SINCE = date(2026, 7, 1)
TEXTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("PURPOSE", {"text": "以长期、全面、互利的合作，支持集团产业升级与海外布局"}), ("FIELD", {"text": "集团资金归集与境内外结算", "product": "CASH"}),
    ("FIELD", {"text": "新基地项目融资", "product": "LOAN"}), ("FIELD", {"text": "跨境人民币与汇率避险", "product": "CROSS"}),
    ("MECHANISM", {"text": "每半年一次高层会晤，每季度一次工作层例会"}), ("MECHANISM", {"text": "双方各设一名联络人，重大事项三个工作日内答复"}),
    ("CLAUSE", {"text": "双方对合作中获知的对方信息负有保密义务，协议终止后继续有效"}), ("CLAUSE", {"text": "具体业务另行签订合同，与本协议不一致的以具体合同为准"}),
)  # fmt: skip
DEEDS: tuple[Mapping[str, Any], ...] = (
    {"text": "提交新基地项目融资方案", "side": "bank", "due": date(2026, 10, 30), "kept": "10-28 方案已递交，客户签收"},
    {"text": "提供年度用款计划", "side": "client", "due": date(2026, 11, 6)},
    {"text": "工作层例会", "side": "bank", "due": date(2026, 12, 15), "every": "3"},
    {"text": "新增成员单位开立归集账户", "side": "client", "due": date(2027, 3, 31)},
)  # fmt: skip


def _at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def install(as_: As) -> int:
    """Write the agreements down in the name of their manager, once; return how many there are.

    Args:
        as_: returns the actor of a user name at an instant.
    """
    with scoped(head := as_("chenwei", _at(LAST))):
        if reading.in_force(head).exists():
            return 0
    units = _book(as_("lihua", _at(LAST)))
    ends = (date(2028, 6, 30), date(2026, 12, 31), date(2028, 12, 31))
    for place, (unit, ends_on) in enumerate(zip(units, ends, strict=False)):
        _agreement(as_, unit, ends_on, signs=place < 2)
    return len(units)


def _book(actor: Actor) -> list[UUID]:
    """Return three clients that somebody leads and of which people are known."""
    with scoped(actor):
        led = [row["unit_id"] for row in clients.led_by(actor, code=actor.employee, as_of=LAST)]
        named = clients.named_units(actor, unit_ids=led, as_of=LAST)
        known = roster.clients_with_people(actor)
        order = sorted(
            (unit for unit, _leads in named.values()), key=lambda one: (one.pk not in known, str(one.code))
        )
        return [unit.public_id for unit in order[:3]]


def _agreement(as_: As, unit: UUID, ends_on: date, *, signs: bool) -> None:
    actor = as_("lihua", _at(WRITTEN))
    key = UUID(draft_agreement(actor=actor, unit=unit, starts_on=SINCE, ends_on=ends_on))
    desk = _Desk(actor, key)
    for kind, party in _parties(actor, unit):
        desk.write(kind, party)
    for kind, said in TEXTS if signs else TEXTS[:4]:
        desk.write(kind, {**said, "owner": actor.employee})
    desk.write("CREDIT", {"amount": "20亿", "currency": "CNY", "text": "用于新基地与供应链，按年核定"})
    if not signs:
        return
    for said in DEEDS:
        if said["due"] <= ends_on:
            desk.write("DEED", {**said, "owner": actor.employee})
    for measure in _measures(actor, unit):
        due = min(ends_on, date(2027, 6, 30))
        desk.write("MEASURE", {**measure, "owner": actor.employee, "since": SINCE, "due": due})
    asked = propose(
        actor=as_("lihua", _at(CLEARED)),
        act=clear_agreement.name,
        payload={"public_id": str(key)},
        reason="总对总协议，请审批",
    )
    for username in ("zhoulin", "chenwei"):
        decide(
            actor=as_(username, _at(CLEARED, 11)),
            approval=asked.public_id,
            approves=True,
            reason="条款合适，额度仅为意向，同意签署",
        )
    sign_agreement(
        actor=as_("chenwei", _at(SIGNED)), public_id=key, signed_on=SIGNED, signed_ours="陈伟，战略客户部总经理", signed_theirs="集团财务总监",
        reference=f"ZLXY-2026-{ends_on:%m%y}",
    )  # fmt: skip
    _work(as_, unit, key)


def _parties(actor: Actor, unit: UUID) -> list[tuple[str, dict[str, Any]]]:
    with scoped(actor):
        found = clients.unit_of(actor, public_id=unit)
        branches = clients.branches(actor, deepest=1)[:2]
        members = clients.members_of(actor, unit=found, as_of=LAST) if found else []
    ours = [("OURS", {"branch": one.code}) for one in branches]
    return ours + [
        ("THEIRS", {"member": str(one.party.public_id)}) for one in members[:3] if one.party is not None
    ]


def _measures(actor: Actor, unit: UUID) -> list[dict[str, Any]]:
    with scoped(actor):
        found = clients.unit_of(actor, public_id=unit)
        value, _on = newest_value(actor, found.pk, "deposit_avg_12m") if found else (None, None)
    now = value or Decimal(10_000_000)
    floor, goal = ((now * share).quantize(Decimal("1E4")) for share in (Decimal("0.9"), Decimal("1.15")))
    return [
        {"text": "日均存款不低于约定", "side": "client", "metric": "deposit_avg_12m", "keeping": "FLOOR", "target": floor},
        {"text": "日均存款稳步增长", "side": "client", "metric": "deposit_avg_12m", "keeping": "REACH", "baseline": floor, "target": goal},
        {"text": "开证时间不超过约定", "side": "bank", "metric": "OWN", "unit": "天", "keeping": "CEILING", "target": "7"},
    ]  # fmt: skip


def _work(as_: As, unit: UUID, key: UUID) -> None:
    actor = as_("lihua", _at(LAST))
    with scoped(actor):
        found = clients.unit_of(actor, public_id=unit)
        rows = promises_of(actor, unit_id=found.pk, today=LAST) if found else []
        row = reading.agreement_in_force(actor, unit_id=found.pk) if found else None
        measures = [one.key for one in entries_of(row) if one.metric == "OWN"] if row else []
    kept = {str(one["text"]): str(one["kept"]) for one in DEEDS if "kept" in one}
    for promise in rows:
        if promise.what in kept and promise.state == "made":
            keep_promise(
                actor=actor,
                public_id=promise.public_id,
                evidence=kept[promise.what],
                closed_on=date(2026, 10, 28),
            )
    for measure in measures:
        for day, value in ((date(2026, 10, 8), 9), (date(2026, 11, 5), 6)):
            read_agreement_measure(
                actor=actor,
                public_id=key,
                measure=measure,
                value=Decimal(value),
                evidence=f"抽查 20 笔开证，平均 {value} 天",
                read_on=day,
            )


class _Desk:
    """A draft that one person writes."""

    def __init__(self, actor: Actor, key: UUID) -> None:
        self.actor, self.key, self.edition = actor, key, 1

    def write(self, kind: str, said: Mapping[str, Any]) -> None:
        found = write_agreement_entry(
            actor=self.actor, public_id=self.key, edition=self.edition, kind=kind, said=said
        )
        self.edition = int(found["edition"])
