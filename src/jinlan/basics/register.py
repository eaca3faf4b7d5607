"""The rule register: every threshold as an effective-dated row with its operator, source and status.

A threshold is never a literal in code. `rule(code, on)` answers for a business date; results store `Rule.version`.
"""

from __future__ import annotations

import operator
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinlan.basics.errors import Refused
from jinlan.basics.numbers import exact
from jinlan.basics.periods import Period

Op = Literal[">", ">=", "<", "<=", "="]
INITIAL_ROWS = Path(__file__).with_name("register.toml")
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}
_STATUS = {"V", "K", "P", "U"}


class RuleNotInForce(Refused):
    """No row of this rule holds on the requested date."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `applies` is what `op` says: a breach for a limit, "met" for a condition; `valid_to` is exclusive.

    Status: V looked up, K professional knowledge, P practice (a default the bank may change), U unverified.
    """

    code: str
    op: Op
    value: Decimal
    unit: str
    valid_from: date
    valid_to: date | None
    source: str
    status: str

    @property
    def version(self) -> str:
        """Return what a stored result names: code and first day in force."""
        return f"{self.code}@{self.valid_from.isoformat()}"

    @property
    def period(self) -> Period:
        """Return the days in force, half-open."""
        return Period(self.valid_from, self.valid_to)

    def applies(self, value: Decimal | int) -> bool:
        """Compare the unrounded `value` with the threshold by `op`; raise TypeError for a float."""
        return _COMPARE[self.op](exact(value), self.value)


class RuleRegister:
    """Rows by code; rows of one code must not overlap in time."""

    def __init__(self, rows: Iterable[Rule]) -> None:
        """Keep the rows, newest first per code; raise ValueError when two of one code overlap."""
        self._rows: dict[str, list[Rule]] = {}
        for row in rows:
            others = self._rows.setdefault(row.code, [])
            if any(row.period.overlaps(other.period) for other in others):
                raise ValueError(f"two rows of {row.code} overlap in time")
            others.append(row)
            others.sort(key=lambda other: other.valid_from, reverse=True)

    def rule(self, code: str, on: date) -> Rule:
        """Return the row of `code` in force on the business date `on`.

        Raises:
            RuleNotInForce: when there is none.
        """
        for row in self._rows.get(code, []):
            if row.period.contains(on):
                return row
        raise RuleNotInForce(
            "rule.not_in_force",
            "规则 %(rule)s 在 %(on)s 没有生效的版本。",
            "请在规则登记簿中补充该日期的阈值。",
            rule=code,
            on=on.isoformat(),
        )

    def in_force(self, on: date) -> list[Rule]:
        """Return all rows in force on a date, by code."""
        found = (row for rows in self._rows.values() for row in rows if row.period.contains(on))
        return sorted(found, key=lambda row: row.code)

    def rows(self) -> list[Rule]:
        """Return every row, by code, newest first."""
        return [row for code in sorted(self._rows) for row in self._rows[code]]


def _row(code: str, entry: Mapping[str, Any]) -> Rule:
    op, status = entry["op"], entry["status"]
    if op not in _COMPARE or status not in _STATUS:
        raise ValueError(f"{code}: unknown operator {op!r} or status {status!r}")
    return Rule(
        code=code,
        op=op,
        value=exact(entry["value"]),
        unit=entry["unit"],
        valid_from=entry["valid_from"],
        valid_to=entry.get("valid_to"),
        source=entry["source"],
        status=status,
    )


def read_register(path: Path) -> RuleRegister:
    """Read a register file: an array `rules` of inline tables, numbers kept exact."""
    document = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    return RuleRegister(_row(entry["code"], entry) for entry in document["rules"])


@cache
def initial_register() -> RuleRegister:
    """Return the rows that Jinlan ships (chapter 11 of the domain reference, and the defaults of loading)."""
    return read_register(INITIAL_ROWS)


def rule(code: str, on: date) -> Rule:
    """Return the shipped row of `code` in force on `on`; raise `RuleNotInForce` when there is none."""
    return initial_register().rule(code, on)
