"""Identification: a lake view and definitions in, an explained tier for every client unit of the bank out.

`evaluate` is a pure function of (lake at a load, definitions, overrides, decisions, the month-end before): it never asks which
dates were evaluated in the same call, so run late, twice or day by day it gives the same history.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pyarrow as pa

from jinlan.basics.errors import Refused
from jinlan.basics.periods import is_month_end
from jinlan.insight import figures, gates, influence, members, wire
from jinlan.insight.assess import Moment, Subject, assess, needed
from jinlan.insight.definition import Definition, in_force
from jinlan.insight.facts import ENDED, Facts
from jinlan.insight.reader import FactReader
from jinlan.insight.results import UNITS
from jinlan.insight.score import UNKNOWN, Column
from jinlan.insight.tiers import EMPTY, Decided, Listed, Machine, Override
from jinlan.insight.units import KINDS, Unit, members_table, units_of
from jinlan.lake.engines import Table
from jinlan.lake.features import rollup
from jinlan.lake.features.asof import View
from jinlan.lake.features.measures import Measures
from jinlan.lake.features.session import Chunk, Session

Progress = Callable[[str, int, int], None]  # what is done, how many of, how many


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluated date: tables of `results.UNITS`, `MEMBERS` and `TIES`; steps as [{"name", "seconds", "rows"}]."""

    as_of: date
    units: pa.Table
    members: pa.Table
    ties: pa.Table
    steps: list[dict[str, object]]


def evaluate(
    view: View,
    *,
    dates: Sequence[date],
    definitions: Iterable[Definition],
    overrides: Iterable[Override] = (),
    decisions: Iterable[Decided] = (),
    prior: pa.Table | None = None,
    progress: Progress | None = None,
) -> Iterator[Evaluation]:
    """Evaluate dates in order and yield each as soon as it stands.

    Args:
        view: the lake at a load.
        dates: month-ends, ascending and without gaps that matter to counters; the last may lie inside a month
            (a preview: machines stand still, what is effective is carried, a failed gate shows at once).
        definitions: all versions of all kinds; the one in force on each date speaks.
        overrides: decided exceptions; the one in force speaks.
        decisions: what committees decided about units; each speaks from its day on.
        prior: the UNITS table of the month-end before `dates[0]`; None = start from the approved list.
        progress: told after each part of the work.

    Raises:
        Refused: IDENTIFY.DATES when the dates are not as described.
    """
    _check(dates)
    machines = _machines(prior)
    said = _Said(list(overrides), sorted(decisions, key=lambda one: one.key))
    return _evaluated(view, dates, list(definitions), said, machines, progress or _silent)


def _evaluated(
    view: View,
    dates: Sequence[date],
    definitions: list[Definition],
    said: _Said,
    machines: _Machines,
    tell: Progress,
) -> Iterator[Evaluation]:
    steps, finished = _Steps(), 0
    with Session(view, dates) as session:
        known = Measures(session)
        reader = FactReader(view, dates)
        steps.done("facts", 0)
        known.prepare()
        steps.done("features", 0)
        tell("features", 0, len(dates))
        for dates_of_part in session.chunks():
            part = _Part(session, known, reader, dates_of_part, steps)
            for as_of in dates_of_part:
                one = _Date(part, as_of, in_force(definitions, as_of), said, machines)
                units = one.units()
                machines = one.after if is_month_end(as_of) else machines
                own = one.figures()
                rows = members.table(as_of, part.units[as_of], part.facts[as_of], own)
                ties = influence.table(as_of, part.units[as_of], part.facts[as_of], own)
                steps.done("identification", units.num_rows)
                finished += 1
                tell(as_of.isoformat(), finished, len(dates))
                yield Evaluation(as_of, units, rows, ties, steps.take())


def _check(dates: Sequence[date]) -> None:
    ordered = all(left < right for left, right in pairwise(dates))
    if not dates or not ordered or not all(is_month_end(day) for day in dates[:-1]):
        raise Refused(
            "IDENTIFY.DATES",
            "评估日期应为升序的月末,最后一个可以是月中日期。",
            "请检查 --as-of 参数。",
            dates=[str(d) for d in dates],
        )


def _silent(_what: str, _done: int, _total: int) -> None:
    """Report progress to nobody."""


class _Steps:
    """Times the steps between two evaluations."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._found: list[dict[str, object]] = []

    def done(self, name: str, rows: int) -> None:
        """Note that a step ended now."""
        now = time.perf_counter()
        self._found.append({"name": name, "seconds": round(now - self._started, 3), "rows": rows})
        self._started = now

    def take(self) -> list[dict[str, object]]:
        """Return the steps since the last call."""
        found, self._found = self._found, []
        return found


class _Machines:
    """The machines of the month-end before, by unit and, for units whose code changed, by kind and root."""

    def __init__(self) -> None:
        self.by_unit: dict[tuple[str, str], Machine] = {}
        self.by_root: dict[tuple[str, str], Machine] = {}

    def note(self, kind: str, unit_id: str, root: str, machine: Machine) -> None:
        """Keep a machine that ever moved."""
        if machine != EMPTY:
            self.by_unit[kind, unit_id] = self.by_root[kind, root] = machine

    def find(self, kind: str, unit_id: str, root: str) -> Machine:
        """Return the machine of a unit, an empty one for a new unit."""
        return self.by_unit.get((kind, unit_id)) or self.by_root.get((kind, root)) or EMPTY


def _machines(prior: pa.Table | None) -> _Machines:
    found = _Machines()
    if prior is not None:
        columns = (prior[name].to_pylist() for name in ("kind", "unit_id", "root_party_id", "machine"))
        for kind, unit_id, root, text in zip(*columns, strict=True):
            found.note(kind, unit_id, root, wire.machine_of(text))
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    """What people decided about units; decisions in the order of their keys."""

    overrides: Sequence[Override]
    decisions: Sequence[Decided]

    def on(self, as_of: date) -> tuple[dict[str, Override], dict[str, tuple[Decided, ...]]]:
        """Return by unit the override in force on a date, and the decisions up to it."""
        decided: dict[str, tuple[Decided, ...]] = {}
        for one in self.decisions:
            if one.since <= as_of:
                decided[one.unit_id] = (*decided.get(one.unit_id, ()), one)
        return {one.unit_id: one for one in self.overrides if one.in_force(as_of)}, decided


class _Part:
    """The relations of some dates: who belongs together, and the figures of units and parties as JSON."""

    def __init__(
        self, session: Session, known: Measures, reader: FactReader, dates: Sequence[date], steps: _Steps
    ) -> None:
        self.facts: dict[date, Facts] = {day: reader.at(day) for day in dates}
        self.units: dict[date, list[Unit]] = {day: units_of(self.facts[day]) for day in dates}
        steps.done("units", sum(len(found) for found in self.units.values()))
        self.con = session.con
        chunk = session.chunk(dates)
        pairs = chunk.keep("members", pa.concat_tables(members_table(day, self.units[day]) for day in dates))
        parties = known.parties(chunk, self._peers(chunk, pairs))
        members_of = pairs.select("as_of", "party_id").distinct()
        self.parties = parties.semi_join(members_of, ["as_of", "party_id"]).drop("party_type")
        self.rows = rollup.units(chunk, parties, pairs, known)
        self.absent = known.absent
        self.allowed = session.allowed_missing
        steps.done("measures", self.con.to_pyarrow(parties.count()).as_py())

    @staticmethod
    def _peers(chunk: Chunk, pairs: Table) -> Table:
        """Return (as_of, party_id, unit_key) of the units with several members, of all kinds."""
        keyed = pairs.select("as_of", "party_id", unit_key=pairs.kind.concat(":", pairs.unit_id))
        sizes = keyed.group_by("as_of", "unit_key").aggregate(n=keyed.party_id.count())
        several = sizes.filter(sizes.n > 1).select("as_of", "unit_key")
        return chunk.keep("peers", keyed.semi_join(several, ["as_of", "unit_key"]))


class _Date:
    """The evaluation of one date."""

    def __init__(
        self,
        part: _Part,
        as_of: date,
        definitions: Mapping[str, Definition],
        said: _Said,
        machines: _Machines,
    ) -> None:
        self.part, self.as_of, self.definitions, self.machines = part, as_of, definitions, machines
        self.facts = part.facts[as_of]
        self.overrides, self.decisions = said.on(as_of)
        self.after = _Machines()

    def units(self) -> pa.Table:
        """Return the UNITS rows of all kinds."""
        tables = [self._kind(kind) for kind in KINDS if kind in self.definitions]
        return pa.concat_tables(tables) if tables else UNITS.empty_table()

    def figures(self) -> dict[str, str]:
        """Return party -> JSON of its measures."""
        rows = self.part.parties
        found = self.part.con.to_pyarrow(rows.filter(rows.as_of == self.as_of))
        made = figures.texts(found, self.part.absent, self.part.allowed(self.as_of))
        return dict(zip(found["party_id"].to_pylist(), made, strict=True))

    def _kind(self, kind: str) -> pa.Table:
        definition = self.definitions[kind]
        units = [unit for unit in self.part.units[self.as_of] if unit.kind == kind]
        codes = tuple(dict.fromkeys([*needed(definition), "five_tier_worst"]))
        places, columns, texts = self._figures(kind, codes)
        order = [places.get(unit.unit_id) for unit in units]
        chosen = {code: _picked(columns[code], order) for code in codes}
        listed = self._listed(kind, units, definition)
        subjects = []
        for place, unit in enumerate(units):
            worst = chosen["five_tier_worst"]
            found = gates.results(definition, unit, self.facts, (worst.values[place], worst.states[place]))
            at = order[place]
            subjects.append(
                self._subject(unit, found, listed.get(unit.unit_id), "{}" if at is None else texts[at])
            )
        before = {unit.unit_id: self.machines.find(kind, unit.unit_id, unit.root) for unit in units}
        moment = Moment(self.as_of, is_month_end(self.as_of))
        table, after = assess(definition, subjects, chosen, before, moment)
        for unit in units:
            self.after.note(kind, unit.unit_id, unit.root, after[unit.unit_id])
        return table

    def _figures(
        self, kind: str, codes: Sequence[str]
    ) -> tuple[dict[str, int], dict[str, Column], list[str]]:
        rows = self.part.rows
        found = self.part.con.to_pyarrow(rows.filter(rows.as_of == self.as_of, rows.kind == kind))
        places = {unit: place for place, unit in enumerate(found["unit_id"].to_pylist())}
        columns = {
            code: Column(found[code].to_pylist(), found[f"{code}_state"].to_pylist()) for code in codes
        }
        return places, columns, figures.texts(found, self.part.absent, self.part.allowed(self.as_of))

    def _listed(self, kind: str, units: Sequence[Unit], definition: Definition) -> dict[str, Listed]:
        """Return unit -> its entry of the approved list: by code, else by root, else by where the root belongs."""
        codes = {unit.unit_id: unit.unit_id for unit in units}
        roots = {unit.root: unit.unit_id for unit in units}
        homes = {member.party_id: unit.unit_id for unit in units for member in unit.members}
        found: dict[str, tuple[int, str, Listed]] = {}
        for entry in self.facts.approved:
            if entry.kind != kind:
                continue
            unit_id = codes.get(entry.unit_id) or roots.get(entry.root) or homes.get(entry.root)
            if unit_id is None:
                continue
            mark = (
                definition.level(entry.tier),
                entry.entry_id,
                Listed(entry.tier, entry.since, entry.entry_id),
            )
            if unit_id not in found or mark[:2] > found[unit_id][:2]:
                found[unit_id] = mark
        return {unit_id: mark[2] for unit_id, mark in found.items()}

    def _subject(
        self, unit: Unit, found: tuple[gates.Result, ...], listed: Listed | None, measures: str
    ) -> Subject:
        root = self.facts.parties.get(unit.root)
        return Subject(
            unit_id=unit.unit_id,
            root=unit.root,
            source_key=root.source_key if root else None,
            branch=root.home_branch_id if root else None,
            size=root.org_size if root else None,
            ended=root is not None and root.party_status in ENDED,
            gates=found,
            listed=listed,
            override=self.overrides.get(unit.unit_id),
            measures=measures,
            decisions=self.decisions.get(unit.unit_id, ()),
        )


def _picked(column: Column, order: Sequence[int | None]) -> Column:
    """Bring a column into the order of the units; a unit without figures is unknown."""
    values, states = column.values, column.states
    return Column(
        [None if at is None else values[at] for at in order],
        [UNKNOWN if at is None else states[at] for at in order],
    )
