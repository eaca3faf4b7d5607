"""Gates: conditions that block a tier whatever the points (01 §1.5). A failed gate is not a low score.

``passed`` is None when the bank does not deliver what the gate needs: unknown, listed for a person, never failed.
A secret gate shows as `RESTRICTED` to everyone outside compliance, so that nobody is tipped off.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from jinlan.insight.definition import Definition, Gate
from jinlan.insight.score import OK

if TYPE_CHECKING:  # pages and the command line read gates without the engine
    from jinlan.insight.facts import Facts, Party
    from jinlan.insight.units import Unit

RESTRICTED = "RESTRICTED"
RESTRICTED_ZH = "限制中,原因不展示"
RESTRICTED_EN = "Restricted; the reason is not shown"
HIGHEST_RISK = "5"
CURRENT = ("CURRENT", "DUE")


class Result(NamedTuple):
    """One gate of one unit; `detail` says which member decided it."""

    code: str
    passed: bool | None
    secret: bool
    value: str
    limit: str
    detail: str


def results(
    definition: Definition, unit: Unit, facts: Facts, five_tier: tuple[int | None, int]
) -> tuple[Result, ...]:
    """Return every gate of a unit; `five_tier` = worst class of its loans and the state of that measure."""
    found = []
    for gate in definition.gates:
        if gate.code == "CDD_CURRENT":
            found.append(_diligence(gate, unit, facts))
        elif gate.code == "SANCTIONS_CLEAR":
            found.append(_screening(gate, unit, facts))
        else:
            found.append(_classes(gate, *five_tier))
    return tuple(found)


@lru_cache(maxsize=50_000)
def failed(gates: tuple[Result, ...]) -> bool:
    """Tell whether any gate blocks."""
    return any(gate.passed is False for gate in gates)


@lru_cache(maxsize=50_000)
def shown(gates: tuple[Result, ...]) -> str:
    """Return the neutral words: "ok", or the failed codes joined by ","; unknown ones carry a "?"."""
    words = [RESTRICTED if gate.secret else gate.code for gate in gates if gate.passed is False]
    words += [f"{gate.code}?" for gate in gates if gate.passed is None]
    return ",".join(words) or "ok"


def _diligence(gate: Gate, unit: Unit, facts: Facts) -> Result:
    """Due diligence of the root; where the root is no client, of the members with accounts (the worst one)."""
    root = facts.parties.get(unit.root)
    asked = [root] if root is not None and root.cdd_status else _clients(unit, facts)
    states = [(_current(party, facts.as_of), party) for party in asked if party.cdd_status]
    if not states:
        return Result(gate.code, None, gate.secret, "", facts.as_of.isoformat(), "")
    good, party = min(
        states, key=lambda state: (state[0], state[1].cdd_due_date or date.max, state[1].party_id)
    )
    due = party.cdd_due_date.isoformat() if party.cdd_due_date else ""
    value = f"{party.cdd_status} {due}".strip()
    return Result(gate.code, good, gate.secret, value, facts.as_of.isoformat(), party.party_id)


def _clients(unit: Unit, facts: Facts) -> list[Party]:
    ids = [member.party_id for member in unit.members if member.party_id in facts.opened]
    return [facts.parties[party] for party in ids if party in facts.parties]


def _current(party: Party, as_of: date) -> bool:
    return party.cdd_status in CURRENT and (party.cdd_due_date is None or party.cdd_due_date >= as_of)


def _screening(gate: Gate, unit: Unit, facts: Facts) -> Result:
    for member in unit.members:
        party = facts.parties.get(member.party_id)
        if facts.hits is not None and member.party_id in facts.hits:
            return Result(gate.code, False, gate.secret, "CONFIRMED", "", member.party_id)
        if party is not None and party.ml_risk_level == HIGHEST_RISK:
            return Result(gate.code, False, gate.secret, "ML5", "", member.party_id)
    return Result(gate.code, None if facts.hits is None else True, gate.secret, "", "", "")


def _classes(gate: Gate, worst: int | None, state: int) -> Result:
    if state != OK:
        return Result(gate.code, None, gate.secret, "", gate.limit, "")
    passed = worst is None or worst <= int(gate.limit or 2)
    return Result(gate.code, passed, gate.secret, "" if worst is None else str(worst), gate.limit, "")
