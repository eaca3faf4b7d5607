"""The thresholds of loading, as rows of the rule register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jinlan.basics.register import RuleRegister


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits that decide about a load; each names its rule code. The defaults are the shipped rows."""

    hold: Decimal = Decimal("0.005")  # LOAD.HOLD: share of rows with an error above which a load is held
    late_days: int = 10  # LOAD.LATE: days between booking and delivery
    jump: Decimal = Decimal(10)  # LOAD.JUMP: times the median balance of the month before
    closed_days: int = 30  # LOAD.CLOSED: days after closing from which a transaction is an error
    roll: Decimal = Decimal("0.01")  # LOAD.ROLL: gap of a roll-forward, in units of the account's currency
    price: Decimal = Decimal("0.005")  # LOAD.PRICE: |quantity x price - value| / value
    owned: Decimal = Decimal("1.0001")  # LOAD.OWNED: sum of the shares in one company
    substandard_dpd: int = 90  # CLS.SUB.DPD: days past due from which a loan is at best substandard

    @classmethod
    def of(cls, register: RuleRegister, on: date) -> Thresholds:
        """Read the thresholds in force on a business date; raise `RuleNotInForce` when one is missing."""

        def value(code: str) -> Decimal:
            return register.rule(code, on).value

        return cls(
            hold=value("LOAD.HOLD"),
            late_days=int(value("LOAD.LATE")),
            jump=value("LOAD.JUMP"),
            closed_days=int(value("LOAD.CLOSED")),
            roll=value("LOAD.ROLL"),
            price=value("LOAD.PRICE"),
            owned=value("LOAD.OWNED"),
            substandard_dpd=int(value("CLS.SUB.DPD")),
        )
