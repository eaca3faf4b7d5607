"""Contacts, complaints and requests, surveys, screening: what clients and bank do with each other."""

from __future__ import annotations

import numpy as np

from jinlan.site.demobank.book import Party, Unit
from jinlan.site.demobank.entries import Ints
from jinlan.site.demobank.kit import Kit
from jinlan.site.demobank.rand import stream
from jinlan.site.demobank.timeline import instant

_RATE = {"HQ": 2.4, "BRANCH": 1.4, "RISING": 0.4, "KEY": 0.8, "SMALL": 0.08,
         "ULTRA": 1.8, "PRIVATE": 1.0, "AFFLUENT": 0.25,
         "STRATEGIC": 1.0, "PARTNER": 0.5, "NONE": 0.1}  # fmt: skip
_TYPES = ("VISIT", "VISIT", "CALL", "CALL", "CALL", "VIDEO", "EMAIL", "EVENT", "PORTAL")
_CATEGORIES = ("FEE", "CHANNEL", "CREDIT_PROCESS", "STAFF", "PRODUCT", "STATEMENT")


def build(kit: Kit) -> None:
    """Deliver interactions, cases, survey answers and screening hits."""
    _interactions(kit)
    clients = [party for party in kit.bank.parties if party.onboard_date is not None]
    _cases(kit, clients)
    _surveys(kit, clients)
    _screening(kit, clients)


def _interactions(kit: Kit) -> None:
    """Per unit and month a few contacts on working days; silent units have none."""
    bank, time = kit.bank, kit.bank.time
    dice = bank.dice("interactions")
    units = [unit for unit in bank.units if not unit.silent]
    rate = np.array([_RATE[unit.klass] for unit in units])
    for month in time.months:
        counts: Ints = stream(bank.seed, "contact", month.key).poisson(rate)
        for place in np.flatnonzero(counts):
            unit: Unit = units[place]
            for _ in range(int(counts[place])):
                when = time.next_work(month.first + dice.whole(0, month.size - 4))
                if bank.since(unit.root.onboard_date) <= when <= time.end:
                    contact(
                        kit, unit, when, dice.whole(32_400, 61_200), dice.pick(_TYPES), out=dice.chance(0.7)
                    )


def contact(kit: Kit, unit: Unit, when: int, second: int, kind: str, *, out: bool) -> None:
    """Deliver one contact with a unit."""
    number = kit.bank.next_id("N")
    kit.bank.state.put("interaction", when, {
        "interaction_id": number, "party_id": unit.root.party_id,
        "unit_id": unit.unit_id if unit.named else None,
        "employee_id": unit.lead, "ts_start": instant(when, second), "ts_end": instant(when, second + 2400),
        "type": kind, "direction": "OUT" if out else "IN", "participants": 2, "subject": "例行沟通",
        "summary": "了解资金安排与近期需求", "next_action": "跟进", "outcome": "DONE", "source_system": "CRM",
        "source_key": number,
    })  # fmt: skip


def _cases(kit: Kit, clients: list[Party]) -> None:
    """Cases are received, accepted, decided and closed: one row at each step inside the timeline."""
    bank, time, dice = kit.bank, kit.bank.time, kit.bank.dice("cases")
    for _ in range(max(6, len(clients) // 6)):
        party = dice.pick(clients)
        start = bank.born(dice.whole(time.first + 10, time.end))
        if start <= bank.since(party.onboard_date):
            continue
        number = bank.next_id("K")
        kind = dice.pick(("COMPLAINT", "REQUEST", "REQUEST", "SUGGESTION", "PRAISE"))
        spent = (0, dice.whole(0, 2), dice.whole(3, 12), dice.whole(13, 25))
        row: dict[str, object] = {
            "case_id": number, "party_id": party.party_id, "kind": kind, "category": dice.pick(_CATEGORIES),
            "channel": dice.pick(("HOTLINE", "APP", "BRANCH")), "received_ts": instant(start, 36_000),
            "due_ts": instant(start + 15, 64_800), "severity": str(dice.whole(1, 3)), "extension_count": 0,
            "redress_amount": None, "handler_id": kit.org.lead_for(party.home_branch_id, start),
            "source_system": "CASE",
            "source_key": number,
        }  # fmt: skip
        bank.state.put("case", start, dict(row))
        for name, days in (("accepted_ts", spent[1]), ("decided_ts", spent[2]), ("closed_ts", spent[3])):
            row[name] = instant(start + days, 50_000)
            if days and start + days <= time.end:
                bank.state.put("case", start + days, dict(row), "U")


def _surveys(kit: Kit, clients: list[Party]) -> None:
    bank, time, dice = kit.bank, kit.bank.time, kit.bank.dice("surveys")
    for _ in range(len(clients) // 3):
        party = dice.pick(clients)
        when = dice.whole(time.first + 10, time.end)
        if when <= bank.since(party.onboard_date):
            continue
        number = bank.next_id("S")
        metric = dice.pick(("NPS", "CSAT", "CES"))
        score = min(10, dice.whole(4, 11)) if metric == "NPS" else dice.whole(2, 5)
        bank.state.put("survey_response", when, {
            "response_id": number, "survey_id": f"SV{when // 91}", "party_id": party.party_id,
            "anonymous_flag": False,
            "metric": metric, "score": score, "verbatim": None, "invited_ts": instant(when - 2, 36_000),
            "answered_ts": instant(when, 70_000), "source_system": "VOC", "source_key": number,
        })  # fmt: skip


def _screening(kit: Kit, clients: list[Party]) -> None:
    """False alarms, cleared within two days; the confirmed ones are planted."""
    bank, time, dice = kit.bank, kit.bank.time, kit.bank.dice("screening")
    for party in clients:
        if not dice.chance(0.012):
            continue
        when = bank.born(bank.since(party.onboard_date) + dice.whole(1, 60))
        if when + 2 <= time.end:
            screen(kit, party, when, "OPEN")
            screen(
                kit, party, when + 2, "CLEARED", number=kit.bank.state.rows["screening_hit"][-1][2]["hit_id"]
            )


def screen(kit: Kit, party: Party, when: int, status: str, *, number: str = "") -> None:
    """Deliver a screening hit or its decision."""
    hit = number or kit.bank.next_id("Y")
    kit.bank.state.put("screening_hit", when, {
        "hit_id": hit, "party_id": party.party_id, "list_code": "UN-DEMO", "status": status,
        "decided_ts": None if status == "OPEN" else instant(when, 60_000), "source_system": "AML",
        "source_key": hit,
    }, "U" if number else "I")  # fmt: skip
