"""What validation may say about a row: rules with level, code, column and the words for a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from jinlan.lake.registry import Check

FATAL, ERROR, WARNING, RECONCILE = "F", "E", "W", "R"


@dataclass(frozen=True, slots=True)
class Rule:
    """A finding about single rows of one table: `where` is an SQL predicate that is true for faulty rows.

    `reason` and `hint` are plain Chinese; `column` is what a person must look at.
    """

    code: str
    column: str
    where: str
    reason: str
    hint: str = ""
    level: str = ERROR


class Fatal(Exception):
    """The delivery is rejected as a whole: nothing of it is loaded."""

    def __init__(self, *checks: Check) -> None:
        super().__init__("; ".join(f"{check.table} {check.code}" for check in checks))
        self.checks = checks


@dataclass(slots=True)
class Findings:
    """The checks of one delivery, in the order in which they were made."""

    checks: list[Check] = field(default_factory=list)

    def add(self, table: str, level: str, code: str, count: int, detail: str, hint: str = "") -> None:
        """Note a finding that concerns `count` rows."""
        self.checks.append(Check(table, level, code, count, detail, hint))


def fatal(table: str, code: str, detail: str, hint: str = "", count: int = 1) -> Fatal:
    """Build the exception for one fatal finding."""
    return Fatal(Check(table, FATAL, code, count, detail, hint))
