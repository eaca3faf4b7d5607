"""What a strategic cooperation agreement (战略合作协议, 总对总) consists of, what follows from it, and how it is kept.

It is a document of entries (`rules.document`): the parties of both groups, what they want, an intended credit line that commits nobody,
and what each side commits itself to. A deed is done by a day, once or again and again; a measure is reached by a day, or held at every
month-end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from jinlan.basics.errors import Refused
from jinlan.basics.periods import add_months, is_month_end
from jinlan.domains.engagement.rules import progress
from jinlan.domains.engagement.rules.document import SIDES, Document, Entry, Shape

SECTIONS = ("PARTIES", "PURPOSE", "FIELDS", "CREDIT", "DEEDS", "MEASURES", "MECHANISM", "CLAUSES")
OURS, THEIRS, CREDIT, DEED, MEASURE = "OURS", "THEIRS", "CREDIT", "DEED", "MEASURE"
REACH, FLOOR, CEILING = "REACH", "FLOOR", "CEILING"
TIMES = 24  # days of one deed at most

SHAPES: Mapping[str, Shape] = {
    OURS: Shape("PARTIES", ("branch",), ("text",), 1, 30, once=("branch",)),
    THEIRS: Shape("PARTIES", ("member",), ("text",), 1, 60, once=("member",)),
    "PURPOSE": Shape("PURPOSE", ("text",), (), 1, 5),
    "FIELD": Shape("FIELDS", ("text",), ("product",), 1, 15),
    CREDIT: Shape("CREDIT", ("amount", "currency"), ("text",), 0, 1),
    DEED: Shape("DEEDS", ("text", "side", "owner", "due"), ("every", "person"), 0, 40),
    MEASURE: Shape("MEASURES", ("text", "side", "metric", "keeping", "target", "since", "due", "owner"), ("baseline", "unit", "person"), 0, 20),
    "MECHANISM": Shape("MECHANISM", ("text", "owner"), ("person",), 1, 10),
    "CLAUSE": Shape("CLAUSES", ("text",), (), 0, 20),
}  # fmt: skip
AGREEMENT = Document(SECTIONS, SHAPES)


def check_entry(one: Entry, ends_on: date) -> None:
    """Refuse what an agreement may not say, beyond the shape of the entry.

    Raises:
        Refused: AGREEMENT_BASELINE, AGREEMENT_EVERY, AGREEMENT_AMOUNT, AGREEMENT_PAST_END.
    """
    if one.kind == MEASURE and one.keeping == REACH and one.baseline is None:
        raise Refused(
            "AGREEMENT_BASELINE", "到期达到的指标要写明从哪里起步。", "请填写基线。", field="baseline"
        )
    if one.every is not None and (one.every != one.every.to_integral() or not 1 <= one.every <= 12):
        raise Refused("AGREEMENT_EVERY", "间隔应是 1 到 12 个整月。", "只做一次的请留空。", field="every")
    if one.kind == CREDIT and one.amount is not None and one.amount <= 0:
        raise Refused(
            "AGREEMENT_AMOUNT", "意向额度应大于零。", "没有意向额度的请删去这一条。", field="amount"
        )
    if one.due is not None and one.due > ends_on:
        raise Refused("AGREEMENT_PAST_END", "日期晚于协议的最后一天 %(day)s。", "请改正日期，或先延长协议。", day=ends_on, field="due")  # fmt: skip


def sides_without(entries: Iterable[Entry]) -> list[str]:
    """Return the sides that commit themselves to nothing: an agreement binds both."""
    committed = {one.side for one in entries if one.kind in (DEED, MEASURE)}
    return [side for side in SIDES if side not in committed]


def days_of(one: Entry, ends_on: date) -> list[date]:
    """Return the days by which a deed is to be done: its day, and every so many months up to the end of the agreement.

    The 31st stays the last day of a shorter month and the 31st of a longer one.
    """
    if one.due is None:
        raise ValueError(f"{one.kind} has no day")
    if one.every is None:
        return [one.due]
    days = (add_months(one.due, int(one.every) * place) for place in range(TIMES))
    return [day for day in days if day <= ends_on]


def renewed(entries: Iterable[Entry], since: date, starts_on: date, ends_on: date) -> list[Entry]:
    """Return the entries of an agreement that began on `since` for one from `starts_on` to `ends_on`: each day moves by as many months."""
    months = (starts_on.year - since.year) * 12 + starts_on.month - since.month

    def moved(day: date | None) -> date | None:
        return None if day is None else min(add_months(day, months), ends_on)

    return [replace(one, since=moved(one.since), due=moved(one.due)) for one in entries]


@dataclass(frozen=True, slots=True)
class Seen:
    """A value of a measure on a day, None where it was not known."""

    on: date
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Kept:
    """How a measure stands: the newest value, how far it is, and how many month-ends were as agreed of those that are known."""

    health: str
    actual: Decimal | None = None
    on: date | None = None
    share: Decimal | None = None  # of the way, for one that is reached by a day
    line: Decimal | None = None
    met: int = 0
    known: int = 0


def month_ends(seen: Sequence[Seen], since: date, until: date) -> list[Seen]:
    """Return the known values at month-ends within two days, both included."""
    return [
        one for one in seen if since <= one.on <= until and one.value is not None and is_month_end(one.on)
    ]


def kept(
    one: Entry, seen: Sequence[Seen], today: date, *, red: Decimal, amber: Decimal, by_hand: bool = False
) -> Kept:
    """Return how a measure stands on a day.

    Args:
        one: the measure.
        seen: its values, oldest first. One that is measured by hand counts on each day that was read, whatever the day.
        today: the day.
        red: share of the way behind the line from which on one that is reached by a day is red; more than that.
        amber: the same for amber.
        by_hand: whether people read it.
    """
    first, last = one.days
    known = [each for each in seen if each.value is not None and first <= each.on <= min(last, today)]
    newest = known[-1] if known else None
    if one.keeping == REACH:
        return _reached(one, newest, today, red, amber, by_hand)
    counted = known if by_hand else month_ends(known, first, last)
    met = [_holds(one, each) for each in counted]
    health = (
        progress.UNKNOWN
        if not met
        else progress.RED
        if not met[-1]
        else progress.GREEN
        if all(met)
        else progress.AMBER
    )
    return Kept(
        health, newest.value if newest else None, newest.on if newest else None, met=sum(met), known=len(met)
    )


def _holds(one: Entry, seen: Seen) -> bool:
    if seen.value is None or one.target is None:
        raise ValueError("an unknown value is not judged")
    return seen.value >= one.target if one.keeping == FLOOR else seen.value <= one.target


def _reached(
    one: Entry, newest: Seen | None, today: date, red: Decimal, amber: Decimal, by_hand: bool
) -> Kept:
    share = None if newest is None or newest.value is None else progress.progress(*one.way, newest.value)
    at = today if by_hand or newest is None else newest.on
    found = progress.Reached(share, progress.scheduled(*one.days, at), newest.on if newest else None)
    health = progress.health(found, red=red, amber=amber)
    return Kept(health, newest.value if newest else None, found.on, share, found.line)


@dataclass(frozen=True, slots=True)
class Clock:
    """When an agreement ends, from when on its renewal is due, and how many days are left; negative after its end."""

    ends_on: date
    renew_on: date
    left: int

    @property
    def state(self) -> str:
        """Return far, open (the time to renew has come) or over."""
        if self.left < 0:
            return "over"
        return "open" if self.left <= (self.ends_on - self.renew_on).days else "far"


def clock(ends_on: date, renew_on: date, today: date) -> Clock:
    """Return the renewal clock of an agreement on a day."""
    return Clock(ends_on, renew_on, (ends_on - today).days)
