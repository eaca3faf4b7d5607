"""Loans as they stood on each day, from the grant and the payments made: the file's status column is never read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from jinlan.basics.periods import add_months, month_ends
from jinlan.basics.register import rule
from jinlan.site.berka.ledger import CURRENCY, Row
from jinlan.site.berka.source import Entry, Loan

PAY_DAY = 12  # every loan payment in the file is booked on the 12th
# Payments are booked to 0.10 CZK while the file's instalment is rounded to 1 CZK.
TOLERANCE = Decimal(1)
# The classes are those of the bank that reads the data, not of a Czech bank of 1994.
_RULES_OF = date(2023, 7, 1)


def due_dates(loan: Loan) -> list[date]:
    """Return the days on which instalments fall due: the 12th of each month after the grant."""
    first = loan.granted.replace(day=PAY_DAY)
    if first <= loan.granted:
        first = add_months(first, 1)
    return [add_months(first, number) for number in range(loan.months)]


def days_past_due(loan: Loan, paid: Decimal, on: date) -> tuple[int, Decimal]:
    """Return (days since the oldest unpaid instalment fell due, overdue principal in CZK) on a date."""
    due = [day for day in due_dates(loan) if day < on]
    overdue = loan.payment * len(due) - paid
    if overdue <= TOLERANCE * len(due):
        return 0, Decimal(0)
    settled = int((paid + TOLERANCE * len(due)) // loan.payment)
    return (on - due[settled]).days, overdue


def class_of(dpd: int) -> tuple[str, str]:
    """Return (five-tier class, ECL stage) that days past due alone suggest."""
    over = [
        code
        for code in ("CLS.SUB.DPD", "CLS.DOUBT.DPD", "CLS.LOSS.DPD")
        if rule(code, _RULES_OF).applies(dpd)
    ]
    if over:
        return str(2 + len(over)), "3"
    return ("2" if dpd else "1"), ("2" if rule("ECL.SICR", _RULES_OF).applies(dpd) else "1")


def _days_of_change(loan: Loan, payments: Sequence[Entry], last: date) -> list[date]:
    # an unpaid instalment is overdue from the day after it fell due
    overdue = (day + timedelta(days=1) for day in due_dates(loan))
    days = {loan.granted, *month_ends(loan.granted, last), *overdue, *(entry.day for entry in payments)}
    return sorted(day for day in days if loan.granted <= day <= last)


def loan_rows(loan: Loan, party_id: str, payments: Sequence[Entry], last: date) -> Iterator[Row]:
    """Yield the state of a loan at its grant, each payment, each day after an instalment fell due, each month-end."""
    for day in _days_of_change(loan, payments, last):
        paid = sum((entry.amount for entry in payments if entry.day <= day), Decimal(0))
        dpd, overdue = days_past_due(loan, paid, day)
        five_tier, stage = class_of(dpd)
        yield {
            "loan_id": f"L{loan.loan}",
            "account_id": f"L{loan.loan}",
            "party_id": party_id,
            "currency": CURRENCY,
            "principal": loan.amount,
            "outstanding": max(loan.amount - paid, Decimal(0)),
            "start_date": loan.granted,
            "maturity_date": add_months(loan.granted, loan.months),
            "dpd": dpd,
            "overdue_principal": overdue,
            "five_tier": five_tier,
            "ecl_stage": stage,
            "as_of_date": day,
            "change_type": "I" if day == loan.granted else "U",
            "source_key": str(loan.loan),
        }
