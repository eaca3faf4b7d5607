"""Who looks after whom, and what the bank decided before Jinlan: assignments and the approved list."""

from __future__ import annotations

from itertools import zip_longest

from jinlan.site.demobank.arrow import E8, e8
from jinlan.site.demobank.book import Unit
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.org import LIHUA, WANGMIN, ZHAOYAN
from jinlan.site.demobank.timeline import day, to_date

APPROVED = {"HQ", "BRANCH", "KEY", "ULTRA", "PRIVATE", "STRATEGIC", "PARTNER"}
_COMMITTEE = {"GROUP": "战略客户委员会", "HNW": "私人银行客户委员会", "PARTNER": "合作伙伴委员会"}


def approve(kit: Kit, unit: Unit, tier: str, since: int) -> None:
    """Put a unit on the approved list; where membership comes from it, with its members."""
    bank = kit.bank
    unit.decided = True
    number = bank.next_id("Q")
    year = to_date(since).year
    bank.state.put("approved_list", bank.since(since), {
        "entry_id": number, "unit_id": unit.unit_id if unit.named else None,
        "root_party_id": unit.root.party_id,
        "unit_kind": unit.kind, "tier": tier, "since": since, "decided_by": _COMMITTEE[unit.kind],
        "document_no": f"金澜战客〔{year}〕{int(number[1:])}号", "lead_branch_id": unit.root.home_branch_id,
        "members": ",".join(party.party_id for party in unit.members) if unit.listed else None,
        "valid_to": None,
        "source_system": "CRM", "source_key": number,
    })  # fmt: skip


def approvals(kit: Kit) -> None:
    """Approve most background units in the class they were planted as."""
    dice = kit.bank.dice("approved")
    for unit in kit.bank.units:
        if unit.quiet or unit.decided or (unit.klass not in APPROVED and not unit.listed):
            continue
        came = unit.root.onboard_date or kit.bank.time.first
        since = max(day(dice.whole(2019, 2022), dice.whole(1, 12), 15), came + 30)
        if unit.listed or (dice.chance(0.85) and since < kit.bank.time.last):
            tier = unit.klass if unit.klass in APPROVED else "KEY"
            approve(kit, unit, tier, since)


def _assign(
    kit: Kit, unit: Unit, employee: str, role: str, share: int, since: int, until: int | None = None
) -> None:
    bank = kit.bank
    number = bank.next_id("R")
    row = {
        "assignment_id": number, "party_id": None if unit.named else unit.root.party_id,
        "unit_id": unit.unit_id if unit.named else None, "employee_id": employee, "role": role,
        "credit_share": share,
        "valid_from": since, "valid_to": None, "source_system": "CRM", "source_key": number,
    }  # fmt: skip
    bank.state.put("assignment", bank.since(since), row)
    if until is not None:
        bank.state.put("assignment", until, {**row, "valid_to": until}, "U")


def assignments(kit: Kit) -> None:
    """Give every unit worth it one LEAD (some with an ASSIST), shares adding to 1; a few change hands."""
    bank, dice = kit.bank, kit.bank.dice("coverage")
    demo = _demo_books(kit)
    for number, unit in enumerate(bank.units):
        since = bank.since(unit.root.onboard_date)
        private = unit.kind == "HNW"
        unit.lead = (
            unit.lead
            or demo.get(unit.unit_id)
            or kit.org.lead_for(unit.root.home_branch_id, number, private=private)
        )
        other = kit.org.lead_for(kit.org.tier1[number % 6], number, private=private)
        if other not in (unit.lead, LIHUA, ZHAOYAN, WANGMIN) and unit.klass not in (
            "SMALL",
            "RISING",
            "AFFLUENT",
        ):
            if unit.unit_id not in demo and not unit.quiet and dice.chance(0.15):
                when = bank.time.ago(dice.whole(1, 9)).first
                if when > since:
                    _assign(kit, unit, other, "LEAD", E8, since, when)
                    since = when
            elif dice.chance(0.4):
                _assign(kit, unit, unit.lead, "LEAD", e8(0.7), since)
                _assign(kit, unit, other, "ASSIST", e8(0.3), since)
                continue
        _assign(kit, unit, unit.lead, "LEAD", E8, since)
    _member_manager(kit)


def _demo_books(kit: Kit) -> dict[str, str]:
    """Books of the two demo leads: planted units name them; filled up to 12 groups and 15 households."""
    books: dict[str, str] = {}
    for kind, lead, goal, ranks in (
        ("GROUP", LIHUA, 12, ("HQ", "BRANCH", "KEY")), ("HNW", ZHAOYAN, 15, ("ULTRA", "PRIVATE", "AFFLUENT")),
    ):  # fmt: skip
        have = sum(unit.kind == kind and unit.lead == lead for unit in kit.bank.units)
        near = [unit for unit in kit.bank.units if unit.kind == kind and not unit.lead and _near(kit, unit)]
        queues = [[unit for unit in near if unit.klass == rank] for rank in ranks]
        # one of each rank in turn, so that a book shows all tiers
        mixed = [unit for turn in zip_longest(*queues) for unit in turn if unit]
        for unit in mixed[: max(0, goal - have)]:
            books[unit.unit_id] = lead
    return books


def _near(kit: Kit, unit: Unit) -> bool:
    """Hangzhou households, and groups of several members there."""
    local = kit.org.city[unit.root.home_branch_id] == "杭州"
    return local and (unit.kind == "HNW" or len(unit.members) > 1) and not unit.quiet


def _member_manager(kit: Kit) -> None:
    """王敏 looks after exactly one member company of the biggest group, in Shanghai."""
    bank = kit.bank
    big = max((unit for unit in bank.units if unit.kind == "GROUP"), key=lambda unit: len(unit.members))
    clients = [party for party in big.members[1:] if party.onboard_date is not None]
    member = next((one for one in clients if kit.org.city[one.home_branch_id] == "上海"), clients[0])
    number = bank.next_id("R")
    since = bank.since(member.onboard_date)
    bank.state.put("assignment", since, {
        "assignment_id": number, "party_id": member.party_id, "unit_id": None, "employee_id": WANGMIN,
        "role": "LEAD",
        "credit_share": E8, "valid_from": since, "valid_to": None, "source_system": "CRM",
        "source_key": number,
    })  # fmt: skip
