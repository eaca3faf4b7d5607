"""The profitability statement (客户综合收益表) of an account, a party or a unit over one period, and the price at which it earns its capital.

Lines add up over any partition of accounts, so a unit's statement is the sum of its accounts'. Nothing is rounded here: a sum of
rounded lines is not the rounded sum. Source: 02 §2.1, §2.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the bank asks of capital and pays in tax: the hurdle (资本回报要求) and the rate of tax, per year, as fractions."""

    hurdle: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines that are measured, in one currency; everything else follows from them.

    Args:
        assets: FTP margin of what was lent.
        liabilities: FTP margin of what was deposited.
        fees: fees and commissions, net of their expense and rebates.
        other: spread income of foreign exchange and trading.
        vat: value-added tax and surcharges inside quoted prices; deducted.
        cost: operating cost by activity.
        expected_loss: of one year, or the period's charge; never both.
        capital: that the business binds.
    """

    assets: Decimal = ZERO
    liabilities: Decimal = ZERO
    fees: Decimal = ZERO
    other: Decimal = ZERO
    vat: Decimal = ZERO
    cost: Decimal = ZERO
    expected_loss: Decimal = ZERO
    capital: Decimal = ZERO

    @property
    def revenue(self) -> Decimal:
        """Return lines 1 to 4 without line 5."""
        return self.assets + self.liabilities + self.fees + self.other - self.vat

    @property
    def before_tax(self) -> Decimal:
        """Return what remains after cost and expected loss."""
        return self.revenue - self.cost - self.expected_loss

    def tax(self, terms: Terms) -> Decimal:
        """Return the tax on it; a loss is a credit."""
        return self.before_tax * terms.tax

    def net(self, terms: Terms) -> Decimal:
        """Return the profit after tax."""
        return self.before_tax - self.tax(terms)

    def eva(self, terms: Terms) -> Decimal:
        """Return the economic value added: net profit without what its capital must earn."""
        return self.net(terms) - terms.hurdle * self.capital

    def raroc(self, terms: Terms) -> Decimal | None:
        """Return net profit after expected loss over capital; None where no capital is bound."""
        return self.net(terms) / self.capital if self.capital else None


def total(parts: Iterable[Statement]) -> Statement:
    """Return the statement of all parts together."""
    rows = list(parts)
    return Statement(**{one.name: sum((getattr(row, one.name) for row in rows), ZERO) for one in fields(Statement)})  # fmt: skip


def margin(average: Decimal, rate: Decimal, days: int, year: int = 365) -> Decimal:
    """Return what a daily average earns at a yearly rate over some days; the rate is client less FTP of a loan, FTP less client of a deposit."""
    return average * rate * days / year


def slack(statement: Statement, terms: Terms) -> Decimal:
    """Return the profit before tax that is beyond what the capital must earn; below zero where it is missed."""
    return statement.before_tax - terms.hurdle * statement.capital / (1 - terms.tax)


def break_even(rate: Decimal, average: Decimal, statement: Statement, terms: Terms, *, days: int = 365, year: int = 365) -> Decimal:  # fmt: skip
    """Return the lowest rate of a loan at which the statement that holds it adds no value and loses none (反算价格).

    Args:
        rate: of the loan, per year, as it is in the statement.
        average: its daily average; above zero.
        statement: of the whole relationship, or of the loan alone; the difference is what the relationship pays for.
        terms: hurdle and tax.
        days: of the period.
        year: days of a year, as the contract counts them.

    Raises:
        ValueError: nothing was lent.
    """
    if average <= 0 or days <= 0:
        raise ValueError("a price needs something that was lent, for some days")
    return rate - slack(statement, terms) * year / (average * days)
