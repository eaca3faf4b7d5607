"""Reading a definition from its TOML text (see `definition`)."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from jinlan.basics.errors import Words
from jinlan.insight.definition import GATES, METHODS, Criterion, Definition, Gate, Line, Weighing
from jinlan.insight.problems import WrongDefinition, problems
from jinlan.lake.extracts.schema import UNIT_KINDS
from jinlan.lake.features.catalog import MEASURES

FOLDER = Path(__file__).with_name("definitions")
_NOT_SCORED = ("date", "label")


def parse(text: str) -> Definition:
    """Read and check a definition.

    Raises:
        Refused: DEFINITION.* with what is wrong and where, the first of what `problems` finds.
    """
    definition = loose(text)
    for problem in problems(definition):
        raise problem
    return definition


def loose(text: str) -> Definition:
    """Read a definition without asking whether it makes sense: a draft, on the way to one that does.

    Raises:
        Refused: DEFINITION.* when the text has another form than a definition.
    """
    try:
        body = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise WrongDefinition("SYNTAX", "不是有效的 TOML:%(said)s。", said=error) from error
    kind = body.get("kind")
    if kind not in UNIT_KINDS:
        raise WrongDefinition(
            "KIND", "客户类型 %(kind)r 无效,应为 %(kinds)s。", kind=kind, kinds=list(UNIT_KINDS)
        )
    try:
        definition = Definition(
            kind=kind,
            version=str(body["version"]),
            valid_from=_date(body["valid_from"]),
            zh=body.get("zh", kind),
            en=body.get("en", kind),
            criteria=tuple(_criterion(row) for row in body.get("criteria", [])),
            gates=tuple(_gate(row) for row in body.get("gates", [])),
            lines=tuple(_line(row) for row in body.get("tiers", [])),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            weighing=_weighing(body.get("weighing", {})),
        )
    except KeyError as error:
        raise WrongDefinition("MISSING", "缺少字段 %(said)s。", said=error) from error
    return definition


def read(path: Path) -> Definition:
    """Read a definition file."""
    return parse(path.read_text("utf-8"))


def shipped() -> tuple[Definition, ...]:
    """Return the definitions that Jinlan ships, one per kind."""
    return tuple(read(FOLDER / f"{kind.lower()}.toml") for kind in UNIT_KINDS)


def _number(value: Any, where: Words) -> Decimal:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise WrongDefinition(
            "NUMBER", "%(where)s 的 %(value)r 不是数值。", where=where, value=value
        ) from error
    if not number.is_finite():
        raise WrongDefinition("NUMBER", "%(where)s 的 %(value)r 不是有限数值。", where=where, value=value)
    return number


def _measure(code: Any, where: Words) -> str:
    if code not in MEASURES:
        raise WrongDefinition("MEASURE", "%(where)s 引用了未知指标 %(item)r。", where=where, item=code)
    if MEASURES[code].unit in _NOT_SCORED:
        raise WrongDefinition(
            "MEASURE",
            "%(where)s 的指标 %(item)s 是日期或标签,不能计分。",
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


def _date(value: Any) -> date:
    if not isinstance(value, date):
        raise WrongDefinition("DATE", "生效日 %(value)r 不是日期,应写作 2026-01-01。", value=value)
    return value


def _whole(row: Mapping[str, Any], name: str, default: int, where: Words) -> int:
    found = _number(row.get(name, default), where)
    if found % 1:
        raise WrongDefinition("NUMBER", "%(where)s 的 %(value)s 应为整数。", where=where, value=found)
    return int(found)


def _weighing(row: Mapping[str, Any]) -> Weighing:
    method = row.get("method", "hand")
    if method not in METHODS:
        raise WrongDefinition(
            "METHOD",
            "未知的赋权方式 %(item)r,应为 %(methods)s。",
            item=method,
            methods=list(METHODS),
        )
    pairs = []
    for names, value in dict(row.get("pairs", {})).items():
        first, slash, second = str(names).partition("/")
        if not slash:
            raise WrongDefinition("PAIR", '两两比较 %(item)r 应写作 "甲/乙" = "3"。', item=names)
        pairs.append((first, second, str(value)))
    return Weighing(method, tuple(pairs), _number(row.get("share", "0.5"), Words("赋权")))


def _gate(row: Mapping[str, Any]) -> Gate:
    code = row["code"]
    if code not in GATES:
        raise WrongDefinition(
            "GATE", "未知的准入门槛 %(item)r,应为 %(gates)s。", item=code, gates=list(GATES)
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
        observe_up=_whole(row, "observe_up", 1, where),
        observe_down=_whole(row, "observe_down", 3, where),
        min_hold=_whole(row, "min_hold", 12, where),
        decision=row.get("decision", "committee"),
        zh=row.get("zh", tier),
        en=row.get("en", tier),
        sizes=tuple(row.get("sizes", ())),
        within=tuple(bounds),
    )
