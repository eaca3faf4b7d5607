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
* A decision of the committee (`Decided`) is taken the same way, each once; of list and committee the later one speaks (on one
  day the committee), and the end of an entry takes away only what no committee gave. Taking a tier away starts every
  line from zero. To retain leaves the tier and its day as they are, resets every counter against it, and shows
  `retained` until the next proposal.
* A committee line never moves what is effective: it is proposed. An automatic line moves it up, and down again what
  it decided itself; what list or committee decided by name is never undone by the machine, only proposed down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from jinlan.insight.definition import Definition, Line

ACTIVE, WATCH, UP, DOWN = "active", "watch", "proposed_up", "proposed_down"
RETAINED, SUSPENDED, CLOSED, NONE = "retained", "suspended", "closed", "none"
APPROVED_LIST, AUTOMATIC, OVERRIDE, GATE = "APPROVED_LIST", "AUTOMATIC", "OVERRIDE", "GATE"
COMMITTEE = "COMMITTEE"
BY_NAME = frozenset({APPROVED_LIST, COMMITTEE})


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
class Decided:
    """A decision about one unit's tier by name, "" = out; `retains`: the tier that it had, kept against a proposal."""

    unit_id: str
    tier: str
    since: date
    source: str = COMMITTEE
    ref: str = ""  # rises with the order of decisions of one day
    retains: bool = False

    @property
    def key(self) -> str:
        """What a machine keeps of the last decision that it took; rises from decision to decision."""
        return f"{self.since.isoformat()}|{self.ref}"


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
    decided: str = ""  # the key of the last decision that was taken
    retained: bool = False  # kept by decision, and nothing was proposed since


EMPTY = Machine()


@dataclass(frozen=True, slots=True)
class Situation:
    """A unit on a date: line values in 1e-2 points (None = unknown), gate, end, list, override.

    `decisions`: all up to the date, in the order of their keys.
    """

    as_of: date
    values: Mapping[str, int | None]
    gate_failed: bool = False
    ended: bool = False
    listed: Listed | None = None
    override: Override | None = None
    decisions: tuple[Decided, ...] = ()


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
    machine = _spoken(definition, before, now)
    if now.ended:
        return _closed(before, machine, now)
    if stepped and not now.gate_failed:
        machine = _stepped(definition, machine, now)
    machine, proposed = _moved(definition, machine, now)
    if proposed is not None and machine.retained:
        machine = replace(machine, retained=False)
    return _standing(definition, machine, now, proposed)


def _closed(before: Machine, machine: Machine, now: Situation) -> tuple[Machine, Standing]:
    """End a unit whose root died or was dissolved; `since` tells that it had a tier."""
    ended = now.as_of if before.held else None if before.source else before.halted
    kept = Machine(listed=machine.listed, halted=ended, decided=machine.decided)
    return kept, Standing("", None, "", CLOSED, ended, "")


def _spoken(definition: Definition, machine: Machine, now: Situation) -> Machine:
    """Let list and committee speak: what is new since the last date decides, the later one last."""
    entry = now.listed
    if entry is not None and definition.level(entry.tier) == 0:
        entry = None
    machine = _listed(definition, machine, now, entry)
    for decision in now.decisions:
        if decision.key <= machine.decided:
            continue
        if entry is None or entry.since <= decision.since:
            machine = _taken(definition, machine, decision)
        machine = replace(machine, decided=decision.key)
    return machine


def _listed(definition: Definition, machine: Machine, now: Situation, entry: Listed | None) -> Machine:
    """Read the approved list: a new entry decides, an entry that ended takes its tier away."""
    mark = f"{entry.tier}@{entry.since.isoformat()}" if entry else ""
    if mark == machine.listed:
        return machine
    if entry is None:
        if machine.source == COMMITTEE:
            return replace(machine, listed="")
        left = {line.tier: machine.lines[line.tier] for line in definition.lines
                if line.tier in machine.lines and _supported(line, now.values.get(line.tier))}  # fmt: skip
        return replace(machine, lines=left, held="", since=now.as_of, source="", listed="", retained=False)
    if now.decisions and now.decisions[-1].since >= entry.since:
        return replace(machine, listed=mark)
    lines = _in_since(definition, machine.lines, entry.tier, entry.since)
    return Machine(lines, entry.tier, entry.since, APPROVED_LIST, mark, machine.halted, machine.decided)


def _taken(definition: Definition, machine: Machine, decision: Decided) -> Machine:
    """Take one decision; one about a tier that the definition does not know any more says nothing."""
    if decision.tier and definition.level(decision.tier) == 0:
        return machine
    kept = decision.retains and decision.tier == machine.held
    since = machine.since if kept and machine.since else decision.since
    if decision.tier:
        lines: Mapping[str, LineState] = _in_since(definition, machine.lines, decision.tier, since)
    else:
        lines = {}
    if kept:
        return replace(machine, lines=lines, retained=bool(decision.tier))
    return replace(
        machine, lines=lines, held=decision.tier, since=since, source=decision.source if decision.tier else "", retained=False
    )  # fmt: skip


def _in_since(
    definition: Definition, before: Mapping[str, LineState], tier: str, since: date
) -> dict[str, LineState]:
    """Put the lines of a tier's kind of value in, down from that tier, since a day; better ones start from zero."""
    chosen, lines = definition.line(tier), dict(before)
    for line in definition.lines:
        if chosen is not None and line.on == chosen.on:
            below = definition.level(line.tier) <= definition.level(tier)
            lines[line.tier] = LineState(True, since) if below else OUT
    return _kept(lines)


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


def _moved(definition: Definition, machine: Machine, now: Situation) -> tuple[Machine, str | None]:
    """Let automatic lines move what is held; return what is left for a committee."""
    best = machine_tier(definition, machine)
    level = definition.level
    if now.gate_failed or best == machine.held:
        return machine, None
    if level(best) > level(machine.held):
        for line in definition.lines:
            inside = line.tier in machine.lines and machine.lines[line.tier].inside
            if inside and line.decision == "automatic" and level(line.tier) > level(machine.held):
                machine = replace(machine, held=line.tier, since=now.as_of, source=AUTOMATIC, retained=False)
                break
        return machine, None if best == machine.held else best
    held = definition.line(machine.held)
    # What the bank once decided by name is undone by a decision only.
    if held is not None and held.decision == "automatic" and machine.source not in BY_NAME:
        return replace(machine, held=best, since=now.as_of, source=AUTOMATIC, retained=False), None
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
    if machine.retained:
        return RETAINED
    line = machine.lines.get(machine.held)
    return WATCH if line is not None and line.down else ACTIVE
