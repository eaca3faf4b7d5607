"""What is wrong with a definition: every problem, with the place where a person mends it (01 §1.5, §1.7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from jinlan.basics.errors import Refused, Words
from jinlan.insight.definition import DECISIONS, HIDDEN, POINT, WEIGHT, Criterion, Definition, Line
from jinlan.insight.weights import ahp
from jinlan.lake.features.catalog import scale_of

CONSISTENT = Decimal("0.10")  # Saaty: from this consistency ratio on, judgements contradict each other


class WrongDefinition(Refused):
    """A definition cannot be used; `what` is the end of its code, `field` the path of what is wrong: ``criteria.deposits.weight``."""

    def __init__(self, what: str, message: str, /, field: str = "", **params: object) -> None:
        super().__init__(f"DEFINITION.{what}", message, "请修改后重试。", field=field, **params)


def problems(definition: Definition) -> Iterator[Refused]:
    """Yield everything that keeps a definition from being used, in the order in which it is read."""
    if not definition.criteria or not definition.lines:
        yield WrongDefinition("EMPTY", "至少要有一个指标项和一个层级。", field="criteria")
    yield from _unique("criteria", Words("指标项"), [criterion.code for criterion in definition.criteria])
    yield from _unique("tiers", Words("层级"), [line.tier for line in definition.lines])
    yield from _unique("gates", Words("准入门槛"), [gate.code for gate in definition.gates])
    for gate in definition.gates:
        if gate.code in HIDDEN and not gate.secret:
            yield WrongDefinition(
                "SECRET",
                "准入门槛 %(item)s 必须仅合规可见(secret = true)。",
                field=f"gates.{gate.code}",
                item=gate.code,
            )
    for criterion in definition.criteria:
        yield from _criterion(criterion)
    total = sum((criterion.weight for criterion in definition.criteria), Decimal(0))
    if definition.criteria and total != 1:
        yield WrongDefinition("WEIGHTS", "权重之和为 %(total)s,应为 1。", field="weights", total=total)
    yield from _weighing(definition)
    for line in definition.lines:
        yield from _line(line, definition)


def _unique(about: str, what: Words, codes: Sequence[str]) -> Iterator[WrongDefinition]:
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            yield WrongDefinition(
                "TWICE",
                "%(what)s %(item)s 出现了两次。",
                field=f"{about}.{code}",
                what=what,
                item=code,
            )


def _criterion(criterion: Criterion) -> Iterator[WrongDefinition]:
    where, place = Words("指标项 %(code)s", code=criterion.code), f"criteria.{criterion.code}"
    if criterion.weight <= 0 or criterion.weight * WEIGHT % 1:
        yield WrongDefinition(
            "WEIGHTS", "%(where)s 的权重 %(weight)s 应大于 0,最多四位小数。",
            field=f"{place}.weight", where=where, weight=criterion.weight,
        )  # fmt: skip
    raws = [raw for raw, _ in criterion.points]
    values = [value for _, value in criterion.points]
    if len(raws) < 2 or any(left >= right for left, right in pairwise(raws)):
        yield WrongDefinition(
            "MONOTONE",
            "%(where)s 的原始值应至少两个且严格递增。",
            field=f"{place}.points",
            where=where,
        )
    if sorted(values) not in (values, values[::-1]):
        yield WrongDefinition("MONOTONE", "%(where)s 的分值应单调。", field=f"{place}.points", where=where)
    for name, numbers in (("points", values), ("none", [criterion.none])):
        if not all(0 <= value <= 100 and not value * POINT % 1 for value in numbers):
            yield WrongDefinition(
                "POINTS", "%(where)s 的分值应在 0 到 100 之间,最多四位小数。",
                field=f"{place}.{name}", where=where,
            )  # fmt: skip
    if any(raw * scale_of(criterion.measure) % 1 for raw in raws):
        yield WrongDefinition(
            "POINTS", "%(where)s 的原始值小数位过多。", field=f"{place}.points", where=where
        )


def matrix_of(definition: Definition) -> list[list[Decimal]]:
    """Return the judgements of a definition as a matrix over its criteria; a pair that is not named counts the same.

    Raises:
        Refused: DEFINITION.PAIR for a criterion that does not exist or a value that is no number or fraction.
    """
    places = {criterion.code: place for place, criterion in enumerate(definition.criteria)}
    found = [[Decimal(1)] * len(places) for _ in places]
    for first, second, text in definition.weighing.pairs:
        field = f"weighing.{first}/{second}"
        if first not in places or second not in places or first == second:
            raise WrongDefinition(
                "PAIR",
                "两两比较 %(first)s/%(second)s 不是两个指标项。",
                field=field,
                first=first,
                second=second,
            )
        value = judgement(text)
        if value is None:
            raise WrongDefinition(
                "PAIR",
                "两两比较的值 %(value)s 应为 1/9 到 9 之间的整数或分数。",
                field=field,
                value=text,
            )
        one, other = places[first], places[second]
        found[one][other] = Decimal(value.numerator) / value.denominator
        found[other][one] = Decimal(value.denominator) / value.numerator
    return found


def judgement(text: str) -> Fraction | None:
    """Read a judgement, "3" or "1/3"; None for what is none of Saaty's 1/9 to 9."""
    try:
        value = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        return None
    return value if Fraction(1, 9) <= value <= 9 else None


def _weighing(definition: Definition) -> Iterator[Refused]:
    if definition.weighing.method not in ("ahp", "combined"):
        return
    if not 0 <= definition.weighing.share <= 1:
        yield WrongDefinition("SHARE", "组合系数应在 0 到 1 之间。", field="weighing.share")
    try:
        judged = ahp(matrix_of(definition))
    except WrongDefinition as wrong:
        yield wrong
        return
    except Refused as wrong:
        yield wrong.at(field="weighing")
        return
    ratio = Decimal(judged.ratio).quantize(Decimal("0.0001"))
    if ratio >= CONSISTENT:
        yield WrongDefinition(
            "CONSISTENCY", "判断矩阵的一致性比率为 %(ratio)s,应小于 %(most)s;请重新比较相互矛盾的指标项。",
            field="weighing", ratio=ratio, most=CONSISTENT,
        )  # fmt: skip


def _line(line: Line, definition: Definition) -> Iterator[WrongDefinition]:
    where, place = Words("层级 %(tier)s", tier=line.tier), f"tiers.{line.tier}"
    if line.exit >= line.entry:
        yield WrongDefinition(
            "EXIT", "%(where)s 的退出线 %(leaves)s 应低于准入线 %(enters)s。",
            field=f"{place}.exit", where=where, leaves=line.exit, enters=line.entry,
        )  # fmt: skip
    if not 0 < line.entry <= 100 or line.entry * 100 % 1 or line.exit * 100 % 1:
        yield WrongDefinition(
            "ENTRY", "%(where)s 的准入线应在 0 到 100 之间,最多两位小数。",
            field=f"{place}.entry", where=where,
        )  # fmt: skip
    if line.on != "score" and line.on not in definition.families:
        yield WrongDefinition(
            "ON", "%(where)s 依据的 %(on)r 不是总分,也不是任何维度。",
            field=f"{place}.on", where=where, on=line.on,
        )  # fmt: skip
    if line.decision not in DECISIONS:
        yield WrongDefinition(
            "DECISION", "%(where)s 的决定方式 %(decision)r 应为 automatic 或 committee。",
            field=f"{place}.decision", where=where, decision=line.decision,
        )  # fmt: skip
    if line.observe_up < 1 or line.observe_down < 1 or line.min_hold < 0:
        yield WrongDefinition(
            "OBSERVE", "%(where)s 的观察期至少为 1,最短持有期不得为负。",
            field=f"{place}.observe", where=where,
        )  # fmt: skip
