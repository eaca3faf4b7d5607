"""What two versions of a definition say differently, in words: one sentence for each change, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from jinlan.basics.errors import Words
from jinlan.insight.definition import Criterion, Definition, Gate, Line

Item: TypeAlias = Criterion | Gate | Line
Naming = Callable[[Item], str]
Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change of a text: `about` is the part (criteria, gates, tiers; services, promises, risk; whole), `code` names which one."""

    kind: Kind
    about: str
    code: str
    text: Words


def chinese(one: Item) -> str:
    """Return an item's Chinese name."""
    return one.zh


def differences(before: Definition, after: Definition, name: Naming = chinese) -> list[Difference]:
    """Return what `after` changes of `before`, in the order in which a definition is read; [] when both judge alike.

    Args:
        before: the version in force.
        after: the version that is to come.
        name: how items are called, in the reader's language.
    """
    return [
        *first_days(before.valid_from, after.valid_from), *_criteria(before, after, name), *_gates(before, after, name),
        *_lines(before, after, name),
    ]  # fmt: skip


def first_days(before: date, after: date) -> Iterator[Difference]:
    """Yield that a text speaks from another day on."""
    if before != after:
        text = Words("生效日由 %(before)s 改为 %(after)s", before=before, after=after)
        yield Difference("changed", "whole", "valid_from", text)


def _criteria(before: Definition, after: Definition, name: Naming) -> Iterator[Difference]:
    old, new = {one.code: one for one in before.criteria}, {one.code: one for one in after.criteria}
    for code in [*old, *(code for code in new if code not in old)]:
        one = new.get(code)
        if one is None:
            yield Difference("removed", "criteria", code, Words("删去指标项 %(name)s", name=name(old[code])))
        elif code not in old:
            added = Words("新增指标项 %(name)s,权重 %(weight)s", name=name(one), weight=_plain(one.weight))
            yield Difference("added", "criteria", code, added)
        else:
            for text in _criterion(old[code], one, name(one)):
                yield Difference("changed", "criteria", code, text)


def _criterion(old: Criterion, new: Criterion, name: str) -> Iterator[Words]:
    if old.measure != new.measure:
        yield Words(
            "指标项 %(name)s 改用指标 %(after)s(原为 %(before)s)",
            name=name,
            before=old.measure,
            after=new.measure,
        )
    if old.family != new.family:
        yield Words(
            "指标项 %(name)s 的维度由 %(before)s 改为 %(after)s",
            name=name,
            before=old.family,
            after=new.family,
        )
    if old.weight != new.weight:
        yield Words(
            "指标项 %(name)s 的权重由 %(before)s 改为 %(after)s",
            name=name,
            before=_plain(old.weight),
            after=_plain(new.weight),
        )
    if old.points != new.points:
        yield Words(
            "指标项 %(name)s 的分值表由 %(before)s 改为 %(after)s",
            name=name,
            before=_table(old),
            after=_table(new),
        )
    if old.none != new.none:
        yield Words(
            "指标项 %(name)s 无数据时的分值由 %(before)s 改为 %(after)s",
            name=name,
            before=_plain(old.none),
            after=_plain(new.none),
        )


def _gates(before: Definition, after: Definition, name: Naming) -> Iterator[Difference]:
    old, new = {one.code: one for one in before.gates}, {one.code: one for one in after.gates}
    for code in [*old, *(code for code in new if code not in old)]:
        one = new.get(code)
        if one is None:
            yield Difference("removed", "gates", code, Words("删去准入门槛 %(name)s", name=name(old[code])))
        elif code not in old:
            yield Difference("added", "gates", code, Words("新增准入门槛 %(name)s", name=name(one)))
        elif old[code].limit != one.limit:
            text = Words(
                "准入门槛 %(name)s 的限值由 %(before)s 改为 %(after)s",
                name=name(one),
                before=old[code].limit,
                after=one.limit,
            )
            yield Difference("changed", "gates", code, text)
        elif old[code].secret != one.secret:
            now = Words("仅合规可见") if one.secret else Words("可见")
            yield Difference(
                "changed", "gates", code, Words("准入门槛 %(name)s 改为%(now)s", name=name(one), now=now)
            )


def _lines(before: Definition, after: Definition, name: Naming) -> Iterator[Difference]:
    old, new = {one.tier: one for one in before.lines}, {one.tier: one for one in after.lines}
    for code in [*old, *(code for code in new if code not in old)]:
        one = new.get(code)
        if one is None:
            yield Difference("removed", "tiers", code, Words("删去层级 %(name)s", name=name(old[code])))
        elif code not in old:
            added = Words("新增层级 %(name)s,准入线 %(entry)s", name=name(one), entry=_plain(one.entry))
            yield Difference("added", "tiers", code, added)
        else:
            for text in _line(old[code], one, name(one)):
                yield Difference("changed", "tiers", code, text)
    kept = [code for code in old if code in new]
    if kept != [code for code in new if code in old]:
        order = [name(new[code]) for code in new]
        yield Difference("changed", "tiers", "", Words("层级由高到低改为 %(order)s", order=order))


_Moved = Callable[[str, object, object], Words]
_OF_A_LINE: dict[str, _Moved] = {
    "entry": lambda name, old, new: Words(
        "层级 %(name)s 的准入线由 %(before)s 改为 %(after)s", name=name, before=old, after=new
    ),
    "exit": lambda name, old, new: Words(
        "层级 %(name)s 的退出线由 %(before)s 改为 %(after)s", name=name, before=old, after=new
    ),
    "observe_up": lambda name, old, new: Words(
        "层级 %(name)s 的升级观察期由 %(before)s 个月改为 %(after)s 个月", name=name, before=old, after=new
    ),
    "observe_down": lambda name, old, new: Words(
        "层级 %(name)s 的降级观察期由 %(before)s 个月改为 %(after)s 个月", name=name, before=old, after=new
    ),
    "min_hold": lambda name, old, new: Words(
        "层级 %(name)s 的最短持有期由 %(before)s 个月改为 %(after)s 个月", name=name, before=old, after=new
    ),
    "on": lambda name, old, new: Words(
        "层级 %(name)s 的依据由 %(before)s 改为 %(after)s", name=name, before=old, after=new
    ),
    "decision": lambda name, old, new: Words(
        "层级 %(name)s 的决定方式由 %(before)s 改为 %(after)s", name=name, before=old, after=new
    ),
}


def _line(old: Line, new: Line, name: str) -> Iterator[Words]:
    for field, said in _OF_A_LINE.items():
        left, right = getattr(old, field), getattr(new, field)
        if left != right:
            yield said(name, _plain(left), _plain(right))
    if set(old.sizes) != set(new.sizes):
        yield Words(
            "层级 %(name)s 适用的企业规模由 %(before)s 改为 %(after)s",
            name=name,
            before=_sizes(old),
            after=_sizes(new),
        )
    if old.within != new.within:
        yield Words(
            "层级 %(name)s 的适用范围由 %(before)s 改为 %(after)s",
            name=name,
            before=_bounds(old),
            after=_bounds(new),
        )


def _plain(value: object) -> object:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _table(one: Criterion) -> str:
    return " ".join(f"{_plain(raw)}→{_plain(points)}" for raw, points in one.points)


def _sizes(one: Line) -> Any:
    return list(one.sizes) or Words("不限")


def _bounds(one: Line) -> Any:
    return [f"{code} {_plain(low)}–{_plain(high)}" for code, low, high in one.within] or Words("不限")
