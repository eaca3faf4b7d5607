"""From measures, gates and last month's machines to the rows of UNITS; pure, so stored inputs give the stored result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from jinlan.basics.register import rule
from jinlan.insight import gates as gate_rules
from jinlan.insight import tiers, wire
from jinlan.insight.definition import Definition, Line
from jinlan.insight.gates import Result
from jinlan.insight.results import UNITS
from jinlan.insight.score import OK, Column, Numbers, Scorecard, contributions, reasons, strongest
from jinlan.insight.tiers import EMPTY, Decided, Listed, Machine, Override, Situation, Standing
from jinlan.lake.features.catalog import places_of

RULES = ("AVG.MISSING", "TIER.CANDIDATE")


@dataclass(slots=True)
class Subject:
    """What is known of a unit besides its figures; `measures` is their JSON."""

    unit_id: str
    root: str
    source_key: str | None
    branch: str | None
    size: str | None
    ended: bool
    gates: tuple[Result, ...]
    listed: Listed | None
    override: Override | None
    measures: str
    decisions: tuple[Decided, ...] = ()  # about this unit up to the date, in order


@dataclass(frozen=True, slots=True)
class Moment:
    """The date; `stepped` False = between month-ends, the machines stand still."""

    as_of: date
    stepped: bool


def needed(definition: Definition) -> tuple[str, ...]:
    """Return every measure that a definition's criteria and lines read."""
    codes = [criterion.measure for criterion in definition.criteria]
    codes += [code for line in definition.lines for code, _, _ in line.bounds]
    return tuple(dict.fromkeys(codes))


def assess(
    definition: Definition,
    subjects: Sequence[Subject],
    columns: Mapping[str, Column],
    machines: Mapping[str, Machine],
    moment: Moment,
) -> tuple[pa.Table, dict[str, Machine]]:
    """Return the UNITS rows of one kind and the machines after the date.

    Args:
        definition: the definition in force on the date.
        subjects: the units, in the order of the columns.
        columns: every measure of `needed`.
        machines: by unit_id, as the month-end before left them.
        moment: the date.
    """
    card = Scorecard(definition, columns)
    writer = _Writer(card, moment)
    values = {line.tier: line_values(line, card, subjects) for line in definition.lines}
    after: dict[str, Machine] = {}
    rows: dict[str, list[Any]] = {name: [] for name in UNITS.names}
    for place, subject in enumerate(subjects):
        situation = Situation(
            moment.as_of,
            {tier: column[place] for tier, column in values.items()},
            gate_rules.failed(subject.gates),
            subject.ended,
            subject.listed,
            subject.override,
            subject.decisions,
        )
        machine, standing = tiers.advance(
            definition, machines.get(subject.unit_id, EMPTY), situation, stepped=moment.stepped
        )
        after[subject.unit_id] = machine
        writer.add(rows, place, subject, situation, machine, standing)
    return pa.table(
        {name: pa.array(column, UNITS.field(name).type) for name, column in rows.items()}, UNITS
    ), after


def line_values(line: Line, card: Scorecard, subjects: Sequence[Subject]) -> Numbers:
    """Return the value of each unit on a line in 1e-2 points: 0 for units that may not hold it, None = unknown."""
    base = card.scores if line.on == "score" else card.family(line.on)
    if not line.sizes and not line.bounds:
        return base
    bounds = [(card.columns[code], low, high) for code, low, high in line.bounds]
    return [
        0 if line.sizes and subject.size not in line.sizes else _bounded(value, place, bounds)
        for place, (value, subject) in enumerate(zip(base, subjects, strict=True))
    ]


def _bounded(value: int | None, place: int, bounds: Sequence[tuple[Column, int, int]]) -> int | None:
    """Return a line's value where every bound holds, 0 where one does not, None where one is not known."""
    known = True
    for column, low, high in bounds:
        raw = column.values[place]
        if column.states[place] != OK:
            known = False
        elif raw is None or not low <= raw <= high:
            return 0
    return value if known else None


def managed(
    definition: Definition, values: Mapping[str, int | None], standing: Standing, margin: int
) -> bool:
    """Tell whether a unit goes to the serving tables: decided, proposed, watched, held, or a candidate.

    A candidate is at most `margin` (1e-2 points) under an entry line; lines with conditions count only when met.
    """
    if standing.effective or standing.computed or standing.proposed is not None:
        return True
    if standing.state not in (tiers.NONE, tiers.CLOSED) or (
        standing.state == tiers.CLOSED and standing.since
    ):
        return True
    for line in definition.lines:
        value = values.get(line.tier)
        under = 0 if line.sizes or line.bounds else margin
        if value is not None and value >= line.enters - under:
            return True
    return False


class _Writer:
    """Writes the rows of one kind and date; criteria are written column by column, what all share is made once."""

    def __init__(self, card: Scorecard, moment: Moment) -> None:
        self.card, self.moment = card, moment
        self.definition = card.definition
        self.codes = [criterion.code for criterion in self.definition.criteria]
        self.scored = sum(score is not None for score in card.scores)
        self.margin = int(rule("TIER.CANDIDATE", moment.as_of).value * 100)
        written = [self._column(place) for place in range(len(self.codes))]
        self._texts = [",".join(row) for row in zip(*(texts for texts, _ in written), strict=True)]
        self._reasons = list(zip(*(why for _, why in written), strict=True))
        version = {"version": self.definition.version, "sha256": self.definition.sha256}
        rules = {code: rule(code, moment.as_of).valid_from.isoformat() for code in RULES}
        self._foot = (
            f'"definition":{json.dumps(version, ensure_ascii=False)},"rules":{json.dumps(rules)},'
            f'"peers":{self.scored},"absent":{wire.words(tuple(self.codes[place] for place in card.absent))},'
            f'"stepped":{json.dumps(moment.stepped)}}}'
        )
        self._lines = [
            (line.tier, f'{{"tier":{json.dumps(line.tier)},"on":{json.dumps(line.on)},"value":',
             f',"entry":"{line.entry}","exit":"{line.exit}","up":')
            for line in self.definition.lines
        ]  # fmt: skip

    def _column(self, place: int) -> tuple[list[str], Numbers]:
        """Return the JSON and the reason of one criterion for all units."""
        card, criterion = self.card, self.definition.criteria[place]
        peer, peer_raw = card.peers[place]
        places = places_of(criterion.measure)
        body = {"code": criterion.code, "family": criterion.family, "measure": criterion.measure,
                "weight": str(criterion.weight)}  # fmt: skip
        head = json.dumps(body, ensure_ascii=False, separators=(",", ":"))[:-1]
        peer_points = None if peer is None else (peer + 50) // 100
        tail = f'"peer_points":{wire.quoted(peer_points, 2)},"peer_raw":{wire.quoted(peer_raw, places)}'
        nothing = f'{head},"raw":null,"points":null,"contribution":null,{tail},"reason":null}}'
        points = card.points[place]
        parts = contributions(criterion, points, card.available)
        why = reasons(criterion, points, peer, card.available)
        text, fixed = wire.HUNDREDTHS, wire.fixed
        texts = []
        for value, raw, part, reason in zip(
            points, card.columns[criterion.measure].values, parts, why, strict=True
        ):
            if value is None or part is None or reason is None:
                texts.append(nothing)
                continue
            shown = "null" if raw is None else f'"{fixed(raw, places)}"'
            sign = text[reason] if reason >= 0 else f"-{text[-reason]}"
            texts.append(
                f'{head},"raw":{shown},"points":"{text[(value + 50) // 100]}","contribution":"{text[part]}",{tail},'
                f'"reason":"{sign}"}}'
            )
        return texts, why

    def add(
        self,
        rows: dict[str, list[Any]],
        place: int,
        subject: Subject,
        situation: Situation,
        machine: Machine,
        standing: Standing,
    ) -> None:
        """Append one row."""
        score = self.card.scores[place]
        row = (
            self.moment.as_of,
            subject.unit_id,
            self.definition.kind,
            subject.root,
            subject.source_key,
            subject.branch,
            None if score is None else Decimal(score).scaleb(-2),
            self.card.ranks[place],
            self.scored,
            standing.computed,
            standing.proposed,
            standing.effective,
            standing.state,
            standing.since,
            standing.source,
            managed(self.definition, situation.values, standing, self.margin),
            gate_rules.shown(subject.gates),
            subject.measures,
            self._detail(place, subject, situation, machine),
            wire.machine_text(machine),
        )
        for column, value in zip(rows.values(), row, strict=True):
            column.append(value)

    def _detail(self, place: int, subject: Subject, situation: Situation, machine: Machine) -> str:
        above, below = strongest(self.codes, self._reasons[place])
        lines = []
        for tier, head, middle in self._lines:
            state = machine.lines.get(tier, tiers.OUT)
            value = wire.quoted(situation.values[tier], 2)
            lines.append(
                f'{head}{value}{middle}{state.up},"down":{state.down},"in":{"true" if state.inside else "false"}}}'
            )
        missing = tuple(self.codes[number] for number in self.card.incomplete(place))
        override = "null"
        if subject.override is not None:
            override = json.dumps(wire.override_body(subject.override), ensure_ascii=False)
        return (
            f'{{"criteria":[{self._texts[place]}],"for":{wire.words(above)},"against":{wire.words(below)},'
            f'"gates":{wire.gates_text(subject.gates)},"lines":[{",".join(lines)}],"override":{override},'
            f'"facts":{wire.facts_text(subject.size, subject.ended, subject.listed, subject.decisions)},'
            f'"incomplete":{wire.words(missing)},{self._foot}'
        )
