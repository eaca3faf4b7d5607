"""How far an objective is, against its own straight line; and what that makes of a plan's health (06 §6.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

RED, AMBER, GREEN, UNKNOWN = "red", "amber", "green", "unknown"


def progress(baseline: Decimal, target: Decimal, actual: Decimal) -> Decimal:
    """Return (actual − baseline) ÷ (target − baseline), whatever the direction; not clipped. 100 → 160 at 130 is 0.5, so is 10 → 4 at 7.

    Raises:
        ValueError: target and baseline are the same.
    """
    if baseline == target:
        raise ValueError("an objective whose target is its baseline measures nothing")
    return (actual - baseline) / (target - baseline)


def clipped(share: Decimal) -> Decimal:
    """Return a share between 0 and 1, for a bar."""
    return min(max(share, Decimal(0)), Decimal(1))


def scheduled(since: date, due: date, on: date) -> Decimal:
    """Return the share of the way that a straight line from `since` to `due` has on a day, between 0 and 1."""
    return clipped(Decimal((on - since).days) / Decimal((due - since).days))


@dataclass(frozen=True, slots=True)
class Reached:
    """Where an objective stands: `share` of its way (None where nothing is measured) on `on`, and where the line is."""

    share: Decimal | None
    line: Decimal
    on: date | None = None

    @property
    def behind(self) -> Decimal | None:
        """Return by how much of the whole way it lies behind the line; negative ahead of it."""
        return None if self.share is None else self.line - self.share


def health(reached: Reached, *, red: Decimal, amber: Decimal) -> str:
    """Return red for more than `red` of the way behind the line, amber for more than `amber`; exactly as much is not more."""
    if reached.behind is None:
        return UNKNOWN
    if reached.behind > red:
        return RED
    return AMBER if reached.behind > amber else GREEN


def plan_health(objectives: Iterable[str], late_actions: int) -> str:
    """Return the worst of its objectives; late actions make amber of green; unknown where no objective is measured."""
    found = list(objectives)
    if RED in found:
        return RED
    if AMBER in found or (late_actions and GREEN in found):
        return AMBER
    return GREEN if GREEN in found else UNKNOWN
