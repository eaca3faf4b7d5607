"""Why is (was) this client in this tier? From one stored row of UNITS and its members: numbers, sources, lines.

Everything said stands in the row; nothing is computed anew. A secret gate is named to compliance only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jinlan.insight.definition import Definition
from jinlan.insight.gates import RESTRICTED, RESTRICTED_EN, RESTRICTED_ZH
from jinlan.lake.features.catalog import MEASURES


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion: raw value and points of the unit beside the mean of its peers; figures as decimal text."""

    code: str
    family: str
    measure: str
    zh: str
    en: str
    weight: str
    raw: str | None
    points: str | None
    contribution: str | None
    peer_points: str | None
    peer_raw: str | None
    reason: str | None
    state: str
    note: str
    formula_zh: str
    formula_en: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """One tier line: the unit's value, the two lines, how far it stands from each (negative = below)."""

    tier: str
    zh: str
    en: str
    on: str
    value: str | None
    entry: str
    exit: str
    to_entry: str | None
    to_exit: str | None
    inside: bool
    up: int
    down: int
    observe_up: int
    observe_down: int
    decision: str


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """One gate: passed True, False or None (unknown); a secret one that failed reads `RESTRICTED`."""

    code: str
    zh: str
    en: str
    passed: bool | None
    value: str
    limit: str
    detail: str


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """One member: who says that it belongs here, since when, and whether others say otherwise."""

    party_id: str
    source: str
    valid_from: str | None
    valid_to: str | None
    parent: str | None
    share: str | None
    claims: tuple[Mapping[str, Any], ...]
    disputed: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer; `as_json` for machines, `render` for people."""

    unit_id: str
    kind: str
    as_of: str
    root_party_id: str
    root_source_key: str | None
    score: str | None
    rank: int | None
    rank_n: int | None
    computed_tier: str
    proposed_tier: str | None
    effective_tier: str
    tier_state: str
    tier_since: str | None
    tier_source: str
    criteria: tuple[Reason, ...]
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]
    lines: tuple[LineAnswer, ...]
    gates: tuple[GateAnswer, ...]
    members: tuple[MemberAnswer, ...]
    measures: Mapping[str, Mapping[str, Any]]
    override: Mapping[str, Any] | None
    absent: tuple[str, ...]
    incomplete: tuple[str, ...]
    definition: Mapping[str, str]
    rules: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return plain values for `json.dumps`."""
        return asdict(self)


_PLAIN = (
    "unit_id", "kind", "root_party_id", "root_source_key", "rank", "rank_n", "computed_tier", "proposed_tier",
    "effective_tier", "tier_state", "tier_source",
)  # fmt: skip


def why(
    unit_row: Mapping[str, Any],
    members_rows: Iterable[Mapping[str, Any]],
    definition: Definition,
    *,
    secret: bool = False,
) -> Explanation:
    """Explain one unit on one date.

    Args:
        unit_row: a row of `results.UNITS` as a mapping.
        members_rows: its rows of `results.MEMBERS`.
        definition: the definition whose version the row names.
        secret: the reader is compliance and may see secret gates.
    """
    detail = json.loads(unit_row["detail"])
    measures = json.loads(unit_row["measures"])
    plain: dict[str, Any] = {name: unit_row[name] for name in _PLAIN}
    plain |= {name: _text(unit_row[name]) for name in ("score", "tier_since")}
    plain |= {name: tuple(detail[name]) for name in ("absent", "incomplete")}
    plain |= {name: detail[name] for name in ("override", "definition", "rules")}
    return Explanation(
        **plain,
        as_of=str(unit_row["as_of"]),
        criteria=tuple(_reason(row, measures, definition) for row in detail["criteria"]),
        reasons_for=tuple(detail["for"]),
        reasons_against=tuple(detail["against"]),
        lines=tuple(_line(row, definition) for row in detail["lines"]),
        gates=tuple(_gate(row, definition, secret) for row in detail["gates"] if secret or _spoken_of(row)),
        members=tuple(_member(row) for row in members_rows),
        measures=measures,
    )


def _text(value: date | Decimal | None) -> str | None:
    return None if value is None else str(value)


def _reason(row: Mapping[str, Any], measures: Mapping[str, Any], definition: Definition) -> Reason:
    criterion = next((one for one in definition.criteria if one.code == row["code"]), None)
    measure = MEASURES[row["measure"]]
    stored = measures.get(row["measure"], {})
    return Reason(
        code=row["code"],
        family=row["family"],
        measure=row["measure"],
        zh=criterion.zh if criterion else measure.zh,
        en=criterion.en if criterion else measure.en,
        weight=row["weight"],
        raw=row["raw"],
        points=row["points"],
        contribution=row["contribution"],
        peer_points=row["peer_points"],
        peer_raw=row["peer_raw"],
        reason=row["reason"],
        state=stored.get("s", "unknown"),
        note=stored.get("n", ""),
        formula_zh=measure.formula_zh,
        formula_en=measure.formula_en,
        tables=measure.needs,
    )


def _line(row: Mapping[str, Any], definition: Definition) -> LineAnswer:
    line = definition.line(row["tier"])
    value = None if row["value"] is None else Decimal(row["value"])
    return LineAnswer(
        tier=row["tier"],
        zh=line.zh if line else row["tier"],
        en=line.en if line else row["tier"],
        on=row["on"],
        value=row["value"],
        entry=row["entry"],
        exit=row["exit"],
        to_entry=None if value is None else f"{value - Decimal(row['entry']):.2f}",
        to_exit=None if value is None else f"{value - Decimal(row['exit']):.2f}",
        inside=row["in"],
        up=row["up"],
        down=row["down"],
        observe_up=line.observe_up if line else 0,
        observe_down=line.observe_down if line else 0,
        decision=line.decision if line else "",
    )


def _spoken_of(row: Mapping[str, Any]) -> bool:
    """Tell whether a gate is listed to everyone: a secret one only while it blocks, without its name."""
    return not row["secret"] or row["passed"] is False


def _gate(row: Mapping[str, Any], definition: Definition, secret: bool) -> GateAnswer:
    gate = next((one for one in definition.gates if one.code == row["code"]), None)
    zh, en = (gate.zh, gate.en) if gate else (row["code"], row["code"])
    if row["secret"] and not secret:
        return GateAnswer(RESTRICTED, RESTRICTED_ZH, RESTRICTED_EN, False, "", "", "")
    return GateAnswer(row["code"], zh, en, row["passed"], row["value"], row["limit"], row["detail"])


def _member(row: Mapping[str, Any]) -> MemberAnswer:
    claims = tuple(json.loads(row["claims"]))
    return MemberAnswer(
        party_id=row["party_id"],
        source=row["source"],
        valid_from=_text(row["valid_from"]),
        valid_to=_text(row["valid_to"]),
        parent=row["parent_party_id"],
        share=_text(row["share"]),
        claims=claims,
        disputed=len({claim["unit_id"] for claim in claims}) > 1,
    )
