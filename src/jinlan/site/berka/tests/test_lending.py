"""Loans day by day, from the grant and the payments alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from jinlan.site.berka.lending import class_of, days_past_due, due_dates, loan_rows
from jinlan.site.berka.source import Entry, Loan

LOAN = Loan(7, 2, date(1993, 7, 5), Decimal(1200), 12, Decimal(100))


def a_payment(day: date) -> Entry:
    return Entry(1, 2, day, False, "PREVOD NA UCET", "UVER", Decimal(100), Decimal(0), "", "")


def test_instalments_fall_due_on_the_twelfth_after_the_grant() -> None:
    assert due_dates(LOAN)[:2] == [date(1993, 7, 12), date(1993, 8, 12)]
    assert len(due_dates(LOAN)) == 12
    assert due_dates(Loan(7, 2, date(1993, 7, 12), Decimal(1), 1, Decimal(1))) == [date(1993, 8, 12)]


@pytest.mark.parametrize(
    ("paid", "on", "expected"),
    [
        (0, date(1993, 7, 12), (0, 0)),
        (0, date(1993, 7, 13), (1, 100)),
        (100, date(1993, 8, 12), (0, 0)),
        (100, date(1993, 8, 13), (1, 100)),
        (100, date(1994, 3, 31), (231, 800)),
        (200, date(1993, 8, 31), (0, 0)),
        (99, date(1993, 7, 31), (0, 0)),
    ],
)
def test_days_past_due_count_from_the_oldest_unpaid_instalment(
    paid: int, on: date, expected: tuple[int, int]
) -> None:
    assert days_past_due(LOAN, Decimal(paid), on) == expected


@pytest.mark.parametrize(
    ("dpd", "answer"),
    [
        (0, ("1", "1")),
        (30, ("2", "1")),
        (31, ("2", "2")),
        (90, ("2", "2")),
        (91, ("3", "3")),
        (271, ("4", "3")),
        (361, ("5", "3")),
    ],
)
def test_class_and_stage_follow_days_past_due(dpd: int, answer: tuple[str, str]) -> None:
    assert class_of(dpd) == answer


def test_a_loan_has_a_row_for_each_day_on_which_it_changes() -> None:
    rows = list(loan_rows(LOAN, "C1", [a_payment(date(1993, 7, 12))], date(1993, 8, 31)))

    assert [(row["as_of_date"], row["outstanding"], row["dpd"], row["change_type"]) for row in rows] == [
        (date(1993, 7, 5), 1200, 0, "I"),
        (date(1993, 7, 12), 1100, 0, "U"),
        (date(1993, 7, 13), 1100, 0, "U"),
        (date(1993, 7, 31), 1100, 0, "U"),
        (date(1993, 8, 13), 1100, 1, "U"),
        (date(1993, 8, 31), 1100, 19, "U"),
    ]
