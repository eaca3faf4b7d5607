"""What would another definition do? The clients of one kind and date, judged again by their stored measures (01 §1.5, §1.7).

A dry run asks where every client ends when nothing about him changes: an incumbent keeps a tier while his value is at the
exit line or above, a newcomer gets it at the entry line. Months of observation and holding delay that, they do not change it.
Both versions are asked the same question of the same values, so what differs comes from the definition alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from jinlan.insight import gates as gate_rules
from jinlan.insight.assess import Subject, line_values, needed
from jinlan.insight.definition import WEIGHT, Definition, Line
from jinlan.insight.recompute import column_of, subject_of
from jinlan.insight.score import Column, Numbers, Scorecard, contributions
from jinlan.insight.weights import rounded
from jinlan.lake.features.catalog import MEASURES

Kind = Literal["enters", "leaves", "up", "down"]
LINE = "line"  # the reason when the value is the same and the line is not


@dataclass(frozen=True, slots=True)
class Stock:
    """All clients of a kind on a date, by position; read once, asked many times."""

    kind: str
    as_of: date
    subjects: tuple[Subject, ...]
    held: tuple[str, ...]  # the effective tier
    blocked: tuple[bool, ...]  # a gate failed, or the client ended
    columns: Mapping[str, Column]

    @property
    def units(self) -> tuple[str, ...]:
        """The clients' codes."""
        return tuple(subject.unit_id for subject in self.subjects)


def stock_of(units: pa.Table, kind: str, wanted: Sequence[str] | None = None) -> Stock:
    """Return the clients of a kind from stored rows of one date, with every measure that may be scored, or only those wanted."""
    rows = units.filter(pa.compute.equal(units["kind"], kind)).select(
        ["as_of", "unit_id", "root_party_id", "root_source_key", "branch_id", "effective_tier", "measures", "detail"]
    ).to_pylist()  # fmt: skip
    figures = [json.loads(row["measures"]) for row in rows]
    codes = wanted or [code for code, measure in MEASURES.items() if measure.unit not in ("date", "label")]
    columns = {code: column_of(figures, code) for code in codes if not figures or code in figures[0]}
    subjects = tuple(subject_of(row, json.loads(row["detail"])) for row in rows)
    return Stock(
        kind, rows[0]["as_of"] if rows else date.min, subjects, tuple(row["effective_tier"] or "" for row in rows),
        tuple(subject.ended or gate_rules.failed(subject.gates) for subject in subjects), columns,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """What one definition says of a stock: scores, the value on each line, the tier where each client ends."""

    definition: Definition
    card: Scorecard
    values: Mapping[str, Numbers]
    tiers: tuple[str, ...]


def judge(definition: Definition, stock: Stock, card: Scorecard | None = None) -> Judged:
    """Judge every client; `card` spares the points when only lines or weights differ."""
    card = card or Scorecard(definition, {code: stock.columns[code] for code in needed(definition)})
    values = {line.tier: line_values(line, card, stock.subjects) for line in definition.lines}
    levels = {tier: definition.level(tier) for tier in set(stock.held)}
    held = [levels[tier] for tier in stock.held]
    tiers = tuple(
        "" if stock.blocked[place] else _settled(definition.lines, values, place, held[place])
        for place in range(len(stock.subjects))
    )
    return Judged(definition, card, values, tiers)


def _settled(lines: Sequence[Line], values: Mapping[str, Numbers], place: int, held: int) -> str:
    """Return the best line that a client enters or keeps; one that he holds by name stays while its value is not known."""
    for above, line in enumerate(lines):
        value, level = values[line.tier][place], len(lines) - above
        if value is None:
            if held >= level:
                return line.tier
            continue
        if value >= line.enters or (held >= level and value >= line.leaves):
            return line.tier
    return ""


@dataclass(frozen=True, slots=True)
class Move:
    """A client who ends elsewhere: from where to where, both scores in 1e-2 points, and what moved him.

    `why` are criteria whose contribution changed most in that direction, strongest first, or `LINE` where his value did not.
    """

    unit_id: str
    kind: Kind
    before: str
    after: str
    score_before: int | None
    score_after: int | None
    why: tuple[str, ...]


def moves(before: Judged, after: Judged, stock: Stock) -> list[Move]:
    """Return every client who ends elsewhere by the second definition, in the order of the stock."""
    changed = [
        place for place, (old, new) in enumerate(zip(before.tiers, after.tiers, strict=True)) if old != new
    ]
    if not changed:
        return []
    old_parts, new_parts = _parts(before.card), _parts(after.card)
    found = []
    for place in changed:
        old, new = before.tiers[place], after.tiers[place]
        kind = _kind(before.definition, after.definition, old, new)
        rises = kind in ("enters", "up")
        found.append(Move(
            stock.subjects[place].unit_id, kind, old, new, before.card.scores[place], after.card.scores[place],
            _why(old_parts, new_parts, place, rises=rises),
        ))  # fmt: skip
    return found


def _kind(before: Definition, after: Definition, old: str, new: str) -> Kind:
    if not old or not new:
        return "leaves" if old else "enters"
    ladder = after if after.line(old) is not None else before  # a tier that is dropped had its place before
    return "up" if ladder.level(new) > ladder.level(old) else "down"


def _parts(card: Scorecard) -> dict[str, Numbers]:
    return {
        criterion.code: contributions(criterion, card.points[place], card.available)
        for place, criterion in enumerate(card.definition.criteria)
    }


def _why(
    old: Mapping[str, Numbers], new: Mapping[str, Numbers], place: int, *, rises: bool
) -> tuple[str, ...]:
    change = {
        code: (_at(new, code, place) - _at(old, code, place)) * (1 if rises else -1)
        for code in dict.fromkeys([*old, *new])
    }
    strongest = sorted((code for code, value in change.items() if value > 0), key=lambda code: -change[code])
    return tuple(strongest[:3]) or (LINE,)


def _at(parts: Mapping[str, Numbers], code: str, place: int) -> int:
    return (parts[code][place] or 0) if code in parts else 0


@dataclass(frozen=True, slots=True)
class Sway:
    """How many clients end elsewhere when one weight or line is a tenth more or less: `about` weight or line, `code` which one."""

    about: Literal["weight", "line"]
    code: str
    factor: Decimal
    moved: int
    entering: int
    leaving: int


def sensitivity(judged: Judged, stock: Stock, by: Decimal = Decimal("0.1")) -> list[Sway]:
    """Return what a tenth more and less of each weight (the others give way in proportion) and of each entry line does."""
    found = []
    for factor in (1 + by, 1 - by):
        for place, criterion in enumerate(judged.definition.criteria):
            tried = _weighed(judged, place, factor)
            found.append(
                _sway("weight", criterion.code, factor, judged, judge(tried.definition, stock, tried))
            )
        for line in judged.definition.lines:
            moved = replace(
                line, entry=min(Decimal(100), line.entry * factor), exit=min(Decimal(100), line.exit * factor)
            )
            lines = tuple(moved if one is line else one for one in judged.definition.lines)
            tried_lines = replace(judged.definition, lines=lines)
            found.append(_sway("line", line.tier, factor, judged, judge(tried_lines, stock, judged.card)))
    return found


def _weighed(judged: Judged, place: int, factor: Decimal) -> Scorecard:
    """Return the same points under other weights: one is changed, the others keep their proportion."""
    shares = [criterion.weight for criterion in judged.definition.criteria]
    wanted = min(shares[place] * factor, Decimal(1) - Decimal(len(shares) - 1) / WEIGHT)
    rest = sum(shares) - shares[place]
    parts = (
        [float(wanted if at == place else share * (1 - wanted) / rest) for at, share in enumerate(shares)]
        if rest
        else [1.0]
    )
    criteria = tuple(
        replace(one, weight=weight)
        for one, weight in zip(judged.definition.criteria, rounded(parts), strict=True)
    )
    return Scorecard(replace(judged.definition, criteria=criteria), judged.card.columns, judged.card.points)


def _sway(
    about: Literal["weight", "line"], code: str, factor: Decimal, before: Judged, after: Judged
) -> Sway:
    pairs = Counter(
        (bool(old), bool(new)) for old, new in zip(before.tiers, after.tiers, strict=True) if old != new
    )
    return Sway(about, code, factor, sum(pairs.values()), pairs[False, True], pairs[True, False])
