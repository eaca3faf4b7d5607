"""Targets: twelve months are what is stored; a year and its quarters are their sums, and children sum to their owner month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from jinlan.basics.errors import Refused

AUM, LOAN, REVENUE, ENTERED = "aum", "loan", "revenue", "entered"
METRICS = (AUM, LOAN, REVENUE, ENTERED)
COUNTS = frozenset({ENTERED})  # clients, not money
BANK, BRANCH, EMPLOYEE = "BANK", "BRANCH", "EMPLOYEE"
MONTHS, QUARTER = 12, 3
CENT, ONE, ZERO = Decimal("0.01"), Decimal(1), Decimal(0)
LIMIT = Decimal(10) ** 22  # of a column of 24 digits, two of them after the point
Months = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose target: the bank (code ""), a branch or an employee."""

    kind: str
    code: str = ""


THE_BANK = Owner(BANK)


def step_of(metric: str) -> Decimal:
    """Return the smallest part of a metric's target: a cent, or one client."""
    return ONE if metric in COUNTS else CENT


def quarters(months: Sequence[Decimal]) -> Months:
    """Return the sums of the four quarters."""
    return tuple(sum(months[first : first + QUARTER], ZERO) for first in range(0, MONTHS, QUARTER))


def total(rows: Iterable[Sequence[Decimal]]) -> Months:
    """Return the sums month by month."""
    return tuple(sum(column, ZERO) for column in zip(*rows, strict=True))


def check_months(metric: str, months: Sequence[Decimal], field: str = "") -> Months:
    """Return twelve months as they are stored.

    Raises:
        Refused: TARGET_MONTHS unless there are twelve that a target of this metric may have.
    """
    step = step_of(metric)
    if len(months) != MONTHS:
        raise Refused(
            "TARGET_MONTHS", "目标应有 12 个月。", "请填写全部月份,没有的填 0。", field=field or "months"
        )
    for number, one in enumerate(months, 1):
        if not one.is_finite() or abs(one) >= LIMIT or one % step:
            raise Refused(
                "TARGET_MONTHS", "第 %(month)s 月的目标 %(amount)s 不能用。", "金额最多两位小数,户数应为整数。", month=number, amount=one,
                field=field or f"m{number}",
            )  # fmt: skip
    return tuple(one.quantize(CENT) for one in months)


@dataclass(frozen=True, slots=True)
class Gap:
    """The first month in which children do not sum to their owner."""

    month: int
    children: Decimal
    own: Decimal

    @property
    def off(self) -> Decimal:
        """Return what the children have too much (too little: negative)."""
        return self.children - self.own


def first_gap(own: Sequence[Decimal], children: Iterable[Sequence[Decimal]]) -> Gap | None:
    """Return the first month in which the children are not the owner's own; None when all agree, or there are no children."""
    rows = list(children)
    for month, (one, found) in enumerate(zip(own, total(rows) if rows else own, strict=True), 1):
        if one != found:
            return Gap(month, found, one)
    return None


def check_sums(own: Sequence[Decimal], children: Mapping[str, Sequence[Decimal]]) -> None:
    """Refuse children that do not sum to their owner (TARGET_SUM), naming the month, both sums and the difference."""
    gap = first_gap(own, children.values())
    if gap is not None:
        raise Refused(
            "TARGET_SUM", "%(month)s 月各下级合计 %(children)s,与本级目标 %(own)s 相差 %(off)s。", "请调整下级目标,或先改本级目标。",
            month=gap.month, children=gap.children, own=gap.own, off=gap.off, field=f"m{gap.month}",
        )  # fmt: skip


def shares(amount: Decimal, weights: Sequence[Decimal], step: Decimal = CENT) -> Months:
    """Share an amount out by weights in whole steps, exactly, the largest remainders rounded up first.

    Weights below zero count as zero; when nothing is left of them, all count the same.

    Raises:
        ValueError: the amount is no whole number of steps, or there is nobody to share among.
    """
    return _Dealer(weights, step).deal(amount)


class _Dealer:
    """Shares amounts out one after the other; who was rounded down is the next to be rounded up."""

    def __init__(self, weights: Sequence[Decimal], step: Decimal) -> None:
        if not weights:
            raise ValueError("nobody to share among")
        self._step = step
        self._owed = [Fraction(0)] * len(weights)
        self._weights = _positive(weights)

    def deal(self, amount: Decimal, weights: Sequence[Decimal] | None = None) -> Months:
        steps = Fraction(amount) / Fraction(self._step)
        if steps.denominator != 1:
            raise ValueError(f"{amount} is no whole number of {self._step}")
        sign, whole = (-1 if steps < 0 else 1), abs(int(steps))
        parts = self._weights if weights is None else _positive(weights)
        ideal = [whole * part for part in parts]
        given = [int(one) for one in ideal]
        # Whom nothing is due gets nothing: of the rest there are always more than steps left.
        order = sorted(
            (place for place, one in enumerate(ideal) if one != given[place]),
            key=lambda place: (-(ideal[place] - given[place] + sign * self._owed[place]), place),
        )
        for place in order[: whole - sum(given)]:
            given[place] += 1
        self._owed = [
            owed + sign * (one - got) for owed, one, got in zip(self._owed, ideal, given, strict=True)
        ]
        return tuple(sign * got * self._step for got in given)


def _positive(weights: Sequence[Decimal]) -> list[Fraction]:
    """Return weights as parts of one."""
    kept = [max(Fraction(one), Fraction(0)) for one in weights]
    whole = sum(kept)
    return [one / whole for one in kept] if whole else [Fraction(1, len(kept))] * len(kept)


def months_of_year(year: Decimal, season: Sequence[Decimal], step: Decimal = CENT) -> Months:
    """Share a year out over its months by a seasonality (last year's months, say)."""
    return shares(year, season, step)


def months_of_quarters(amounts: Sequence[Decimal], season: Sequence[Decimal], step: Decimal = CENT) -> Months:
    """Share each quarter out over its own three months by a seasonality."""
    found: list[Decimal] = []
    for place, amount in enumerate(amounts):
        found += shares(amount, season[place * QUARTER : (place + 1) * QUARTER], step)
    return tuple(found)


def split(own: Sequence[Decimal], weights: Sequence[Decimal], step: Decimal = CENT) -> tuple[Months, ...]:
    """Share every month of an owner out over its children by their weights; returns one row of months per child.

    Rounding does not fall on the same child every month.
    """
    dealer = _Dealer(weights, step)
    return _rows(dealer.deal(one) for one in own)


def spread_change(
    new: Sequence[Decimal], children: Sequence[Sequence[Decimal]], step: Decimal = CENT
) -> tuple[Months, ...]:
    """Return the children after the change of their owner was spread over them in proportion to what they have."""
    years = [sum((abs(one) for one in row), ZERO) for row in children]
    dealer, found = _Dealer(years, step), []
    for place, own in enumerate(new):
        had = [row[place] for row in children]
        weights = [abs(one) for one in had]
        part = dealer.deal(own - sum(had, ZERO), weights if any(weights) else years)
        found.append(tuple(one + more for one, more in zip(had, part, strict=True)))
    return _rows(found)


def _rows(columns: Iterable[Sequence[Decimal]]) -> tuple[Months, ...]:
    return tuple(tuple(row) for row in zip(*columns, strict=True))


def to_date(months: Sequence[Decimal], closed: Iterable[int]) -> Decimal:
    """Return the sum of the months that are closed (1 to 12)."""
    return sum((months[one - 1] for one in closed), ZERO)
