"""Days with enough good rows that single faults are quarantined, not held."""

from __future__ import annotations

from jinlan.lake.tests import tiny_bank as bank
from jinlan.lake.tests.tiny_bank import Row

CROWD = 400  # with that many good rows one bad row stays below the gate of 0.5 %


def crowd(**extra: list[Row]) -> dict[str, list[Row]]:
    """A first day with enough rows in each table that single faults are quarantined, not held; `extra` is added."""
    tables = bank.first_day(CROWD)
    tables["branch"] = [bank.branch(f"B{n}") for n in range(1, CROWD)]
    tables["product"] = [bank.product()] + [bank.product(f"X{n}") for n in range(1, CROWD)]
    return {
        name: [*rows, *extra.get(name, [])]
        for name, rows in {**{name: [] for name in extra}, **tables}.items()
    }


def loans(*rows: Row) -> list[Row]:
    return [*rows, *(bank.loan(f"G{n}") for n in range(CROWD))]
