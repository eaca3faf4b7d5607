"""`./jinlan why UNIT --as-of DATE --against EARLIER`: what moved between two days, and what would bring the tier back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from jinlan.basics.actor import Actor
from jinlan.insight import between
from jinlan.insight.definition import Definition
from jinlan.insight.differences import chinese, differences
from jinlan.insight.render import amount
from jinlan.site import listing

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("{unit}: {before} 与 {after} 之间", "{unit}: between {before} and {after}"),
    "tiers": ("层级 {before} → {after}; 总分 {score_before} → {score_after}", "tier {before} → {after}; score {score_before} → {score_after}"),
    "changes": ("逐项变化(对总分)", "changes (in points of the score)"),
    "versions": ("两天所用的标准不同", "the criteria of the two days differ"),
    "ways": ("只改一项即可到 {tier}", "one change alone would reach {tier}"),
    "several": ("没有哪一项单独改变就够到 {tier}", "no single change would reach {tier}"),
    "none": ("无", "none"),
}  # fmt: skip


def compare(actor: Actor, entity: str, unit: str, first: date, last: date, *, form: str) -> str:
    """Return the comparison of two days as text (``zh``, ``en``) or ``json``; raises as `listing.judged`."""
    old, new = (
        listing.judged(actor=actor, entity=entity, unit=unit, as_of=day) for day in sorted((first, last))
    )
    rows = [_read(old.row), _read(new.row)]
    found = between.changes(rows[0]["detail"], rows[1]["detail"])
    goal = between.goal(new.definition, old.row["effective_tier"], new.row["effective_tier"])
    stopped = new.row["tier_state"] in ("suspended", "closed")
    ways = between.ways(new.definition, rows[1], goal) if goal and not stopped else None
    if form == "json":
        body = {
            "unit_id": unit, "days": [_side(old.row), _side(new.row)], "changes": [asdict(one) for one in found],
            "versions": [str(one.text) for one in differences(old.definition, new.definition, chinese)], "goal": goal,
            "ways": None if ways is None else [asdict(one) for one in ways],
        }  # fmt: skip
        return json.dumps(body, ensure_ascii=False, indent=1, default=str)
    return "\n".join(_text(unit, old.row, new.row, found, new.definition, goal, ways, form))


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "detail": json.loads(row["detail"]), "measures": json.loads(row["measures"])}


def _side(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if row[name] is None else str(row[name])
        for name in ("as_of", "effective_tier", "tier_state", "score")
    }


def _text(
    unit: str, old: Mapping[str, Any], new: Mapping[str, Any], found: list[between.Change], law: Definition, goal: str,
    ways: list[between.Way] | None, language: str,
) -> list[str]:  # fmt: skip
    english = language == "en"

    def say(key: str, **values: object) -> str:
        return _WORDS[key][int(english)].format(**values)

    names = between.names_of(law, english=english)
    lines = [
        say("title", unit=unit, before=old["as_of"], after=new["as_of"]),
        say("tiers", before=old["effective_tier"] or say("none"), after=new["effective_tier"] or say("none"),
            score_before=old["score"], score_after=new["score"]),
        say("changes"),
    ]  # fmt: skip
    for one in found:
        raws = (amount(raw, one.measure, language) for raw in (one.raw_before, one.raw_after))
        lines.append(f"  {one.change:+}  {names.get(one.code, one.code)} {' → '.join(raws)}")
    if ways:
        lines.append(say("ways", tier=goal))
        lines += [
            f"  {names[one.code]} {amount(one.now, one.measure, language)} → {amount(one.needed, one.measure, language)}"
            for one in ways
        ]
    elif ways is not None:
        lines.append(say("several", tier=goal))
    return lines
