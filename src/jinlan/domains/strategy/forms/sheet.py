"""A definition as a form holds it: text in every field, money in 10k; read back into a definition or into sentences at the fields.

Names of fields: ``c-<n>-…`` criteria, ``g-<CODE>-…`` gates, ``t-<n>-…`` tiers, ``p-<first>/<second>`` judgements in pairs. A criterion or
tier is dropped by its ``drop`` box; the last criterion is a blank one that begins to count when a measure is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from jinlan.basics.errors import Words
from jinlan.insight.definition import (
    DECISIONS,
    GATES,
    HIDDEN,
    METHODS,
    Criterion,
    Definition,
    Gate,
    Line,
    Weighing,
)
from jinlan.insight.problems import WrongDefinition
from jinlan.lake.features.catalog import MEASURES

SCORED = tuple(code for code, measure in MEASURES.items() if measure.unit not in ("date", "label"))
TEN_THOUSAND = Decimal(10_000)
MOST = 40  # criteria or tiers that a form may send
_NAME = re.compile(r"[^\W\d_][\w-]{0,30}", re.ASCII)
Fields = Mapping[str, Sequence[str]]  # name -> what was sent under it


@dataclass(slots=True)
class Row:
    """The fields of one criterion, gate or tier, by the end of their names."""

    number: str
    code: str
    fields: dict[str, str]
    rows: list[tuple[str, str]] = field(default_factory=list)  # a criterion's table: raw value, points
    sizes: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """Return a field, "" when it was not sent."""
        return self.fields.get(name, "")


@dataclass(slots=True)
class Sheet:
    """All fields of a form."""

    head: dict[str, str]
    criteria: list[Row]
    gates: list[Row]
    tiers: list[Row]
    method: str = "hand"
    share: str = "0.5"
    pairs: dict[str, str] = field(default_factory=dict)
    weighing: Weighing | None = None


def factor(measure: str) -> Decimal:
    """Return what one unit of a field is worth: money is typed in 10k."""
    return TEN_THOUSAND if measure in MEASURES and MEASURES[measure].unit == "money" else Decimal(1)


def plain(value: Decimal) -> str:
    """Write a number without needless zeros."""
    return format(value.normalize(), "f") if value else "0"


def sheet_of(definition: Definition) -> Sheet:
    """Return the form of a definition."""
    return Sheet(
        head={"version": definition.version, "valid_from": definition.valid_from.isoformat(), "zh": definition.zh, "en": definition.en},
        criteria=[_criterion_row(str(place), one) for place, one in enumerate(definition.criteria)],
        gates=[_gate_row(code, definition) for code in GATES],
        tiers=[_tier_row(str(place), line) for place, line in enumerate(definition.lines)],
        method=definition.weighing.method, share=plain(definition.weighing.share),
        pairs={f"{first}/{second}": value for first, second, value in definition.weighing.pairs},
    )  # fmt: skip


def _criterion_row(number: str, one: Criterion) -> Row:
    unit = factor(one.measure)
    fields = {
        "code": one.code, "family": one.family, "measure": one.measure, "weight": plain(one.weight), "none": plain(one.none),
        "zh": one.zh, "en": one.en,
    }  # fmt: skip
    return Row(number, one.code, fields, [(plain(raw / unit), plain(points)) for raw, points in one.points])


def _gate_row(code: str, definition: Definition) -> Row:
    held = next((gate for gate in definition.gates if gate.code == code), None)
    if held is None:
        return Row(code, code, {"on": "", "hidden": "on" if code in HIDDEN else "", "zh": code, "en": code})
    fields = {
        "on": "on",
        "limit": held.limit,
        "hidden": "on" if held.secret else "",
        "zh": held.zh,
        "en": held.en,
    }
    return Row(code, code, fields)


def _tier_row(number: str, line: Line) -> Row:
    fields = {
        "tier": line.tier, "on": line.on, "entry": plain(line.entry), "exit": plain(line.exit), "observe_up": str(line.observe_up),
        "observe_down": str(line.observe_down), "min_hold": str(line.min_hold), "decision": line.decision, "zh": line.zh, "en": line.en,
    }  # fmt: skip
    bounds = [
        f"{code}:{plain(low / factor(code))}:{plain(high / factor(code))}" for code, low, high in line.within
    ]
    return Row(number, line.tier, fields | {"within": " ".join(bounds)}, sizes=line.sizes)


def sheet_from(sent: Fields) -> Sheet:
    """Return the form that was sent."""

    def one(name: str) -> str:
        found = sent.get(name) or [""]
        return found[-1].strip()

    def block(prefix: str) -> dict[str, str]:
        return {name[len(prefix) :]: one(name) for name in sent if name.startswith(prefix)}

    criteria = []
    for number in _numbers("c", sent):
        prefix = f"c-{number}-"
        raws, points = sent.get(f"{prefix}raw", ()), sent.get(f"{prefix}points", ())
        table = [
            (raw.strip(), value.strip())
            for raw, value in zip(raws, points, strict=False)
            if raw.strip() or value.strip()
        ]
        fields = block(prefix)
        criteria.append(Row(number, fields.get("code", ""), fields, table))
    tiers = []
    for number in _numbers("t", sent):
        fields = block(f"t-{number}-")
        sizes = tuple(sent.get(f"t-{number}-sizes", ()))
        tiers.append(Row(number, fields.get("tier", ""), fields, sizes=sizes))
    return Sheet(
        head={name: one(name) for name in ("version", "valid_from", "zh", "en")},
        criteria=criteria, gates=[Row(code, code, block(f"g-{code}-")) for code in GATES], tiers=tiers,
        method=one("method") or "hand", share=one("share") or "0.5",
        pairs={name[2:]: one(name) for name in sent if name.startswith("p-") and one(name) not in ("", "1")},
    )  # fmt: skip


def _numbers(prefix: str, sent: Fields) -> list[str]:
    found = {name.split("-")[1] for name in sent if name.startswith(f"{prefix}-") and name.count("-") >= 2}
    return sorted((number for number in found if number.isdigit()), key=int)[:MOST]


class Wrong(Exception):
    """What a form says is not even the form of a definition: a sentence for each field."""

    def __init__(self, problems: Sequence[WrongDefinition]) -> None:
        super().__init__(*problems)
        self.problems = tuple(problems)


def definition_of(sheet: Sheet, kind: str) -> Definition:
    """Return the definition that a form says; it may still be wrong (`insight.problems`).

    Raises:
        Wrong: numbers, dates or codes that cannot be read, all of them.
    """
    found = _Reading()
    criteria = [one for row in sheet.criteria if (one := found.criterion(row)) is not None]
    gates = [
        Gate(
            row.code,
            row.text("hidden") == "on",
            row.text("limit"),
            row.text("zh") or row.code,
            row.text("en") or row.code,
        )
        for row in sheet.gates
        if row.text("on") == "on"
    ]
    lines = [found.line(row) for row in sheet.tiers if row.text("drop") != "on"]
    definition = Definition(
        kind=kind, version=sheet.head["version"], valid_from=found.day(sheet.head["valid_from"]),
        zh=sheet.head["zh"] or kind, en=sheet.head["en"] or kind, criteria=tuple(criteria), gates=tuple(gates), lines=tuple(lines),
        sha256="", weighing=found.weighing(sheet, [one.code for one in criteria]),
    )  # fmt: skip
    if not definition.version:
        found.problems.append(WrongDefinition("VERSION", "版本号是空的,请填写例如 2026.2。", field="version"))
    if found.problems:
        raise Wrong(found.problems)
    return definition


class _Reading:
    """Reads fields and collects what cannot be read."""

    def __init__(self) -> None:
        self.problems: list[WrongDefinition] = []

    def number(self, text: str, at: str, where: Words) -> Decimal:
        """Read a number; thousands may be set apart by commas."""
        try:
            found = Decimal(text.replace(",", "").replace("\uff0c", ""))
            if found.is_finite():
                return found
        except InvalidOperation:
            pass
        self.problems.append(
            WrongDefinition("NUMBER", "%(where)s 的 %(value)r 不是数值。", field=at, where=where, value=text)
        )
        return Decimal(0)

    def whole(self, text: str, at: str, where: Words) -> int:
        """Read a whole number."""
        found = self.number(text, at, where)
        if found % 1:
            self.problems.append(
                WrongDefinition(
                    "NUMBER", "%(where)s 的 %(value)s 应为整数。", field=at, where=where, value=text
                )
            )
        return int(found)

    def day(self, text: str) -> date:
        """Read the first day of the version."""
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems.append(
                WrongDefinition(
                    "DATE", "生效日 %(value)r 不是日期,应写作 2026-01-01。", field="valid_from", value=text
                )
            )
            return date.max

    def criterion(self, row: Row) -> Criterion | None:
        """Read one criterion; None for a dropped or blank one."""
        if row.text("drop") == "on" or not row.text("measure"):
            return None
        code = row.text("code") or row.text("measure")
        where, at = Words("指标项 %(code)s", code=code), f"criteria.{code}"
        if row.text("measure") not in SCORED:
            self.problems.append(
                WrongDefinition(
                    "MEASURE",
                    "%(where)s 引用了未知指标 %(item)r。",
                    field=f"{at}.measure",
                    where=where,
                    item=row.text("measure"),
                )
            )
            return None
        if not _NAME.fullmatch(code) or not _NAME.fullmatch(row.text("family")):
            self.problems.append(
                WrongDefinition("NAME", "%(where)s 的代码与维度应为字母开头的短代码。", field=at, where=where)
            )
        unit, known = factor(row.text("measure")), MEASURES[row.text("measure")]
        points = tuple(
            (self.number(raw, f"{at}.points", where) * unit, self.number(value, f"{at}.points", where))
            for raw, value in row.rows
        )
        return Criterion(
            code=code, family=row.text("family"), measure=row.text("measure"), weight=self.number(row.text("weight") or "0", f"{at}.weight", where),
            points=points, zh=row.text("zh") or known.zh, en=row.text("en") or known.en,
            none=self.number(row.text("none") or "0", f"{at}.none", where),
        )  # fmt: skip

    def line(self, row: Row) -> Line:
        """Read one tier's line."""
        where, at = Words("层级 %(tier)s", tier=row.code), f"tiers.{row.code}"
        if not _NAME.fullmatch(row.code):
            self.problems.append(
                WrongDefinition("NAME", "%(where)s 的代码应为字母开头的短代码。", field=at, where=where)
            )
        decision = row.text("decision") if row.text("decision") in DECISIONS else "committee"
        return Line(
            tier=row.code, on=row.text("on") or "score", entry=self.number(row.text("entry"), f"{at}.entry", where),
            exit=self.number(row.text("exit"), f"{at}.exit", where), observe_up=self.whole(row.text("observe_up") or "1", f"{at}.observe", where),
            observe_down=self.whole(row.text("observe_down") or "1", f"{at}.observe", where),
            min_hold=self.whole(row.text("min_hold") or "0", f"{at}.observe", where), decision=decision, zh=row.text("zh") or row.code,
            en=row.text("en") or row.code, sizes=row.sizes, within=tuple(self._bounds(row.text("within"), at, where)),
        )  # fmt: skip

    def _bounds(self, text: str, at: str, where: Words) -> list[tuple[str, Decimal, Decimal]]:
        found = []
        for part in text.split():
            code, *ends = part.split(":")
            if code not in SCORED or len(ends) != 2:
                self.problems.append(
                    WrongDefinition(
                        "WITHIN",
                        "%(where)s 的适用范围 %(item)r 应写作 指标:下限:上限。",
                        field=f"{at}.within",
                        where=where,
                        item=part,
                    )
                )
                continue
            low, high = (self.number(end, f"{at}.within", where) * factor(code) for end in ends)
            found.append((code, low, high))
        return found

    def weighing(self, sheet: Sheet, codes: Sequence[str]) -> Weighing:
        """Read where the weights come from; judgements of criteria that are gone are left out."""
        pairs: list[tuple[str, str, str]] = []
        for name, value in sheet.pairs.items():
            first, _slash, second = name.partition("/")
            if first in codes and second in codes:
                pairs.append((first, second, value))
        method = sheet.method if sheet.method in METHODS else "hand"
        share = self.number(sheet.share, "weighing.share", Words("赋权"))
        return Weighing(
            method,
            tuple(pairs) if method in ("ahp", "combined") else (),
            share if method == "combined" else Decimal("0.5"),
        )


def weighed(definition: Definition, weights: Mapping[str, Any]) -> Definition:
    """Return a definition with other weights, by criterion."""
    criteria = tuple(
        replace(one, weight=Decimal(str(weights[one.code]))) if one.code in weights else one
        for one in definition.criteria
    )
    return replace(definition, criteria=criteria)
