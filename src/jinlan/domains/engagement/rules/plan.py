"""What an account plan (客户发展计划) consists of, when it is complete, and what differs between two versions (06 §6.5).

A plan is a list of entries. Each has a kind; the kind's shape says in which of the twelve sections it stands, what it must say and
what of it a client may ever be shown. Sections without a kind of their own are read from elsewhere: people, figures, reviews.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from jinlan.basics.errors import Refused

SECTIONS = (
    "PROFILE", "PEOPLE", "BUSINESS", "STATEMENT", "SWOT", "NEEDS", "OBJECTIVES", "ACTIONS", "RESOURCES", "RISKS", "MUTUAL", "REVIEWS",
)  # fmt: skip
OBJECTIVE, ACTION, CELL = "OBJECTIVE", "ACTION", "CELL"
OWN = "OWN"  # a metric that is measured by hand
# Measures of the client that an objective may be about; their newest published value is what it has reached.
METRICS = (
    "aum",
    "aum_avg_12m",
    "deposit_avg_12m",
    "loan",
    "limit_used",
    "revenue_12m",
    "settlement_12m",
    "product_families",
    OWN,
)
PRODUCTS = ("DEPOSIT", "LOAN", "SETTLE", "CASH", "TRADE", "CROSS", "BOND", "PAYROLL", "WEALTH", "CUSTODY")
STANDINGS = ("HAVE", "RIVAL", "GAP", "UNFIT")
SIDES = ("bank", "client")
TEXT, SHORT, WHOLE = 300, 60, 300  # characters of a text, of a source's or unit's; entries of a plan


@dataclass(frozen=True, slots=True)
class Shape:
    """What an entry of a kind says: where it stands, what it must and may say, how many a plan must and may have.

    `shown` are the fields that the client may be shown, if somebody decides so; "progress" and "state" follow from what happens.
    """

    section: str
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    least: int = 0
    most: int = 20
    shown: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Return everything that it may say, in order."""
        return (*self.must, *self.may)


_SAID = ("text", "source")
_JUDGED = ("text", "source", "owner")
SHAPES: Mapping[str, Shape] = {
    "VISION": Shape("PROFILE", ("text",), (), 1, 1, ("text",)),
    "ROLE": Shape("PROFILE", ("text",), (), 1, 1, ("text",)),
    "AIM": Shape("PROFILE", _SAID, (), 1, 10, ("text",)),
    "CONTACT": Shape("PEOPLE", ("text", "owner"), ("person",)),
    "PRIORITY": Shape("BUSINESS", _SAID, (), 1, 10, ("text",)),
    "TREND": Shape("BUSINESS", _SAID, (), 0, 10),
    "CHALLENGE": Shape("BUSINESS", _SAID, (), 0, 10),
    "RIVAL": Shape("BUSINESS", _SAID, (), 0, 10),
    "POSITION": Shape("STATEMENT", _SAID, (), 1, 10),
    "STRENGTH": Shape("SWOT", _JUDGED, (), 1),
    "WEAKNESS": Shape("SWOT", _JUDGED, (), 1),
    "OPPORTUNITY": Shape("SWOT", _JUDGED, (), 1),
    "THREAT": Shape("SWOT", _JUDGED, (), 1),
    "NEED": Shape("NEEDS", _JUDGED, (), 1, 20, ("text",)),
    CELL: Shape("NEEDS", ("product", "standing"), ("member", "text"), 0, 200),
    OBJECTIVE: Shape(
        "OBJECTIVES", ("text", "metric", "baseline", "target", "since", "due", "owner"), ("unit", "person"), 3, 5,
        ("text", "baseline", "target", "due", "owner", "person", "progress"),
    ),
    ACTION: Shape(
        "ACTIONS", ("text", "side", "owner", "since", "due"), ("objective", "person", "after", "mutual"), 1, 60,
        ("text", "side", "owner", "person", "since", "due", "state"),
    ),
    "HOURS": Shape("RESOURCES", ("amount", "text"), (), 1, 1),
    "PRICE": Shape("RESOURCES", ("text",)),
    "LIMIT": Shape("RESOURCES", ("amount", "text")),
    "CAPITAL": Shape("RESOURCES", ("amount", "text"), (), 0, 1),
    "RISK": Shape("RISKS", ("text", "answer", "owner"), ("source",), 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; what its kind does not say is empty. `key` stays the same over versions."""

    key: UUID
    kind: str
    text: str = ""
    source: str = ""
    answer: str = ""
    owner: str = ""  # employee code
    person: str = ""  # public id of a contact person
    member: str = ""  # public id of a member; "" for the whole client
    product: str = ""
    standing: str = ""
    metric: str = ""
    unit: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    amount: Decimal | None = None
    since: date | None = None
    due: date | None = None
    side: str = ""
    objective: str = ""  # key of an objective; "" for an unplanned action
    after: tuple[str, ...] = ()  # keys of the actions that it waits for
    mutual: bool = False  # it stands in the promise ledger

    def kept(self) -> dict[str, Any]:
        """Return it as JSON keeps it: what it says and nothing else."""
        found: dict[str, Any] = {"key": str(self.key), "kind": self.kind}
        for name in SHAPES[self.kind].fields:
            value = getattr(self, name)
            if value not in (None, "", (), False):
                found[name] = _plain(value)
        return found

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day of an objective or action. Raises ValueError for an entry of another kind."""
        if self.since is None or self.due is None:
            raise ValueError(f"{self.kind} has no days")
        return self.since, self.due

    @property
    def way(self) -> tuple[Decimal, Decimal]:
        """Return the baseline and the target of an objective. Raises ValueError for an entry of another kind."""
        if self.baseline is None or self.target is None:
            raise ValueError(f"{self.kind} has no way to go")
        return self.baseline, self.target


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value.normalize()) if value != value.to_integral() else str(value.to_integral())
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


_READ: Mapping[str, Any] = {
    **dict.fromkeys(("baseline", "target", "amount"), Decimal), **dict.fromkeys(("since", "due"), date.fromisoformat), "after": tuple, "key": UUID,
}  # fmt: skip


def entry_of(kept: Mapping[str, Any]) -> Entry:
    """Return the entry that JSON keeps."""
    return Entry(**{name: _READ.get(name, lambda same: same)(value) for name, value in kept.items()})


def made(key: UUID, kind: str, said: Mapping[str, Any]) -> Entry:
    """Return the entry that somebody wrote.

    Args:
        key: its key.
        kind: its kind.
        said: values by field: text, Decimal, date or None; of other kinds' fields nothing is taken.

    Raises:
        Refused: PLAN_KIND, PLAN_FIELD (something is missing), PLAN_VALUE (it cannot be read), PLAN_LONG, PLAN_PERIOD, PLAN_TARGET.
    """
    shape = shape_of(kind)
    values = {name: _taken(name, said[name]) for name in shape.fields if said.get(name) not in (None, "")}
    for name in shape.must:
        if values.get(name) in (None, "", ()):
            raise Refused("PLAN_FIELD", "请填写这一项。", "缺了它这一条不完整。", field=name)
    one = Entry(key, kind, **values)
    _check(one)
    return one


def shape_of(kind: str) -> Shape:
    """Return the shape of a kind. Raises `Refused` PLAN_KIND for one that there is not."""
    if kind not in SHAPES:
        raise Refused("PLAN_KIND", "计划里没有这类条目。", "请从计划页进入。", field="kind")
    return SHAPES[kind]


def _taken(name: str, value: Any) -> Any:
    if name in ("baseline", "target", "amount"):
        return _number(name, value)
    if name in ("since", "due"):
        return value if isinstance(value, date) else _day(name, str(value))
    if name == "after":
        return tuple(str(one) for one in ([value] if isinstance(value, str) else value))
    if name == "mutual":
        return bool(value)
    text = str(value).strip()
    most = SHORT if name in ("unit", "owner", "product") else TEXT
    if len(text) > most:
        raise Refused("PLAN_LONG", "文字超过 %(most)s 个字。", "请写得简短一些。", most=most, field=name)
    return text


_TIMES = {"万": Decimal(10) ** 4, "亿": Decimal(10) ** 8, "m": Decimal(10) ** 6, "bn": Decimal(10) ** 9}


def _number(name: str, value: Any) -> Decimal:
    """Read a number as people write it: 3000万, 1.2 亿, 30m, 1,200,000."""
    text = str(value).replace(",", "").replace("，", "").strip().lower()
    ending = next((one for one in _TIMES if text.endswith(one)), "")
    try:
        found = Decimal(text.removesuffix(ending).strip()) * _TIMES.get(ending, Decimal(1))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= Decimal(10) ** 18:
        raise Refused("PLAN_VALUE", "请填一个数。", "例如 1200、3000万 或 1.2亿。", field=name)
    return found


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("PLAN_VALUE", "请填一个日期。", "例如 2026-12-31。", field=name) from None


def _check(one: Entry) -> None:
    if one.since and one.due and one.due <= one.since and one.kind == OBJECTIVE:
        raise Refused("PLAN_PERIOD", "完成日期应晚于基线日期。", "请改正日期。", field="due")
    if one.since and one.due and one.due < one.since:
        raise Refused("PLAN_PERIOD", "完成日期不能早于开始日期。", "请改正日期。", field="due")
    if one.kind == OBJECTIVE and one.baseline == one.target:
        raise Refused("PLAN_TARGET", "目标值与基线相同，量不出进展。", "请写要达到的数值。", field="target")
    for name, allowed in (
        ("side", SIDES),
        ("standing", STANDINGS),
        ("metric", METRICS),
        ("product", PRODUCTS),
    ):
        if getattr(one, name) and getattr(one, name) not in allowed:
            raise Refused("PLAN_VALUE", "请从列表中选择。", "没有这个选项。", field=name)


def with_entry(entries: Sequence[Entry], one: Entry) -> list[Entry]:
    """Return the entries with one put in the place of its key, or at the end.

    Raises:
        Refused: PLAN_MOST (no more of its kind), PLAN_CELL (the cell is taken), PLAN_LINK (an objective or action that is not there),
            PLAN_ROUND (actions that wait for each other).
    """
    rest = [each for each in entries if each.key != one.key]
    same = [each for each in rest if each.kind == one.kind]
    most = SHAPES[one.kind].most
    if len(same) >= most or len(rest) >= WHOLE:
        raise Refused("PLAN_MOST", "这一类最多 %(most)s 条。", "请合并或删去一条。", most=most, field="text")
    if one.kind == CELL and any((each.member, each.product) == (one.member, one.product) for each in same):
        raise Refused("PLAN_CELL", "这一格已经填过。", "请点开那一格修改。", field="product")
    found = [one if each.key == one.key else each for each in entries]
    found = found if any(each.key == one.key for each in entries) else [*entries, one]
    _check_links(found, one)
    return found


def _check_links(entries: Sequence[Entry], one: Entry) -> None:
    keys = {kind: {str(each.key) for each in entries if each.kind == kind} for kind in (OBJECTIVE, ACTION)}
    if one.objective and one.objective not in keys[OBJECTIVE]:
        raise Refused(
            "PLAN_LINK", "计划里没有这个目标。", "请从列表中选择，或标为计划外。", field="objective"
        )
    if set(one.after) - keys[ACTION]:
        raise Refused("PLAN_LINK", "计划里没有这项前置行动。", "请从列表中选择。", field="after")
    waits = {str(each.key): each.after for each in entries if each.kind == ACTION}
    seen: set[str] = set()
    ahead = list(one.after)
    while ahead:
        key = ahead.pop()
        if key == str(one.key):
            raise Refused(
                "PLAN_ROUND", "这些行动互相等待，谁也开始不了。", "请去掉其中一个前置。", field="after"
            )
        if key not in seen:
            seen.add(key)
            ahead += waits.get(key, ())


def without_entry(entries: Sequence[Entry], key: UUID) -> list[Entry]:
    """Return the entries without one, and without what refers to it.

    Raises:
        Refused: PLAN_ABSENT.
    """
    if all(one.key != key for one in entries):
        raise Refused("PLAN_ABSENT", "这一条已经不在计划里。", "请刷新页面。")
    gone, found = str(key), []
    for one in entries:
        if one.key != key:
            values = {each.name: getattr(one, each.name) for each in fields(one)}
            values["objective"] = "" if one.objective == gone else one.objective
            values["after"] = tuple(each for each in one.after if each != gone)
            found.append(Entry(**values))
    return found


@dataclass(frozen=True, slots=True)
class Missing:
    """What a plan lacks before it can be approved."""

    kind: str
    have: int
    least: int


def missing_of(entries: Sequence[Entry]) -> list[Missing]:
    """Return what a plan lacks, in the order of its sections; an objective without any action counts as an action that is missing."""
    counts = {kind: sum(one.kind == kind for one in entries) for kind in SHAPES}
    found = [
        Missing(kind, counts[kind], shape.least)
        for kind, shape in SHAPES.items()
        if counts[kind] < shape.least
    ]
    if not any(one.kind == ACTION for one in found):
        served = {one.objective for one in entries if one.kind == ACTION}
        idle = [one for one in entries if one.kind == OBJECTIVE and str(one.key) not in served]
        if idle:
            found.append(Missing(ACTION, counts[ACTION], counts[ACTION] + len(idle)))
    return found


SHAREABLE = frozenset(kind for kind, shape in SHAPES.items() if shape.shown)


def shareable(entries: Iterable[Entry]) -> list[str]:
    """Return every field of a plan that a client may be shown, as ``key.field``."""
    return [f"{one.key}.{name}" for one in entries for name in SHAPES[one.kind].shown if _says(one, name)]


def _says(one: Entry, name: str) -> bool:
    return name in ("progress", "state") or getattr(one, name) not in (None, "", ())


def check_shared(entries: Sequence[Entry], shared: Collection[str]) -> list[str]:
    """Return the chosen fields in the order of the plan.

    Raises:
        Refused: PLAN_SHARED, one of them is not to be shown, or not there.
    """
    allowed = shareable(entries)
    if set(shared) - set(allowed):
        raise Refused("PLAN_SHARED", "有一项不能给客户看，或已不在计划里。", "请刷新页面后重新勾选。")
    return [one for one in allowed if one in set(shared)]


def shown_to_client(entries: Sequence[Entry], shared: Collection[str]) -> list[tuple[Entry, tuple[str, ...]]]:
    """Return the entries that a client sees, each with the fields that he sees of it; nothing that was not chosen."""
    found = []
    for one in entries:
        names = tuple(name for name in SHAPES[one.kind].shown if f"{one.key}.{name}" in shared)
        if names:
            found.append((one, names))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version says of an entry that another does not: `changed` holds (field, before, after)."""

    what: str  # added, dropped, changed
    entry: Entry
    changed: tuple[tuple[str, Any, Any], ...] = ()


def differences(before: Sequence[Entry], after: Sequence[Entry]) -> list[Difference]:
    """Return what a version changes of an earlier one, in the order of the sections."""
    old, new = ({one.key: one for one in entries} for entries in (before, after))
    found = [Difference("added", one) for key, one in new.items() if key not in old]
    found += [Difference("dropped", one) for key, one in old.items() if key not in new]
    for key in old.keys() & new.keys():
        names = SHAPES[new[key].kind].fields
        pairs = [(name, getattr(old[key], name), getattr(new[key], name)) for name in names]
        changed = tuple(one for one in pairs if one[1] != one[2])
        if changed:
            found.append(Difference("changed", new[key], changed))
    places = {kind: place for place, kind in enumerate(SHAPES)}
    return sorted(found, key=lambda one: (places[one.entry.kind], one.entry.text, str(one.entry.key)))
