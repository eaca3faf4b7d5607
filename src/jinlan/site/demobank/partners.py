"""Partners (insurers, fund houses, guarantee firms, platforms) with their joint business; supply chains."""

from __future__ import annotations

from jinlan.site.demobank.arrow import cents, e8
from jinlan.site.demobank.book import Unit
from jinlan.site.demobank.companies import Borrower
from jinlan.site.demobank.households import relate
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.timeline import DAILY

_KINDS = ("人寿保险", "基金管理", "融资担保", "信托", "征信服务", "支付科技", "律师事务所管理", "留学服务")


def build(kit: Kit) -> None:
    """Create the partners: a third strategic, a third ordinary, the rest small."""
    dice = kit.dice
    for number in range(kit.size.partners):
        branch = kit.org.tier1[number % 6]
        brand, latin = kit.names.brand()
        kind = _KINDS[number % len(_KINDS)]
        party = kit.company(f"{kit.org.city[branch]}{brand}{kind}股份有限公司", branch=branch, klass="BRANCH",
                            english=f"{latin} Partners Co., Ltd.",
                            onboard=kit.onboarded(fresh=0.0))  # fmt: skip
        kit.cash(
            party, "DCUR-C", dice.spread(5e5, 2e7), settle=cents(dice.spread(2e5, 3e6)), credits=3, debits=2
        )
        klass = ("STRATEGIC", "PARTNER", "NONE")[number % 3]
        unit = Unit(kit.bank.next_id("X"), "PARTNER", klass, party, [party])
        kit.bank.units.append(unit)
        row = {"unit_id": unit.unit_id, "valid_from": kit.bank.time.first, "valid_to": None}
        kit.bank.state.put(
            "client_unit",
            kit.bank.time.first,
            {**row, "unit_kind": "PARTNER", "root_party_id": party.party_id},
        )
        kit.bank.state.put("client_unit_member", kit.bank.time.first, {**row, "party_id": party.party_id})
        _volumes(kit, unit)


def _volumes(kit: Kit, unit: Unit) -> None:
    dice, time = kit.dice, kit.bank.time
    yearly = {"STRATEGIC": (8e8, 3e9), "PARTNER": (1.2e8, 3.5e8), "NONE": (2e6, 2e7)}[unit.klass]
    volume = dice.spread(*yearly) / 12
    for month in time.months:
        # the last month of the timeline ends with the daily deliveries: its volume comes on the 8th
        when = time.next_work(month.first + (DAILY - 3 if month.index == time.history else 24))
        if when > time.end:
            continue
        amount = volume * dice.between(0.85, 1.15) * (0.3 if month.index == time.history else 1.0)
        number = kit.bank.next_id("V")
        kit.bank.state.put("partner_volume", when, {
            "volume_id": number, "party_id": unit.root.party_id, "booking_date": when,
            "joint_volume": cents(round(amount, -2)),
            "revenue_share": cents(round(amount * 0.004, 0)),
            "referrals": round(amount / 4e6 * dice.between(0.5, 1.5)),
            "sla_met": e8(round(dice.between(0.9, 1.0), 4)), "ccy": "CNY", "source_system": "PRM",
            "source_key": number,
        })  # fmt: skip


def supply_chain(kit: Kit, borrowers: list[Borrower]) -> None:
    """Suppliers and buyers of the bigger groups, mostly without an account; some guarantee each other."""
    bank, dice = kit.bank, kit.bank.dice("chain")
    anchors = [
        unit
        for unit in bank.units
        if unit.kind == "GROUP" and unit.klass in ("HQ", "BRANCH") and len(unit.members) > 1
    ]
    alone = [
        unit.root
        for unit in bank.units
        if unit.kind == "GROUP" and unit.klass == "SMALL" and len(unit.members) == 1
    ]
    outside = [party for party in bank.parties if party.org_size == "MICRO"]
    if not anchors:
        return
    seen: set[tuple[str, str]] = set()
    for place, party in enumerate([*outside, *alone[: len(alone) // 3]]):
        anchor = anchors[place % len(anchors)].root
        kind = "SUPPLIER" if dice.chance(0.7) else "BUYER"
        if (anchor.party_id, party.party_id) not in seen:
            seen.add((anchor.party_id, party.party_id))
            relate(bank, anchor, party, kind, bank.time.first)
    small = [one.party for one in borrowers if one.yuan < 8e6]
    for one, other in zip(small[::5], small[1::5], strict=False):
        number = bank.next_id("Z")
        since = max(bank.since(one.onboard_date), bank.since(other.onboard_date))
        bank.state.put("guarantee", since, {
            "guarantee_id": number, "guarantor_party_id": one.party_id, "guaranteed_party_id": other.party_id,
            "facility_id": None, "loan_id": None, "amount": cents(1_000_000), "currency": "CNY",
            "type": "JOINT",
            "valid_from": since, "valid_to": None, "source_system": "CRM", "source_key": number,
        })  # fmt: skip
