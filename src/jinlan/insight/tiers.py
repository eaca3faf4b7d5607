"""The tier state machine (01 §1.7): entry, observation, hysteresis; and what is computed, proposed, effective.

Pure: everything comes in as values. Each tier line is an in/out machine of its own (`step`); the machine's tier is the
best line that is in. What is *effective* was decided: by the bank's approved list, by the machine where a line decides
automatically, by an override in force; a failed gate blanks it at once and it returns when the gate clears.

* Counters stand still while the value is unknown (None) and while a gate fails.
* A line enters after `observe_up` consecutive values >= entry, leaves after `observe_down` consecutive values < exit if
  it was held `min_hold` months; X <= value < E resets both.
* A new or changed entry of the approved list decides: lines of the same kind of value at or below that tier are in
  since that day, better ones start from zero. An entry that ends takes its tier away; lines that the
  date's value still supports stay in.
* A committee line never moves what is effective: it is proposed. An automatic line moves it up, and down again what
  it decided itself; a tier of the approved list is never undone by the machine, only proposed down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from jinlan.insight.definition import Definition, Line

ACTIVE, WATCH, UP, DOWN = "active", "watch", "proposed_up", "proposed_down"
RETAINED, SUSPENDED, CLOSED, NONE = "retained", "suspended", "closed", "none"
APPROVED_LIST, AUTOMATIC, OVERRIDE, GATE = "APPROVED_LIST", "AUTOMATIC", "OVERRIDE", "GATE"


@dataclass(frozen=True, slots=True)
class LineState:
    """One line's machine: in or out, since when, and the counters of consecutive periods."""

    inside: bool = False
    since: date | None = None
    up: int = 0
    down: int = 0


OUT = LineState()


@dataclass(frozen=True, slots=True)
class Listed:
    """What the approved list says about a unit."""

    tier: str
    since: date
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A decided exception in force from `valid_from` until `expires` (exclusive)."""

    unit_id: str
    tier: str
    reason_code: str
    valid_from: date
    expires: date
    evidence: str = ""
    proposer: str = ""
    checker: str = ""
    approver: str = ""

    def in_force(self, on: date) -> bool:
        """Tell whether the override speaks on a date."""
        return self.valid_from <= on < self.expires


@dataclass(frozen=True, slots=True)
class Machine:
    """What a unit carries from month to month: its lines, and what was decided apart from gates and overrides."""

    lines: Mapping[str, LineState] = field(default_factory=dict)
    held: str = ""
    since: date | None = None
    source: str = ""
    listed: str = ""  # the approved entry last read, as "tier@since"
    halted: date | None = None  # first date of the suspension or closure that lasts


EMPTY = Machine()


@dataclass(frozen=True, slots=True)
class Situation:
    """A unit on a date: line values in 1e-2 points (None = unknown), gate, end, list, override."""

    as_of: date
    values: Mapping[str, int | None]
    gate_failed: bool = False
    ended: bool = False
    listed: Listed | None = None
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer for a date; `proposed` None = no change proposed, "" = to leave every tier."""

    computed: str
    proposed: str | None
    effective: str
    state: str
    since: date | None
    source: str


def step(line: Line, state: LineState, value: int | None, as_of: date) -> LineState:
    """Advance one line by one period."""
    if value is None:
        return state
    if state.inside:
        down = state.down + 1 if value < line.leaves else 0
        if down >= line.observe_down and held_months(state.since, as_of) >= line.min_hold:
            return OUT
        return replace(state, up=0, down=down) if (state.up, state.down) != (0, down) else state
    up = state.up + 1 if value >= line.enters else 0
    if up >= line.observe_up:
        return LineState(True, as_of)
    return LineState(up=up) if up else OUT


def held_months(since: date | None, as_of: date) -> int:
    """Return the calendar months between two dates."""
    return 0 if since is None else (as_of.year - since.year) * 12 + as_of.month - since.month


def advance(
    definition: Definition, before: Machine, now: Situation, *, stepped: bool = True
) -> tuple[Machine, Standing]:
    """Return the machine after a date and the standing on it; not `stepped`: a preview between two month-ends."""
    machine = _listed(definition, before, now)
    if now.ended:
        return _closed(before, machine, now)
    if stepped and not now.gate_failed:
        machine = _stepped(definition, machine, now)
    machine, proposed = _decided(definition, machine, now)
    return _standing(definition, machine, now, proposed)


def _closed(before: Machine, machine: Machine, now: Situation) -> tuple[Machine, Standing]:
    """End a unit whose root died or was dissolved; `since` tells that it had a tier."""
    ended = now.as_of if before.held else None if before.source else before.halted
    return Machine(listed=machine.listed, halted=ended), Standing("", None, "", CLOSED, ended, "")


def _listed(definition: Definition, machine: Machine, now: Situation) -> Machine:
    """Read the approved list: a new entry decides, an entry that ended takes its tier away."""
    entry = now.listed
    if entry is not None and definition.level(entry.tier) == 0:
        entry = None
    mark = f"{entry.tier}@{entry.since.isoformat()}" if entry else ""
    if mark == machine.listed:
        return machine
    if entry is None:
        left = {line.tier: machine.lines[line.tier] for line in definition.lines
                if line.tier in machine.lines and _supported(line, now.values.get(line.tier))}  # fmt: skip
        return replace(machine, lines=left, held="", since=now.as_of, source="", listed="")
    chosen = definition.line(entry.tier)
    lines = dict(machine.lines)
    for line in definition.lines:
        if chosen is not None and line.on == chosen.on:
            below = definition.level(line.tier) <= definition.level(entry.tier)
            lines[line.tier] = LineState(True, entry.since) if below else OUT
    return Machine(_kept(lines), entry.tier, entry.since, APPROVED_LIST, mark, machine.halted)


def _supported(line: Line, value: int | None) -> bool:
    return value is None or value >= line.leaves


def _kept(lines: Mapping[str, LineState]) -> dict[str, LineState]:
    return {tier: state for tier, state in lines.items() if state != OUT}


def _stepped(definition: Definition, machine: Machine, now: Situation) -> Machine:
    lines = {}
    for line in definition.lines:
        state = step(line, machine.lines.get(line.tier, OUT), now.values.get(line.tier), now.as_of)
        if state is not OUT and state != OUT:
            lines[line.tier] = state
    return machine if lines == machine.lines else replace(machine, lines=lines)


def _computed(definition: Definition, now: Situation) -> str:
    """Return the best line whose entry this date's value alone meets."""
    for line in definition.lines:
        value = now.values.get(line.tier)
        if value is not None and value >= line.enters:
            return line.tier
    return ""


def machine_tier(definition: Definition, machine: Machine) -> str:
    """Return the best line that is in."""
    for line in definition.lines:
        if line.tier in machine.lines and machine.lines[line.tier].inside:
            return line.tier
    return ""


def _decided(definition: Definition, machine: Machine, now: Situation) -> tuple[Machine, str | None]:
    """Let automatic lines move what is held; return what is left for a committee."""
    best = machine_tier(definition, machine)
    level = definition.level
    if now.gate_failed or best == machine.held:
        return machine, None
    if level(best) > level(machine.held):
        for line in definition.lines:
            inside = line.tier in machine.lines and machine.lines[line.tier].inside
            if inside and line.decision == "automatic" and level(line.tier) > level(machine.held):
                machine = replace(machine, held=line.tier, since=now.as_of, source=AUTOMATIC)
                break
        return machine, None if best == machine.held else best
    held = definition.line(machine.held)
    # What the bank once decided by name is undone by a decision only.
    if held is not None and held.decision == "automatic" and machine.source != APPROVED_LIST:
        return replace(machine, held=best, since=now.as_of, source=AUTOMATIC), None
    return machine, best


def _standing(
    definition: Definition, machine: Machine, now: Situation, proposed: str | None
) -> tuple[Machine, Standing]:
    over = now.override if now.override is not None and now.override.in_force(now.as_of) else None
    tier, since, source = machine.held, machine.since, machine.source
    if over is not None:
        tier, since, source, proposed = over.tier, over.valid_from, OVERRIDE, None
    if now.gate_failed:
        if not tier:
            return machine, Standing("", None, "", NONE, None, "")
        machine = machine if machine.halted else replace(machine, halted=now.as_of)
        return machine, Standing("", None, "", SUSPENDED, machine.halted, GATE)
    machine = replace(machine, halted=None) if machine.halted else machine
    computed = _computed(definition, now)
    if not tier:
        return machine, Standing(computed, proposed, "", NONE if proposed is None else UP, None, "")
    state = _state(definition, machine, proposed, over)
    return machine, Standing(computed, proposed, tier, state, since, source)


def _state(definition: Definition, machine: Machine, proposed: str | None, over: Override | None) -> str:
    """Name the state of a unit that has a tier."""
    level = definition.level
    if over is not None:
        return RETAINED if level(machine_tier(definition, machine)) < level(over.tier) else ACTIVE
    if proposed is not None:
        return UP if level(proposed) > level(machine.held) else DOWN
    line = machine.lines.get(machine.held)
    return WATCH if line is not None and line.down else ACTIVE
