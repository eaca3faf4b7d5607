"""What clients cost of a manager's month, by the rule register (06 §6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from jinlan.basics.register import initial_register, rule
from jinlan.domains.strategy.rules.charter import Load, load

HOURS = "WORKLOAD.HOURS."


def hours_of(on: date) -> dict[str, Decimal]:
    """Return tier -> standard hours a month of one client."""
    rows = initial_register().in_force(on)
    return {row.code.removeprefix(HOURS): row.value for row in rows if row.code.startswith(HOURS)}


def loads_of(tiers: Iterable[tuple[str, str]], on: date) -> dict[str, Load]:
    """Return manager -> load, from pairs (manager, tier of one client)."""
    counts: dict[str, dict[str, int]] = {}
    for manager, tier in tiers:
        row = counts.setdefault(manager, {})
        row[tier] = row.get(tier, 0) + 1
    hours, available = hours_of(on), rule("WORKLOAD.AVAILABLE", on).value
    return {manager: load(row, hours, available) for manager, row in counts.items()}


def state_of(found: Load, on: date) -> str:
    """Return OVER, FIT or SPARE."""
    return found.state(rule("WORKLOAD.OVER", on).value, rule("WORKLOAD.SPARE", on).value)


def merged(
    before: Mapping[str, Load], after: Mapping[str, Load]
) -> list[tuple[str, Load | None, Load | None]]:
    """Return (manager, before, after), the heaviest after first."""
    rows = [(manager, before.get(manager), after.get(manager)) for manager in {*before, *after}]
    return sorted(rows, key=lambda row: (-(row[2].share if row[2] else Decimal(0)), row[0]))
