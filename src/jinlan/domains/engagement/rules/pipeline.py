"""How an opportunity goes from stage to stage: what proves a stage, where one may go, what it weighs, when it stands still (06 §6.6).

Stages are proved, not felt: a criterion is ticked by a person with evidence, or looked up. Nobody skips a stage.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from jinlan.basics.errors import Refused
from jinlan.basics.money import Money
from jinlan.basics.register import rule

CRITERIA = Path(__file__).with_name("pipeline_stages.toml")
OPEN, WON, LOST = STATES = ("open", "won", "lost")
PERSON, DATED, SYSTEM, APPROVAL = KINDS = ("person", "dated", "system", "approval")
CONFIRMED, AUTHORITY, TALKED = "CONFIRMED", "AUTHORITY", "TALKED"
FIRST, LAST = 1, 5
STAGES = range(FIRST, LAST + 1)
# What a bank sells, as extracts name its families (10 §10.2).
PRODUCTS = ("DEPOSIT", "LOAN", "WEALTH", "FUND", "INSURANCE", "TRUST", "BOND", "FX", "TRADE", "PAYMENT", "CUSTODY", "ADVISORY", "CARD")  # fmt: skip
SOURCES = ("CLIENT", "VISIT", "PLAN", "REFERRAL", "CAMPAIGN", "SIGNAL")
LOSSES = ("PRICE", "LIMIT", "SPEED", "PRODUCT", "RELATION", "POLICY", "CANCELLED")  # 07 §7.2
CANCELLED = "CANCELLED"  # leaves every share: nobody lost it


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that proves a stage."""

    code: str
    stage: int
    kind: str


@cache
def criteria() -> Mapping[int, tuple[Criterion, ...]]:
    """Return what proves each stage, in order.

    Raises:
        ValueError: the file does not hold the stages 1 to 5, a code stands twice, or a kind is unknown.
    """
    stages = tomllib.loads(CRITERIA.read_text("utf-8"))["stage"]
    found = {
        one["number"]: tuple(Criterion(each["code"], one["number"], each["kind"]) for each in one.get("criteria", ()))
        for one in stages
    }  # fmt: skip
    every = [each for some in found.values() for each in some]
    if list(found) != list(STAGES) or len({one.code for one in every}) < len(every):
        raise ValueError("stages must be 1 to 5, and every criterion must have a code of its own")
    if bad := {one.kind for one in every} - set(KINDS):
        raise ValueError(f"unknown kinds of criteria: {sorted(bad)}")
    return found


def criterion(code: str) -> Criterion | None:
    """Return a criterion by its code, None for none."""
    return next((one for some in criteria().values() for one in some if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the system looks up about a client: whether somebody who decides is known, and the last talk of both sides."""

    decider: bool = False
    last_talk: date | None = None


def met(one: Criterion, ticked: Collection[str], seen: Seen, today: date, talk_days: int) -> bool:
    """Tell whether a criterion is met; a talk counts for so many days after it."""
    if one.code == AUTHORITY:
        return seen.decider
    if one.code == TALKED:
        return seen.last_talk is not None and (today - seen.last_talk).days <= talk_days
    return one.code in ticked


def missing(stage: int, ticked: Collection[str], seen: Seen, today: date, talk_days: int) -> tuple[Criterion, ...]:  # fmt: skip
    """Return what still keeps an opportunity from a stage, in the order in which it is asked for."""
    return tuple(one for one in criteria().get(stage, ()) if not met(one, ticked, seen, today, talk_days))


def check_back(now: int, to: int) -> None:
    """Refuse to go back by other than one stage, or before the first.

    Raises:
        Refused: STAGE_FIRST, STAGE_SKIP.
    """
    if now <= FIRST:
        raise Refused("STAGE_FIRST", "已经在第一个阶段，不能再退回。", "如不再跟进，请登记为丢单。")
    if to != now - 1:
        raise Refused("STAGE_SKIP", "一次只能退回一个阶段。", "请逐个阶段退回，各写明原因。", field="stage")


def check_terms(amount: Decimal, margin: Decimal) -> None:
    """Refuse terms that nobody can weigh.

    Raises:
        Refused: OPPORTUNITY_AMOUNT, OPPORTUNITY_MARGIN.
    """
    if not 0 < amount < Decimal(10) ** 20:
        raise Refused("OPPORTUNITY_AMOUNT", "金额必须大于零。", "请填写以元为单位的金额。", field="amount")
    if not 0 <= margin <= 1:
        raise Refused(
            "OPPORTUNITY_MARGIN",
            "预期利润率应在 0 与 1 之间。",
            "例如百分之一点五写作 0.015。",
            field="margin",
        )


@dataclass(frozen=True, slots=True)
class Weight:
    """What some opportunities come to in one currency: their sum, times the chance, and times the margin beside that."""

    total: Decimal
    weighted: Decimal
    value: Decimal
    count: int = 0


def weigh(rows: Iterable[tuple[Money, Decimal, Decimal]]) -> dict[str, Weight]:
    """Return weights by currency of (amount, chance, margin); amounts in two currencies are never added (00 §0.2)."""
    found: dict[str, Weight] = {}
    for money, chance, margin in rows:
        had = found.get(money.currency, Weight(Decimal(0), Decimal(0), Decimal(0)))
        likely = money.amount * chance
        found[money.currency] = Weight(
            had.total + money.amount, had.weighted + likely, had.value + likely * margin, had.count + 1
        )
    return found


def stale_after(median_days: Decimal, factor: Decimal) -> Decimal:
    """Return the days in a stage beyond which it stands still."""
    return median_days * factor


def is_stale(since: date, today: date, limit: Decimal) -> bool:
    """Tell whether an opportunity has been in its stage for longer than the limit; the limit itself is still in order."""
    return (today - since).days > limit


def last_fresh_day(today: date, limit: Decimal) -> date:
    """Return the earliest day of entering a stage that is not stale today: what a query compares with."""
    return today - timedelta(days=int(limit))  # floor: whole days alone pass


@dataclass(frozen=True, slots=True)
class Push:
    """What a move of the close date adds: a later day is a push by so many days, an earlier one is none."""

    times: int
    days: int


def pushed(before: date, after: date) -> Push:
    """Return what moving the close date from one day to another adds to the slippage.

    Raises:
        Refused: CLOSE_SAME, it is the same day.
    """
    if before == after:
        raise Refused("CLOSE_SAME", "新的日期与原来相同。", "请改正日期。", field="closes_on")
    days = (after - before).days
    return Push(1, days) if days > 0 else Push(0, 0)


@dataclass(frozen=True, slots=True)
class Defaults:
    """The numbers of the register on a day."""

    chances: Mapping[int, Decimal]
    medians: Mapping[int, Decimal]
    factor: Decimal
    talk_days: int
    stays: int  # from which a median is the bank's own
    least: int  # closed ones from which a chance is
    z: Decimal
    versions: Sequence[str]


def defaults_on(day: date) -> Defaults:
    """Return the register's numbers for the pipeline on a day."""
    chances = {stage: rule(f"PIPELINE.CHANCE.{stage}", day) for stage in STAGES}
    medians = {stage: rule(f"PIPELINE.DAYS.{stage}", day) for stage in STAGES}
    others = [rule(f"PIPELINE.{name}", day) for name in ("STALE", "TALK", "STAYS", "LEAST", "Z")]
    factor, talk, stays, least, z = others
    return Defaults(
        {stage: one.value for stage, one in chances.items()}, {stage: one.value for stage, one in medians.items()}, factor.value,
        int(talk.value), int(stays.value), int(least.value), z.value, [one.version for one in (*chances.values(), *medians.values(), *others)],
    )  # fmt: skip
