"""The rule register: boundaries made from the operator, dates in force, what must be there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from jinlan.basics.errors import Refused
from jinlan.basics.register import Rule, RuleNotInForce, RuleRegister, initial_register, rule

ROWS = initial_register().rows()
# just below, equal, just above
EXPECTED = {
    ">": (False, False, True),
    ">=": (False, True, True),
    "<": (True, False, False),
    "<=": (True, True, False),
    "=": (False, True, False),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.version)
def test_each_rule_at_just_below_equal_and_just_above(row: Rule) -> None:
    tick = Decimal("0.00000001")

    answers = (row.applies(row.value - tick), row.applies(row.value), row.applies(row.value + tick))

    assert answers == EXPECTED[row.op]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.version)
def test_no_rule_is_in_force_the_day_before_its_first_day(row: Rule) -> None:
    assert rule(row.code, row.valid_from) == row
    with pytest.raises(RuleNotInForce) as refusal:
        rule(row.code, row.valid_from - timedelta(days=1))
    assert refusal.value.code == "rule.not_in_force"
    assert isinstance(refusal.value, Refused)


def test_an_unknown_rule_is_not_in_force() -> None:
    with pytest.raises(RuleNotInForce, match=r"规则 NO\.SUCH 在 2026-10-31 没有生效的版本"):
        rule("NO.SUCH", date(2026, 10, 31))


@pytest.mark.parametrize(
    ("code", "op", "value"),
    [
        ("LE.SINGLE.LOAN", ">", "0.10"),
        ("RP.MAJOR.SINGLE", ">=", "0.01"),
        ("LOAD.HOLD", ">", "0.005"),
        ("LOAD.LATE", "<=", "10"),
        ("LOAD.JUMP", ">", "10"),
        ("AVG.MISSING", ">", "3"),
        ("PB.NFA", ">=", "6000000"),
    ],
)
def test_the_shipped_values_are_exact(code: str, op: str, value: str) -> None:
    row = rule(code, date(2026, 10, 31))

    assert (row.op, row.value) == (op, Decimal(value))


def test_a_limit_of_fifteen_percent_is_breached_above_it_only() -> None:
    limit = rule("LE.SINGLE.EXP", date(2026, 10, 31))

    assert not limit.applies(Decimal("0.15"))
    assert limit.applies(Decimal("0.1500001"))


def test_a_float_is_not_compared() -> None:
    with pytest.raises(TypeError):
        rule("LE.SINGLE.EXP", date(2026, 10, 31)).applies(0.15)  # type: ignore[arg-type]


def a_row(start: date, end: date | None, value: str = "1") -> Rule:
    return Rule("X.Y", ">=", Decimal(value), "days", start, end, "a bank", "P")


def test_a_changed_threshold_speaks_from_its_first_day() -> None:
    change = date(2026, 7, 1)
    register = RuleRegister([a_row(date(2020, 1, 1), change), a_row(change, None, "2")])

    assert register.rule("X.Y", date(2026, 6, 30)).value == 1
    assert register.rule("X.Y", change).value == 2
    assert register.rule("X.Y", change).version == "X.Y@2026-07-01"
    assert [row.value for row in register.in_force(change)] == [Decimal(2)]


def test_two_rows_of_one_rule_may_not_overlap() -> None:
    with pytest.raises(ValueError, match=r"two rows of X\.Y overlap"):
        RuleRegister([a_row(date(2020, 1, 1), None), a_row(date(2026, 7, 1), None)])


def test_the_marks_are_known_and_every_row_has_a_source() -> None:
    assert {row.status for row in ROWS} == {"V", "K", "P"}
    assert all(row.source and row.unit for row in ROWS)
