"""What an indicator is, and the register of them: rooms add theirs in `AppConfig.ready`, `work.snapshots` asks them every night.

An indicator answers for a published date, past ones too, from what is known by date; what cannot be told of a past date says so
(`NOT_KNOWN_THEN`) instead of giving today's figure. Pages read the snapshots and never compute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from jinlan.basics.actor import Actor
from jinlan.basics.register import Rule, rule

Unit = Literal["ratio", "count", "days"]
PLACES: Mapping[Unit, int] = {"ratio": 6, "count": 0, "days": 1}  # that a snapshot keeps
CASES = 100  # that a snapshot keeps of those behind it
NOT_KNOWN_THEN, NO_CASES, NOT_READY = "NOT_KNOWN_THEN", "NO_CASES", "NOT_READY"
WHY: Mapping[str, Any] = {
    NOT_KNOWN_THEN: _("当时的数据不足以计算"), NO_CASES: _("没有可计算的对象"), NOT_READY: _("夜间处理尚未推算到这一天"),
    "NO_CHARTER": _("当时没有生效的服务章程"), "NO_REVENUE": _("没有已知的综合收入"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody behind an indicator: a unit by key or an employee by code, with a figure or a code that says what is the matter."""

    about: Literal["unit", "employee"]
    key: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of an indicator for a date.

    Args:
        value: the figure, None when there is none; `why` then says why.
        top: the numerator, where the value is a share.
        bottom: the denominator, or the number of cases.
        why: a code of `WHY`.
        inputs: what else it was made of, plain JSON; figures as text.
        cases: those whom somebody should look at, the most urgent first.
    """

    value: Decimal | None = None
    top: Decimal | int | None = None
    bottom: Decimal | int | None = None
    why: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    cases: Sequence[Case] = ()


def share(top: Decimal | int, bottom: Decimal | int, **more: Any) -> Found:
    """Return a share; without anything to divide by it is NO_CASES."""
    if not bottom:
        return Found(top=top, bottom=bottom, why=NO_CASES, **more)
    return Found(Decimal(top) / Decimal(bottom), top, bottom, **more)


@dataclass(frozen=True, slots=True)
class Indicator:
    """What a room tells about itself.

    Args:
        code: unique, upper case.
        chapter: of the method, e.g. ``1.1``.
        name: what pages call it (translated).
        unit: ratio, count or days.
        better: whether more or less of it is what the bank wants.
        selector: the answer for a published date, in the running scope; it changes nothing.
        formula: one sentence (translated).
        target: the rule that holds the target, by default ``INDICATOR.<code>``; it applies to a value that meets it.
        opens: the address of the list behind it, "" when its own page has it.
        parts: what numerator and denominator are (translated); the cases alone for a value that is no share.
        money: numerator and denominator are money.
    """

    code: str
    chapter: str
    name: Any
    unit: Unit
    better: Literal["up", "down"]
    selector: Callable[[Actor, date], Found]
    formula: Any
    target: str = ""
    opens: str = ""
    parts: tuple[Any, ...] = ()
    money: bool = False

    def rule(self, on: date) -> Rule:
        """Return the target in force on a date."""
        return rule(self.target or f"INDICATOR.{self.code}", on)


INDICATORS: dict[str, Indicator] = {}


def register(indicator: Indicator) -> None:
    """Add an indicator.

    Raises:
        ValueError: its code is taken, or its target does not ask for what is better.
        RuleNotInForce: it has no target.
    """
    better = {">=": "up", "<=": "down"}.get(indicator.rule(date.max).op)
    if indicator.code in INDICATORS or better != indicator.better:
        raise ValueError(
            f"indicator {indicator.code} is registered twice, or its target asks for something else"
        )
    INDICATORS[indicator.code] = indicator
