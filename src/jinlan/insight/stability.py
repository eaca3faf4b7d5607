"""How steady would a definition have been? Its lines run over the month-ends that exist, every client from nothing (01 §1.7).

What the lines alone say is followed: lists, overrides and committees aside, and a month in which a gate fails stands still, as in the
state machine. What a flap is, `flaps` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jinlan.insight.assess import line_values, needed
from jinlan.insight.definition import Definition
from jinlan.insight.dryrun import Stock
from jinlan.insight.flaps import Course
from jinlan.insight.score import Numbers, Scorecard
from jinlan.insight.tiers import OUT, LineState, step

WORST = 20
Lines = dict[str, LineState]


@dataclass(slots=True)
class Walk:
    """One definition on its way through time."""

    definition: Definition
    lines: dict[str, Lines] = field(default_factory=dict)  # unit -> its lines, of those with any state
    course: Course[str] = field(default_factory=Course)
    months: list[dict[str, Any]] = field(default_factory=list)
    flaps: dict[str, int] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    held: int = 0  # unit-months with a tier

    def take(self, stock: Stock) -> None:
        """Take one more month-end."""
        card = Scorecard(self.definition, {code: stock.columns[code] for code in needed(self.definition)})
        values = {line.tier: line_values(line, card, stock.subjects) for line in self.definition.lines}
        lowest = {line.tier: line.enters for line in self.definition.lines}
        found = {"entered": 0, "left": 0, "moved": 0}
        for place, subject in enumerate(stock.subjects):
            unit = subject.unit_id
            if subject.ended:
                after = ""
                self.lines.pop(unit, None)
            elif stock.blocked[place]:
                after = self.course.tiers.get(unit, "")
            else:
                after = self._stepped(unit, place, values, lowest, stock.as_of)
            self._count(unit, after, stock.as_of, found)
        self.held += len(self.course.tiers)
        self.months.append({"as_of": stock.as_of.isoformat(), "tiered": len(self.course.tiers), **found})

    def _stepped(
        self, unit: str, place: int, values: Mapping[str, Numbers], lowest: Mapping[str, int], as_of: date
    ) -> str:
        before = self.lines.get(unit)
        if before is None and not any(
            (value := values[tier][place]) is not None and value >= line for tier, line in lowest.items()
        ):
            return ""  # out of every line, and near none
        lines, best = {}, ""
        for line in self.definition.lines:
            state = step(line, (before or {}).get(line.tier, OUT), values[line.tier][place], as_of)
            if state != OUT:
                lines[line.tier] = state
            if state.inside and not best:
                best = line.tier
        if lines:
            self.lines[unit] = lines
        else:
            self.lines.pop(unit, None)
        return best

    def _count(self, unit: str, after: str, as_of: date, found: dict[str, int]) -> None:
        if after:
            self.ever.add(unit)
        way, flaps = self.course.take(unit, after, as_of)
        if way:
            found[way] += 1
        if flaps:
            self.flaps[unit] = self.flaps.get(unit, 0) + 1

    def answer(self) -> dict[str, Any]:
        """Return what was seen, as JSON."""
        worst = sorted(self.flaps.items(), key=lambda item: (-item[1], item[0]))[:WORST]
        changes = sum(month["entered"] + month["left"] + month["moved"] for month in self.months)
        return {
            "months": self.months, "ever": len(self.ever), "changes": changes, "flaps": sum(self.flaps.values()),
            "flapping": len(self.flaps), "unit_months": self.held, "worst": [list(item) for item in worst],
        }  # fmt: skip


def stability(
    stocks: Iterable[Stock],
    definitions: Iterable[Definition],
    tell: Callable[[date], None] = lambda _day: None,
) -> list[dict[str, Any]]:
    """Return how steady each definition would have been over month-ends, oldest first.

    Args:
        stocks: the clients of one kind at each month-end, with every measure that the definitions need.
        definitions: of that kind.
        tell: told after each month-end.
    """
    walks = [Walk(one) for one in definitions]
    for stock in stocks:
        for walk in walks:
            walk.take(stock)
        tell(stock.as_of)
    return [walk.answer() for walk in walks]
