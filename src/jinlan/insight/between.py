"""What changed between two days, and what would bring a client to a tier: from two stored assessments, nothing computed anew but the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jinlan.insight.definition import Definition
from jinlan.lake.features.catalog import places_of


@dataclass(frozen=True, slots=True)
class Change:
    """One criterion on two days: raw values, points and contributions as stored text, None where there were none."""

    code: str
    measure: str
    raw_before: str | None
    raw_after: str | None
    points_before: str | None
    points_after: str | None
    part_before: str | None
    part_after: str | None
    change: Decimal  # of the contribution, in points of the score


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return every criterion of two stored details, the one that moved the score most first."""
    old = {row["code"]: row for row in before.get("criteria", ())}
    new = {row["code"]: row for row in after.get("criteria", ())}
    found = [_change(code, old.get(code, {}), new.get(code, {})) for code in dict.fromkeys([*old, *new])]
    return sorted(found, key=lambda one: (-abs(one.change), one.code))


def _change(code: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    part_before, part_after = old.get("contribution"), new.get("contribution")
    return Change(
        code, str(new.get("measure") or old.get("measure") or ""), old.get("raw"), new.get("raw"), old.get("points"), new.get("points"),
        part_before, part_after, Decimal(part_after or 0) - Decimal(part_before or 0),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a line: from one raw value to another, as text in the measure's own unit; `now` is None where nothing is measured."""

    code: str
    measure: str
    now: str | None
    needed: str


def goal(definition: Definition, before: str, after: str) -> str:
    """Return the tier that a client would want: the one that he had and lost, else the next above; "" when he has the best."""
    if definition.line(before) is not None and definition.level(before) > definition.level(after):
        return before
    above = [line.tier for line in definition.lines if definition.level(line.tier) > definition.level(after)]
    return above[-1] if above else ""


def ways(definition: Definition, row: Mapping[str, Any], tier: str) -> list[Way] | None:
    """Return what alone would lift a client to a tier's entry line, the least change first.

    Args:
        definition: the one by which the row was judged.
        row: unit_id, root_party_id, root_source_key, branch_id, measures and detail (both as mappings).
        tier: one of the definition's tiers.

    Returns:
        [] when no single change is enough, None when he stands there already or his value is not known.
    """
    # Arrow takes a while to import, and most pages never ask.
    from jinlan.insight.assess import needed
    from jinlan.insight.counterfactual import smallest_changes
    from jinlan.insight.recompute import column_of, subject_of

    line = definition.line(tier)
    if line is None:
        return None
    columns = {code: column_of([row["measures"]], code) for code in needed(definition)}
    found = smallest_changes(definition, line, subject_of(row, row["detail"]), columns, 0)
    if found is None:
        return None
    return [
        Way(one.code, one.measure, None if one.now is None else _text(one.now, one.measure), _text(one.needed, one.measure))
        for one in found
    ]  # fmt: skip


def _text(whole: int, measure: str) -> str:
    places = places_of(measure)
    return str(Decimal(whole).scaleb(-places)) if places else str(whole)


def names_of(definition: Definition, *, english: bool) -> dict[str, str]:
    """Return what the criteria are called."""
    return {one.code: one.en if english else one.zh for one in definition.criteria}
