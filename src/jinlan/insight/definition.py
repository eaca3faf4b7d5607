"""Who counts as strategic, as data: criteria, gates and tier lines of one kind of unit (01 §1.4, §1.5, §1.7).

A definition is a TOML text that a person can read; the parsed form is immutable and every result stores its version
and SHA-256. Definitions are effective-dated: the newest one whose `valid_from` is not later than the date speaks.

Points: a criterion maps its raw value through a piecewise-linear table ``[[raw, points], ...]``: raw rising, points
monotone in 0..100, the first and last pair are the caps. ``none`` are the points where there is nothing to measure
(no transaction, no base a year ago).

Tier lines, best first: `on` is ``score`` or a family; `entry` > `exit`; `sizes` (org_size of the root) and `within`
(measure between two values) restrict who may hold the line: who does not fit has the value 0 there.
"""

from __future__ import annotations

import hashlib
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Refused, Words
from jinlan.lake.extracts.schema import UNIT_KINDS
from jinlan.lake.features.catalog import MEASURES, scale_of

FOLDER = Path(__file__).with_name("definitions")
POINT = 10_000  # points are kept as whole numbers of 1e-4
WEIGHT = 10_000  # weights too
GATES = ("CDD_CURRENT", "SANCTIONS_CLEAR", "FIVE_TIER")
DECISIONS = ("automatic", "committee")
_NOT_SCORED = ("date", "label")


@dataclass(frozen=True)
class Criterion:
    """One criterion: raw values of `measure` become points, `weight` of the whole."""

    code: str
    family: str
    measure: str
    weight: Decimal
    points: tuple[tuple[Decimal, Decimal], ...]
    zh: str
    en: str
    none: Decimal = Decimal(0)

    @cached_property
    def share(self) -> int:
        """The weight in 1e-4."""
        return int(self.weight * WEIGHT)

    @cached_property
    def empty(self) -> int:
        """Points (1e-4) of a unit with nothing to measure."""
        return int(self.none * POINT)

    @cached_property
    def _table(self) -> tuple[list[int], list[int]]:
        scale = scale_of(self.measure)
        return [int(raw * scale) for raw, _ in self.points], [
            int(points * POINT) for _, points in self.points
        ]

    @property
    def ends(self) -> tuple[int, int]:
        """The first and last raw value of the table, times the measure's scale."""
        raws, _ = self._table
        return raws[0], raws[-1]

    def within_table(self, whole: int) -> int:
        """Return a raw ratio (times its scale) cut to the table's ends, beyond which points no longer tell units apart.

        A mean of ratios is meaningless otherwise: one client that grew from nothing outweighs a thousand. Money stays whole.
        """
        raws, _ = self._table
        return max(raws[0], min(raws[-1], whole)) if MEASURES[self.measure].unit == "ratio" else whole

    def points_of(self, whole: int | None) -> int:
        """Return the points (1e-4, half up) of a raw value times its scale; None = nothing to measure."""
        if whole is None:
            return self.empty
        raws, points = self._table
        place = bisect_right(raws, whole)
        if place == 0:
            return points[0]
        if place == len(raws):
            return points[-1]
        left = raws[place - 1]
        width = raws[place] - left
        low = points[place - 1]
        # rising and falling tables alike: floor(x + 1/2) of a value that is never negative
        return (2 * (low * width + (points[place] - low) * (whole - left)) + width) // (2 * width)


@dataclass(frozen=True)
class Gate:
    """A condition that blocks every tier, whatever the points; `secret` ones are never named outside compliance."""

    code: str
    secret: bool
    limit: str
    zh: str
    en: str


@dataclass(frozen=True)
class Line:
    """One tier's line: an in/out machine on `on` with hysteresis."""

    tier: str
    on: str
    entry: Decimal
    exit: Decimal
    observe_up: int
    observe_down: int
    min_hold: int
    decision: str
    zh: str
    en: str
    sizes: tuple[str, ...] = ()
    within: tuple[tuple[str, Decimal, Decimal], ...] = ()

    @cached_property
    def enters(self) -> int:
        """The entry line in 1e-2 points."""
        return int(self.entry * 100)

    @cached_property
    def leaves(self) -> int:
        """The exit line in 1e-2 points."""
        return int(self.exit * 100)

    @cached_property
    def bounds(self) -> tuple[tuple[str, int, int], ...]:
        """`within` in whole numbers."""
        return tuple(
            (code, int(low * scale_of(code)), int(high * scale_of(code))) for code, low, high in self.within
        )


@dataclass(frozen=True)
class Definition:
    """The criteria, gates and tiers of one kind; `lines` best first, `sha256` of the text it was read from."""

    kind: str
    version: str
    valid_from: date
    zh: str
    en: str
    criteria: tuple[Criterion, ...]
    gates: tuple[Gate, ...]
    lines: tuple[Line, ...]
    sha256: str

    def line(self, tier: str) -> Line | None:
        """Return the line of a tier, None for no tier or an unknown one."""
        return next((line for line in self.lines if line.tier == tier), None)

    def level(self, tier: str) -> int:
        """Return how high a tier stands: 0 for none, then rising."""
        for place, line in enumerate(self.lines):
            if line.tier == tier:
                return len(self.lines) - place
        return 0

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The families in the order of the criteria."""
        return tuple(dict.fromkeys(criterion.family for criterion in self.criteria))


def parse(text: str) -> Definition:
    """Read and check a definition.

    Raises:
        Refused: DEFINITION.* with what is wrong and where.
    """
    try:
        body = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise WrongDefinition("SYNTAX", "标准定义有误:不是有效的 TOML:%(said)s。", said=error) from error
    kind = body.get("kind")
    if kind not in UNIT_KINDS:
        raise WrongDefinition(
            "KIND", "标准定义有误:客户类型 %(kind)r 无效,应为 %(kinds)s。", kind=kind, kinds=list(UNIT_KINDS)
        )
    try:
        definition = Definition(
            kind=kind,
            version=str(body["version"]),
            valid_from=body["valid_from"],
            zh=body.get("zh", kind),
            en=body.get("en", kind),
            criteria=tuple(_criterion(row) for row in body.get("criteria", [])),
            gates=tuple(_gate(row) for row in body.get("gates", [])),
            lines=tuple(_line(row) for row in body.get("tiers", [])),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
    except KeyError as error:
        raise WrongDefinition("MISSING", "标准定义有误:缺少字段 %(said)s。", said=error) from error
    _check(definition)
    return definition


def read(path: Path) -> Definition:
    """Read a definition file."""
    return parse(path.read_text("utf-8"))


def shipped() -> tuple[Definition, ...]:
    """Return the definitions that Jinlan ships, one per kind."""
    return tuple(read(FOLDER / f"{kind.lower()}.toml") for kind in UNIT_KINDS)


def in_force(definitions: Iterable[Definition], on: date) -> dict[str, Definition]:
    """Return the definition of each kind that speaks on a date; kinds without one are left out."""
    found: dict[str, Definition] = {}
    for definition in sorted(definitions, key=lambda each: (each.valid_from, each.version)):
        if definition.valid_from <= on:
            found[definition.kind] = definition
    return found


class WrongDefinition(Refused):
    """A definition cannot be used; `what` is the end of its code."""

    def __init__(self, what: str, message: str, /, **params: object) -> None:
        super().__init__(f"DEFINITION.{what}", message, "请修改定义文件后重试。", **params)


def _number(value: Any, where: Words) -> Decimal:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise WrongDefinition(
            "NUMBER", "标准定义有误:%(where)s 的 %(value)r 不是数值。", where=where, value=value
        ) from error
    if not number.is_finite():
        raise WrongDefinition(
            "NUMBER", "标准定义有误:%(where)s 的 %(value)r 不是有限数值。", where=where, value=value
        )
    return number


def _measure(code: Any, where: Words) -> str:
    if code not in MEASURES:
        raise WrongDefinition(
            "MEASURE", "标准定义有误:%(where)s 引用了未知指标 %(item)r。", where=where, item=code
        )
    if MEASURES[code].unit in _NOT_SCORED:
        raise WrongDefinition(
            "MEASURE",
            "标准定义有误:%(where)s 的指标 %(item)s 是日期或标签,不能计分。",
            where=where,
            item=code,
        )
    return str(code)


def _criterion(row: Mapping[str, Any]) -> Criterion:
    code = row["code"]
    where = Words("指标项 %(code)s", code=code)
    points = tuple((_number(raw, where), _number(value, where)) for raw, value in row["points"])
    return Criterion(
        code=code,
        family=row["family"],
        measure=_measure(row["measure"], where),
        weight=_number(row["weight"], where),
        points=points,
        zh=row.get("zh", MEASURES[row["measure"]].zh),
        en=row.get("en", MEASURES[row["measure"]].en),
        none=_number(row.get("none", 0), where),
    )


def _gate(row: Mapping[str, Any]) -> Gate:
    code = row["code"]
    if code not in GATES:
        raise WrongDefinition(
            "GATE", "标准定义有误:未知的准入门槛 %(item)r,应为 %(gates)s。", item=code, gates=list(GATES)
        )
    return Gate(
        code,
        bool(row.get("secret", False)),
        str(row.get("limit", "")),
        row.get("zh", code),
        row.get("en", code),
    )


def _line(row: Mapping[str, Any]) -> Line:
    tier = row["tier"]
    where = Words("层级 %(tier)s", tier=tier)
    bounds = [
        (_measure(code, where), _number(low, where), _number(high, where))
        for code, (low, high) in row.get("within", {}).items()
    ]
    return Line(
        tier=tier,
        on=row.get("on", "score"),
        entry=_number(row["entry"], where),
        exit=_number(row["exit"], where),
        observe_up=int(row.get("observe_up", 1)),
        observe_down=int(row.get("observe_down", 3)),
        min_hold=int(row.get("min_hold", 12)),
        decision=row.get("decision", "committee"),
        zh=row.get("zh", tier),
        en=row.get("en", tier),
        sizes=tuple(row.get("sizes", ())),
        within=tuple(bounds),
    )


def _check(definition: Definition) -> None:
    if not definition.criteria or not definition.lines:
        raise WrongDefinition("EMPTY", "标准定义有误:至少要有一个指标项和一个层级。")
    _unique(Words("指标项"), [criterion.code for criterion in definition.criteria])
    _unique(Words("层级"), [line.tier for line in definition.lines])
    _unique(Words("准入门槛"), [gate.code for gate in definition.gates])
    for criterion in definition.criteria:
        _check_criterion(criterion)
    total = sum((criterion.weight for criterion in definition.criteria), Decimal(0))
    if total != 1:
        raise WrongDefinition("WEIGHTS", "标准定义有误:权重之和为 %(total)s,应为 1。", total=total)
    for line in definition.lines:
        _check_line(line, definition)


def _unique(what: Words, codes: Sequence[str]) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise WrongDefinition(
                "TWICE", "标准定义有误:%(what)s %(item)s 出现了两次。", what=what, item=code
            )


def _check_criterion(criterion: Criterion) -> None:
    where = Words("指标项 %(code)s", code=criterion.code)
    if criterion.weight <= 0 or criterion.weight * WEIGHT % 1:
        raise WrongDefinition(
            "WEIGHTS",
            "标准定义有误:%(where)s 的权重 %(weight)s 应大于 0,最多四位小数。",
            where=where,
            weight=criterion.weight,
        )
    raws = [raw for raw, _ in criterion.points]
    values = [value for _, value in criterion.points]
    if len(raws) < 2 or any(left >= right for left, right in pairwise(raws)):
        raise WrongDefinition(
            "MONOTONE", "标准定义有误:%(where)s 的原始值应至少两个且严格递增。", where=where
        )
    if sorted(values) not in (values, values[::-1]):
        raise WrongDefinition("MONOTONE", "标准定义有误:%(where)s 的分值应单调。", where=where)
    if not all(0 <= value <= 100 and not value * POINT % 1 for value in (*values, criterion.none)):
        raise WrongDefinition(
            "POINTS", "标准定义有误:%(where)s 的分值应在 0 到 100 之间,最多四位小数。", where=where
        )
    if any(raw * scale_of(criterion.measure) % 1 for raw in raws):
        raise WrongDefinition("POINTS", "标准定义有误:%(where)s 的原始值小数位过多。", where=where)


def _check_line(line: Line, definition: Definition) -> None:
    where = Words("层级 %(tier)s", tier=line.tier)
    if line.exit >= line.entry:
        raise WrongDefinition(
            "EXIT",
            "标准定义有误:%(where)s 的退出线 %(leaves)s 应低于准入线 %(enters)s。",
            where=where,
            leaves=line.exit,
            enters=line.entry,
        )
    if not 0 < line.entry <= 100 or line.entry * 100 % 1 or line.exit * 100 % 1:
        raise WrongDefinition(
            "ENTRY", "标准定义有误:%(where)s 的准入线应在 0 到 100 之间,最多两位小数。", where=where
        )
    if line.on != "score" and line.on not in definition.families:
        raise WrongDefinition(
            "ON", "标准定义有误:%(where)s 依据的 %(on)r 不是总分,也不是任何维度。", where=where, on=line.on
        )
    if line.decision not in DECISIONS:
        raise WrongDefinition(
            "DECISION",
            "标准定义有误:%(where)s 的决定方式 %(decision)r 应为 automatic 或 committee。",
            where=where,
            decision=line.decision,
        )
    if line.observe_up < 1 or line.observe_down < 1 or line.min_hold < 0:
        raise WrongDefinition(
            "OBSERVE", "标准定义有误:%(where)s 的观察期至少为 1,最短持有期不得为负。", where=where
        )
