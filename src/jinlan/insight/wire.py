"""Whole numbers and machines as JSON text and back: the shapes of `results`, written fast and without floats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinlan.insight.gates import Result
from jinlan.insight.score import INCOMPLETE, OK, UNKNOWN
from jinlan.insight.tiers import EMPTY, Decided, LineState, Listed, Machine, Override
from jinlan.lake.features.catalog import scale_of

_STATES = {"ok": OK, "incomplete": INCOMPLETE, "unknown": UNKNOWN}


def fixed(value: int, places: int) -> str:
    """Return a whole number of 10^-places as decimal text."""
    if not places:
        return str(value)
    text = f"{abs(value):0{places + 1}d}"
    return f"{'-' if value < 0 else ''}{text[:-places]}.{text[-places:]}"


def quoted(value: int | None, places: int) -> str:
    """Return the JSON of a decimal as text, or null."""
    return "null" if value is None else f'"{fixed(value, places)}"'


HUNDREDTHS = [fixed(value, 2) for value in range(10_001)]  # 0.00 .. 100.00: every score, line value and point


@lru_cache(maxsize=10_000)
def words(items: tuple[str, ...]) -> str:
    """Return a JSON list of codes."""
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=50_000)
def gates_text(gates: tuple[Result, ...]) -> str:
    """Return the JSON of a unit's gates."""
    return json.dumps([gate._asdict() for gate in gates], ensure_ascii=False, separators=(",", ":"))


def gates_of(items: Sequence[Mapping[str, Any]]) -> tuple[Result, ...]:
    """Read gates back."""
    return tuple(Result(**item) for item in items)


def measure_of(measures: Mapping[str, Mapping[str, Any]], code: str) -> tuple[int | None, int]:
    """Return a stored measure as (whole number, state)."""
    found = measures[code]
    value = found["v"]
    return None if value is None else int(Decimal(value) * scale_of(code)), _STATES[found["s"]]


def machine_text(machine: Machine) -> str:
    """Return a machine as JSON; "{}" for one that never moved."""
    if machine is EMPTY or machine == EMPTY:
        return "{}"
    lines = {
        tier: {"in": state.inside, "since": _iso(state.since), "up": state.up, "down": state.down}
        for tier, state in machine.lines.items()
    }
    body: dict[str, Any] = {
        "lines": lines,
        "held": machine.held,
        "since": _iso(machine.since),
        "source": machine.source,
        "listed": machine.listed,
        "halted": _iso(machine.halted),
    }
    if machine.decided:  # left out where nothing was decided: most machines, and all of older results
        body |= {"decided": machine.decided, "retained": machine.retained}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def machine_of(text: str) -> Machine:
    """Read a machine back."""
    if text in ("", "{}"):
        return EMPTY
    body = json.loads(text)
    lines = {
        tier: LineState(row["in"], _date(row["since"]), row["up"], row["down"])
        for tier, row in body["lines"].items()
    }
    return Machine(
        lines, body["held"], _date(body["since"]), body["source"], body["listed"], _date(body["halted"]),
        body.get("decided", ""), body.get("retained", False),
    )  # fmt: skip


def listed_of(body: Mapping[str, Any] | None) -> Listed | None:
    """Read an approved entry back."""
    return None if body is None else Listed(body["tier"], date.fromisoformat(body["since"]), body["entry"])


@lru_cache(maxsize=10_000)
def facts_text(
    size: str | None, ended: bool, listed: Listed | None, decisions: tuple[Decided, ...] = ()
) -> str:
    """Return the JSON of what else decided: size and end of the root, entry of the approved list, decisions."""
    body: dict[str, Any] = {"size": size, "ended": ended, "listed": listed_body(listed)}
    if decisions:
        body["decided"] = [decision_body(one) for one in decisions]
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def listed_body(listed: Listed | None) -> dict[str, str] | None:
    """Return an approved entry as JSON values."""
    if listed is None:
        return None
    return {"tier": listed.tier, "since": listed.since.isoformat(), "entry": listed.entry}


def decision_body(decided: Decided) -> dict[str, Any]:
    """Return a decision as JSON values; its unit is the row's."""
    return {"tier": decided.tier, "since": decided.since.isoformat(), "source": decided.source, "ref": decided.ref,
            "retains": decided.retains}  # fmt: skip


def decisions_of(unit_id: str, items: Sequence[Mapping[str, Any]]) -> tuple[Decided, ...]:
    """Read the decisions about a unit back."""
    return tuple(Decided(unit_id, **{**one, "since": date.fromisoformat(one["since"])}) for one in items)


def override_body(override: Override | None) -> dict[str, str] | None:
    """Return an override as JSON values."""
    if override is None:
        return None
    body = {name: getattr(override, name) for name in override.__slots__}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in body.items()}


def override_of(body: Mapping[str, str] | None) -> Override | None:
    """Read an override back."""
    if body is None:
        return None
    dates = {name: date.fromisoformat(body[name]) for name in ("valid_from", "expires")}
    return Override(**{**body, **dates})  # type: ignore[arg-type]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
