"""A document of entries: what each kind of entry must and may say, how entries are written, and what differs between two versions.

An account plan (06 §6.5) and a strategic cooperation agreement are such documents. A document is a list of entries. Each has a kind;
the kind's shape says in which section it stands, what it must say, how many there may be, and what of it a client may ever be shown.
The shape alone drives form, check, what is missing, difference and sharing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from jinlan.basics.errors import Refused

OBJECTIVE, ACTION = "OBJECTIVE", "ACTION"
OWN = "OWN"  # a metric that is measured by hand
# Measures of the client that an entry may be about; their newest published value is what it has reached.
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
NUMBERS = ("baseline", "target", "amount", "every")
KEEPING = ("REACH", "FLOOR", "CEILING")  # reached by a day; at every month-end not below, not above
CURRENCIES = ("CNY", "USD", "EUR", "HKD", "JPY", "GBP")
CHOSEN: Mapping[str, tuple[str, ...]] = {
    "side": SIDES, "standing": STANDINGS, "metric": METRICS, "product": PRODUCTS, "keeping": KEEPING, "currency": CURRENCIES,
}  # fmt: skip
TEXT, SHORT, WHOLE = 300, 60, 300  # characters of a text, of a source's or unit's; entries of a document


@dataclass(frozen=True, slots=True)
class Shape:
    """What an entry of a kind says: where it stands, what it must and may say, how many a document must and may have.

    `shown` are the fields that the client may be shown, if somebody decides so; "progress" and "state" follow from what happens.
    `once` are fields whose values together stand in one entry of the kind alone.
    """

    section: str
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    least: int = 0
    most: int = 20
    shown: tuple[str, ...] = ()
    once: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Return everything that it may say, in order."""
        return (*self.must, *self.may)


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
    branch: str = ""  # code of one of ours
    product: str = ""
    standing: str = ""
    metric: str = ""
    unit: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    since: date | None = None
    due: date | None = None
    side: str = ""
    keeping: str = ""
    every: Decimal | None = None  # months from one day to the next of what is done again and again
    objective: str = ""  # key of an objective; "" for an unplanned action
    after: tuple[str, ...] = ()  # keys of the actions that it waits for
    mutual: bool = False  # it stands in the promise ledger

    def kept(self) -> dict[str, Any]:
        """Return it as JSON keeps it: what it says and nothing else."""
        said = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: _plain(value) for name, value in said if _says(value)}

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


def _says(value: Any) -> bool:
    """Tell whether a value says something; zero does."""
    return value is not None and value is not False and value not in ("", ())


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value.normalize()) if value != value.to_integral() else str(value.to_integral())
    if isinstance(value, date | UUID):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


_READ: Mapping[str, Any] = {
    **dict.fromkeys(NUMBERS, Decimal), **dict.fromkeys(("since", "due"), date.fromisoformat), "after": tuple, "key": UUID,
}  # fmt: skip


def entry_of(kept: Mapping[str, Any]) -> Entry:
    """Return the entry that JSON keeps."""
    return Entry(**{name: _READ.get(name, lambda same: same)(value) for name, value in kept.items()})


@dataclass(frozen=True)
class Document:
    """A sort of document: its sections in order, and the shapes of the kinds of entries that stand in them."""

    sections: tuple[str, ...]
    shapes: Mapping[str, Shape]

    def shape_of(self, kind: str) -> Shape:
        """Return the shape of a kind. Raises `Refused` ENTRY_KIND for one that there is not."""
        if kind not in self.shapes:
            raise Refused("ENTRY_KIND", "没有这类条目。", "请从页面进入。", field="kind")
        return self.shapes[kind]

    def made(self, key: UUID, kind: str, said: Mapping[str, Any]) -> Entry:
        """Return the entry that somebody wrote.

        Args:
            key: its key.
            kind: its kind.
            said: values by field: text, Decimal, date or None; of other kinds' fields nothing is taken.

        Raises:
            Refused: ENTRY_KIND, ENTRY_FIELD (something is missing), ENTRY_VALUE (it cannot be read), ENTRY_LONG, ENTRY_PERIOD, ENTRY_TARGET.
        """
        shape = self.shape_of(kind)
        values = {name: _taken(name, said[name]) for name in shape.fields if said.get(name) not in (None, "")}
        for name in shape.must:
            if values.get(name) in (None, "", ()):
                raise Refused("ENTRY_FIELD", "请填写这一项。", "缺了它这一条不完整。", field=name)
        one = Entry(key, kind, **values)
        _check(one)
        return one

    def with_entry(self, entries: Sequence[Entry], one: Entry) -> list[Entry]:
        """Return the entries with one put in the place of its key, or at the end.

        Raises:
            Refused: ENTRY_MOST (no more of its kind), ENTRY_TWICE (another says it), ENTRY_LINK (an objective or action that is not
                there), ENTRY_ROUND (actions that wait for each other).
        """
        rest = [each for each in entries if each.key != one.key]
        same = [each for each in rest if each.kind == one.kind]
        shape = self.shapes[one.kind]
        if len(same) >= shape.most or len(rest) >= WHOLE:
            raise Refused("ENTRY_MOST", "这一类最多 %(most)s 条。", "请合并或删去一条。", most=shape.most, field="text")  # fmt: skip
        if shape.once and any(
            all(getattr(each, name) == getattr(one, name) for name in shape.once) for each in same
        ):
            raise Refused("ENTRY_TWICE", "这一条已经填过。", "请点开那一条修改。", field=shape.once[-1])
        found = [one if each.key == one.key else each for each in entries]
        found = found if any(each.key == one.key for each in entries) else [*entries, one]
        _check_links(found, one)
        return found

    def missing_of(self, entries: Sequence[Entry]) -> list[Missing]:
        """Return what a document lacks, in the order of its shapes."""
        counts = {kind: sum(one.kind == kind for one in entries) for kind in self.shapes}
        return [Missing(kind, counts[kind], shape.least) for kind, shape in self.shapes.items() if counts[kind] < shape.least]  # fmt: skip

    def differences(self, before: Sequence[Entry], after: Sequence[Entry]) -> list[Difference]:
        """Return what a version changes of an earlier one, in the order of the shapes."""
        old, new = ({one.key: one for one in entries} for entries in (before, after))
        found = [Difference("added", one) for key, one in new.items() if key not in old]
        found += [Difference("dropped", one) for key, one in old.items() if key not in new]
        for key in old.keys() & new.keys():
            names = self.shapes[new[key].kind].fields
            pairs = [(name, getattr(old[key], name), getattr(new[key], name)) for name in names]
            changed = tuple(one for one in pairs if one[1] != one[2])
            if changed:
                found.append(Difference("changed", new[key], changed))
        places = {kind: place for place, kind in enumerate(self.shapes)}
        return sorted(found, key=lambda one: (places[one.entry.kind], one.entry.text, str(one.entry.key)))


def _taken(name: str, value: Any) -> Any:
    if name in NUMBERS:
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
        raise Refused("ENTRY_LONG", "文字超过 %(most)s 个字。", "请写得简短一些。", most=most, field=name)
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
        raise Refused("ENTRY_VALUE", "请填一个数。", "例如 1200、3000万 或 1.2亿。", field=name)
    return found


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("ENTRY_VALUE", "请填一个日期。", "例如 2026-12-31。", field=name) from None


def _check(one: Entry) -> None:
    if one.since and one.due and one.due <= one.since and one.metric:
        raise Refused("ENTRY_PERIOD", "完成日期应晚于基线日期。", "请改正日期。", field="due")
    if one.since and one.due and one.due < one.since:
        raise Refused("ENTRY_PERIOD", "完成日期不能早于开始日期。", "请改正日期。", field="due")
    if one.baseline is not None and one.baseline == one.target:
        raise Refused("ENTRY_TARGET", "目标值与基线相同，量不出进展。", "请写要达到的数值。", field="target")
    for name, allowed in CHOSEN.items():
        if getattr(one, name) and getattr(one, name) not in allowed:
            raise Refused("ENTRY_VALUE", "请从列表中选择。", "没有这个选项。", field=name)


def _check_links(entries: Sequence[Entry], one: Entry) -> None:
    keys = {kind: {str(each.key) for each in entries if each.kind == kind} for kind in (OBJECTIVE, ACTION)}
    if one.objective and one.objective not in keys[OBJECTIVE]:
        raise Refused("ENTRY_LINK", "没有这个目标。", "请从列表中选择，或标为计划外。", field="objective")
    if set(one.after) - keys[ACTION]:
        raise Refused("ENTRY_LINK", "没有这项前置行动。", "请从列表中选择。", field="after")
    waits = {str(each.key): each.after for each in entries if each.kind == ACTION}
    seen: set[str] = set()
    ahead = list(one.after)
    while ahead:
        key = ahead.pop()
        if key == str(one.key):
            raise Refused(
                "ENTRY_ROUND", "这些行动互相等待，谁也开始不了。", "请去掉其中一个前置。", field="after"
            )
        if key not in seen:
            seen.add(key)
            ahead += waits.get(key, ())


def without_entry(entries: Sequence[Entry], key: UUID) -> list[Entry]:
    """Return the entries without one, and without what refers to it.

    Raises:
        Refused: ENTRY_ABSENT.
    """
    if all(one.key != key for one in entries):
        raise Refused("ENTRY_ABSENT", "这一条已经不在里面。", "请刷新页面。")
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
    """What a document lacks before it can be approved."""

    kind: str
    have: int
    least: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What one version says of an entry that another does not: `changed` holds (field, before, after)."""

    what: str  # added, dropped, changed
    entry: Entry
    changed: tuple[tuple[str, Any, Any], ...] = ()
